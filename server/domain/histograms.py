"""Histograms whose buckets grow by a constant factor, so that percentiles of many values come of few numbers.

Those of two hours are added bucket by bucket, which loses nothing. It is the sketch of Masson, Rim and Lee, "DDSketch:
a fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12 (2019), with a fixed range; its
package serves not, since PostgreSQL counts the buckets (`server.queue.roll_ups`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

RELATIVE_ERROR = 0.01
"""How far a percentile is from a value of that rank at most, as a part of it; between LEAST and MOST."""
GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LEAST = 0.001
"""What is less is counted as 0."""
MOST = 1e9
"""What is more is counted as that."""
MOST_BUCKETS = math.ceil(math.log(MOST / LEAST) / math.log(GROWTH))

Histogram = Mapping[int, int]


def bucket_sql(value: str) -> str:
    """The number of the bucket of a value from 0 on, as an expression of PostgreSQL: 0, or the power that it is below.

    `value` is an expression of type float8.
    """
    power = f"ceil(ln(least({value}, {MOST}) / {LEAST}) / {math.log(GROWTH)})::int"
    return f"CASE WHEN {value} < {LEAST} THEN 0 ELSE greatest({power}, 1) END"


def value_of(bucket: int) -> float:
    """What stands for all values of a bucket, at most RELATIVE_ERROR from each."""
    return 0.0 if bucket == 0 else LEAST * GROWTH**bucket * 2 / (1 + GROWTH)


def add(histograms: Iterable[Histogram]) -> dict[int, int]:
    """All values of some histograms."""
    total: dict[int, int] = {}
    for each in histograms:
        for bucket, count in each.items():
            total[bucket] = total.get(bucket, 0) + count
    return total


def percentiles(histogram: Histogram, parts: Iterable[float]) -> list[float | None]:
    """The values that such parts (0 to 1) of all lie below, None where there is no value."""
    count = sum(histogram.values())
    return [_percentile(histogram, part * (count - 1)) if count else None for part in parts]


def _percentile(histogram: Histogram, rank: float) -> float:
    """The value at a rank from 0, which between two is between theirs, as percentile_cont of PostgreSQL has it."""
    low = _at(histogram, math.floor(rank))
    return low + (_at(histogram, math.ceil(rank)) - low) * (rank - math.floor(rank))


def _at(histogram: Histogram, rank: int) -> float:
    below = 0
    for bucket in sorted(histogram):
        below += histogram[bucket]
        if below > rank:
            return value_of(bucket)
    raise IndexError(rank)
