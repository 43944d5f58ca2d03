"""Deliveries of webhooks as whoever sends them sees them: noted, claimed, recorded, pruned.

A prediction's end and its COMPLETED delivery are one statement: whatever ends rows contains `completed(...)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.database import from_json, rows, to_json
from server.domain.webhooks import MIN_GAP_SECONDS, DeliveryState, WebhookEvent

KEPT_ATTEMPTS = 20
PRUNED_AT_ONCE = 500


@dataclass(frozen=True)
class WebhookLease:
    """A prediction's webhook that this process delivers for now; `attempt` is the fencing token."""

    prediction_id: UUID
    attempt: int
    user_id: UUID
    url: str
    base_url: str
    is_disabled: bool
    is_rest: bool
    traceparent: str | None = None


@dataclass(frozen=True)
class DueDelivery:
    """A delivery that is to be sent now."""

    id: UUID
    prediction_id: UUID
    event: WebhookEvent
    noted: int
    sent: int
    tries: int
    attempts: list[dict[str, Any]]
    created_at: datetime

    @property
    def message_id(self) -> str:
        """The `webhook-id`: of START and COMPLETED always the same, of OUTPUT and LOGS one for each message."""
        again = self.event in (WebhookEvent.OUTPUT, WebhookEvent.LOGS)
        return f"msg_{self.id.hex}_{self.sent + 1}" if again else f"msg_{self.id.hex}"


@dataclass(frozen=True)
class DeliveryOutcome:
    """What an attempt leaves a delivery in; `wait_seconds` is until its next try, of a PENDING one."""

    state: DeliveryState
    wait_seconds: float = 0.0


def completed(ended: str) -> str:
    """The statement that makes COMPLETED deliveries of predictions that ended, or a last OUTPUT where that must do.

    `ended` names rows with id, user_id, status and webhook_events: the CTE of the UPDATE that ended them.
    """
    return f"""
INSERT INTO webhook_delivery AS d (id, prediction_id, user_id, event, state, noted, sent, tries, attempts, next_at,
  created_at, updated_at)
SELECT gen_random_uuid(), id, user_id, CASE WHEN webhook_events ? 'completed' THEN 'completed' ELSE 'output' END,
  'pending', 1, 0, 0, '[]'::jsonb, now(), now(), now()
FROM {ended}
WHERE webhook_events ?| ARRAY['completed', 'output'] AND status NOT IN ('starting', 'processing')
ON CONFLICT (prediction_id, event) DO UPDATE SET state = 'pending', noted = d.noted + 1, tries = 0, next_at = now(),
  updated_at = now() WHERE d.event = 'output'"""  # noqa: S608 - constants only


async def note(prediction_id: UUID, attempt: int, events: list[WebhookEvent]) -> float | None:
    """Have a running prediction's receiver told of these; seconds until the first may go, None where none may.

    Fenced like all that an attempt writes, and one message of an event every MIN_GAP_SECONDS.
    """
    names = [event.value for event in events]
    notices = await rows(_NOTE, prediction_id, attempt, names, MIN_GAP_SECONDS)
    return min((float(row["wait"]) for row in notices), default=None)


async def send_again(delivery_id: UUID) -> bool:
    """Make a delivery due now, with its whole schedule, and its receiver wanted again; False where there is none."""
    return bool(await rows(_SEND_AGAIN, delivery_id))


async def claim(limit: int, lease_seconds: float, busy_users: list[UUID]) -> list[WebhookLease]:
    """Webhooks of up to `limit` predictions in which something is due, now held; none of users with much in hand."""
    return [WebhookLease(**row) for row in await rows(_CLAIM, limit, lease_seconds, busy_users)]


async def seconds_to_next(busy_users: list[UUID]) -> float | None:
    """Until something is due that nobody leases; None where nothing is pending."""
    due = await rows(_NEXT_DUE, busy_users)
    return float(due[0]["wait"]) if due else None


async def next_due(lease: WebhookLease, lease_seconds: float) -> DueDelivery | None:
    """The next delivery of a held webhook, its lease renewed; None when none is due, or it is ours no more."""
    due = await rows(_NEXT, lease.prediction_id, lease.attempt, lease_seconds)
    if not due:
        return None
    values = {**due[0], "event": WebhookEvent(due[0]["event"]), "attempts": from_json(due[0]["attempts"])}
    if values["event"] is WebhookEvent.COMPLETED:
        await rows(_SKIP, lease.prediction_id, lease.attempt)
    return DueDelivery(**values)


