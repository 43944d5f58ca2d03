"""Versions: finding and publishing them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.database import rows
from server.adapters.large_columns import without_large
from server.domain import input_schema
from server.domain.accounts import Viewer
from server.domain.models import (
    ADAPTED_KINDS,
    FOLDER_PREDICTORS,
    OPEN_PREDICTORS,
    PREPARE_QUEUE,
    DeviceClass,
    ModelKind,
    NewVersion,
    Slug,
    SourceType,
    VersionState,
    Visibility,
    parse_slug,
    source_violations,
    version_violations,
)
from server.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    Violation,
)
from server.queue import versions as queue
from server.runtime import Runtime
from server.services import former_names
from server.tables import Model, Version
from server.unit_of_work import UnitOfWork, unit_of_work

MAX_VERSIONS = 100


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Version]:
    """Versions by id, without their schemas."""
    return {version.id: version for version in await without_large(Version.filter(id__in=list(ids)))}


async def of_models(model_ids: Iterable[UUID]) -> dict[UUID, list[Version]]:
    """The newest versions of some models, MAX_VERSIONS of each, without their schemas."""
    by_model: dict[UUID, list[Version]] = {model_id: [] for model_id in model_ids}
    newest = [row["id"] for row in await rows(_NEWEST, list(by_model), MAX_VERSIONS)]
    for version in await without_large(Version.filter(id__in=newest)).order_by("-number"):
        by_model[version.model_id].append(version)
    return by_model


async def latest_of_models(model_ids: Iterable[UUID]) -> dict[UUID, Version]:
    """The newest READY version of each model, else the newest, without its schemas."""
    latest = [row["id"] for row in await rows(_LATEST, list(model_ids))]
    return {version.model_id: version for version in await without_large(Version.filter(id__in=latest))}


@dataclass(frozen=True)
class Hardware:
    """What READY versions of a model need: workers of a class, and so much memory, null where none was tried."""

    device: DeviceClass
    memory_bytes: int | None


async def hardware_of_models(model_ids: Iterable[UUID]) -> dict[UUID, list[Hardware]]:
    """For each model, the classes of devices that its READY versions need, each with the least memory that one does."""
    needs: dict[UUID, list[Hardware]] = {}
    for row in await rows(_HARDWARE, list(model_ids)):
        needs.setdefault(row["model_id"], []).append(Hardware(DeviceClass(row["device"]), row["memory_bytes"]))
    return needs


_HARDWARE = """
SELECT model_id, coalesce(options->>'device', 'ANY') AS device, min((probe->>'bytes')::bigint) AS memory_bytes
FROM version WHERE model_id = ANY($1::uuid[]) AND state = 'READY' GROUP BY 1, 2 ORDER BY 1, 2
"""
_NEWEST = """
SELECT v.id FROM unnest($1::uuid[]) AS m (id)
CROSS JOIN LATERAL (SELECT id FROM version WHERE model_id = m.id ORDER BY number DESC LIMIT $2) AS v
"""
_LATEST = """
SELECT v.id FROM unnest($1::uuid[]) AS m (id)
CROSS JOIN LATERAL (
  SELECT id FROM version WHERE model_id = m.id ORDER BY state = 'READY' DESC, number DESC LIMIT 1) AS v
"""


async def publish(rt: Runtime, model: Model, new: NewVersion, base: Version | None = None) -> Version:
    """Add a checked version to a model and start preparing it."""
    async with unit_of_work(rt) as work:
        # Numbers are counted under the model's row lock, so that two publishers never get the same
        await Model.select_for_update().get(id=model.id)
        return await add(work, model, new, base)


async def find(model_id: UUID, version_id: UUID | None, text: str) -> Version:
    """A version of a model by its id, or by a text that is its number; raises NotFoundError."""
    condition: dict[str, Any] | None = {"id": version_id} if version_id else None
    if condition is None and text.isascii() and text.isdigit() and len(text) < 10:
        condition = {"number": int(text)}
    version = await Version.get_or_none(model_id=model_id, **condition) if condition else None
    if version is None:
        raise NotFoundError(f"There is no version {text[:100]!r} of this model.")
    return version


async def slug_of(version_id: UUID) -> Slug | None:
    """The slug that pins a version, whoever may see it; None where there is none, or its model was deleted."""
    version = await Version.filter(id=version_id, model__deleted_at=None).select_related("model__owner").first()
    return Slug(version.model.owner.handle, version.model.name, version.number) if version else None


@dataclass(frozen=True)
class OwnPredictor:
    """A class of the operator's as a worker has it: the digest of its code, and what it takes."""

    code: str
    input_schema: dict[str, Any]


