"""What the ledger says was used in a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.adapters.database import rows
from server.domain.accounts import USER_OWNER
from server.domain.usage import UsageGrouping
from server.queue.roll_ups import day_bounds
from server.tables.roll_ups import NONE


async def read(
    owner: str | None, begin: datetime, end: datetime, grouping: UsageGrouping, currency: str, limit: int
) -> list[dict[str, Any]]:
    """Sums of an owner's lines, or of all, from `begin` until before `end`: the total first, then up to `limit` groups.

    Each has `key`: a day, or an id as text, null for none; days are in their order, and of others the dearest first.
    Whole days are read of roll-ups, and of the ledger what is before and behind them, or not in them yet.
    """
    statement = _STATEMENTS[grouping, owner is not None]
    values = (begin, end, currency, limit + 1, *day_bounds(begin, end), *([owner] if owner is not None else []))
    return await rows(statement, *values)


async def names_of(grouping: UsageGrouping, ids: list[str]) -> dict[str, str]:
    """Names by id: of models `owner/name`, of users handles, of API keys their names, of revoked ones too."""
    return {row["id"]: row["name"] for row in await rows(_NAMES[grouping], ids)}


_KEY = {
    UsageGrouping.DAY: "to_char(day, 'YYYY-MM-DD')",
    UsageGrouping.MODEL: f"nullif(model_id, '{NONE}')::text",
    UsageGrouping.KEY: f"nullif(key_id, '{NONE}')::text",
    # Who has no account is nobody in particular
    UsageGrouping.USER: f"CASE WHEN owner LIKE '{USER_OWNER}%' THEN substr(owner, {len(USER_OWNER) + 1}) END",
}


def _statement(grouping: UsageGrouping, *, of_owner: bool) -> str:
    order = "key" if grouping is UsageGrouping.DAY else "amount DESC, predictions DESC, key"
    whose = "AND owner = $7" if of_owner else ""
    # The mark is read in the statement that reads both: what is added to days meanwhile is in none of them, or in one
    return f"""
WITH mark AS (SELECT coalesce((SELECT until FROM roll_up WHERE id = 1), '-infinity') AS until),
bounds AS (
  SELECT until, least($5::timestamptz, $2::timestamptz) AS head_end, greatest(least($5::timestamptz, $2::timestamptz),
    CASE WHEN until >= $2 THEN $6::timestamptz ELSE until + interval '1 microsecond' END) AS tail_begin
  FROM mark),
lines AS (
  SELECT created_at, owner, model_id, key_id, predict_seconds, input_tokens, output_tokens, amount, charge
  FROM bounds, usage WHERE created_at >= $1::timestamptz AND created_at < bounds.head_end {whose}
  UNION ALL
  SELECT created_at, owner, model_id, key_id, predict_seconds, input_tokens, output_tokens, amount, charge
  FROM bounds, usage WHERE created_at >= bounds.tail_begin AND created_at < $2::timestamptz {whose}),
days AS (
  SELECT (created_at AT TIME ZONE 'UTC')::date AS day, owner, coalesce(model_id, '{NONE}') AS model_id,
    coalesce(key_id, '{NONE}') AS key_id, charge->>'currency' AS currency, 1::bigint AS predictions,
    CASE WHEN predict_seconds BETWEEN 0 AND 1e9 THEN round(predict_seconds::numeric, 6) ELSE 0 END AS seconds,
    input_tokens::bigint AS input_tokens, output_tokens::bigint AS output_tokens, amount
  FROM lines
  UNION ALL
  SELECT day, d.owner, model_id, key_id, currency, predictions, seconds, input_tokens, output_tokens, amount
  FROM bounds, usage_day d
  WHERE $5::timestamptz < $2::timestamptz AND day >= ($5::timestamptz AT TIME ZONE 'UTC')::date
    AND (until < $2 OR day < ($6::timestamptz AT TIME ZONE 'UTC')::date) {whose})
SELECT key, grouping(key) AS is_total, coalesce(sum(predictions), 0)::bigint AS predictions,
  coalesce(sum(seconds), 0) AS seconds, coalesce(sum(input_tokens), 0)::bigint AS input_tokens,
  coalesce(sum(output_tokens), 0)::bigint AS output_tokens,
  coalesce(sum(amount) FILTER (WHERE currency = $3), 0) AS amount
FROM (SELECT {_KEY[grouping]} AS key, predictions, seconds, input_tokens, output_tokens, amount, currency FROM days) d
GROUP BY GROUPING SETS ((key), ()) ORDER BY is_total DESC, {order} LIMIT $4 + 1
"""  # noqa: S608 - constants only


_STATEMENTS = {
    (grouping, of_owner): _statement(grouping, of_owner=of_owner)
    for grouping in UsageGrouping
    for of_owner in (True, False)
}
_NAMES = {
    UsageGrouping.MODEL: """
SELECT m.id::text AS id, u.handle || '/' || m.name AS name FROM model m JOIN "user" u ON u.id = m.owner_id
WHERE m.id = ANY($1::text[]::uuid[])
""",
    UsageGrouping.KEY: "SELECT id::text AS id, name FROM api_key WHERE id = ANY($1::text[]::uuid[])",
    UsageGrouping.USER: 'SELECT id::text AS id, handle AS name FROM "user" WHERE id = ANY($1::text[]::uuid[])',
}
