"""Predictions as clients see them: creating, finding, listing, canceling."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import orjson
import structlog
from opentelemetry.trace import SpanKind
from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from uuid6 import uuid7

from server.adapters import metrics
from server.adapters.batches import Batches
from server.adapters.database import columns, from_json, from_row, rows
from server.adapters.large_columns import without_large
from server.adapters.pagination import utc
from server.adapters.tracing import traceparent_of
from server.adapters.vault import UnreadableSecretError
from server.domain import files, inputs, secrets
from server.domain.accounts import ANONYMOUS_OWNER, Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.metadata import metadata_violations
from server.domain.models import (
    DeviceClass,
    ModelKind,
    Slug,
    VersionState,
    kind_queue,
    parse_reference,
    parse_slug,
    queue_of,
)
from server.domain.predictions import INFRASTRUCTURE, NewPrediction, PredictionErrorCode, PredictionStatus, Priority
from server.domain.traffic import LATEST, Traffic, sticky_key_violations
from server.domain.webhooks import NewWebhook
from server.errors import (
    BadUserInputError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
    Violation,
)
from server.live.live_lists import ListFilter
from server.live.prediction_rows import find_visible
from server.queue.accept import accept
from server.queue.cancel import cancel_prediction
from server.runtime import Runtime
from server.services import (
    audit,
    budgets,
    former_names,
    input_urls,
    limits,
    models,
    prediction_search,
    prices,
    rate_limits,
    results,
    storage,
    versions,
    webhooks,
)
from server.tables import Model, Prediction, User, Version, Webhook
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

KEY_MAX, DEADLINE_MAX = 200, 7 * 86_400
REQUEUED_AT_ONCE = 1000
REQUEUE_KEY = "requeue:"
"""What the idempotency key of a prediction begins with that was requeued, and the id of the failed one follows."""
_Resolution = tuple[Model, Version | None]


async def create(rt: Runtime, viewer: Viewer, new: NewPrediction, version: Version | None = None) -> Prediction:
    """Accept a prediction: once it returns, the prediction will run and end exactly once.

    `version` is what `resolve_version` gave this viewer for its model, where somebody has asked already.

    Raises:
        ForbiddenError: anonymous ones are off, or may not have a webhook; or the API key may not run.
        RateLimitedError: too many without an account.
        QueueFullError: too many wait already.
        BudgetExceededError: it may cost more than a budget has left.
        NotFoundError: the viewer knows no such model.
        UnavailableError: the version is not READY.
        InvalidInputError: the input breaks the version's schema, or the webhook its rules.
        ConflictError: the idempotency key was used with another request, or the owner has stored what they may.
    """
    with rt.tracing.span("create prediction", SpanKind.PRODUCER) as span:
        row = await _create(rt, viewer, new, version)
        span.set_attributes({"prediction.id": str(row.id), "queue": row.queue})
        return row


async def _create(rt: Runtime, viewer: Viewer, new: NewPrediction, version: Version | None) -> Prediction:
    viewer.require(Scope.RUN)
    if viewer.user_id is None and not rt.settings.anonymous_predictions:
        raise ForbiddenError("Sign in to run predictions on this server.")
    violations = []
    key = new.idempotency_key
    if key is not None and (not 1 <= len(key) <= KEY_MAX or not key.isprintable()):
        violations.append(Violation("/idempotencyKey", f"A key has 1 to {KEY_MAX} printable characters.", "length"))
    if new.deadline_seconds is not None and not 1 <= new.deadline_seconds <= DEADLINE_MAX:
        violations.append(Violation("/deadlineSeconds", f"A deadline is 1 to {DEADLINE_MAX} seconds.", "range"))
    violations += metadata_violations(new.metadata) + sticky_key_violations(new.sticky_key)
    if violations:
        raise InvalidInputError(violations)
    webhooks.check(rt, viewer, new.webhook)
    request_hash = _request_hash(new)
    if existing := await _existing(rt, viewer, new, request_hash):
        return existing
    if viewer.user_id is None:
        await rate_limits.count_anonymous_prediction(rt, viewer)
    await storage.check(rt, viewer)
    if version is None:
        _, version = await resolve_version(viewer, new.model, new.sticky_key)
    model = version.model
    allowed = await limits.read(rt, viewer.owner_key)
    await limits.check(rt, viewer.owner_key, allowed, model.id)
    schema = inputs.schema_of(version.predictor, version.input_schema, rt.settings.max_new_tokens)
    values = inputs.complete(schema, new.input)
    if violations := input_urls.violations(rt, viewer, schema, values):
        raise InvalidInputError(violations)
    # A hash of what holds a short secret would tell it to whoever tries all
    stored_hash = rt.vault.fingerprints(request_hash)[0] if secrets.has_secret(schema, values) else request_hash
    listing = await prices.current(rt)
    row = Prediction(
        # Whoever holds the id of an anonymous prediction may read it, so that id is random
        id=uuid7() if viewer.user_id else uuid4(),
        user_id=viewer.user_id,
        owner=viewer.owner_key,
        model=model,
        version=version,
        queue=queue_of(ModelKind(model.kind), DeviceClass(version.options.get("device", DeviceClass.ANY))),
        status=PredictionStatus.STARTING.value,
        input=secrets.seal(schema, values, rt.vault.seal),
        idempotency_key=new.idempotency_key,
        request_hash=stored_hash,
        priority=new.priority.value,
        webhook_events=webhooks.events_of(new.webhook),
        retry_of=new.retry_of,
        cache_key=results.cache_key(rt, viewer, model, version, new, values),
        traceparent=traceparent_of(),
        metadata=new.metadata,
        openai=new.openai,
        experiment_id=version.experiment_id,
        price_list_id=listing.id if listing else None,
        key_id=viewer.key_id,
    )
    charge = limits.charge(allowed, version)
    hold = await budgets.hold_of(rt, listing, version, row.owner, row.key_id, values, new.deadline_seconds)
    while not await accept(row, files.uploads(schema, values), new, charge, hold):
        if existing := await _existing(rt, viewer, new, request_hash):
            return existing
    logger.info("prediction.accepted", prediction=str(row.id), queue=row.queue)
    metrics.ACCEPTED.labels(kind_queue(row.queue), new.priority.name).inc()
    if charge.is_held and row.user_id is not None:
        await limits.release_held(rt, [row.user_id])
    await send(rt, UnitOfWork(bells=[(row.queue, row.id)], owners_of_new=[row.owner] if row.user_id else []))
    return row


async def estimate_cost(rt: Runtime, viewer: Viewer, new: NewPrediction) -> tuple[Decimal, str] | None:
    """The most that a prediction may cost, and in which currency; None where nothing costs anything.

    Nothing is accepted, counted or held.

    Raises:
        ForbiddenError: the API key may not run.
        NotFoundError, UnavailableError, InvalidInputError: as in `create`.
    """
    viewer.require(Scope.RUN)
    _, version = await resolve_version(viewer, new.model, new.sticky_key)
    schema = inputs.schema_of(version.predictor, version.input_schema, rt.settings.max_new_tokens)
    values = inputs.complete(schema, new.input)
    listing = await prices.current(rt)
    if listing is None:
        return None
    return budgets.most_cost(rt, listing, version, values, new.deadline_seconds), listing.currency


async def retry(rt: Runtime, viewer: Viewer, prediction_id: UUID, idempotency_key: str | None) -> Prediction:
    """Accept another prediction of the same version with the same input, its seed included; the old one stays.

    Raises as `rerun`.
    """
    return await rerun(rt, viewer, NewRun(prediction_id, idempotency_key=idempotency_key))


@dataclass(frozen=True)
class NewRun:
    """A prediction to run again: with which fields of its input replaced, or left out where None, on which version."""

    prediction_id: UUID
    overrides: object = None
    version: str | None = None
    idempotency_key: str | None = None
    deadline_seconds: int | None = None
    webhook: NewWebhook | None = None
    use_cache: bool = False


async def rerun(rt: Runtime, viewer: Viewer, new: NewRun) -> Prediction:
    """Accept another prediction with the input of an old one, its seed included, but for what is overridden.

    On the same version unless another is named. The old one stays, and is the parent of the new one.

    Raises:
        NotFoundError: there is none, or the viewer may not know of it or of its model.
        UnavailableError: its input was removed or has a secret that cannot be read, or its version is not READY.
        ForbiddenError: it has a secret of somebody else; or as in `create`.
        InvalidInputError: the overrides are no object; the input has an upload that is not the viewer's or has
            expired; or as in `create`.
        ConflictError: as in `create`.
    """
    viewer.require(Scope.RUN)
    old = await find_visible(viewer, new.prediction_id)
    return await create(rt, viewer, await _again(rt, viewer, old, new))


async def _again(rt: Runtime, viewer: Viewer, old: Prediction, new: NewRun) -> NewPrediction:
    if old.data_removed:
        raise UnavailableError("The input of this prediction was removed, so it cannot run again.")
    overrides = {} if new.overrides is None else new.overrides
    if not isinstance(overrides, dict):
        raise InvalidInputError([Violation("/overrides", "The overrides are a JSON object.", "type")])
    version = await Version.get(id=old.version_id).select_related("model__owner")
    values = {name: value for name, value in old.input.items() if name not in overrides}
    if secrets.has_secret(version.input_schema, values):
        if old.owner != viewer.owner_key:
            raise ForbiddenError("It was run with somebody else's secret; run the model with one of your own.")
        try:
            values = secrets.open_secrets(version.input_schema, values, rt.vault.open)
        except UnreadableSecretError:
            raise UnavailableError(
                "Its secret was sealed with another SECRET_KEY; run the model with it anew."
            ) from None
    values = input_urls.renewed(rt, version.input_schema, values)
    values |= {name: value for name, value in overrides.items() if value is not None}
    model = new.version or f"{version.model.owner.handle}/{version.model.name}:{version.number}"
    options = (new.idempotency_key, new.deadline_seconds, new.webhook)
    return NewPrediction(
        model, values, *options, retry_of=old.id, use_cache=new.use_cache, priority=Priority(old.priority)
    )


@dataclass(frozen=True)
class RequeueCriteria:
    """Which predictions that the server failed to run again, the oldest first, `limit` at most; None takes all."""

    codes: frozenset[PredictionErrorCode] = INFRASTRUCTURE
    model: str | None = None
    completed_from: datetime | None = None
    completed_before: datetime | None = None
    limit: int = REQUEUED_AT_ONCE


async def requeue(rt: Runtime, viewer: Viewer | None, prediction_id: UUID) -> Prediction:
    """Run a prediction again that the server failed, for its owner: a new one, since what ended stays ended.

    It is of the same version with the same input and tells the same webhook; asked for twice, it is the same one. No
    viewer is the operator at the command line.

    Raises:
        ForbiddenError: the viewer is no admin, or an API key without the scope RUN.
        NotFoundError: there is no such prediction.
        ConflictError: it did not fail by the server's fault, or is of a batch, or its owner is deactivated.
        UnavailableError, InvalidInputError, QueueFullError: it cannot be accepted now, as in `create`.
    """
    if viewer is not None:
        viewer.administer(Scope.RUN, "requeue predictions")
    old = await Prediction.get_or_none(id=prediction_id)
    if old is None:
        raise NotFoundError("There is no prediction with this id.")
    if old.status != PredictionStatus.FAILED.value or old.error_code not in INFRASTRUCTURE:
        raise ConflictError("Only what the server failed can be requeued: see its status and error.")
    row = await _requeue(rt, old)
    subject = Subject(SubjectType.PREDICTION, old.id, str(old.id), old.user_id)
    after = {"prediction": str(row.id), "error": old.error_code}
    await audit.record(viewer, AuditAction.PREDICTION_REQUEUED, subject, after=after)
    return row


async def requeue_failed(rt: Runtime, viewer: Viewer | None, criteria: RequeueCriteria) -> tuple[int, int]:
    """Run all again that the server failed and that were not run again yet; how many, and how many could not be.

    Raises:
        ForbiddenError: as in `requeue`.
        NotFoundError: there is no such model.
        BadUserInputError: a code is not of the server's, or the limit is none.
    """
    if viewer is not None:
        viewer.administer(Scope.RUN, "requeue predictions")
    if not criteria.codes or criteria.codes - INFRASTRUCTURE:
        raise BadUserInputError(f"Only these errors are the server's: {', '.join(sorted(INFRASTRUCTURE))}.")
    if not 1 <= criteria.limit <= REQUEUED_AT_ONCE:
        raise BadUserInputError(f"Requeue 1 to {REQUEUED_AT_ONCE} at once.")
    model, subject = None, Subject(SubjectType.SERVER)
    if criteria.model is not None:
        model = await models.find_any(criteria.model)
        subject = Subject(SubjectType.MODEL, model.id, criteria.model, model.owner_id)
    times = [utc(at) if at else None for at in (criteria.completed_from, criteria.completed_before)]
    codes = sorted(code.value for code in criteria.codes)
    failed = await rows(_FAILED, codes, model.id if model else None, *times, criteria.limit)
    count = refused = 0
    for row in failed:
        try:
            await _requeue(rt, await Prediction.get(id=row["id"]))
            count += 1
        except ServiceError as error:
            refused += 1
            logger.info("prediction.not_requeued", prediction=str(row["id"]), why=error.message)
    after = {"requeued": count, "refused": refused, "errors": codes}
    await audit.record(viewer, AuditAction.PREDICTIONS_REQUEUED, subject, after=after)
    return count, refused


async def _requeue(rt: Runtime, old: Prediction) -> Prediction:
    try:
        row = await _run_for_owner(rt, old)
    except ServiceError:
        metrics.REQUEUES.labels("refused").inc()
        raise
    metrics.REQUEUES.labels("accepted").inc()
    return row


async def _run_for_owner(rt: Runtime, old: Prediction) -> Prediction:
    if old.batch_id is not None:
        raise ConflictError("It is an item of a batch: run what failed of that again with retryFailedBatch.")
    if old.user_id is not None and not await User.filter(id=old.user_id, deactivated_at=None).exists():
        raise ConflictError("The account of its owner is deactivated.")
    owner = Viewer(old.user_id, address=old.owner.removeprefix(ANONYMOUS_OWNER))
    webhook = await Webhook.get_or_none(prediction_id=old.id)
    deadline = (old.deadline_at - old.created_at).total_seconds() if old.deadline_at else None
    again = replace(
        await _again(rt, owner, old, NewRun(old.id, idempotency_key=f"{REQUEUE_KEY}{old.id}")),
        deadline_seconds=min(DEADLINE_MAX, max(1, round(deadline))) if deadline is not None else None,
        webhook=webhooks.again(webhook, old.webhook_events) if webhook else None,
        use_cache=old.cache_key is not None,
    )
    return await create(rt, owner, again)


_FAILED = f"""
SELECT p.id FROM prediction p
WHERE p.status = 'failed' AND p.error_code = ANY($1::text[]) AND p.batch_id IS NULL AND NOT p.data_removed
  AND ($2::uuid IS NULL OR p.model_id = $2) AND ($3::timestamptz IS NULL OR p.completed_at >= $3)
  AND ($4::timestamptz IS NULL OR p.completed_at < $4) AND NOT EXISTS (
    SELECT FROM prediction again WHERE again.owner = p.owner AND again.idempotency_key = '{REQUEUE_KEY}' || p.id)