async def record(
    lease: WebhookLease, due: DueDelivery, attempt: dict[str, Any] | None, verdict: DeliveryOutcome
) -> bool:
    """Write what became of a delivery; False when somebody else has it by now.

    OUTPUT and LOGS that were noted again meanwhile stay pending.
    """
    attempts = [*due.attempts, attempt][-KEPT_ATTEMPTS:] if attempt else due.attempts
    values = (due.id, verdict.state.value, verdict.wait_seconds, to_json(attempts), 1 if attempt else 0, due.noted)
    return bool(await rows(_RECORD, lease.prediction_id, lease.attempt, *values, MIN_GAP_SECONDS))


async def postpone(lease: WebhookLease, seconds: float) -> None:
    """Let all that is due of a held webhook wait, in its order, without counting a try."""
    await rows(_POSTPONE, lease.prediction_id, lease.attempt, seconds)


async def disable(lease: WebhookLease) -> None:
    """The receiver wants nothing more of this prediction."""
    await rows(_DISABLE, lease.prediction_id, lease.attempt)


async def release(lease: WebhookLease) -> None:
    """Let others deliver for this prediction."""
    await rows(_RELEASE, lease.prediction_id, lease.attempt)


async def prune(keep_seconds: float) -> None:
    """Forget deliveries that ended long ago, and webhooks that have none left."""
    await rows(_PRUNE_DELIVERIES, keep_seconds, PRUNED_AT_ONCE)
    await rows(_PRUNE_WEBHOOKS, keep_seconds, PRUNED_AT_ONCE)


