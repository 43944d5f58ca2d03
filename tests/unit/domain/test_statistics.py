"""Intervals against published values and simulations; guardrails against their stated rate of false alarms."""

from __future__ import annotations

import random
from statistics import fmean, variance
from uuid import UUID

import pytest

from server.domain.experiments import GuardrailCounts, find_breach
from server.domain.statistics import (
    FALSE_ALARMS,
    LEAST_COUNT,
    Sample,
    evidence_above,
    is_above,
    lower_bound,
    mean,
    mean_difference,
    rate,
    rate_difference,
    student_quantile,
)
from server.domain.traffic import Share

RUNS = 400
A, B = UUID(int=1), UUID(int=2)
SHARES = (Share(A, 1, 50), Share(B, 2, 50))


# Of tables of Student's distribution
@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(29, 2.04523), (30, 2.04227), (40, 2.02108), (60, 2.00030), (120, 1.97993), (1e9, 1.95996)],
)
def test_quantiles_of_student(freedom: float, quantile: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(quantile, abs=2e-5)


def test_published_intervals() -> None:
    # Newcombe (1998): 81 of 263 by Wilson's method; 56 of 70 against 48 of 80 by his method 10
    interval = rate(263, 81)
    assert interval is not None
    assert (interval.low, interval.high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    difference = rate_difference(70, 56, 80, 48)
    assert difference is not None
    assert difference.estimate == pytest.approx(0.2)
    assert (difference.low, difference.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_nothing_is_said_of_too_few() -> None:
    few, enough = Sample(LEAST_COUNT - 1, 1.0, 1.0), Sample(LEAST_COUNT, 1.0, 1.0)
    assert rate(LEAST_COUNT - 1, 0) is mean(few) is None
    assert rate(LEAST_COUNT, 0) is not None
    assert mean(enough) is not None
    assert rate_difference(LEAST_COUNT, 0, LEAST_COUNT - 1, 0) is None
    assert mean_difference(enough, few) is mean_difference(few, enough) is None
    equal = mean_difference(Sample(50, 2.0, 0.0), Sample(50, 1.0, 0.0))
    assert equal is not None
    assert (equal.low, equal.estimate, equal.high) == (1.0, 1.0, 1.0)


def sample(values: list[float]) -> Sample:
    return Sample(len(values), fmean(values), variance(values))


def test_intervals_contain_a_known_difference_of_means_as_often_as_they_say() -> None:
    dice = random.Random(16)
    hits = 0
    for _ in range(RUNS):
        base = sample([dice.gauss(3.0, 1.0) for _ in range(60)])
        other = sample([dice.gauss(3.4, 2.0) for _ in range(90)])
        interval = mean_difference(other, base)
        assert interval is not None
        hits += interval.low <= 0.4 <= interval.high
    assert 0.93 <= hits / RUNS <= 0.97


def test_intervals_contain_a_known_difference_of_rates_as_often_as_they_say() -> None:
    dice = random.Random(12)
    hits = 0
    for _ in range(RUNS):
        base, other = (sum(dice.random() < p for _ in range(200)) for p in (0.3, 0.42))
        interval = rate_difference(200, other, 200, base)
        assert interval is not None
        hits += interval.low <= 0.12 <= interval.high
    assert 0.93 <= hits / RUNS <= 0.97


def test_evidence_grows_with_what_is_above_and_shrinks_with_what_is_below() -> None:
    assert evidence_above(0, 0, 0.1) == pytest.approx(1.0)
    assert evidence_above(100, 30, 0.1) > 1000 > 1 > evidence_above(100, 5, 0.1)
    assert evidence_above(10**6, 10**6, 0.1) == float("inf")
    assert is_above(100, 30, 0.1)
    assert not is_above(0, 0, 0.1)
    # What is sure of a rate: a limit right below is passed, one right above is not
    bound = lower_bound(200, 60)
    assert 0.15 < bound < 0.3
    assert is_above(200, 60, bound - 1e-6)
    assert not is_above(200, 60, bound + 1e-6)


def first_breach(dice: random.Random, *, errors: float, limit: float, most: int, step: int) -> int | None:
    """After how many runs of B a guardrail of errors ends an experiment, looking every few."""
    ended = failed = 0
    while ended < most:
        ended += step
        failed += sum(dice.random() < errors for _ in range(step))
        if find_breach(SHARES, A, {B: GuardrailCounts(ended, failed)}, limit, None) is not None:
            return ended
    return None


def test_a_version_that_fails_is_stopped_soon() -> None:
    dice = random.Random(3)
    ends = [first_breach(dice, errors=0.3, limit=0.1, most=400, step=5) for _ in range(100)]
    assert None not in ends
    assert sorted(end for end in ends if end)[50] < 100


def test_versions_that_keep_the_limit_are_stopped_no_more_often_than_stated() -> None:
    dice = random.Random(5)
    # At the limit itself, which is the worst that keeps it, looked at 40 times
    runs = 1000
    alarms = sum(first_breach(dice, errors=0.1, limit=0.1, most=400, step=10) is not None for _ in range(runs))
    assert alarms / runs <= FALSE_ALARMS


def test_slow_runs_and_the_baseline() -> None:
    slow = GuardrailCounts(ended=200, failed=0, slow=60)
    breach = find_breach(SHARES, A, {B: slow}, None, 2.0)
    assert breach is not None
    assert (breach.number, breach.limit, breach.count, breach.hits) == (2, "maxP95Seconds", 200, 60)
    assert breach.at_least > 0.05
    # 5% above are what a 95th percentile is; the baseline is never returned from; no limit, no breach
    assert find_breach(SHARES, A, {B: GuardrailCounts(200, 0, 10)}, None, 2.0) is None
    assert find_breach(SHARES, A, {A: GuardrailCounts(200, 200, 0)}, 0.1, 2.0) is None
    assert find_breach(SHARES, A, {B: GuardrailCounts(200, 200, 0)}, None, None) is None