ORDER BY p.completed_at LIMIT $5
"""  # noqa: S608 - constants only


def _request_hash(new: NewPrediction) -> str:
    """Tells one request from another where both come with the same idempotency key."""
    request: list[object] = [new.model, new.input, new.deadline_seconds]
    if new.webhook is not None:
        request.append([new.webhook.url, webhooks.events_of(new.webhook)])
    if new.retry_of is not None:
        request.append(str(new.retry_of))
    if new.use_cache:
        request.append("cache")
    if new.metadata is not None or new.openai is not None:
        request.append([new.metadata, new.openai])
    if new.priority is not Priority.NORMAL:
        request.append(new.priority.name)
    if new.sticky_key is not None:
        request.append({"stickyKey": new.sticky_key})
    try:
        body = orjson.dumps(request, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        # A 64-bit overflow, a lone surrogate or too deep nesting: the schema check names the place
        body = repr(request).encode(errors="backslashreplace")
    return hashlib.sha256(body).hexdigest()


async def _existing(rt: Runtime, viewer: Viewer, new: NewPrediction, request_hash: str) -> Prediction | None:
    if new.idempotency_key is None:
        return None
    row = await Prediction.get_or_none(owner=viewer.owner_key, idempotency_key=new.idempotency_key)
    if row is not None and row.request_hash not in (request_hash, *rt.vault.fingerprints(request_hash)):
        raise ConflictError("This idempotency key was used with another request.")
    return row


async def resolve_version(viewer: Viewer, slug: str, sticky_key: str | None = None) -> tuple[Model, Version]:
    """The model, with its owner, and the version: the pinned one, else what the traffic of the model gives the caller.

    That is the newest READY version unless the model's owner set another. Where traffic is divided, callers are told
    apart by the `sticky_key`, else by who they are.

    Raises:
        NotFoundError: there is no such model, or the viewer may not know of it.
        UnavailableError: there is no version of that number or alias, or it is not READY; with the reason.
    """
    parsed = parse_reference(slug)
    resolution = await _RESOLUTIONS.ask(parsed) if parsed else None
    if parsed is None or resolution is None or not models.may_see(viewer, resolution[0]):
        advice = "" if parsed else " A model is named owner/name, its version owner/name:3."
        raise NotFoundError(f"There is no model {slug[:100]!r}.{advice}")
    model, version = resolution
    if parsed == parsed.model and (traffic := Traffic.of_row(model.traffic)) is not None:
        version = await _version_of_traffic(viewer, parsed, traffic, sticky_key) or version
    if version is None:
        raise UnavailableError(f"{slug[:100]} {'has no version' if parsed == parsed.model else 'does not exist'}.")
    if version.state == VersionState.PREPARING.value:
        raise UnavailableError(_preparing(version))
    if version.state == VersionState.REFUSED.value:
        raise UnavailableError(f"Version {version.number} was refused: {version.reason}")
    if version.base_id is not None and not await versions.has_usable_base(version):
        raise UnavailableError(versions.BASE_IS_GONE)
    return model, version


async def _version_of_traffic(viewer: Viewer, slug: Slug, traffic: Traffic, key: str | None) -> Version | None:
    share = traffic.choose(viewer.owner_key if key is None else f"key:{key}")
    resolution = await _RESOLUTIONS.ask(Slug(slug.owner, slug.name, share.number))
    if resolution is None or resolution[1] is None:
        return None
    # Others that ask at the same time have the same row, and may have pinned it
    version = copy(resolution[1])
    version.experiment_id = traffic.experiment
    return version


def _preparing(version: Version) -> str:
    if (at := versions.next_try_at(version)) is None or version.reason is None:
        return f"Version {version.number} is still being prepared; try again when it is READY."
    when = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return f"Version {version.number} cannot be prepared now, and is tried again at {when}: {version.reason}"


async def _resolve_versions(slugs: Sequence[Slug]) -> list[_Resolution | None]:
    """What new predictions run, in one statement for all that come at once, and one more for names of former days."""
    known = await _resolve_named(list(dict.fromkeys(slugs)))
    renamed = await former_names.follow_all(slug for slug in slugs if slug not in known)
    if renamed:
        of_now = await _resolve_named(list(dict.fromkeys(renamed.values())))
        known |= {slug: of_now[name] for slug, name in renamed.items() if name in of_now}
    return [known.get(slug) for slug in slugs]


async def _resolve_named(distinct: list[Slug]) -> dict[Slug, _Resolution]:
    aliases = [None if s.alias == LATEST else s.alias for s in distinct]
    values = ([s.owner for s in distinct], [s.name for s in distinct], [s.number for s in distinct], aliases)
    resolutions: dict[Slug, _Resolution] = {}
    for row in await rows(_resolve_sql(), *values):
        model = from_row(Model, row, "m_")
        model.owner = from_row(User, row, "u_")
        version = None
        if row["v_id"] is not None:
            version = from_row(Version, row, "v_")
            version.model = model
        resolutions[distinct[row["place"] - 1]] = model, version
    return resolutions


@cache
def _resolve_sql() -> str:
    # The ORM knows all columns only once it is set up
    return f"""
