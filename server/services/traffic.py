"""Which versions of a model run where none is pinned, and what its owner calls single ones."""

from __future__ import annotations

from uuid import uuid4

import structlog
from tortoise.transactions import in_transaction

from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction
from server.domain.experiments import ExperimentEnd, NewTraffic, experiment_violations, is_divided
from server.domain.models import Slug, VersionState
from server.domain.targets import parse_target
from server.domain.traffic import (
    LATEST,
    MOST_ALIASES,
    VERSION_ALIAS,
    Share,
    Traffic,
    row_of_shares,
    share_violations,
)
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.errors import InvalidInputError, NotFoundError, Violation
from server.queue import experiments as queue
from server.runtime import Runtime
from server.services import audit, models, webhooks
from server.tables import Experiment, Model, Version

logger = structlog.get_logger(__name__)


async def set_traffic(rt: Runtime, viewer: Viewer, slug: str, new: NewTraffic) -> Model:
    """Divide predictions that pin no version among versions of a model of the viewer's, from now on.

    Several versions with a weight are an experiment; one alone is a rollback, or a rollout; none returns to the newest
    READY version. The experiment that ran ends.

    Raises:
        UnauthenticatedError, NotFoundError, ForbiddenError: as `models.find_own`.
        InvalidInputError: the weights, a version, the baseline or the guardrail break rules.
    """
    model = await models.find_own(viewer, slug)
    numbers, weights = [number for number, _ in new.shares], [weight for _, weight in new.shares]
    violations = share_violations(numbers, weights) + experiment_violations(new)
    url = new.guardrail.webhook_url if new.guardrail else None
    if url is not None:
        webhooks.check(rt, viewer, NewWebhook(url, (WebhookEvent.COMPLETED,)))
    async with in_transaction():
        # One change after the other, so that each ends the experiment of the one before
        model = await models.lock(model.id)
        versions = {row.number: row for row in await Version.filter(model_id=model.id, number__in=numbers)}
        for place, number in enumerate(numbers):
            version = versions.get(number)
            if version is None or version.state != VersionState.READY.value:
                rule = f"Version {number} {f'is {version.state}' if version else 'does not exist'}; name READY ones."
                violations.append(Violation(f"/shares/{place}/version", rule, "version"))
        if violations:
            raise InvalidInputError(violations)
        before = summary(Traffic.of_row(model.traffic))
        shares = tuple(Share(versions[number].id, number, weight) for number, weight in new.shares)
        experiment = None
        await queue.end(model.id, ExperimentEnd.REPLACED if shares else ExperimentEnd.STOPPED)
        if is_divided(new):
            experiment = uuid4()
            guardrail = new.guardrail
            await queue.begin(
                Experiment(
                    id=experiment,
                    model_id=model.id,
                    name=new.name,
                    shares=row_of_shares(shares),
                    baseline=versions[new.baseline or min(number for number, weight in new.shares if weight)].id,
                    max_error_rate=guardrail.max_error_rate if guardrail else None,
                    max_p95_seconds=guardrail.max_p95_seconds if guardrail else None,
                )
            )
            if url is not None and viewer.user_id is not None:
                await queue.add_webhook(experiment, viewer.user_id, str(parse_target(url)))
        traffic = Traffic(experiment, shares) if shares else None
        model.traffic = traffic.row() if traffic else None
        await model.save(update_fields=["traffic"])
        await audit.record(viewer, AuditAction.TRAFFIC_SET, models.subject_of(model), before, summary(traffic))
    logger.info("traffic.set", model=str(model.id), experiment=str(experiment) if experiment else None)
    return model


def summary(traffic: Traffic | None) -> dict[str, object]:
    """Traffic as the audit log tells it."""
    return {"weights": {str(each.number): each.weight for each in traffic.shares} if traffic else LATEST}


async def set_version_alias(viewer: Viewer, slug: str, alias: str, number: int) -> Model:
    """Let `owner/name:alias` be a version of a model of the viewer's, in place of what it was.

    Raises:
        UnauthenticatedError, NotFoundError, ForbiddenError: as `models.find_own`.
        InvalidInputError: the alias breaks its rule, there are too many, or there is no READY version of the number.
    """
    if not VERSION_ALIAS.fullmatch(alias) or alias == LATEST:
        rule = f"1 to 32 lower-case letters and digits, a letter first, with single dashes between them; not {LATEST}"
        raise InvalidInputError([Violation("/alias", f"An alias has {rule}.", "pattern")])
    model = await models.find_own(viewer, slug)
    async with in_transaction():
        model = await models.lock(model.id)
        if not await Version.filter(model_id=model.id, number=number, state=VersionState.READY.value).exists():
            rule = f"There is no READY version {number} of this model."
            raise InvalidInputError([Violation("/version", rule, "version")])
        aliases = {**model.version_aliases, alias: number}
        if len(aliases) > MOST_ALIASES:
            rule = f"A model has at most {MOST_ALIASES} aliases of versions; remove one first."
            raise InvalidInputError([Violation("/alias", rule, "maxItems")])
        await _change_alias(viewer, model, alias, number)
    return model


async def remove_version_alias(viewer: Viewer, slug: str, alias: str) -> Model:
    """Let an alias of a version of the viewer's model be none any more.

    Raises:
        UnauthenticatedError, ForbiddenError: as `models.find_own`.
        NotFoundError: there is no such model, or it has no such alias.
    """
    model = await models.find_own(viewer, slug)
    async with in_transaction():
        model = await models.lock(model.id)
        if alias not in model.version_aliases:
            raise NotFoundError(f"{Slug(model.owner.handle, model.name)} has no alias {alias[:40]!r}.")
        await _change_alias(viewer, model, alias, None)
    return model


async def _change_alias(viewer: Viewer, model: Model, alias: str, number: int | None) -> None:
    """Within a transaction that holds the model's row."""
    former = model.version_aliases.get(alias)
    model.version_aliases = {name: each for name, each in model.version_aliases.items() if name != alias}
    if number is not None:
        model.version_aliases[alias] = number
    await model.save(update_fields=["version_aliases"])
    before, after = ({"alias": alias, "version": each} for each in (former, number))
    await audit.record(viewer, AuditAction.VERSION_ALIAS_SET, models.subject_of(model), before, after)


def may_see(viewer: Viewer, model: Model) -> bool:
    """Whether a viewer may know how the traffic of a model is divided, and what came of it: its owner and admins."""
    return viewer.is_admin or (model.owner_id == viewer.user_id and Scope.READ in viewer.scopes)


def shares_of(model: Model) -> tuple[Share, ...]:
    """How a model's traffic is divided; none where its newest READY version runs."""
    traffic = Traffic.of_row(model.traffic)
    return traffic.shares if traffic else ()