async def publish_changed(rt: Runtime, predictors: Mapping[str, OwnPredictor], *, has_others: bool) -> list[Version]:
    """Publish a version of each model that one of these predictors, by name, runs with other code than its newest has.

    Where other workers live, which may have that code still or already, only code that the model never had counts. A
    version of an older release, which did not note its code, is left alone where it takes what the class takes now.
    """
    published = []
    codes = {name: each.code for name, each in predictors.items()}
    for version_id in await queue.list_changed(codes, only_new=has_others):
        async with unit_of_work(rt) as work:
            former = await Version.get(id=version_id).select_related("model")
            model = await Model.select_for_update().get(id=former.model_id)
            # Another worker may have published it meanwhile
            if version_id not in await queue.list_changed(codes, only_new=has_others):
                continue
            predictor = predictors[former.predictor]
            if "code" not in former.info and _takes(former, predictor.input_schema):
                await queue.adopt(former.id, predictor.code)
                continue
            published.append(await _add_successor(work, model, former, {"code": predictor.code}))
    return published


def _takes(version: Version, schema: dict[str, Any]) -> bool:
    try:
        return bool(input_schema.restrict(version.own_schema, schema) == version.input_schema)
    except InvalidInputError:
        return False


def next_try_at(version: Version) -> datetime | None:
    """When the preparation of a version that failed for now is tried again; None where it does not wait for that."""
    waits = version.state == VersionState.PREPARING.value and version.worker_id is None
    return version.lease_until if waits else None


async def retry(rt: Runtime, version: Version) -> Version:
    """Prepare a version anew that was refused, or at once one that waits to be tried again; raises ConflictError."""
    if not await queue.retry(version.id):
        raise ConflictError("Only a version that was refused, or waits to be tried again, can be tried again.")
    await rt.bell.ring(PREPARE_QUEUE, str(version.id))
    return await Version.get(id=version.id)


async def give_up(model_id: UUID, *, is_deleted: bool) -> bool:
    """Whether a model has no version that was READY once or may be yet; within a transaction that holds its row.

    Of a model that was deleted, what is being prepared is refused for this.
    """
    if is_deleted:
        await queue.refuse_preparing(model_id)
    return not await queue.may_work(model_id)


async def add(work: UnitOfWork, model: Model, new: NewVersion, base: Version | None = None) -> Version:
    """Add a checked version within a transaction; one with a base is loaded as that is, with its options."""
    version = await Version.create(
        model=model,
        number=await _next_number(model),
        state=VersionState.PREPARING.value,
        source_type=new.source.type.value,
        source_ref=new.source.ref,
        revision_asked=new.source.revision,
        predictor=new.runs_on(ModelKind(model.kind)),
        own_schema=new.input_schema,
        options=dict(base.options) if base else new.options,
        base=base,
        input_schema={},
        output_schema={},
        info={},
    )
    work.ring(PREPARE_QUEUE, version.id)
    return version


async def _add_successor(work: UnitOfWork, model: Model, former: Version, info: dict[str, Any]) -> Version:
    """Add a version of the same source, files and options, within a transaction."""
    is_pinned = former.source_type == SourceType.HUGGINGFACE.value
    version = await Version.create(
        model=model,
        number=await _next_number(model),
        state=VersionState.PREPARING.value,
        source_type=former.source_type,
        source_ref=former.source_ref,
        revision_asked=former.revision if is_pinned else former.revision_asked,
        predictor=former.predictor,
        own_schema=former.own_schema,
        options=former.options,
        base_id=former.base_id,
        input_schema={},
        output_schema={},
        info=info,
    )
    work.ring(PREPARE_QUEUE, version.id)
    return version


async def _next_number(model: Model) -> int:
    (row,) = await rows("SELECT coalesce(max(number), 0) + 1 AS n FROM version WHERE model_id = $1", model.id)
    return int(row["n"])


