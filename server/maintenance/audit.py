"""The audit log forgets what is older than AUDIT_DAYS."""

from __future__ import annotations

from tortoise.transactions import in_transaction

from server.adapters.database import rows

FORGOTTEN_AT_ONCE = 1000


async def forget_old(days: int) -> int:
    """Remove events older than so many days, the oldest first, up to FORGOTTEN_AT_ONCE; how many.

    The database lets nobody remove an event otherwise: the trigger of the table wants this transaction to say so.
    """
    if not await rows(_OLD, days):
        return 0
    async with in_transaction():
        await rows("SELECT set_config('inference_server.audit_days', $1::text, true)", str(days))
        return len(await rows(_FORGET, days, FORGOTTEN_AT_ONCE))


_OLD = "SELECT 1 FROM audit_event WHERE created_at < now() - make_interval(days => $1) LIMIT 1"
_FORGET = """
DELETE FROM audit_event WHERE id IN (
  SELECT id FROM audit_event WHERE created_at < now() - make_interval(days => $1)
  ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
