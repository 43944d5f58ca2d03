"""Models: adding, changing, deleting and finding them, and the samples that they show."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.adapters.database import now
from server.adapters.database import rows as database_rows
from server.adapters.large_columns import without_large
from server.adapters.pagination import NEWEST, Order, Relevance
from server.adapters.redis_calls import REDIS_ERRORS
from server.domain.accounts import HANDLE, Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.model_cards import (
    LICENSE_MAX,
    NO_CARD,
    License,
    ModelCard,
    ModelCategory,
    category_violations,
    language_of,
    language_violations,
    license_violations,
    spdx_of,
    with_usual_name,
)
from server.domain.models import (
    TAG,
    DeviceClass,
    ModelKind,
    NewVersion,
    Slug,
    Visibility,
    name_violations,
    parse_slug,
    tag_violations,
)
from server.domain.predictions import PredictionStatus
from server.domain.storable import is_storable
from server.errors import (
    BadUserInputError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    Violation,
)
from server.queue import shares
from server.queue.cancel import cancel_predictions_of_model
from server.runtime import Runtime
from server.services import audit, catalogue, former_names, model_search, versions
from server.tables import FormerModelName, Model, ModelStar, ModelVariable, Prediction, User, Version
from server.tables.models import VISIBLE
from server.unit_of_work import unit_of_work

DESCRIPTION_MAX = 10_000
SAMPLES_MAX = 4
SHARED_MAX = 50
REASON_MAX = 200
TAGS_LISTED = 100
_SUCCEEDED = PredictionStatus.SUCCEEDED.value


@dataclass(frozen=True)
class NewModel:
    """A model to add, with its first version."""

    name: str
    kind: ModelKind
    version: NewVersion
    description: str = ""
    visibility: Visibility = Visibility.PUBLIC
    tags: tuple[str, ...] = ()
    card: ModelCard = NO_CARD


@dataclass(frozen=True)
class ModelChanges:
    """What to change of a model; None changes nothing, and a license without a name removes the one that it has."""

    description: str | None = None
    visibility: Visibility | None = None
    tags: list[str] | None = None
    samples: list[UUID] | None = None
    shared_with: list[str] | None = None
    categories: list[ModelCategory] | None = None
    languages: list[str] | None = None
    license: License | None = None
    name: str | None = None


@dataclass(frozen=True)
class ModelCriteria:
    """Which models to list; None takes all.

    A `language` is found in its varieties too (`pt` in `pt-BR`). A READY version of what is listed runs on workers of
    the `device`, and filled at most `max_memory_bytes` when it was tried.
    """

    owner: str | None = None
    kind: ModelKind | None = None
    tag: str | None = None
    is_starred: bool | None = None
    is_featured: bool | None = None
    is_paused: bool | None = None
    category: ModelCategory | None = None
    language: str | None = None
    license: str | None = None
    device: DeviceClass | None = None
    max_memory_bytes: int | None = None


async def create(rt: Runtime, viewer: Viewer, new: NewModel) -> Model:
    """Add a model and start preparing its first version.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: only administrators may add models, or models of this source.
        InvalidInputError: name, source or schema break rules.
        ConflictError: the owner has, or had, a model of this name that was READY once, or may be yet.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to add models.")
    viewer.require(Scope.WRITE)
    check_may_add(rt, viewer)
    owner = await User.get(id=viewer.user_id)
    versions.check_source(viewer, new.version)
    violations = name_violations(new.name) + _description_violations(new.description) + tag_violations(list(new.tags))
    violations += versions.violations(new.kind, new.version) + _card_violations(new.card)
    violations += await catalogue.engine_violations(new.version)
    base = None
    if new.version.base is not None:
        base, reasons = await versions.find_base(viewer, new.kind, owner.id, new.visibility, new.version.base)
        violations += reasons
    if violations:
        raise InvalidInputError(violations)
    return await add(rt, owner, new, base)


