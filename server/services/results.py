"""Results that equal predictions share: one run for those in flight at once, and a cache of those that succeeded.

Only predictions that ask for it take part, as givers and as takers. They are equal when the files and options of the
version and the whole input are, the seed included. Across users they share only for public models, and nothing with
input files: what else is equal stays within its owner.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson

from server.domain import files
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.models import Visibility, parse_slug
from server.domain.predictions import NewPrediction
from server.errors import ForbiddenError, NotFoundError
from server.queue.results import forget
from server.runtime import Runtime
from server.tables import Model, Version


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
    return await forget(await _id_of(slug) if slug is not None else None)


async def _id_of(slug: str) -> UUID:
    """A model's id; deleted ones have results too."""
    found = parse_slug(slug)
    model = await Model.get_or_none(owner__handle=found.owner, name=found.name) if found else None
    if model is None:
        raise NotFoundError(f"There is no model {slug[:100]}.")
    return model.id