SELECT q.place, {columns(Model, "m", "m_")}, {columns(User, "u", "u_")}, {columns(Version, "v", "v_")}
FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY AS q(owner, name, number, alias, place)
JOIN "user" u ON u.handle = q.owner
JOIN model m ON m.owner_id = u.id AND m.name = q.name AND m.deleted_at IS NULL
LEFT JOIN LATERAL (
  SELECT * FROM version WHERE model_id = m.id AND (coalesce(q.number::text, q.alias) IS NULL
    OR number = coalesce(q.number, (m.version_aliases->>q.alias)::int))
  ORDER BY state = 'READY' DESC, number DESC LIMIT 1) v ON true
"""  # noqa: S608 - names only


_RESOLUTIONS: Batches[Slug, _Resolution | None] = Batches(_resolve_versions)


def visible(viewer: Viewer) -> Q:
    """The predictions that a viewer who knows their ids may read."""
    if viewer.is_admin:
        return Q()
    anonymous = Q(user_id=None)
    return anonymous | Q(user_id=viewer.user_id) if viewer.user_id else anonymous


async def by_ids(viewer: Viewer | None, ids: Iterable[UUID]) -> dict[UUID, Prediction]:
    """Predictions by id, without their large columns: those that the viewer may read; with no viewer, all."""
    if viewer is not None:
        viewer.require(Scope.READ)
    allowed = visible(viewer) if viewer else Q()
    return {row.id: row for row in await without_large(Prediction.filter(allowed, id__in=list(ids)))}


async def seeds_of(ids: Iterable[UUID]) -> dict[UUID, Any]:
    """What the inputs of predictions have as their seed."""
    return {row["id"]: from_json(row["seed"]) for row in await rows(_SEEDS, list(ids))}


_SEEDS = "SELECT id, input->'seed' AS seed FROM prediction WHERE id = ANY($1::uuid[])"


@dataclass(frozen=True)
class PredictionCriteria:
    """Which predictions to list; None takes all. Times without a zone are UTC."""

    status: list[PredictionStatus] | None = None
    model: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    everybody: bool = False
    starred: bool | None = None
    text: str | None = None


async def listing(viewer: Viewer, criteria: PredictionCriteria) -> QuerySet[Prediction]:
    """The viewer's own predictions, or those of everybody, filtered but for `text`, without their large columns.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the filter names everybody's, and the viewer is no admin.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to list predictions.")
    viewer.require(Scope.READ)
    if criteria.everybody and not viewer.is_admin:
        raise ForbiddenError("Only administrators may list everybody's predictions.")
    query = Prediction.all() if criteria.everybody else Prediction.filter(user_id=viewer.user_id)
    if criteria.status:
        query = query.filter(status__in=[s.value for s in criteria.status])
    if criteria.starred is not None:
        query = query.filter(starred=criteria.starred)
    if criteria.created_from is not None:
        query = query.filter(created_at__gte=utc(criteria.created_from))
    if criteria.created_before is not None:
        query = query.filter(created_at__lt=utc(criteria.created_before))
    if criteria.model is not None:
        slug = parse_slug(criteria.model)
        slug = await former_names.follow(slug) if slug else None
        query = query.filter(model__owner__handle=slug.owner if slug else "", model__name=slug.name if slug else "")
        if slug and slug.number:
            query = query.filter(version__number=slug.number)
    return without_large(query)


