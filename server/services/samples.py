"""Sample outputs: predictions that a model's owner shows to everybody who sees the model."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from server.domain.accounts import Viewer
from server.domain.predictions import PredictionStatus
from server.errors import Violation
from server.tables import Model, Prediction

SAMPLES_MAX = 4


async def violations(viewer: Viewer, model: Model, ids: list[UUID]) -> list[Violation]:
    """Why these predictions cannot be shown: nobody shows what somebody else ran, or what has no output."""
    if len(ids) > SAMPLES_MAX:
        return [Violation("/samples", f"A model has at most {SAMPLES_MAX} samples.", "maxItems")]
    wanted = Prediction.filter(id__in=ids, model_id=model.id, user_id=viewer.user_id, status=_SUCCEEDED)
    found = {row.id for row in await wanted.only("id")}
    rule = "A sample is a prediction of yours that ran this model and succeeded."
    return [Violation(f"/samples/{i}", rule, "sample") for i, key in enumerate(ids) if key not in found]


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Prediction]:
    """The predictions that models show, whoever asks; those that lost their output are left out."""
    return {row.id: row for row in await Prediction.filter(id__in=list(ids), status=_SUCCEEDED, output__isnull=False)}


_SUCCEEDED = PredictionStatus.SUCCEEDED.value
