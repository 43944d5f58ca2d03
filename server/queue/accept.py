"""Accepting predictions: rows that come at once are committed together, and none is answered before its commit."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from server.adapters.batches import Batches
from server.adapters.database import CONNECTION_ERRORS, insert, insert_all
from server.domain.predictions import NewPrediction
from server.services import uploads, webhooks
from server.tables import Prediction

_KEY = "owner, idempotency_key"
_Asked = tuple[Prediction, dict[str, float]]


async def accept(row: Prediction, needed: dict[UUID, str], new: NewPrediction) -> bool:
    """Commit a new prediction, with what it needs; False where its idempotency key was used before."""
    # PostgreSQL's clock alone tells when rows changed: that of this machine may be wrong
    times = dict.fromkeys(("created_at", "updated_at", "run_at", "rung_at"), 0.0)
    if new.deadline_seconds is not None:
        times["deadline_at"] = float(new.deadline_seconds)
    if not needed and new.webhook is None:
        return await _ACCEPTS.ask((row, times))
    try:
        async with in_transaction():
            await insert(row, times)
            if needed:
                await uploads.hold(row.owner, needed, row.id)
            if new.webhook is not None:
                await webhooks.add(row, new.webhook)
    except IntegrityError:
        if row.idempotency_key is None:
            raise
        return False
    return True


async def _accept(asked: Sequence[_Asked]) -> list[bool | BaseException]:
    # In the order of their keys: two processes that wait for each other's would wait for ever
    ordered = sorted(asked, key=lambda each: (each[0].owner, each[0].idempotency_key or ""))
    new = [row for row, _ in ordered]
    try:
        made = await insert_all(new, [times for _, times in ordered], unless=_KEY)
        found = {row.id: is_new for row, is_new in zip(new, made, strict=True)}
        return [found[row.id] for row, _ in asked]
    except CONNECTION_ERRORS:
        raise
    except Exception:
        if len(asked) == 1:
            raise
    # One of them breaks a rule, and not for the others
    return [await _alone(*each) for each in asked]


async def _alone(row: Prediction, times: dict[str, float]) -> bool | BaseException:
    try:
        return (await insert_all([row], [times], unless=_KEY))[0]
    except Exception as error:
        return error


_ACCEPTS: Batches[_Asked, bool] = Batches(_accept)
