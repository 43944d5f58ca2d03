"""Statements of experiments: their beginning and end, what a guardrail counts, and the message about its breach."""

from __future__ import annotations

from uuid import UUID

from server.adapters.database import insert_all, rows
from server.domain.batches import BatchWebhookState
from server.domain.experiments import ExperimentEnd
from server.tables import Experiment


async def begin(row: Experiment) -> None:
    """Insert an experiment, in the transaction that sets the traffic of its model."""
    await insert_all([row], [{"created_at": 0.0, "counted_until": 0.0}])


async def add_webhook(experiment_id: UUID, user_id: UUID, url: str, state: BatchWebhookState) -> None:
    """Note whom to tell where a guardrail ends an experiment."""
    await rows(_ADD_WEBHOOK, experiment_id, user_id, url, state.value)


async def end(model_id: UUID, reason: ExperimentEnd) -> bool:
    """End the experiment of a model, whose row is locked; False where none runs."""
    return bool(await rows(_END, model_id, reason.value))


_ADD_WEBHOOK = """
INSERT INTO experiment_webhook (experiment_id, user_id, url, state, tries, attempts, attempt, created_at, updated_at)
VALUES ($1, $2, $3, $4, 0, '[]', 0, now(), now()) RETURNING experiment_id
"""
_END = """
UPDATE experiment SET ended_at = now(), end_reason = $2 WHERE model_id = $1 AND ended_at IS NULL RETURNING id
"""