async def add(rt: Runtime, owner: User, new: NewModel, base: Version | None = None) -> Model:
    """Add a checked model to an owner, in place of one of the same name that never worked; raises ConflictError."""
    values: dict[str, Any] = {
        "kind": new.kind.value,
        "description": new.description,
        "visibility": new.visibility.value,
        "tags": _distinct(new.tags),
        **card_columns(new.card),
    }
    conflict = ConflictError(
        f"{owner.handle}/{new.name} is taken. If it is yours, publish a version of it, or prepare the one that it has "
        "again."
    )
    async with unit_of_work(rt) as work:
        model = await Model.select_for_update().get_or_none(owner_id=owner.id, name=new.name)
        if model is None:
            try:
                model = await Model.create(owner=owner, name=new.name, **values)
            except IntegrityError:
                raise conflict from None
            if await former_names.is_reserved(owner.id, new.name, model.id):
                raise conflict
        elif model.runs or not await versions.give_up(model.id, is_deleted=model.deleted_at is not None):
            raise conflict
        else:
            # What its owner gave the former class is not for another
            await ModelVariable.filter(model_id=model.id).delete()
            await FormerModelName.filter(model_id=model.id).delete()
            await model.update_from_dict({**values, "created_at": now(), "deleted_at": None}).save()
            model.owner = owner
        await versions.add(work, model, new.version, base)
    return model


async def publish_version(rt: Runtime, viewer: Viewer, slug: str, new: NewVersion) -> Version:
    """Add an immutable version to a model of the viewer's and start preparing it.

    Raises:
        NotFoundError, ForbiddenError: the model is unknown to the viewer, not theirs, or of this source, or only
            administrators may add models.
        InvalidInputError: source, schema or options break rules.
    """
    model = await find_own(viewer, slug)
    check_may_add(rt, viewer)
    versions.check_source(viewer, new)
    kind, base = ModelKind(model.kind), None
    violations = versions.violations(kind, new) + await catalogue.engine_violations(new)
    if new.base is not None:
        base, reasons = await versions.find_base(viewer, kind, model.owner_id, Visibility(model.visibility), new.base)
        violations += reasons
    if violations:
        raise InvalidInputError(violations)
    return await versions.publish(rt, model, new, base)


async def prepare_again(rt: Runtime, viewer: Viewer, slug: str) -> Version:
    """Prepare a version of a model of the viewer's again: `owner/name:number`, or the newest of `owner/name`.

    Raises:
        NotFoundError, ForbiddenError: as `publish_version`.
        ConflictError: it is READY, or being prepared.
    """
    parsed = parse_slug(slug)
    model = await find_own(viewer, str(Slug(parsed.owner, parsed.name)) if parsed else slug)
    query = Version.filter(model_id=model.id, **({"number": parsed.number} if parsed and parsed.number else {}))
    version = await query.order_by("-number").first()
    if version is None:
        raise NotFoundError(f"There is no version {slug[:100]!r}.")
    check_may_add(rt, viewer)
    return await versions.retry(rt, version)


def _description_violations(description: str) -> list[Violation]:
    if len(description) > DESCRIPTION_MAX or not is_storable(description):
        return [Violation("/description", f"At most {DESCRIPTION_MAX} characters of text.", "maxLength")]
    return []


def _card_violations(card: ModelCard) -> list[Violation]:
    violations = category_violations(list(card.categories)) + language_violations(list(card.languages))
    return violations + (license_violations(card.license) if card.license else [])


def card_columns(card: ModelCard) -> dict[str, Any]:
    """What a checked card is in the row of a model."""
    named = with_usual_name(card.license) if card.license else None
    return {
        "categories": _distinct(each.value for each in card.categories),
        "languages": _distinct(language_of(tag) or tag for tag in card.languages),
        "license": named.name if named else None,
        "license_url": named.url if named else None,
    }


def check_may_add(rt: Runtime, viewer: Viewer) -> None:
    """Raise ForbiddenError where the settings let only administrators add models, and the viewer is none."""
    if not rt.settings.users_add_models and not viewer.is_admin:
        raise ForbiddenError(
            "Only administrators add models and versions to this server. Ask one of them to add yours, or its operator "
            "to let users add models (MODEL_CREATORS=users)."
        )


