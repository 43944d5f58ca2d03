"""Accepting predictions: rows that come at once are committed together, and none is answered before its commit."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.batches import Batches
from server.adapters.database import CONNECTION_ERRORS, rows
from server.domain.predictions import NewPrediction
from server.domain.targets import parse_target
from server.errors import InvalidInputError, Violation
from server.queue import budgets
from server.queue.budgets import Hold
from server.queue.shares import USUAL, Charge, insert_predictions, move_forward
from server.tables import Prediction, Webhook

# What makes two predictions one: nothing else that the database refuses may be taken for it
_IDEMPOTENCY = "owner, idempotency_key"
_Insertion = tuple[Prediction, dict[str, float], Charge]


async def accept(
    row: Prediction, uploads: dict[UUID, str], new: NewPrediction, charge: Charge = USUAL, hold: Hold | None = None
) -> bool:
    """Commit a new prediction with its webhook and its use of uploads, which come with their places in the input.

    False where its idempotency key was used before. What it may cost at most is held of its budgets (`hold`).

    Raises:
        BudgetExceededError: a budget has not enough left.
        InvalidInputError: an upload is not the owner's, has no bytes yet, or has expired.
    """
    # PostgreSQL's clock alone tells when rows changed: that of this machine may be wrong
    times = dict.fromkeys(("created_at", "updated_at", "run_at", "rung_at"), 0.0)
    if new.deadline_seconds is not None:
        times["deadline_at"] = float(new.deadline_seconds)
    if not uploads and new.webhook is None and hold is None:
        is_new = await _INSERTS.ask((row, times, charge))
        if is_new:
            await move_forward([row])
        return is_new
    async with in_transaction():
        if not (await _insert([(row, times, charge)]))[0]:
            return False
        if uploads:
            usable = {use["upload_id"] for use in await rows(_USE_UPLOADS, list(uploads), row.owner, row.id)}
            rule = "There is no such upload of yours, its file has not come, or it has expired."
            if refused := [path for upload_id, path in uploads.items() if upload_id not in usable]:
                raise InvalidInputError([Violation(f"/input{path}", rule, "upload") for path in refused])
        if new.webhook is not None:
            await Webhook.create(
                prediction_id=row.id,
                user_id=row.user_id,
                url=str(parse_target(new.webhook.url)),
                base_url=new.webhook.base_url,
                is_rest=new.webhook.is_rest,
                created_at=row.created_at,
            )
        if hold is not None:
            await budgets.hold(hold, {row.id: hold.most})
    await move_forward([row])
    return True


async def _insert(insertions: Sequence[_Insertion]) -> list[bool]:
    # In the order of their keys: two processes that wait for each other's would wait for ever
    ordered = sorted(insertions, key=lambda each: (each[0].owner, each[0].idempotency_key or ""))
    predictions = [row for row, _, _ in ordered]
    all_times, charges = [times for _, times, _ in ordered], [charge for _, _, charge in ordered]
    are_new = await insert_predictions(predictions, all_times, charges, unless=_IDEMPOTENCY)
    is_new = {row.id: answer for row, answer in zip(predictions, are_new, strict=True)}
    return [is_new[row.id] for row, _, _ in insertions]


_INSERTS: Batches[_Insertion, bool] = Batches(_insert, common_errors=CONNECTION_ERRORS)
# Checked and noted in one statement, so that no upload is removed in between; it stays while its prediction lives
_USE_UPLOADS = """
INSERT INTO upload_use (id, upload_id, prediction_id)
SELECT gen_random_uuid(), id, $3 FROM upload
WHERE id = ANY($1::uuid[]) AND owner = $2 AND completed_at IS NOT NULL AND expires_at > now()
RETURNING upload_id
"""
