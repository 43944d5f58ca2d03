"""What the ledger says was used in a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.adapters.database import rows
from server.domain.accounts import USER_OWNER
from server.domain.usage import UsageGrouping


async def read(
    owner: str | None, begin: datetime, end: datetime, grouping: UsageGrouping, currency: str, limit: int
) -> list[dict[str, Any]]:
    """Sums of an owner's lines, or of all, from `begin` until before `end`: the total first, then up to `limit` groups.

    Each has `key`: a day, or an id as text, null for none; days are in their order, and of others the dearest first.
    """
    statement = _STATEMENTS[grouping, owner is not None]
    return await rows(statement, begin, end, currency, limit + 1, *([owner] if owner is not None else []))


async def names_of(grouping: UsageGrouping, ids: list[str]) -> dict[str, str]:
    """Names by id: of models `owner/name`, of users handles, of API keys their names, of revoked ones too."""
    return {row["id"]: row["name"] for row in await rows(_NAMES[grouping], ids)}


_KEY = {
    UsageGrouping.DAY: "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    UsageGrouping.MODEL: "model_id::text",
    UsageGrouping.KEY: "key_id::text",
    # Who has no account is nobody in particular
    UsageGrouping.USER: f"CASE WHEN owner LIKE '{USER_OWNER}%' THEN substr(owner, {len(USER_OWNER) + 1}) END",
}


def _statement(grouping: UsageGrouping, *, of_owner: bool) -> str:
    order = "key" if grouping is UsageGrouping.DAY else "amount DESC, predictions DESC, key"
    return f"""
SELECT key, grouping(key) AS is_total, count(*) AS predictions,
  coalesce(sum(CASE WHEN predict_seconds BETWEEN 0 AND 1e9 THEN round(predict_seconds::numeric, 6) END), 0) AS seconds,
  coalesce(sum(input_tokens), 0)::bigint AS input_tokens, coalesce(sum(output_tokens), 0)::bigint AS output_tokens,
  coalesce(sum(amount) FILTER (WHERE charge->>'currency' = $3), 0) AS amount
FROM (SELECT {_KEY[grouping]} AS key, * FROM usage
  WHERE created_at >= $1 AND created_at < $2 {"AND owner = $5" if of_owner else ""}) u
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