async def update(rt: Runtime, viewer: Viewer, slug: str, changes: ModelChanges) -> Model:
    """Change a model of the viewer's, to which a former name of it leads on.

    Raises:
        As `find_own`.
        InvalidInputError: a change breaks rules, or the name is another model's.
    """
    model = await find_own(viewer, slug)
    violations = [] if changes.name is None else name_violations(changes.name)
    violations += _description_violations(changes.description or "") + tag_violations(changes.tags or [])
    violations += await _sample_violations(viewer, model, changes.samples or [])
    shared_with, reasons = await _find_shared(model, changes.shared_with or [])
    card = ModelCard(tuple(changes.categories or ()), tuple(changes.languages or ()),
                     changes.license if changes.license and changes.license.name else None)  # fmt: skip
    violations += reasons + _card_violations(card)
    if changes.visibility is Visibility.PUBLIC and await versions.has_private_base(model.id):
        rule = "It has an adapter of a private model, so it has to be PRIVATE too."
        violations.append(Violation("/visibility", rule, "base"))
    if violations:
        raise InvalidInputError(violations)
    before = _audited(model)
    if changes.shared_with is not None:
        model.shared_with = shared_with
    is_described = changes.description not in (None, model.description)
    if changes.description is not None:
        model.description = changes.description
    if changes.visibility is not None:
        model.visibility = changes.visibility.value
    if changes.tags is not None:
        model.tags = _distinct(changes.tags)
    if changes.samples is not None:
        model.samples = _distinct(str(key) for key in changes.samples)
    columns = card_columns(card)
    if changes.categories is not None:
        model.categories = columns["categories"]
    if changes.languages is not None:
        model.languages = columns["languages"]
    if changes.license is not None:
        model.license, model.license_url = columns["license"], columns["license_url"]
    async with in_transaction():
        if changes.name is not None:
            model.name = (await lock(model.id)).name
            if changes.name != model.name:
                await former_names.rename(model, changes.name)
        after = _audited(model)
        changed = {name: value for name, value in after.items() if value != before[name]}
        await model.save(update_fields=[
            *("description", "visibility", "tags", "samples", "shared_with", "updated_at"),
            *("categories", "languages", "license", "license_url"),
        ])  # fmt: skip
        # What its owner writes on it is theirs; its name, who sees it, and what others change of it, is told
        if {"name", "visibility", "shared_with"} & changed.keys() or (
            model.owner_id != viewer.user_id and (changed or is_described)
        ):
            earlier = {name: before[name] for name in changed}
            described = {"description": "changed"} if is_described else {}
            await audit.record(viewer, AuditAction.MODEL_UPDATED, subject_of(model), earlier, {**changed, **described})
    return model


def _audited(model: Model) -> dict[str, Any]:
    """What the audit log tells of a model that is changed: it names nobody, so that it need not forget them."""
    shares = {"visibility": model.visibility, "shared_with": len(model.shared_with)}
    card = {"categories": model.categories, "languages": model.languages, "license": model.license}
    return {"name": model.name, **shares, "tags": model.tags, "samples": len(model.samples), **card}


async def _find_shared(model: Model, handles: list[str]) -> tuple[list[str], list[Violation]]:
    """The ids of the users that a model is to be shared with, but for its owner, and why some cannot be."""
    if len(handles) > SHARED_MAX:
        return [], [Violation("/sharedWith", f"A model is shared with at most {SHARED_MAX} users.", "maxItems")]
    known = [handle for handle in handles if HANDLE.fullmatch(handle)]
    ids = {row.handle: row.id for row in await User.filter(handle__in=known).only("id", "handle")} if known else {}
    rule = "There is no user of this handle."
    missing = [Violation(f"/sharedWith/{i}", rule, "user") for i, each in enumerate(handles) if each not in ids]
    return _distinct(str(ids[each]) for each in handles if each in ids and ids[each] != model.owner_id), missing


def may_see_shares(viewer: Viewer, model: Model) -> bool:
    """Whether a viewer may know with whom a model is shared."""
    return viewer.is_admin or (model.owner_id == viewer.user_id and Scope.READ in viewer.scopes)


def subject_of(model: Model) -> Subject:
    """A model, loaded with its owner, as the audit log names it."""
    return Subject(SubjectType.MODEL, model.id, f"{model.owner.handle}/{model.name}", model.owner_id)


async def _sample_violations(viewer: Viewer, model: Model, ids: list[UUID]) -> list[Violation]:
    """Why these predictions cannot be shown: nobody shows what somebody else ran, or what has no output."""
    if len(ids) > SAMPLES_MAX:
        return [Violation("/samples", f"A model has at most {SAMPLES_MAX} samples.", "maxItems")]
    query = Prediction.filter(id__in=ids, model_id=model.id, user_id=viewer.user_id, status=_SUCCEEDED)
    allowed = {row.id for row in await query.only("id")} if ids else set()
    rule = "A sample is a prediction of yours that ran this model and succeeded."
    return [Violation(f"/samples/{i}", rule, "sample") for i, key in enumerate(ids) if key not in allowed]


