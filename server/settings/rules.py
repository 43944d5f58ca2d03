"""What settings need beside each other: what is missing, what does not fit together, what is too weak."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.settings import Settings

MIN_SECRET_LENGTH = 32
MAKE_SECRET = "python -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 - a command, not a secret


def missing_values(settings: Settings, needs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and sentences of what is needed and not set, or set and too weak."""
    if "DATABASE_URL" in needs and settings.database_url is None:
        yield "DATABASE_URL", "is not set; give a PostgreSQL URL, or use `inference-server up`"
    if "REDIS_URL" in needs and settings.redis_dsn is None:
        yield "REDIS_URL", "is not set; give a Redis URL, or use `inference-server up`"
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    if (weakness := secret_weakness(secret)) and (secret or "SECRET_KEY" in needs):
        yield "SECRET_KEY", f"{weakness}; make one with: {MAKE_SECRET}"


def inconsistent_values(settings: Settings) -> Iterator[tuple[str, str]]:
    """Names and sentences of what does not fit together."""
    if settings.heartbeat_seconds * 2 > settings.lease_seconds:
        yield "HEARTBEAT_SECONDS", "must be at most half of LEASE_SECONDS"
    wrong = [name for name in settings.predictors if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", name)]
    if wrong:
        yield "CUSTOM_PREDICTORS", f"{', '.join(map(repr, wrong))}: not of the form package.module:Class"
    if settings.storage_type == "s3" and not settings.s3_bucket:
        yield "S3_BUCKET", "is not set; STORAGE_TYPE=s3 needs it"
    weak = [weakness for old in settings.older_secrets if (weakness := secret_weakness(old))]
    if weak:
        yield "SECRET_KEYS_OLD", f"one of them {weak[0]}"
    yield from settings.edge_problems()
    yield from settings.operations_problems()


def secret_weakness(secret: str) -> str | None:
    """Why a secret may not be used, or None."""
    if not secret:
        return "is not set"
    if len(secret) < MIN_SECRET_LENGTH:
        return f"has {len(secret)} characters, fewer than {MIN_SECRET_LENGTH}"
    if len(set(secret)) < 10:
        return "repeats too few characters to be random"
    return None
