"""Experiments: traffic divided among versions of a model, with limits that end it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.domain.storable import is_storable
from server.domain.traffic import NAME_MAX
from server.errors import Violation


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
