"""Experiments: traffic divided among versions of a model, with limits that end it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.domain.prices import DECIMALS
from server.domain.statistics import P95, Interval, is_above, lower_bound
from server.domain.storable import is_storable
from server.domain.traffic import NAME_MAX, Share
from server.errors import Violation

OUTCOME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)
MOST_OUTCOMES = 20
"""How many names one prediction may have outcomes by, and of how many an experiment tells."""


class OutcomeKind(StrEnum):
    """What the values of an outcome are: 0 and 1 alone, or any numbers."""

    RATE = "RATE"
    MEAN = "MEAN"


class ExperimentEnd(StrEnum):
    """Why an experiment ended."""

    STOPPED = "STOPPED"
    REPLACED = "REPLACED"
    GUARDRAIL = "GUARDRAIL"


@dataclass(frozen=True)
class Guardrail:
    """What a version may not surely exceed: the rate of failures, and seconds that 19 of 20 runs stay below."""

    max_error_rate: float | None = None
    max_p95_seconds: float | None = None
    webhook_url: str | None = None


@dataclass(frozen=True)
class NewTraffic:
    """What an owner sets: versions by their numbers with their weights; none, and the newest READY version runs.

    `baseline` is the version that others are compared with; None is the oldest of them.
    """

    shares: tuple[tuple[int, int], ...] = ()
    name: str = ""
    baseline: int | None = None
    guardrail: Guardrail | None = None


def experiment_violations(new: NewTraffic) -> list[Violation]:
    """What is wrong with the name, baseline and guardrail of new traffic."""
    violations = []
    if len(new.name) > NAME_MAX or not is_storable(new.name):
        violations.append(Violation("/name", f"At most {NAME_MAX} characters of text.", "maxLength"))
    numbers = [number for number, weight in new.shares]
    if new.baseline is not None and new.baseline not in numbers:
        violations.append(Violation("/baseline", "The baseline is one of the versions with a share.", "baseline"))
    guardrail = new.guardrail
    if guardrail is None:
        return violations
    if is_divided(new) is False:
        rule = "A guardrail watches traffic that is divided among versions."
        violations.append(Violation("/guardrail", rule, "guardrail"))
    rate, seconds = guardrail.max_error_rate, guardrail.max_p95_seconds
    if rate is None and seconds is None:
        violations.append(Violation("/guardrail", "A guardrail has a limit at least.", "guardrail"))
    if rate is not None and not 0.001 <= rate <= 0.999:
        violations.append(Violation("/guardrail/maxErrorRate", "A rate is 0.001 to 0.999.", "range"))
    if seconds is not None and not 0.001 <= seconds <= 86_400:
        violations.append(Violation("/guardrail/maxP95Seconds", "A time is 0.001 to 86400 seconds.", "range"))
    return violations


def is_divided(new: NewTraffic) -> bool:
    """Whether more than one version runs, so that there is something to compare."""
    return sum(weight > 0 for _, weight in new.shares) > 1


@dataclass(frozen=True)
class Percentiles:
    """What half of the runs stayed below, and 19 of 20; None where nothing was measured."""

    p50: float | None
    p95: float | None


NOT_MEASURED = Percentiles(None, None)


@dataclass(frozen=True)
class OutcomeResult:
    """An outcome of what one version made, with what it differs from the baseline; None where there is too little."""

    name: str
    kind: OutcomeKind
    count: int
    mean: Interval | None
    difference: Interval | None


@dataclass(frozen=True)
class VersionResult:
    """What came of one version of an experiment: of so many runs that ended, without those that were canceled.

    `cost` is what these runs are charged together, and `mean_cost` the part of each, to 12 decimals. `is_exact`: the
    percentiles are computed of each value, and else of histograms.
    """

    share: Share
    is_baseline: bool
    count: int
    error_rate: Interval | None
    error_rate_difference: Interval | None
    queue_seconds: Percentiles
    first_token_seconds: Percentiles
    total_seconds: Percentiles
    is_exact: bool
    cost: Decimal
    mean_cost: Decimal | None
    outcomes: tuple[OutcomeResult, ...]


@dataclass(frozen=True)
class RunSum:
    """What is added up of the runs of a version: how many ended and failed, what they are charged, their times."""

    ended: int = 0
    failed: int = 0
    cost: Decimal = Decimal(0)
    queue_seconds: Percentiles = NOT_MEASURED
    first_token_seconds: Percentiles = NOT_MEASURED
    total_seconds: Percentiles = NOT_MEASURED

    @property
    def mean_cost(self) -> Decimal | None:
        """What one of them is charged, to as many decimals as the ledger has; None of none."""
        return (self.cost / self.ended).quantize(Decimal(1).scaleb(-DECIMALS)) if self.ended else None


@dataclass(frozen=True)
class GuardrailCounts:
    """What a guardrail counted of a version: runs that ended, and of those that succeeded the slow ones."""

    ended: int = 0
    failed: int = 0
    slow: int = 0

    @property
    def succeeded(self) -> int:
        """How many succeeded."""
        return self.ended - self.failed


@dataclass(frozen=True)
class Breach:
    """A limit that a version surely passes: its name, of so many runs how many, and the part that is sure."""

    number: int
    limit: str
    count: int
    hits: int
    at_least: float

    def row(self) -> dict[str, Any]:
        """What the row of its experiment has."""
        return {"version": self.number, "limit": self.limit, "count": self.count, "hits": self.hits,
                "atLeast": self.at_least}  # fmt: skip


def find_breach(
    shares: Sequence[Share],
    baseline: UUID,
    counts: Mapping[UUID, GuardrailCounts],
    max_error_rate: float | None,
    max_p95_seconds: float | None,
) -> Breach | None:
    """The first limit that a version beside the baseline surely passes, by all that was counted so far.

    The rate of false alarms (`server.domain.statistics`) is that of the whole experiment: it is divided among
    limits and versions.
    """
    others = [share for share in shares if share.version != baseline and share.weight]
    tests = max(1, len(others) * ((max_error_rate is not None) + (max_p95_seconds is not None)))
    for share in others:
        tally = counts.get(share.version, GuardrailCounts())
        for name, limit, count, hits in (
            ("maxErrorRate", max_error_rate, tally.ended, tally.failed),
            ("maxP95Seconds", None if max_p95_seconds is None else P95, tally.succeeded, tally.slow),
        ):
            if limit is not None and is_above(count, hits, limit, tests):
                return Breach(share.number, name, count, hits, lower_bound(count, hits, tests))
    return None


def outcome_violations(name: str, value: float) -> list[Violation]:
    """What is wrong with an outcome."""
    violations = []
    if not OUTCOME.fullmatch(name):
        rule = "1 to 64 letters, digits and any of . _ -, a letter first"
        violations.append(Violation("/name", f"An outcome's name has {rule}.", "pattern"))
    if not math.isfinite(value) or abs(value) > 1e15:
        violations.append(Violation("/value", "A value is a number of at most 10^15.", "range"))
    return violations
