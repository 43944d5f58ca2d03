"""Sample outputs of the bundled demo models: runs of their owner's, shown on their cards."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson

from server.domain.accounts import Viewer
from server.domain.predictions import NewPrediction, PredictionStatus
from server.runtime import Runtime
from server.services import accounts, models, predictions, versions
from server.services.models import ModelChanges
from server.tables import Model, Prediction

POLL_SECONDS = 0.2
PROSE = {"max_new_tokens": 70, "temperature": 0.7, "seed": 4}
SAMPLES: dict[str, tuple[dict[str, Any], ...]] = {
    "shapes": (
        {"prompt": "a red circle on a blue background", "steps": 40, "seed": 7},
        {"prompt": "a yellow star on a black background", "steps": 40, "seed": 1},
        {"prompt": "a green triangle on a white background", "steps": 40, "seed": 7},
        {"prompt": "a white square on a purple background", "steps": 40, "seed": 1},
    ),
    "prose": ({"prompt": "The function returns", **PROSE}, {"prompt": "When a worker starts, it", **PROSE}),
    "echo": ({"text": "What you say comes back, word by word."},),
}


async def show(rt: Runtime, patience_seconds: float = 120.0) -> list[str]:
    """Run the demo models that show no sample and are READY, and show what they made; returns their slugs.

    What somebody chose to show stays. Whoever is called again meanwhile, or after an interruption, goes on with the
    runs that are there.
    """
    owner = await accounts.demo_owner()
    viewer = Viewer(owner.id)
    bare = [model for model in await Model.filter(owner_id=owner.id, deleted_at=None) if await _is_bare(model)]
    found = await versions.of_models([model.id for model in bare])
    made: dict[str, list[UUID]] = {}
    for model in bare:
        newest = versions.latest(found[model.id])
        if newest is not None and newest.state == "READY":
            slug = f"{owner.handle}/{model.name}:{newest.number}"
            made[model.name] = [await _run(rt, viewer, slug, values) for values in SAMPLES.get(model.name, ())]
    shown = []
    well = await _succeeded([key for keys in made.values() for key in keys], patience_seconds)
    for name, keys in made.items():
        if chosen := [key for key in keys if key in well]:
            slug = f"{owner.handle}/{name}"
            await models.update(rt, viewer, slug, ModelChanges(samples=chosen))
            shown.append(slug)
    return shown


async def _is_bare(model: Model) -> bool:
    """Whether its card shows nothing: no sample was chosen, or all of them have lost their output."""
    return not await models.samples(UUID(key) for key in model.samples)


async def _run(rt: Runtime, viewer: Viewer, slug: str, values: dict[str, Any]) -> UUID:
    key = hashlib.sha256(slug.encode() + orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
    row = await predictions.create(rt, viewer, NewPrediction(slug, values, f"sample {key}"))
    if row.data_removed or row.status not in (*_LIVE, PredictionStatus.SUCCEEDED):
        row = await predictions.create(rt, viewer, NewPrediction(slug, values))
    return row.id


async def _succeeded(ids: Iterable[UUID], patience_seconds: float) -> set[UUID]:
    """Those that have ended well when all have ended, or the time is over."""
    wanted = Prediction.filter(id__in=list(ids))
    deadline = time.monotonic() + patience_seconds
    # A command without subscriptions: it asks now and then
    while await wanted.filter(status__in=_LIVE).exists() and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(POLL_SECONDS)
    return {row.id for row in await wanted.filter(status=PredictionStatus.SUCCEEDED.value).only("id")}


_LIVE = (PredictionStatus.STARTING.value, PredictionStatus.PROCESSING.value)
