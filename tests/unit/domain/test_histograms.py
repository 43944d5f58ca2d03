"""Histograms: percentiles of them are near those of the values, however they were divided."""

from __future__ import annotations

import math
import random
from statistics import quantiles

import pytest

from server.domain.histograms import (
    GROWTH,
    LEAST,
    MOST,
    MOST_BUCKETS,
    RELATIVE_ERROR,
    SPAN,
    Histogram,
    add,
    percentiles,
    value_of,
)

PARTS = (0.5, 0.95, 0.99)


def bucket_of(value: float) -> int:
    """As PostgreSQL computes it."""
    return 0 if value < LEAST else max(math.ceil(math.log(min(value, MOST) / LEAST) / math.log(GROWTH)), 1)


def histogram(values: list[float]) -> Histogram:
    return add(Histogram([bucket_of(value)], [1]) for value in values)


@pytest.mark.parametrize("seed", range(20))
def test_percentiles_are_within_the_error_of_those_of_the_values(seed: int) -> None:
    chance = random.Random(seed)
    values = [chance.lognormvariate(chance.uniform(-2, 6), 1.5) for _ in range(chance.randint(2, 2000))]
    exact = [quantiles(values, n=100, method="inclusive")[round(part * 100) - 1] for part in PARTS]
    for near, value in zip(percentiles(histogram(values), PARTS), exact, strict=True):
        assert near == pytest.approx(value, rel=RELATIVE_ERROR + 1e-9, abs=LEAST)


def test_parts_add_up_to_the_whole() -> None:
    chance = random.Random(1)
    values = [chance.expovariate(1) for _ in range(500)]
    parts = [histogram(values[begin::7]) for begin in range(7)]
    assert add(parts) == histogram(values)
    assert percentiles(add(parts), PARTS) == percentiles(histogram(values), PARTS)


def test_what_is_outside_of_the_range() -> None:
    assert percentiles(Histogram(), PARTS) == percentiles(add([]), PARTS) == [None, None, None]
    assert percentiles(histogram([0.0, LEAST / 2]), PARTS) == [0.0, 0.0, 0.0]
    assert bucket_of(LEAST) == 1
    assert bucket_of(MOST) == bucket_of(1e300) <= MOST_BUCKETS
    for value in (LEAST, 1.0, 77.7, MOST):
        assert value_of(bucket_of(value)) == pytest.approx(value, rel=RELATIVE_ERROR + 1e-9)


def test_measures_lie_side_by_side() -> None:
    chance = random.Random(2)
    values = [[chance.lognormvariate(0, 3) for _ in range(200)] for _ in range(3)] + [[0.0, MOST]]
    alone = [histogram(each) for each in values]
    numbers = (0, 1, 4, 5)
    together = add(
        Histogram([number * SPAN + bucket for bucket in each.buckets], each.counts)
        for number, each in zip(numbers, alone, strict=True)
    )
    assert SPAN > MOST_BUCKETS
    for number, each in zip(numbers, alone, strict=True):
        assert percentiles(together.of_measure(number), PARTS) == percentiles(each, PARTS)
    assert together.of_measure(2).buckets == together.of_measure(6).buckets == []
