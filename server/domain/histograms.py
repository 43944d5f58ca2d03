"""Histograms whose buckets grow by a constant factor, so that percentiles of many values come of few numbers.

Those of two hours are added bucket by bucket, which loses nothing. It is the sketch of Masson, Rim and Lee, "DDSketch:
a fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12 (2019), with a fixed range; its
package serves not, since PostgreSQL counts the buckets (`server.queue.roll_ups`).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

RELATIVE_ERROR = 0.01
"""How far a percentile is from a value of that rank at most, as a part of it; between LEAST and MOST."""
GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
LEAST = 0.001
"""What is less is counted as 0."""
MOST = 1e9
"""What is more is counted as that."""
MOST_BUCKETS = math.ceil(math.log(MOST / LEAST) / math.log(GROWTH))

SPAN = 2048
"""By how much the numbers of a bucket differ between two measures whose histograms are side by side."""


@dataclass(frozen=True)
class Histogram:
    """How many values are in which bucket: both in the order of the buckets, which have at least one value each."""

    buckets: Sequence[int] = ()
    counts: Sequence[int] = ()

    def of_measure(self, number: int) -> Histogram:
        """That of one measure, of several side by side: the buckets of each are `number * SPAN` higher."""
        begin, end = (bisect_left(self.buckets, each * SPAN) for each in (number, number + 1))
        return Histogram(self.buckets[begin:end], self.counts[begin:end])


def bucket_sql(value: str) -> str:
    """The number of the bucket of a value from 0 on, as an expression of PostgreSQL: 0, or the power that it is below.

    `value` is an expression of type float8.
    """
    power = f"ceil(ln(least({value}, {MOST}) / {LEAST}) / {math.log(GROWTH)})::int"
    return f"CASE WHEN {value} < {LEAST} THEN 0 ELSE greatest({power}, 1) END"


def value_of(bucket: int) -> float:
    """What stands for all values of a bucket, whatever the measure, at most RELATIVE_ERROR from each."""
    power = bucket % SPAN
    return LEAST * GROWTH**power * 2 / (1 + GROWTH) if power else 0.0


def add(histograms: Iterable[Histogram]) -> Histogram:
    """All values of some histograms."""
    first, *others = [each for each in histograms if each.buckets] or [Histogram()]
    if not others:
        return first
    total = dict(zip(first.buckets, first.counts, strict=True))
    for each in others:
        for bucket, count in zip(each.buckets, each.counts, strict=True):
            total[bucket] = total.get(bucket, 0) + count
    buckets = sorted(total)
    return Histogram(buckets, [total[bucket] for bucket in buckets])


def percentiles(histogram: Histogram, parts: Iterable[float]) -> list[float | None]:
    """The values that such parts (0 to 1) of all lie below, None where there is no value.

    Between two values it is between theirs, as percentile_cont of PostgreSQL has it.
    """
    # How many values are in a bucket or below it
    up_to = list(accumulate(histogram.counts))
    values: list[float | None] = []
    for part in parts:
        if not up_to:
            values.append(None)
            continue
        rank = part * (up_to[-1] - 1)
        low, high = (
            value_of(histogram.buckets[bisect_right(up_to, each)]) for each in (math.floor(rank), math.ceil(rank))
        )
        values.append(low + (high - low) * (rank - math.floor(rank)))
    return values
