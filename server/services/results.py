"""Results that equal predictions share: one run for those in flight at once, and a cache of those that succeeded.

Only predictions whose request allows it give or take a result. They are equal when the files and options of the
version and the whole input are, the seed included. Predictions of different users share only for public models and
without input files; all others share within their owner alone.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from tortoise.transactions import in_transaction

from server.domain import files, secrets
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.models import Visibility
from server.domain.predictions import NewPrediction
from server.errors import ForbiddenError
from server.queue.results import forget
from server.runtime import Runtime
from server.services import audit, models
from server.tables import Model, Version


def cache_key(
    rt: Runtime, viewer: Viewer, model: Model, version: Version, new: NewPrediction, values: dict[str, Any]
) -> str | None:
    """The key under which a prediction shares its result; None when it shares nothing.

    A version whose input has a seed repeats a run only where the caller gave one; runs of other versions are taken to
    repeat, since the caller asked for a shared result. What was made with a secret is for its owner.
    """
    if not new.use_cache or not rt.settings.result_cache_seconds:
        return None
    given = new.input if isinstance(new.input, dict) else {}
    if "seed" in version.input_schema.get("properties", {}) and given.get("seed") is None:
        return None
    if secrets.has_secret(version.input_schema, values):
        return None
    if any(files.remote_files(version.input_schema, values)):
        # Another file may lie there by then
        return None
    has_files = next(files.named(version.input_schema, values), None) is not None
    is_open = model.visibility == Visibility.PUBLIC.value and not has_files
    scope = "" if is_open else viewer.owner_key
    identity = [scope, version.digest or str(version.id), version.predictor, version.options, values]
    if code := version.info.get("code"):
        identity.append(code)
    if model.variable_changes:
        # What its class was given since may change what it makes
        identity.append(["variables", str(model.id), model.variable_changes])
    if version.base_id is not None:
        # Its digest is that of the adapter alone
        identity.append(str(version.base_id))
    return hashlib.sha256(orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def purge(viewer: Viewer | None, slug: str | None = None) -> int:
    """Forget all results, or those of one model; how many. No viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such model.
    """
    if viewer is not None:
        viewer.require(Scope.WRITE)
        if not viewer.is_admin:
            raise ForbiddenError("Only administrators may purge results.")
    model, subject = None, Subject(SubjectType.SERVER)
    if slug is not None:
        # Deleted models have results too
        model = await models.find_any(slug)
        subject = Subject(SubjectType.MODEL, model.id, slug, model.owner_id)
    async with in_transaction():
        count = await forget(model.id if model else None)
        await audit.record(viewer, AuditAction.RESULTS_PURGED, subject, after={"results": count})
    return count