async def samples(ids: Iterable[UUID]) -> dict[UUID, Prediction]:
    """The predictions that models show, whoever asks, without their large columns; not those that lost their output."""
    query = Prediction.filter(id__in=list(ids), status=_SUCCEEDED, output__isnull=False)
    return {row.id: row for row in await without_large(query)}


async def first_samples(rows: list[Model]) -> dict[UUID, Prediction]:
    """The first sample of each model that shows one, complete."""
    samples_of = {row.id: row.samples for row in rows if row.samples}
    alive = await samples(UUID(key) for keys in samples_of.values() for key in keys)
    first = {
        model_id: key
        for model_id, keys in samples_of.items()
        if (key := next((UUID(each) for each in keys if UUID(each) in alive), None)) is not None
    }
    by_id = {each.id: each for each in await Prediction.filter(id__in=list(first.values()))}
    return {model_id: by_id[key] for model_id, key in first.items() if key in by_id}


async def full_samples(row: Model) -> list[Prediction]:
    """All samples of a model, complete, in its owner's order."""
    query = Prediction.filter(id__in=row.samples, status=_SUCCEEDED, output__isnull=False)
    by_id = {str(each.id): each for each in await query} if row.samples else {}
    return [by_id[key] for key in row.samples if key in by_id]


async def tags(viewer: Viewer) -> list[str]:
    """The tags of the models that a viewer may know of, the most used first."""
    viewer.require(Scope.READ)
    values = (viewer.is_admin, viewer.user_id)
    return [row["tag"] for row in await database_rows(_TAGS, *values, TAGS_LISTED)]


_TAGS = f"""
SELECT tag, count(*) AS n FROM model m, jsonb_array_elements_text(m.tags) AS tag
WHERE {VISIBLE} GROUP BY tag ORDER BY n DESC, tag LIMIT $3
"""  # noqa: S608 - constants only


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


async def delete(rt: Runtime, viewer: Viewer, slug: str) -> tuple[Model, int, int]:
    """Delete a model of the viewer's; its predictions keep their record, running ones are canceled.

    Also the number of those, and of the versions of other models that are adapters of it and can run no more.
    """
    model = await find_own(viewer, slug)
    adapters = await versions.count_adapters(model.id)
    async with unit_of_work(rt) as work:
        await Model.filter(id=model.id, deleted_at=None).update(deleted_at=now())
        # The row stays, so that the name stays taken; what its owner gave it does not
        await ModelVariable.filter(model_id=model.id).delete()
        stopped = await cancel_predictions_of_model(model.id)
        for row in stopped:
            work.announce_move(row)
        facts = {"canceled_predictions": len(stopped), "adapters": adapters}
        await audit.record(viewer, AuditAction.MODEL_DELETED, subject_of(model), after=facts)
    return model, len(stopped), adapters


async def pause(rt: Runtime, viewer: Viewer | None, slug: str, reason: str | None) -> Model:
    """Let no worker claim predictions of a model until it is resumed; those that run go on, new ones wait too.

    Pausing it again changes the reason. No viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such model.
        InvalidInputError: the reason is too long, or no text.
    """
    if reason is not None and (len(reason) > REASON_MAX or not is_storable(reason)):
        raise InvalidInputError([Violation("/reason", f"At most {REASON_MAX} characters of text.", "maxLength")])
    async with in_transaction():
        model = await lock_for_admin(viewer, slug, "pause models")
        before = {"paused": model.paused_at is not None, "reason": model.pause_reason}
        model.paused_at, model.pause_reason = model.paused_at or now(), reason
        await model.save(update_fields=["paused_at", "pause_reason"])
        after = {"paused": True, "reason": reason}
        await audit.record(viewer, AuditAction.MODEL_PAUSED, subject_of(model), before, after)
    return model


async def resume(rt: Runtime, viewer: Viewer | None, slug: str) -> Model:
    """Let workers claim predictions of a paused model again, if it is paused; raises as `pause`."""
    async with in_transaction():
        model = await lock_for_admin(viewer, slug, "resume models")
        if model.paused_at is not None:
            before = {"paused": True, "reason": model.pause_reason}
            model.paused_at = model.pause_reason = None
            await model.save(update_fields=["paused_at", "pause_reason"])
            await shares.catch_up(model.id)
            await audit.record(viewer, AuditAction.MODEL_RESUMED, subject_of(model), before, {"paused": False})
    with suppress(*REDIS_ERRORS):
        await rt.event_log.wake_workers()
    return model


