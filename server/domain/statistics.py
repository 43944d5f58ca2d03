"""Intervals that compare versions, and evidence that a limit is passed.

No library serves: SciPy and statsmodels weigh a hundred times what these formulas do, and the API process would load
them. Each formula names its source, and tests compare with published values and with simulations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

LEAST_COUNT = 30
"""Below so many values nothing is said of a version but how many there are."""
CONFIDENCE = 0.95
FALSE_ALARMS = 0.01
"""How often at most a guardrail ends an experiment whose versions keep its limits, however often it looks."""
P95 = 0.05
"""How many runs may be slower than a 95th percentile."""
_GRID = 200


@dataclass(frozen=True)
class Interval:
    """An estimate, and the ends of its interval of CONFIDENCE."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Sample:
    """Values by their number, their mean, and their variance as that of a sample."""

    count: int
    mean: float
    variance: float


def rate(count: int, hits: int) -> Interval | None:
    """The rate of hits with Wilson's score interval; None of too few.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if count < LEAST_COUNT:
        return None
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    p = hits / count
    center = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return Interval(p, max(0.0, center - half), min(1.0, center + half))


def rate_difference(count: int, hits: int, base_count: int, base_hits: int) -> Interval | None:
    """How much higher a rate is than that of the baseline, with its interval; None of too few.

    Method 10 of Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17 (1998).
    """
    own, base = rate(count, hits), rate(base_count, base_hits)
    if own is None or base is None:
        return None
    difference = own.estimate - base.estimate
    below = math.hypot(own.estimate - own.low, base.high - base.estimate)
    above = math.hypot(own.high - own.estimate, base.estimate - base.low)
    return Interval(difference, difference - below, difference + above)


def mean(sample: Sample) -> Interval | None:
    """A mean with Student's interval; None of too few."""
    if sample.count < LEAST_COUNT:
        return None
    half = student_quantile(0.5 + CONFIDENCE / 2, sample.count - 1) * math.sqrt(sample.variance / sample.count)
    return Interval(sample.mean, sample.mean - half, sample.mean + half)


def mean_difference(sample: Sample, base: Sample) -> Interval | None:
    """How much higher a mean is than that of the baseline, with Welch's interval; None of too few.

    Welch, "The generalization of Student's problem when several different population variances are involved",
    Biometrika 34 (1947).
    """
    if min(sample.count, base.count) < LEAST_COUNT:
        return None
    parts = [each.variance / each.count for each in (sample, base)]
    error, difference = sum(parts), sample.mean - base.mean
    if error == 0:
        return Interval(difference, difference, difference)
    freedom = (
        error * error / sum(part * part / (each.count - 1) for part, each in zip(parts, (sample, base), strict=True))
    )
    half = student_quantile(0.5 + CONFIDENCE / 2, freedom) * math.sqrt(error)
    return Interval(difference, difference - half, difference + half)


def student_quantile(probability: float, freedom: float) -> float:
    """A quantile of Student's distribution, of at least LEAST_COUNT - 1 degrees of freedom.

    The expansion 26.7.5 of Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964); from 29 degrees on it
    is right to 5 digits at 97.5%.
    """
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


def evidence_above(count: int, hits: int, limit: float) -> float:
    """How strongly a rate lies above a limit: a value that reaches x with a probability of 1/x at most, if it does not.

    That holds however often it is looked at, since it is a supermartingale where the rate is at most the limit
    (Ville's inequality): the mean of the likelihood ratios of rates above the limit. See Howard, Ramdas, McAuliffe
    and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021).
    """
    misses = count - hits
    logs = []
    for step in range(_GRID):
        other = limit + (1 - limit) * (step + 0.5) / _GRID
        logs.append(hits * math.log(other / limit) + misses * math.log((1 - other) / (1 - limit)))
    most = max(logs)
    if most > 700:
        return math.inf
    return sum(map(math.exp, logs)) / _GRID


def is_above(count: int, hits: int, limit: float, tests: int = 1) -> bool:
    """Whether a rate is surely above a limit, where so many limits of versions are looked at."""
    return count > 0 and evidence_above(count, hits, limit) >= tests / FALSE_ALARMS


def lower_bound(count: int, hits: int, tests: int = 1) -> float:
    """The rate that is surely reached: all limits below it are passed (`is_above`)."""
    low, high = 0.0, hits / count if count else 0.0
    for _ in range(40):
        middle = (low + high) / 2
        if middle > 0 and is_above(count, hits, middle, tests):
            low = middle
        else:
            high = middle
    return low
