"""Results that equal predictions share: one run for those in flight at once, and a cache of those that succeeded.

Only predictions that ask for it take part, as givers and as takers. They are equal when the files and options of the
version and the whole input are, the seed included. Across users they share only for public models, and nothing with
input files: what else is equal stays within its owner.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from server.adapters.database import from_json, rows
from server.domain import files
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.models import Visibility, parse_slug
from server.domain.predictions import NewPrediction, PredictionStatus
from server.errors import ForbiddenError, NotFoundError
from server.queue.jobs import Claim
from server.runtime import Runtime
from server.tables import Model, Version


@dataclass(frozen=True)
class SharedResult:
    """What an equal prediction made: its output, and its files as their row keeps them."""

    output: Any
    files: list[dict[str, Any]]


def cache_key(
    rt: Runtime, viewer: Viewer, model: Model, version: Version, new: NewPrediction, values: dict[str, Any]
) -> str | None:
    """The key under which a prediction shares its result; None when it shares nothing.

    A version that knows seeds repeats a run only where the caller gave one; of other versions the caller says by
    asking that their runs repeat.
    """
    if not new.use_cache or not rt.settings.result_cache_seconds:
        return None
    given = new.input if isinstance(new.input, dict) else {}
    if "seed" in version.input_schema.get("properties", {}) and given.get("seed") is None:
        return None
    has_files = next(files.named(version.input_schema, values), None) is not None
    is_open = model.visibility == Visibility.PUBLIC.value and not has_files
    scope = "" if is_open else viewer.owner_key
    what = [scope, version.digest or str(version.id), version.predictor, version.options, values]
    return hashlib.sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def find(rt: Runtime, job: Claim) -> SharedResult | None:
    """What an equal prediction made within RESULT_CACHE_SECONDS."""
    found = await rows(_FIND, job.cache_key, job.id, rt.settings.result_cache_seconds)
    return SharedResult(from_json(found[0]["output"]), from_json(found[0]["files"]) or []) if found else None


async def leader(job: Claim) -> UUID | None:
    """An equal prediction that began to run before this one, and still does."""
    found = await rows(_LEADER, job.cache_key, job.id, job.started_at)
    return found[0]["id"] if found else None


async def is_running(prediction_id: UUID) -> bool:
    """Whether a prediction runs, or will again."""
    found = await rows("SELECT status FROM prediction WHERE id = $1", prediction_id)
    return bool(found) and found[0]["status"] == PredictionStatus.PROCESSING.value


async def failed(prediction_id: UUID) -> bool:
    """Whether a prediction ended by failing."""
    found = await rows("SELECT status FROM prediction WHERE id = $1", prediction_id)
    return bool(found) and found[0]["status"] == PredictionStatus.FAILED.value


async def forget_copy(job: Claim) -> None:
    """Keep a copy out of the cache: its life would prolong that of the original."""
    await rows(
        "UPDATE prediction SET cache_key = NULL WHERE id = $1 AND attempt = $2 RETURNING id", job.id, job.attempt
    )


async def purge(viewer: Viewer | None, slug: str | None = None) -> int:
    """Forget all results, or those of one model; how many. No viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such model.
    """
    if viewer is not None:
        viewer.require(Scope.WRITE)
        if not viewer.is_admin:
            raise ForbiddenError("Only admins purge results.")
    return len(await rows(_PURGE, await _id_of(slug) if slug is not None else None))


async def _id_of(slug: str) -> UUID:
    """A model's id; deleted ones have results too."""
    found = parse_slug(slug)
    model = await Model.get_or_none(owner__handle=found.owner, name=found.name) if found else None
    if model is None:
        raise NotFoundError(f"There is no model {slug[:100]}.")
    return model.id


_FIND = """
SELECT output, files FROM prediction
WHERE cache_key = $1 AND id <> $2 AND status = 'succeeded' AND NOT data_removed
  AND completed_at > now() - make_interval(secs => $3)
ORDER BY completed_at LIMIT 1
"""
_LEADER = """
SELECT id FROM prediction
WHERE cache_key = $1 AND completed_at IS NULL AND status = 'processing' AND lease_until > now()
  AND (started_at, id) < ($3, $2)
ORDER BY started_at, id LIMIT 1
"""
_PURGE = """
UPDATE prediction SET cache_key = NULL WHERE cache_key IS NOT NULL AND ($1::uuid IS NULL OR model_id = $1) RETURNING id
"""