async def lock_for_admin(viewer: Viewer | None, slug: str, act: str) -> Model:
    """A model that an administrator acts on, in a transaction; `act` is as in `Viewer.administer`.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope WRITE.
        NotFoundError: there is no such model.
        BadUserInputError: the slug names a version.
    """
    if viewer is not None:
        viewer.administer(Scope.WRITE, act)
    parsed = parse_unpinned(slug)
    row = await _of_name(Model.filter(deleted_at=None), parsed) if parsed else None
    if row is None:
        raise NotFoundError(f"There is no model {slug[:100]!r}.")
    await database_rows("SELECT id FROM model WHERE id = $1 FOR UPDATE", row.id)
    return await Model.get(id=row.id).select_related("owner")


async def lock(model_id: UUID) -> Model:
    """A model with its owner, that nobody else changes before the transaction ends; predictions of it are accepted."""
    await database_rows("SELECT id FROM model WHERE id = $1 FOR NO KEY UPDATE", model_id)
    return await Model.get(id=model_id).select_related("owner")


def visible(viewer: Viewer) -> Q:
    """The models that a viewer may know of."""
    alive = Q(deleted_at=None)
    if viewer.is_admin:
        return alive
    public = Q(visibility=Visibility.PUBLIC.value)
    if viewer.user_id is None:
        return alive & public
    return alive & (public | Q(owner_id=viewer.user_id) | Q(shared_with__contains=[str(viewer.user_id)]))


def may_see(viewer: Viewer, model: Model) -> bool:
    """Whether a viewer may know of a model that is not deleted, as `visible` asks it of the database."""
    return viewer.is_admin or model.visibility == Visibility.PUBLIC.value or _has_share(viewer, model)


def may_see_all(viewer: Viewer, model: Model) -> bool:
    """Whether a viewer who can see a prediction of a model may see all of the model, and not only what they ran."""
    return may_see_use(viewer, model) or model.visibility == Visibility.PUBLIC.value


def may_see_use(viewer: Viewer, model: Model) -> bool:
    """Whether a viewer may know how much a model is used: its owner, with whom it is shared, and administrators."""
    return viewer.is_admin or (Scope.READ in viewer.scopes and _has_share(viewer, model))


def _has_share(viewer: Viewer, model: Model) -> bool:
    """Whether a private model is the viewer's, or shared with them."""
    return viewer.user_id is not None and (model.owner_id == viewer.user_id or str(viewer.user_id) in model.shared_with)


async def find(viewer: Viewer, slug: str | Slug) -> Model:
    """A model by its slug.

    Raises:
        ForbiddenError: the API key may not read.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    viewer.require(Scope.READ)
    return await find_visible(viewer, slug)


async def find_visible(viewer: Viewer, slug: str | Slug) -> Model:
    """As `find`, for uses that need another scope than READ."""
    parsed = parse_slug(slug) if isinstance(slug, str) else slug
    model = await _of_name(Model.filter(visible(viewer)), parsed) if parsed else None
    if model is None:
        raise NotFoundError(f"There is no model {str(slug)[:100]!r}.")
    return model


async def find_any(slug: str) -> Model:
    """A model whoever may know of it, deleted or not; raises NotFoundError."""
    parsed = parse_slug(slug)
    model = await _of_name(Model.all(), parsed) if parsed else None
    if model is None:
        raise NotFoundError(f"There is no model {slug[:100]!r}.")
    return model


async def _of_name(query: QuerySet[Model], slug: Slug) -> Model | None:
    """The one of some models, with its owner, that has a name, or had it."""
    query = query.select_related("owner")
    if (model := await query.filter(owner__handle=slug.owner, name=slug.name).first()) is not None:
        return model
    if (now_called := await former_names.follow(slug)) == slug:
        return None
    return await query.filter(owner__handle=now_called.owner, name=now_called.name).first()


def parse_unpinned(slug: str) -> Slug | None:
    """The slug of what is no matter of one version; None for what is none. Raises BadUserInputError for a version's."""
    if (parsed := parse_slug(slug)) and parsed.number:
        raise BadUserInputError("Name the model as owner/name, without a version.")
    return parsed