async def search(viewer: Viewer, criteria: PredictionCriteria) -> QuerySet[Prediction]:
    """As `listing`, and filtered by `text`.

    Raises:
        UnauthenticatedError, ForbiddenError: as in `listing`.
        BadUserInputError, UnavailableError: as in `prediction_search.search`.
    """
    query = await listing(viewer, criteria)
    if criteria.text is None:
        return query
    return query.filter(id__in=await prediction_search.search(query, criteria.text))


def of_batch(batch_id: UUID, statuses: Sequence[PredictionStatus] | None) -> QuerySet[Prediction]:
    """The items of a batch, filtered, without their large columns."""
    query = Prediction.filter(batch_id=batch_id)
    return without_large(query.filter(status__in=[status.value for status in statuses]) if statuses else query)


async def live_filter(viewer: Viewer, criteria: PredictionCriteria) -> ListFilter:
    """The filter of a live list, its model and version looked up.

    Raises:
        UnauthenticatedError: nobody is signed in.
        NotFoundError: the viewer knows no such model or version.
        BadUserInputError: the filter names everybody's, or a text.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to list predictions.")
    viewer.require(Scope.READ)
    if criteria.everybody:
        raise BadUserInputError("A live list shows only your own predictions; leave `everybody` out.")
    if criteria.text is not None:
        raise BadUserInputError("A live list does not search; leave `text` out.")
    statuses = frozenset(status.value for status in criteria.status) if criteria.status else None
    begin = utc(criteria.created_from) if criteria.created_from else None
    before = utc(criteria.created_before) if criteria.created_before else None
    if criteria.model is None:
        return ListFilter(statuses, created_from=begin, created_before=before, starred=criteria.starred)
    model, slug = await models.find(viewer, criteria.model), parse_slug(criteria.model)
    version = None
    if slug is not None and slug.number is not None:
        version = await Version.get_or_none(model_id=model.id, number=slug.number)
        if version is None:
            raise NotFoundError(f"{criteria.model[:100]} does not exist.")
    return ListFilter(statuses, model.id, version.id if version else None, begin, before, criteria.starred)


async def cancel(rt: Runtime, viewer: Viewer, prediction_id: UUID) -> Prediction:
    """Stop a prediction: at once while it waits, at its next token or step while it runs; ended ones stay as they are.

    Raises:
        ForbiddenError: the API key may not run.
        NotFoundError: there is none, or the viewer may not know of it.
    """
    viewer.require(Scope.RUN)
    await find_visible(viewer, prediction_id)
    work = UnitOfWork()
    for row in await cancel_prediction(prediction_id):
        work.announce_move(row)
    await send(rt, work)
    return await find_visible(viewer, prediction_id)
