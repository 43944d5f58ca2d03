"""Experiments, their results, and what notes what came of a prediction."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.enums import ExperimentEnd, OutcomeKind
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.ids import global_id
from graph.types.models import Model, ModelVersion, TrafficShare
from graph.types.node import Node
from graph.types.prices import CostSum
from graph.types.scalars import Money
from server import tables
from server.domain import experiments as domain
from server.domain.histograms import RELATIVE_ERROR
from server.domain.performance import MOST_EXACT
from server.domain.prices import DECIMALS
from server.domain.statistics import LEAST_COUNT
from server.domain.statistics import Interval as StatisticsInterval
from server.domain.traffic import shares_of_row
from server.services import experiments


@strawberry.type(description="An estimate with its interval of 95%.")
class Interval:
    estimate: float = strawberry.field(description="The estimate.")
    low: float = strawberry.field(description="Lower end of the interval.")
    high: float = strawberry.field(description="Upper end of the interval.")

    @classmethod
    def of(cls, interval: StatisticsInterval | None) -> Interval | None:
        return cls(estimate=interval.estimate, low=interval.low, high=interval.high) if interval else None


@strawberry.type(description="How long runs took that succeeded; null where nothing was measured.")
class Percentiles:
    p50: float | None = strawberry.field(description="Half of them were below.")
    p95: float | None = strawberry.field(description="19 of 20 were below.")

    @classmethod
    def of(cls, each: domain.Percentiles) -> Percentiles:
        return cls(p50=each.p50, p95=each.p95)


@strawberry.type(description="What came of the predictions of a version, by one name.")
class OutcomeResult:
    name: str = strawberry.field(description="Name of the outcome.")
    kind: OutcomeKind = strawberry.field(description="What its values are.")
    count: int = strawberry.field(description="Number of predictions that have it.")
    mean: Interval | None = strawberry.field(
        description=f"Mean of the values, by Wilson's interval for a RATE, else Student's; null below {LEAST_COUNT}."
    )
    difference: Interval | None = strawberry.field(
        description="How much higher it is than that of the baseline, by Newcombe's interval for a RATE, else Welch's; "
        f"null of the baseline itself, and where one of both has fewer than {LEAST_COUNT}."
    )


@strawberry.type(description="What came of a version in an experiment.")
class VersionResult:
    share: strawberry.Private[TrafficShare]

    is_baseline: bool = strawberry.field(description="Whether others are compared with it.")
    count: int = strawberry.field(
        description="Number of predictions that succeeded or failed; those are not counted that shared the result of "
        "another."
    )
    enough_data: bool = strawberry.field(
        description=f"Whether there are {LEAST_COUNT} of them; else nothing is said of its rate of errors."
    )
    error_rate: Interval | None = strawberry.field(description="Part of them that failed, by Wilson's interval.")
    error_rate_difference: Interval | None = strawberry.field(
        description="How much higher it is than that of the baseline, by Newcombe's interval; null of the baseline."
    )
    queue_seconds: Percentiles = strawberry.field(description="Seconds that they waited.")
    first_token_seconds: Percentiles = strawberry.field(description="Seconds from the start to the first token.")
    total_seconds: Percentiles = strawberry.field(description="Seconds from creation to the end.")
    is_exact: bool = strawberry.field(
        description=f"Whether the percentiles are computed of each value, as up to {MOST_EXACT} predictions of the "
        f"experiment; of more they are within {RELATIVE_ERROR:.0%} of the value of that rank."
    )
    cost: CostSum = strawberry.field(description="What they are charged together.")
    mean_cost: Money | None = strawberry.field(
        description=f"What one of them is charged, rounded to {DECIMALS} decimals; null of none."
    )
    outcomes: list[OutcomeResult] = strawberry.field(description="What came of them, by name.")

    @strawberry.field(description="The version.")
    async def version(self, info: Info) -> ModelVersion:
        return await self.share.version_of(info)

    @classmethod
    def of(cls, result: domain.VersionResult, currency: str) -> VersionResult:
        return cls(
            share=TrafficShare.of(result.share),
            is_baseline=result.is_baseline,
            count=result.count,
            enough_data=result.count >= LEAST_COUNT,
            error_rate=Interval.of(result.error_rate),
            error_rate_difference=Interval.of(result.error_rate_difference),
            queue_seconds=Percentiles.of(result.queue_seconds),
            first_token_seconds=Percentiles.of(result.first_token_seconds),
            total_seconds=Percentiles.of(result.total_seconds),
            is_exact=result.is_exact,
            cost=CostSum(amount=Money(result.cost), currency=currency),
            mean_cost=None if result.mean_cost is None else Money(result.mean_cost),
            outcomes=[
                OutcomeResult(
                    name=each.name,
                    kind=each.kind,
                    count=each.count,
                    mean=Interval.of(each.mean),
                    difference=Interval.of(each.difference),
                )
                for each in result.outcomes
            ],
        )


@strawberry.type(description="What a guardrail saw when it returned the traffic to the baseline.")
class GuardrailBreach:
    version: int = strawberry.field(description="Number of the version.")
    limit: str = strawberry.field(description="The limit that it passed: `maxErrorRate` or `maxP95Seconds`.")
    count: int = strawberry.field(description="Number of runs that were looked at.")
    hits: int = strawberry.field(description="How many of them failed, or took longer.")
    at_least: float = strawberry.field(description="Rate of these that is surely reached, however often one looks.")


@strawberry.type(description="Traffic of a model that is divided among versions, or was. For its owner and admins.")
class Experiment(Node):
    row: strawberry.Private[tables.Experiment]

    name: str = strawberry.field(description="What it was named; perhaps empty.")
    created_at: datetime = strawberry.field(description="Time when it began.")
    ended_at: datetime | None = strawberry.field(description="Time when it ended; null while it runs.")
    end_reason: ExperimentEnd | None = strawberry.field(description="Why it ended.")
    max_error_rate: float | None = strawberry.field(description="Limit of its guardrail, if it has one.")
    max_p95_seconds: float | None = strawberry.field(description="Limit of its guardrail, if it has one.")
    shares: list[TrafficShare] = strawberry.field(description="Versions with their weights.")

    @strawberry.field(description="Model whose traffic it is.")
    async def model(self, info: Info) -> Annotated[Model, strawberry.lazy("graph.types.models")]:
        return await Model.load(info, self.row.model_id)

    @strawberry.field(description="Version that the others are compared with.")
    async def baseline(self, info: Info) -> ModelVersion:
        share = next(each for each in self.shares if each.share.version == self.row.baseline)
        return await share.version_of(info)

    @strawberry.field(description="What a guardrail saw when it ended the experiment; null if none did.")
    def breach(self) -> GuardrailBreach | None:
        breach = self.row.breach
        if breach is None:
            return None
        return GuardrailBreach(
            version=breach["version"],
            limit=breach["limit"],
            count=breach["count"],
            hits=breach["hits"],
            at_least=breach["atLeast"],
        )

    @strawberry.field(description="What came of each version so far, the baseline first.")
    async def version_results(self, info: Info) -> list[VersionResult]:
        rt = info.context.rt
        return [VersionResult.of(each, rt.settings.currency) for each in await experiments.results(rt, self.row)]

    @classmethod
    def of(cls, row: tables.Experiment) -> Experiment:
        return cls(
            id=global_id("Experiment", row.id),
            row=row,
            name=row.name,
            created_at=row.created_at,
            ended_at=row.ended_at,
            end_reason=ExperimentEnd(row.end_reason) if row.end_reason else None,
            max_error_rate=row.max_error_rate,
            max_p95_seconds=row.max_p95_seconds,
            shares=[TrafficShare.of(share) for share in shares_of_row(row.shares)],
        )


@strawberry.type(description="What came of a prediction, by a name.")
class Outcome:
    name: str = strawberry.field(description="The name.")
    value: float = strawberry.field(description="The value.")
    updated_at: datetime = strawberry.field(description="Time when it was noted.")

    @classmethod
    def of(cls, row: tables.Outcome) -> Outcome:
        return cls(name=row.name, value=row.value, updated_at=row.updated_at)


@strawberry.input(description="What came of a prediction of yours.")
class RecordOutcomeInput:
    prediction: strawberry.ID = strawberry.field(description="Id of the prediction.")
    name: str = strawberry.field(description="What it is, such as `thumb` or `sale`; one of that name is replaced.")
    value: float = strawberry.field(
        description="A number. Where all of an experiment are 0 or 1, it is taken for a rate, else for a mean."
    )


RecordOutcomeResult = Annotated[
    Outcome | InvalidInput | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("RecordOutcomeResult", description="Result of `recordOutcome`."),
]
