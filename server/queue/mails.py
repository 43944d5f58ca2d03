"""Mail that waits to be sent: written, claimed, tried again, forgotten once it was sent or given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from server.adapters.database import rows
from server.domain.mails import MailKind, MailState


@dataclass(frozen=True)
class MailLease:
    """A mail that this process sends for now; `attempt` is the fencing token, `tries` counts those that failed.

    `subject_id` is the invitation that it carries. It is given up after `expires_at`.
    """

    id: UUID
    attempt: int
    kind: MailKind
    recipient: str
    subject_id: UUID | None
    tries: int
    expires_at: datetime
    is_expired: bool


async def insert(kind: MailKind, recipient: str, expires_seconds: float, subject_id: UUID | None = None) -> UUID:
    """Have a mail sent; whoever runs in a transaction has it sent with its commit."""
    (row,) = await rows(_INSERT, uuid4(), kind.value, recipient, subject_id, expires_seconds)
    mail_id: UUID = row["id"]
    return mail_id


async def claim(limit: int, lease_seconds: float) -> list[MailLease]:
    """Up to `limit` mails that are due, now leased."""
    claimed = await rows(_CLAIM, limit, lease_seconds)
    return [MailLease(**{**row, "kind": MailKind(row["kind"])}) for row in claimed]


async def seconds_to_next() -> float | None:
    """Until a mail is due that nobody leases; None where none waits."""
    (row,) = await rows(_NEXT)
    return None if row["wait"] is None else float(row["wait"])


async def postpone(lease: MailLease, seconds: float, error: str) -> bool:
    """Try a mail again later; False when somebody else has it by now."""
    return bool(await rows(_POSTPONE, lease.id, lease.attempt, seconds, error))


async def release(lease: MailLease) -> None:
    """Let others send it now, without counting a try."""
    await rows(_RELEASE, lease.id, lease.attempt)


async def finish(lease: MailLease, state: MailState, error: str | None = None) -> bool:
    """Forget a mail that was sent or given up, which its invitation remembers; False when it is not ours any more."""
    return bool(await rows(_FINISH, lease.id, lease.attempt, state.value, error))


_INSERT = """
INSERT INTO mail (id, kind, recipient, subject_id, tries, attempt, next_at, expires_at, created_at)
VALUES ($1, $2, $3, $4, 0, 0, now(), now() + make_interval(secs => $5), now()) RETURNING id
"""
_CLAIM = """
UPDATE mail SET attempt = attempt + 1, lease_until = now() + make_interval(secs => $2)
WHERE id IN (
  SELECT id FROM mail WHERE next_at <= now() AND (lease_until IS NULL OR lease_until < now())
  ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempt, kind, recipient, subject_id, tries, expires_at, expires_at < now() AS is_expired
"""
_NEXT = """
SELECT extract(epoch FROM greatest(min(greatest(next_at, lease_until)) - now(), interval '0')) AS wait FROM mail
"""
_POSTPONE = """
WITH m AS (
  UPDATE mail SET tries = tries + 1, next_at = now() + make_interval(secs => $3), lease_until = NULL
  WHERE id = $1 AND attempt = $2 RETURNING id, subject_id),
i AS (UPDATE invitation SET mail_error = $4 FROM m WHERE invitation.id = m.subject_id)
SELECT id FROM m
"""
_RELEASE = "UPDATE mail SET lease_until = NULL WHERE id = $1 AND attempt = $2 RETURNING id"
_FINISH = """
WITH m AS (DELETE FROM mail WHERE id = $1 AND attempt = $2 RETURNING id, subject_id),
i AS (UPDATE invitation SET mail_state = $3, mail_error = $4 FROM m WHERE invitation.id = m.subject_id)
SELECT id FROM m
"""
