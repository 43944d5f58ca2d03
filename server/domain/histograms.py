"""Histograms whose buckets grow by a constant factor, so that percentiles of many values come of few numbers.

Those of two hours are added bucket by bucket, which loses nothing. It is the sketch of Masson, Rim and Lee, "DDSketch:
a fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12 (2019), with a fixed range; its
package serves not, since PostgreSQL counts the buckets (`server.queue.roll_ups`).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TypeVar

RELATIVE_ERROR = 0.01
"""How far a percentile is from a value of that rank at most, as a part of it; between LEAST and MOST."""
GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LEAST = 0.001
"""What is less is counted as 0."""
MOST = 1e9
"""What is more is counted as that."""
MOST_BUCKETS = math.ceil(math.log(MOST / LEAST) / math.log(GROWTH))

Histogram = Mapping[int, int]
Bucket = TypeVar("Bucket", int, str)


def bucket_sql(value: str) -> str:
    """The number of the bucket of a value from 0 on, as an expression of PostgreSQL: 0, or the power that it is below.

    `value` is an expression of type float8.
    """
    power = f"ceil(ln(least({value}, {MOST}) / {LEAST}) / {math.log(GROWTH)})::int"
    return f"CASE WHEN {value} < {LEAST} THEN 0 ELSE greatest({power}, 1) END"


def value_of(bucket: int) -> float:
    """What stands for all values of a bucket, at most RELATIVE_ERROR from each."""
    return 0.0 if bucket == 0 else LEAST * GROWTH**bucket * 2 / (1 + GROWTH)


def add(histograms: Iterable[Mapping[Bucket, int]]) -> dict[Bucket, int]:
    """All values of some histograms; buckets may be numbers or their texts."""
    total: dict[Bucket, int] = {}
    for each in histograms:
        for bucket, count in each.items():
            total[bucket] = total.get(bucket, 0) + count
    return total


def percentiles(histogram: Histogram, parts: Iterable[float]) -> list[float | None]:
    """The values that such parts (0 to 1) of all lie below, None where there is no value.

    Between two values it is between theirs, as percentile_cont of PostgreSQL has it.
    """
    buckets = sorted(histogram)
    # How many values are in a bucket or below it
    up_to = list(accumulate(histogram[bucket] for bucket in buckets))
    values: list[float | None] = []
    for part in parts:
        if not up_to or not up_to[-1]:
            values.append(None)
            continue
        rank = part * (up_to[-1] - 1)
        low, high = (value_of(buckets[bisect_right(up_to, each)]) for each in (math.floor(rank), math.ceil(rank)))
        values.append(low + (high - low) * (rank - math.floor(rank)))
    return values
