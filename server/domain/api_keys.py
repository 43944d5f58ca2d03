"""API keys: what they may do, and the rules of a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.storable import is_storable
from server.errors import Violation

NAME_MAX = 80
MAX_KEYS = 50


class Scope(StrEnum):
    """One kind of thing that an API key may do; none includes another."""

    READ = "READ"
    RUN = "RUN"
    WRITE = "WRITE"
    ADMIN = "ADMIN"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True)
class NewApiKey:
    """A key to make; without `expires_at` it lives until it is revoked."""

    name: str
    scopes: frozenset[Scope]
    expires_at: datetime | None = None


def key_violations(new: NewApiKey, now: datetime, *, is_admin: bool) -> list[Violation]:
    """Every rule that a new key breaks."""
    violations = []
    if not 1 <= len(new.name.strip()) <= NAME_MAX or not new.name.isprintable() or not is_storable(new.name):
        violations.append(Violation("/name", f"A name has 1 to {NAME_MAX} printable characters.", "length"))
    if not new.scopes:
        violations.append(Violation("/scopes", "A key needs at least one scope.", "minItems"))
    if Scope.ADMIN in new.scopes and not is_admin:
        violations.append(Violation("/scopes", "Only administrators may give a key the scope ADMIN.", "forbidden"))
    if new.expires_at is not None and new.expires_at <= now:
        violations.append(Violation("/expiresAt", "The expiry of a key must lie in the future.", "minimum"))
    return violations
