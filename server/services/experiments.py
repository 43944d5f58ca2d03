"""Experiments: their results, what predictions brought, and the guardrails that end them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from server.adapters.database import DATABASE_ERRORS, rows
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction, AuditDoor
from server.domain.experiments import (
    MOST_OUTCOMES,
    OutcomeKind,
    OutcomeResult,
    RunSum,
    VersionResult,
    find_breach,
    outcome_violations,
)
from server.domain.statistics import Sample, mean, mean_difference, rate, rate_difference
from server.domain.traffic import WHOLE, Share, Traffic, shares_of_row
from server.errors import ConflictError, ForbiddenError, InvalidInputError
from server.live.prediction_rows import find_visible
from server.queue import experiments as queue
from server.runtime import Runtime
from server.services import audit, models
from server.services.traffic import may_see, summary
from server.tables import Experiment, Model, Outcome, Prediction

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
MOST_LISTED = 20


async def by_ids(viewer: Viewer, ids: list[UUID]) -> dict[UUID, Experiment]:
    """Experiments by id, of models whose traffic the viewer may know."""
    viewer.require(Scope.READ)
    query = Experiment.filter(id__in=ids, model__deleted_at=None).select_related("model")
    return {row.id: row for row in await query if may_see(viewer, row.model)}


async def of_models(model_ids: Iterable[UUID]) -> dict[UUID, list[Experiment]]:
    """The newest experiments of some models, MOST_LISTED of each."""
    by_model: dict[UUID, list[Experiment]] = {model_id: [] for model_id in model_ids}
    newest = [row["id"] for row in await rows(_NEWEST, list(by_model), MOST_LISTED)]
    for experiment in await Experiment.filter(id__in=newest).order_by("-created_at", "-id"):
        by_model[experiment.model_id].append(experiment)
    return by_model


_NEWEST = """
SELECT e.id FROM unnest($1::uuid[]) AS m (id)
CROSS JOIN LATERAL (
  SELECT id FROM experiment WHERE model_id = m.id ORDER BY created_at DESC, id DESC LIMIT $2) AS e
"""


async def results(rt: Runtime, row: Experiment) -> list[VersionResult]:
    """What came of each version of an experiment so far, the baseline first."""
    is_exact, runs = await queue.read_runs(row.id, rt.settings.currency)
    outcomes: dict[UUID, dict[str, Mapping[str, Any]]] = {}
    for each in await queue.read_outcomes(row.id):
        outcomes.setdefault(each["version_id"], {})[each["name"]] = each
    shares = sorted(shares_of_row(row.shares), key=lambda share: (share.version != row.baseline, share.number))
    base, of_base = runs.get(row.baseline, RunSum()), outcomes.get(row.baseline, {})
    listed = []
    for share in shares:
        own, is_baseline = runs.get(share.version, RunSum()), share.version == row.baseline
        counts = own.ended, own.failed
        listed.append(
            VersionResult(
                share,
                is_baseline,
                own.ended,
                rate(*counts),
                None if is_baseline else rate_difference(*counts, base.ended, base.failed),
                own.queue_seconds,
                own.first_token_seconds,
                own.total_seconds,
                is_exact,
                own.cost,
                own.mean_cost,
                tuple(
                    _outcome(each, None if is_baseline else of_base.get(name))
                    for name, each in outcomes.get(share.version, {}).items()
                ),
            )
        )
    return listed


def _outcome(own: Mapping[str, Any], base: Mapping[str, Any] | None) -> OutcomeResult:
    if own["is_rate"]:
        interval = rate(own["n"], own["hits"])
        difference = rate_difference(own["n"], own["hits"], base["n"], base["hits"]) if base else None
    else:
        samples = [Sample(each["n"], each["mean"], each["variance"]) for each in (own, base) if each]
        interval = mean(samples[0])
        difference = mean_difference(*samples) if base else None
    kind = OutcomeKind.RATE if own["is_rate"] else OutcomeKind.MEAN
    return OutcomeResult(own["name"], kind, own["n"], interval, difference)


async def record_outcome(viewer: Viewer, prediction_id: UUID, name: str, value: float) -> Outcome:
    """Note what came of a prediction of the viewer's, in place of what was noted by that name.

    Raises:
        ForbiddenError: it is somebody else's, or the API key may not run.
        NotFoundError: there is none, or the viewer may not know of it.
        InvalidInputError: the name or the value breaks rules.
        ConflictError: it has as many others already.
    """
    viewer.require(Scope.RUN)
    if violations := outcome_violations(name, value):
        raise InvalidInputError(violations)
    prediction = await find_visible(viewer, prediction_id)
    if prediction.user_id not in (None, viewer.user_id):
        raise ForbiddenError("Only who ran a prediction notes what came of it.")
    row = Outcome(
        prediction_id=prediction.id,
        name=name,
        value=value,
        experiment_id=prediction.experiment_id,
        version_id=prediction.version_id,
    )
    written = await queue.record_outcome(row)
    if written is None:
        raise ConflictError(f"A prediction has outcomes by at most {MOST_OUTCOMES} names.")
    return written


def may_see_outcomes(viewer: Viewer, prediction: Prediction) -> bool:
    """Whether a viewer may know what came of a prediction: who may note it, and administrators."""
    return viewer.is_admin or prediction.user_id in (None, viewer.user_id)


async def outcomes_of(prediction_ids: Iterable[UUID]) -> dict[UUID, list[Outcome]]:
    """What was noted of some predictions, in the order of the names."""
    by_prediction: dict[UUID, list[Outcome]] = {prediction_id: [] for prediction_id in prediction_ids}
    for outcome in await Outcome.filter(prediction_id__in=list(by_prediction)).order_by("name"):
        by_prediction[outcome.prediction_id].append(outcome)
    return by_prediction


async def guard_for_ever(rt: Runtime) -> None:
    """Look at the guardrails of running experiments, one process at a time; an outage is logged and waited out."""
    while True:
        try:
            await guard()
        except DATABASE_ERRORS as error:
            logger.warning("guardrails.failed", error=str(error))
        await asyncio.sleep(LOOK_SECONDS)


async def guard() -> list[UUID]:
    """One look at all guardrails; the experiments that it ended. Safe to run anywhere at any time."""
    ended = []
    for experiment_id in await queue.list_guarded():
        async with in_transaction():
            counts = await queue.count_for_guardrail(experiment_id)
        row = await Experiment.get_or_none(id=experiment_id)
        if counts is None or row is None:
            continue
        limits = row.max_error_rate, row.max_p95_seconds
        breach = find_breach(shares_of_row(row.shares), row.baseline, counts, *limits)
        if breach is None:
            continue
        baseline = next(share for share in shares_of_row(row.shares) if share.version == row.baseline)
        async with in_transaction():
            # As whoever sets other traffic: the model's row first, then that of the experiment
            model = await models.lock(row.model_id)
            if not await queue.end_by_guardrail(row.id, breach):
                continue
            before = Traffic.of_row(model.traffic)
            after = Traffic(None, (Share(baseline.version, baseline.number, WHOLE),))
            model.traffic = after.row()
            await Model.filter(id=model.id).update(traffic=model.traffic)
            facts = {"experiment": str(row.id), "breach": breach.row()}
            await audit.record(
                None, AuditAction.TRAFFIC_RETURNED, models.subject_of(model), summary(before),
                {**summary(after), **facts}, AuditDoor.SERVER,
            )  # fmt: skip
        logger.warning("guardrail.breached", experiment=str(row.id), **breach.row())
        ended.append(row.id)
    return ended
