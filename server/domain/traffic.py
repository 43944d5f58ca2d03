"""Which version a prediction runs that pins none: weights over versions, and who gets which."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from server.errors import Violation

MOST_SHARES = 10
MOST_ALIASES = 20
WHOLE = 100
NAME_MAX = 100
STICKY_KEY_MAX = 200
LATEST = "latest"
"""The alias that nobody sets: the newest READY version, whatever the traffic."""
VERSION_ALIAS = re.compile(r"[a-z](?:-?[a-z0-9]){0,31}", re.ASCII)
_BITS = 64


@dataclass(frozen=True)
class Share:
    """How many of a hundred callers run a version."""

    version: UUID
    number: int
    weight: int


@dataclass(frozen=True)
class Traffic:
    """What runs where no version is pinned. Without an experiment it is one version alone."""

    experiment: UUID | None
    shares: tuple[Share, ...]

    @classmethod
    def of_row(cls, data: Mapping[str, Any] | None) -> Self | None:
        """What a model's row has; None where its newest READY version runs."""
        if not data:
            return None
        experiment = UUID(data["experiment"]) if data["experiment"] else None
        return cls(experiment, shares_of_row(data["shares"]))

    def row(self) -> dict[str, Any]:
        """What the row of its model has."""
        return {"experiment": str(self.experiment) if self.experiment else None, "shares": row_of_shares(self.shares)}

    def choose(self, subject: str) -> Share:
        """The share that somebody is in: the same for as long as the experiment runs, whatever process asks."""
        digest = hashlib.sha256(f"{self.experiment}:{subject}".encode(errors="surrogatepass")).digest()
        place = int.from_bytes(digest[: _BITS // 8]) * WHOLE >> _BITS
        for share in self.shares:
            place -= share.weight
            if place < 0:
                return share
        raise ValueError(f"The weights are less than {WHOLE}.")


def shares_of_row(data: Sequence[Mapping[str, Any]]) -> tuple[Share, ...]:
    """Shares as a row has them."""
    return tuple(Share(UUID(each["version"]), each["number"], each["weight"]) for each in data)


def row_of_shares(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Shares in the form of a row."""
    return [{"version": str(each.version), "number": each.number, "weight": each.weight} for each in shares]


def share_violations(numbers: Sequence[int], weights: Sequence[int]) -> list[Violation]:
    """What is wrong with weights of versions, without a look at the versions; none at all are right."""
    violations = []
    if len(numbers) > MOST_SHARES:
        violations.append(Violation("/shares", f"At most {MOST_SHARES} versions have a share.", "maxItems"))
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            violations.append(Violation(f"/shares/{place}/version", "Each version has one share.", "uniqueItems"))
    for place, weight in enumerate(weights):
        if not 0 <= weight <= WHOLE:
            rule = f"A weight is 0 to {WHOLE}."
            violations.append(Violation(f"/shares/{place}/weight", rule, "range"))
    if weights and not violations and sum(weights) != WHOLE:
        rule = f"The weights are {WHOLE} together, not {sum(weights)}."
        violations.append(Violation("/shares", rule, "sum"))
    return violations


def sticky_key_violations(key: str | None) -> list[Violation]:
    """What is wrong with a key that callers are told apart by."""
    if key is None or (1 <= len(key) <= STICKY_KEY_MAX and key.isprintable()):
        return []
    rule = f"A key has 1 to {STICKY_KEY_MAX} printable characters."
    return [Violation("/stickyKey", rule, "length")]
