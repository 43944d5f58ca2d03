"""Canceling: what waits ends at once; what runs is told by its next heartbeat, and ends by its own finish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.adapters.database import rows
from server.queue.batches import tallied
from server.queue.deliveries import completed
from server.queue.ledger import unused


async def cancel_prediction(prediction_id: UUID) -> list[dict[str, Any]]:
    """Cancel one prediction; its row as an outbox takes it, unless it has ended."""
    return await rows(_CANCEL_PREDICTION, prediction_id)


async def cancel_predictions(prediction_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Cancel those of some that wait or run; their rows as an outbox takes them."""
    return await rows(_CANCEL_SOME, list(prediction_ids))


async def cancel_predictions_of_model(model_id: UUID) -> list[dict[str, Any]]:
    """Cancel all that waits or runs of a model; their rows as an outbox takes them."""
    return await rows(_CANCEL_OF_MODEL, model_id)


async def cancel_predictions_of_batch(batch_id: UUID, limit: int) -> list[dict[str, Any]]:
    """Cancel up to so many of those that wait or run of a batch; their rows as an outbox takes them."""
    return await rows(_CANCEL_OF_BATCH, batch_id, limit)


async def cancel_predictions_of_owner(owner: str, limit: int) -> list[dict[str, Any]]:
    """Cancel up to so many of those that wait, and as many of those that run, of an owner; their rows as above."""
    return await rows(_CANCEL_OF_OWNER, owner, limit)


def _cancel(which: str, limit: str = "") -> str:
    # Locked in the order of their ids, as by all who change several rows, or two of them might wait for each other;
    # CASE decides by the locked row, since it may have begun to run while this statement waited for it
    return f"""
WITH live AS (
  SELECT id FROM prediction WHERE {which} AND status IN ('starting', 'processing') ORDER BY id {limit} FOR UPDATE),
canceled AS (
  UPDATE prediction SET cancel_requested_at = coalesce(cancel_requested_at, now()), updated_at = now(),
    status = CASE WHEN status = 'starting' THEN 'canceled' ELSE status END,
    canceled_at = CASE WHEN status = 'starting' THEN now() ELSE canceled_at END,
    stop_seconds = CASE WHEN status = 'starting' THEN 0 ELSE stop_seconds END,
    completed_at = CASE WHEN status = 'starting' THEN now() ELSE completed_at END
  WHERE id IN (SELECT id FROM live) RETURNING id, owner, user_id, queue, status, webhook_events, batch_id,
    model_id, key_id, price_list_id),
ledger AS ({unused("canceled")}),
deliveries AS ({completed("canceled")}),
{tallied("canceled")}
SELECT id, owner, queue, status, webhook_events FROM canceled
"""  # noqa: S608 - constants only


_CANCEL_PREDICTION = _cancel("id = $1")
_CANCEL_SOME = _cancel("id = ANY($1::uuid[])")
_CANCEL_OF_MODEL = _cancel("model_id = $1")
# By the indexes of what waits and of what runs, however much has ended
_CANCEL_OF_OWNER = _cancel("""id IN (
    (SELECT id FROM prediction WHERE owner = $1 AND status = 'starting' AND cancel_requested_at IS NULL LIMIT $2)
    UNION ALL
    (SELECT id FROM prediction WHERE owner = $1 AND status = 'processing' AND cancel_requested_at IS NULL LIMIT $2))
  """)
_CANCEL_OF_BATCH = _cancel("batch_id = $1 AND cancel_requested_at IS NULL", "LIMIT $2")