def violations(kind: ModelKind, new: NewVersion) -> list[Violation]:
    """Why a version cannot be published, if so."""
    schema: object = new.input_schema
    return version_violations(kind, new) + (input_schema.schema_violations(schema) if schema is not None else [])


async def find_base(
    viewer: Viewer, kind: ModelKind, owner_id: UUID, visibility: Visibility, slug: str
) -> tuple[Version | None, list[Violation]]:
    """The version that an adapter of a model of this kind, owner and visibility names as its base, or why it cannot.

    Whoever may run the adapter runs the weights of its base too: those of a private one are for its owner alone.
    """

    def refuse(rule: str) -> tuple[None, list[Violation]]:
        return None, [Violation("/base", rule, "base")]

    if kind not in ADAPTED_KINDS:
        # `version_violations` says so
        return None, []
    parsed = parse_slug(slug)
    if parsed is None or parsed.number is None:
        return refuse("Name the version that the adapter changes as owner/name:number.")
    named = await former_names.follow(parsed)
    query = Version.filter(number=parsed.number, model__name=named.name, model__owner__handle=named.owner)
    version = await query.filter(model__deleted_at=None).select_related("model").first()
    is_own = version is not None and version.model.owner_id == owner_id
    if version is None or not (is_own or viewer.is_admin or version.model.visibility == Visibility.PUBLIC.value):
        return refuse(f"There is no version {slug!r}.")
    if version.model.kind != kind.value:
        return refuse(f"{slug} is a {version.model.kind} version; the base of a {kind.value} model is of its kind.")
    if version.base_id is not None:
        return refuse(f"{slug} is an adapter itself; name its base.")
    if version.state != VersionState.READY.value:
        return refuse(f"{slug} is {version.state}; publish the adapter when its base is READY.")
    if version.model.visibility == Visibility.PRIVATE.value:
        if not is_own:
            return refuse(f"{slug} is a private model of somebody else, of which only its owner has adapters.")
        if visibility is not Visibility.PRIVATE:
            return refuse(f"{slug} is PRIVATE, so a model with an adapter of it has to be PRIVATE too.")
    return version, []


async def has_usable_base(version: Version) -> bool:
    """Whether an adapter may use its base now."""
    return bool(await rows(_USABLE, version.id))


async def has_private_base(model_id: UUID) -> bool:
    """Whether a model has a version whose base is of a private model."""
    return bool(await rows(_PRIVATE_BASES, model_id))


async def count_adapters(model_id: UUID) -> int:
    """How many READY versions of other models run on versions of a model."""
    (row,) = await rows(_ADAPTERS, model_id)
    return int(row["n"])


BASE_IS_GONE = (
    "The base of this adapter was deleted, or is private while the adapter is public or of somebody else, so the "
    "adapter cannot run; publish it on another base."
)
# The weights of a private base are for its owner alone, through a model of theirs that nobody else sees
_USABLE = """
SELECT v.id FROM version v JOIN model m ON m.id = v.model_id
JOIN version b ON b.id = v.base_id JOIN model bm ON bm.id = b.model_id
WHERE v.id = $1 AND b.state = 'READY' AND bm.deleted_at IS NULL
  AND (bm.visibility = 'PUBLIC' OR (bm.owner_id = m.owner_id AND m.visibility = 'PRIVATE'))
"""
_PRIVATE_BASES = """
SELECT 1 FROM version v JOIN version b ON b.id = v.base_id
JOIN model bm ON bm.id = b.model_id AND bm.visibility = 'PRIVATE' AND bm.deleted_at IS NULL
WHERE v.model_id = $1 AND v.base_id IS NOT NULL LIMIT 1
"""
_ADAPTERS = """
SELECT count(*) AS n FROM version b JOIN version v ON v.base_id = b.id AND v.state = 'READY'
JOIN model m ON m.id = v.model_id AND m.deleted_at IS NULL
WHERE b.model_id = $1 AND v.model_id <> $1
"""


def check_source(viewer: Viewer, new: NewVersion) -> None:
    """Raise UnauthenticatedError or ForbiddenError unless the viewer may publish from this source."""
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