# Both rows in one statement: a delivery of a disabled webhook would be disabled again by the next claim
_SEND_AGAIN = """
WITH w AS (
  UPDATE webhook SET disabled_at = NULL
  WHERE prediction_id = (SELECT prediction_id FROM webhook_delivery WHERE id = $1) RETURNING prediction_id)
UPDATE webhook_delivery d SET state = 'pending', tries = 0, next_at = now(), updated_at = now()
FROM w WHERE d.id = $1 AND d.prediction_id = w.prediction_id RETURNING d.id
"""
_IS_FREE = "d.user_id <> ALL({users}::uuid[]) AND (w.lease_until IS NULL OR w.lease_until < now())"
# Only of a run that is still this attempt's, checked where the row is written. A second notice of OUTPUT or LOGS counts
# up, so that one that comes while the message before it is on its way is not lost
_NOTE = """
INSERT INTO webhook_delivery AS d (id, prediction_id, user_id, event, state, noted, sent, tries, attempts, next_at,
  created_at, updated_at)
SELECT gen_random_uuid(), p.id, p.user_id, e.event, 'pending', 1, 0, 0, '[]'::jsonb, now(), now(), now()
FROM prediction p JOIN webhook w ON w.prediction_id = p.id CROSS JOIN unnest($3::text[]) AS e(event)
WHERE p.id = $1 AND p.attempt = $2 AND p.status = 'processing' AND p.webhook_events ? e.event AND w.disabled_at IS NULL
ON CONFLICT (prediction_id, event) DO UPDATE SET state = 'pending', noted = d.noted + 1, tries = 0,
  next_at = greatest(now(), coalesce(d.last_try_at, d.created_at) + make_interval(secs => $4))
  WHERE d.event IN ('output', 'logs')
RETURNING extract(epoch FROM greatest(next_at - now(), interval '0')) AS wait
"""
# By the due delivery, but the webhook is what is locked and leased: one sender at a time for each prediction keeps its
# messages in order
_CLAIM = f"""
WITH c AS (
  SELECT w.prediction_id FROM webhook_delivery d JOIN webhook w ON w.prediction_id = d.prediction_id
  WHERE d.state = 'pending' AND d.next_at <= now() AND {_IS_FREE.format(users="$3")}
  ORDER BY d.next_at LIMIT $1 FOR UPDATE OF w SKIP LOCKED)
UPDATE webhook w SET attempt = w.attempt + 1, lease_until = now() + make_interval(secs => $2)
FROM (SELECT DISTINCT prediction_id FROM c) AS c WHERE w.prediction_id = c.prediction_id
RETURNING w.prediction_id, w.attempt, w.user_id, w.url, w.base_url, w.disabled_at IS NOT NULL AS is_disabled, w.is_rest,
  (SELECT traceparent FROM prediction p WHERE p.id = w.prediction_id) AS traceparent
"""  # noqa: S608 - constants only
# Without a lock: it says for how long there is nothing to claim, and a claim decides
_NEXT_DUE = f"""
SELECT extract(epoch FROM greatest(d.next_at - now(), interval '0')) AS wait
FROM webhook_delivery d JOIN webhook w ON w.prediction_id = d.prediction_id
WHERE d.state = 'pending' AND {_IS_FREE.format(users="$1")} ORDER BY d.next_at LIMIT 1
"""  # noqa: S608 - constants only
# Renewed and read in one statement, so that no try begins on an expired lease. A START that waits for its host's pace
# goes before whatever came to be due meanwhile, or has that wait, too. What a prediction made while it ran needs no
# telling once it ended, where COMPLETED carries all of it
_NEXT = """
WITH w AS (
  UPDATE webhook SET lease_until = now() + make_interval(secs => $3)
  WHERE prediction_id = $1 AND attempt = $2 AND lease_until IS NOT NULL RETURNING prediction_id)
SELECT d.id, d.prediction_id, d.event, d.noted, d.sent, d.tries, d.attempts, d.created_at
FROM w JOIN webhook_delivery d ON d.prediction_id = w.prediction_id
WHERE d.state = 'pending' AND (d.next_at <= now() OR d.event = 'start')
  AND (d.event NOT IN ('output', 'logs') OR NOT EXISTS (
  SELECT 1 FROM webhook_delivery c
  WHERE c.prediction_id = $1 AND c.event = 'completed' AND c.state = 'pending' AND c.next_at <= now()))
ORDER BY array_position(ARRAY['start', 'output', 'logs', 'completed'], d.event::text) LIMIT 1
"""
_IS_LEASED = "EXISTS (SELECT 1 FROM webhook w WHERE w.prediction_id = $1 AND w.attempt = $2)"
# The rest of that rule: what was skipped is written down, so that it does not stay pending
_SKIP = f"""
UPDATE webhook_delivery SET state = 'skipped', updated_at = now()
WHERE prediction_id = $1 AND event IN ('output', 'logs') AND state = 'pending' AND {_IS_LEASED} RETURNING id
"""  # noqa: S608 - constants only
# Whoever noted something while the message was sent has changed `noted`: the delivery is due again then, whatever came
# of this try
_RECORD = f"""
UPDATE webhook_delivery SET attempts = $6::jsonb, sent = sent + $7::int, tries = tries + $7::int, updated_at = now(),
  last_try_at = CASE WHEN $7::int > 0 THEN now() ELSE last_try_at END,
  state = CASE WHEN noted = $8::int THEN $4::varchar ELSE 'pending' END,
  next_at = now() + make_interval(secs => CASE WHEN noted = $8::int THEN $5::float8 ELSE $9::float8 END)
WHERE id = $3 AND state = 'pending' AND {_IS_LEASED} RETURNING id
"""  # noqa: S608 - constants only
# All of them: one that may not go yet must not be overtaken by what comes after it
_POSTPONE = f"""
UPDATE webhook_delivery SET next_at = greatest(next_at, now() + make_interval(secs => $3))
WHERE prediction_id = $1 AND state = 'pending' AND {_IS_LEASED} RETURNING id
"""  # noqa: S608 - constants only
# Webhook and deliveries together, or a delivery that nobody may send would stay pending
_DISABLE = """
WITH w AS (
  UPDATE webhook SET disabled_at = now() WHERE prediction_id = $1 AND attempt = $2 RETURNING prediction_id)
UPDATE webhook_delivery d SET state = 'disabled', updated_at = now()
FROM w WHERE d.prediction_id = w.prediction_id AND d.state = 'pending' RETURNING d.id
"""
# Fenced, since the lease may have expired and be somebody else's
_RELEASE = "UPDATE webhook SET lease_until = NULL WHERE prediction_id = $1 AND attempt = $2 RETURNING prediction_id"
# By the index of those that ended, in small portions, so that a sweep locks few rows
_PRUNE_DELIVERIES = """
DELETE FROM webhook_delivery WHERE id IN (
  SELECT id FROM webhook_delivery WHERE state <> 'pending' AND updated_at < now() - make_interval(secs => $1)
  ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id
"""
# Last, when the prediction has ended and nothing more can be noted for it
_PRUNE_WEBHOOKS = """
DELETE FROM webhook WHERE prediction_id IN (
  SELECT w.prediction_id FROM webhook w JOIN prediction p ON p.id = w.prediction_id
  WHERE w.created_at < now() - make_interval(secs => $1) AND p.status NOT IN ('starting', 'processing')
    AND p.completed_at < now() - make_interval(secs => $1)
    AND NOT EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.prediction_id = w.prediction_id)
  ORDER BY w.created_at LIMIT $2 FOR UPDATE OF w SKIP LOCKED) RETURNING prediction_id
"""
