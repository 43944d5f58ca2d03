"""Versions: finding and publishing them, and the job that prepares one (claimed by a worker like a prediction)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.adapters.database import rows, to_json
from server.domain import input_schema
from server.domain.accounts import Viewer
from server.domain.models import (
    FOLDER_PREDICTORS,
    OPEN_PREDICTORS,
    PREPARE_QUEUE,
    ModelKind,
    ModelSource,
    NewVersion,
    SourceType,
    VersionState,
    source_violations,
    version_violations,
)
from server.errors import ForbiddenError, UnauthenticatedError, Violation
from server.runtime import Runtime
from server.tables import Model, Version
from server.unit_of_work import UnitOfWork, unit_of_work

MAX_PREPARE_ATTEMPTS = 5


@dataclass(frozen=True)
class PrepareJob:
    """A claimed version to prepare; `attempt` fences what the worker writes."""

    version: Version
    attempt: int

    @property
    def source(self) -> ModelSource:
        """Where it comes from."""
        row = self.version
        return ModelSource(SourceType(row.source_type), row.source_ref, row.revision_asked)


@dataclass(frozen=True)
class Prepared:
    """What preparing found out about a version."""

    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    info: dict[str, Any]
    revision: str
    digest: str
    size_bytes: int


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Version]:
    """Versions by id."""
    return {version.id: version for version in await Version.filter(id__in=list(ids))}


async def of_models(model_ids: Iterable[UUID]) -> dict[UUID, list[Version]]:
    """All versions of some models, newest first."""
    found: dict[UUID, list[Version]] = {model_id: [] for model_id in model_ids}
    for version in await Version.filter(model_id__in=list(found)).order_by("-number"):
        found[version.model_id].append(version)
    return found


def latest(versions: list[Version]) -> Version | None:
    """The newest READY version, else the newest; `versions` is newest first."""
    ready = [v for v in versions if v.state == VersionState.READY.value]
    return next(iter(ready or versions), None)


async def publish(rt: Runtime, model: Model, new: NewVersion) -> Version:
    """Add a checked version to a model and start preparing it."""
    async with unit_of_work(rt) as work:
        # Numbers are counted under the model's row lock, so that two publishers never get the same
        await Model.select_for_update().get(id=model.id)
        return await add(work, model, new)


async def add(work: UnitOfWork, model: Model, new: NewVersion) -> Version:
    """Add a checked version within a transaction."""
    (next_number,) = await rows("SELECT coalesce(max(number), 0) + 1 AS n FROM version WHERE model_id = $1", model.id)
    version = await Version.create(
        model=model,
        number=next_number["n"],
        state=VersionState.PREPARING.value,
        source_type=new.source.type.value,
        source_ref=new.source.ref,
        revision_asked=new.source.revision,
        predictor=new.runs_on(ModelKind(model.kind)),
        own_schema=new.input_schema,
        options=new.options,
        input_schema={},
        output_schema={},
        info={},
    )
    work.ring(PREPARE_QUEUE, version.id)
    return version


def violations(kind: ModelKind, new: NewVersion) -> list[Violation]:
    """Why a version cannot be published, if so."""
    schema: object = new.input_schema
    return version_violations(kind, new) + (input_schema.schema_violations(schema) if schema is not None else [])


def check_source(viewer: Viewer, new: NewVersion) -> None:
    """Raise UnauthenticatedError or ForbiddenError unless the viewer may publish from such a source."""
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to add models.")
    source = new.source
    if source.type is SourceType.LOCAL and not viewer.is_admin:
        raise ForbiddenError("Only administrators may add folders of the server's machine.")
    is_open = new.predictor is None or new.predictor in FOLDER_PREDICTORS
    if source.type is SourceType.PREDICTOR:
        is_open = source.ref in OPEN_PREDICTORS or bool(source_violations(source))
    if not is_open and not viewer.is_admin:
        raise ForbiddenError("Only administrators may add models that run the operator's own code.")


async def claim(worker_id: UUID, lease_seconds: float) -> PrepareJob | None:
    """The oldest version that nobody prepares, now leased to this worker."""
    found = await rows(_CLAIM, worker_id, lease_seconds)
    if not found:
        return None
    version = await Version.get(id=found[0]["id"])
    return PrepareJob(version, found[0]["attempt"])


async def renew(version_id: UUID, attempt: int, lease_seconds: float, progress: dict[str, Any]) -> bool:
    """Keep the lease and show progress; False when the job is no longer ours."""
    return bool(await rows(_RENEW, version_id, attempt, lease_seconds, to_json(progress)))


async def ready(version_id: UUID, attempt: int, prepared: Prepared) -> bool:
    """Make a version READY; False when the job is no longer ours."""
    values = (
        to_json(prepared.input_schema),
        to_json(prepared.output_schema),
        to_json(prepared.info),
        prepared.revision,
        prepared.digest,
        prepared.size_bytes,
    )
    return bool(await rows(_READY, version_id, attempt, *values))


async def refuse(version_id: UUID, attempt: int, reason: str) -> bool:
    """Refuse a version for good, with the reason; False when the job is no longer ours."""
    return bool(await rows(_REFUSE, version_id, attempt, reason.replace("\0", "")[:2000]))


async def hand_back(version_id: UUID, attempt: int, delay_seconds: float) -> None:
    """Let another attempt begin after a transient fault."""
    await rows(_HAND_BACK, version_id, attempt, delay_seconds)


_CLAIM = """
WITH c AS (
  SELECT id FROM version WHERE state = 'PREPARING' AND (lease_until IS NULL OR lease_until < now())
  ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE version v SET attempt = v.attempt + 1, worker_id = $1, lease_until = now() + make_interval(secs => $2)
FROM c WHERE v.id = c.id RETURNING v.id, v.attempt
"""
_RENEW = """
UPDATE version SET lease_until = now() + make_interval(secs => $3), progress = $4::jsonb
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id
"""
_READY = """
UPDATE version SET state = 'READY', input_schema = $3::jsonb, output_schema = $4::jsonb, info = $5::jsonb,
  revision = $6, digest = $7, size_bytes = $8, lease_until = NULL, progress = NULL
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id
"""
_REFUSE = """
UPDATE version SET state = 'REFUSED', reason = $3, lease_until = NULL, progress = NULL
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id
"""
_HAND_BACK = """
UPDATE version SET lease_until = now() + make_interval(secs => $3)
WHERE id = $1 AND attempt = $2 AND state = 'PREPARING' RETURNING id
"""
