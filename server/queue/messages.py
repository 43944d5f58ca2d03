"""Statements of webhooks that have one message each, such as that of a batch's end, in a table of their own."""

from __future__ import annotations

from typing import NamedTuple

_IS_DUE = """w.state = 'pending' AND w.user_id <> ALL({users}::uuid[])
    AND (w.lease_until IS NULL OR w.lease_until < now())"""


class MessageStatements(NamedTuple):
    """What leases the messages of a table that are due, says when one will be, and writes what became of one."""

    claim: str
    next_wait: str
    record: str


def message_statements(table: str, key: str, columns: str) -> MessageStatements:
    """Those of a table whose rows are named by `key`; a claim gives `columns` of it, of `w`, and what leases need."""
    claim = f"""
WITH due AS (
  SELECT w.{key} FROM {table} w WHERE {_IS_DUE.format(users="$3")} AND w.next_at <= now()
  ORDER BY w.next_at LIMIT $1 FOR UPDATE SKIP LOCKED)
UPDATE {table} w SET attempt = w.attempt + 1, lease_until = now() + make_interval(secs => $2)
FROM due WHERE w.{key} = due.{key}
RETURNING {columns}
"""  # noqa: S608 - constants only
    next_wait = f"""
SELECT extract(epoch FROM greatest(w.next_at - now(), interval '0')) AS wait
FROM {table} w WHERE {_IS_DUE.format(users="$1")} ORDER BY w.next_at LIMIT 1
"""  # noqa: S608 - constants only
    record = f"""
UPDATE {table} SET state = $3::varchar, next_at = now() + make_interval(secs => $4), attempts = $5::jsonb,
  tries = tries + $6, lease_until = NULL, updated_at = now()
WHERE {key} = $1 AND attempt = $2 AND state = 'pending' RETURNING {key}
"""  # noqa: S608 - constants only
    return MessageStatements(claim, next_wait, record)