async def find_own(viewer: Viewer, slug: str) -> Model:
    """A model that the viewer may change.

    Raises:
        UnauthenticatedError, NotFoundError, ForbiddenError.
        BadUserInputError: the slug pins a version, which nobody can change.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to change models.")
    viewer.require(Scope.WRITE)
    parse_unpinned(slug)
    model = await find_visible(viewer, slug)
    if model.owner_id != viewer.user_id and not viewer.is_admin:
        raise ForbiddenError("This model belongs to somebody else.")
    return model


def listing(viewer: Viewer, criteria: ModelCriteria = ModelCriteria()) -> QuerySet[Model]:
    """The models a viewer may know of, filtered."""
    viewer.require(Scope.READ)
    query = Model.filter(visible(viewer))
    if criteria.owner:
        query = query.filter(owner__handle=criteria.owner if HANDLE.fullmatch(criteria.owner) else "")
    if criteria.kind:
        query = query.filter(kind=criteria.kind.value)
    if (tag := criteria.tag) is not None:
        query = query.filter(tags__contains=[tag if TAG.fullmatch(tag) else ""])
    if criteria.is_starred is not None:
        mine = Subquery(ModelStar.filter(user_id=viewer.user_id).values("model_id"))
        query = query.filter(id__in=mine) if criteria.is_starred else query.filter(id__not_in=mine)
    if criteria.is_featured is not None:
        query = query.filter(featured_at__isnull=not criteria.is_featured)
    if criteria.is_paused is not None:
        query = query.filter(paused_at__isnull=not criteria.is_paused)
    if criteria.category is not None:
        query = query.filter(categories__contains=[criteria.category.value])
    if criteria.language is not None:
        query = query.filter(id__in=RawSQL(_OF_LANGUAGE.format(language_of(criteria.language) or "")))
    if (license_name := criteria.license) is not None:
        usual = spdx_of(license_name) or license_name
        # No license is named by nothing, nor by more than fits there
        query = query.filter(license=usual if is_storable(usual) and len(usual) <= LICENSE_MAX else "")
    if criteria.device is not None or criteria.max_memory_bytes is not None:
        query = query.filter(id__in=RawSQL(_runnable(criteria.device, criteria.max_memory_bytes)))
    return query


# What is put into these is of the form of a language tag, of our own enum, or a number
_OF_LANGUAGE = """(SELECT l.id FROM model l, jsonb_array_elements_text(l.languages) AS tag
  WHERE tag = '{0}' OR starts_with(tag, '{0}-'))"""


def _runnable(device: DeviceClass | None, max_memory_bytes: int | None) -> str:
    """The models with a READY version that runs on workers of a device, and in so much memory."""
    conditions = ["v.state = 'READY'"]
    if device is not None:
        classes = ", ".join(f"'{each.value}'" for each in dict.fromkeys((DeviceClass.ANY, device)))
        conditions.append(f"coalesce(v.options->>'device', 'ANY') IN ({classes})")
    if max_memory_bytes is not None:
        conditions.append(f"(v.probe->>'bytes')::numeric <= {int(max_memory_bytes)}")
    return f"(SELECT v.model_id FROM version v WHERE {' AND '.join(conditions)})"  # noqa: S608 - of enums and numbers


async def search(
    viewer: Viewer, query: QuerySet[Model], text: str | None, order: Order | None = None
) -> tuple[QuerySet[Model], Order]:
    """Those of a listing that suit a search, and their order: the given one, or else how well they do.

    Raises:
        BadUserInputError: the search is no text.
    """
    if not text:
        return query, order or NEWEST
    if not is_storable(text):
        raise BadUserInputError("The text to search for holds characters that are no text.")
    owner, is_slug, name = text.strip().partition("/")
    if is_slug and HANDLE.fullmatch(owner):
        query, text = query.filter(owner__handle=owner), name
        if not text:
            return query, order or NEWEST
    relevance = await model_search.search(viewer, text)
    return (query.filter(id__in=list(relevance)), order) if order else (query, Relevance(of=relevance))


async def by_ids(viewer: Viewer | None, ids: Iterable[UUID]) -> dict[UUID, Model]:
    """Models by id: those the viewer may know of; with no viewer, all (what a visible prediction refers to)."""
    if viewer is not None:
        viewer.require(Scope.READ)
    query = Model.filter(id__in=list(ids))
    return {m.id: m for m in await (query.filter(visible(viewer)) if viewer else query)}
