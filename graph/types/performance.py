"""How the predictions of a version ended in a time, and how fast they were."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from server.domain import performance as domain
from server.domain.histograms import RELATIVE_ERROR
from server.domain.performance import MOST_DAYS, MOST_EXACT, MOST_HOURLY_DAYS, Measure
from server.domain.statistics import LEAST_COUNT

From = Annotated[
    datetime,
    strawberry.argument(name="from", description="Predictions that ended at this time or later; its whole hour."),
]
To = Annotated[
    datetime,
    strawberry.argument(
        description=f"Predictions that ended before this time; its whole hour. {MOST_DAYS} days later at most; beyond "
        f"{MOST_HOURLY_DAYS} days of both times the whole day (UTC) counts."
    ),
]
EXACT = (
    f"computed of each value up to {MOST_EXACT} predictions of all versions in the time, and of histograms of more: "
    f"within {RELATIVE_ERROR:.0%} of the value of that rank, and 0 below a millisecond"
)


@strawberry.type(description="How many predictions ended how.")
class PredictionEnds:
    succeeded: int = strawberry.field(description="Those that succeeded.")
    failed: int = strawberry.field(description="Those that failed.")
    canceled: int = strawberry.field(description="Those that were canceled.")
    aborted: int = strawberry.field(description="Those that the deadline ended before they ran.")
    shared: int = strawberry.field(
        description="Those that shared the result of an equal one, and are none of the others."
    )

    @classmethod
    def of(cls, ends: domain.PredictionEnds) -> PredictionEnds:
        return cls(
            succeeded=ends.succeeded,
            failed=ends.failed,
            canceled=ends.canceled,
            aborted=ends.aborted,
            shared=ends.shared,
        )


@strawberry.type(description="What runs that succeeded stayed below; null where nothing was measured.")
class RunPercentiles:
    p50: float | None = strawberry.field(description="Half of them were below.")
    p95: float | None = strawberry.field(description="19 of 20 were below.")
    p99: float | None = strawberry.field(description="99 of 100 were below.")

    @classmethod
    def of(cls, speeds: domain.Speeds, measure: Measure) -> RunPercentiles:
        each = speeds[measure]
        return cls(p50=each.p50, p95=each.p95, p99=each.p99)


@strawberry.type(description="An hour or a day of a series.")
class PerformancePoint:
    begin: datetime = strawberry.field(name="from", description="When it begins.")
    ends: PredictionEnds = strawberry.field(description="How many predictions ended how.")
    queue_seconds: RunPercentiles = strawberry.field(description="Seconds that they waited.")
    first_token_seconds: RunPercentiles = strawberry.field(
        description="Seconds from the start of the run to its first token."
    )
    predict_seconds: RunPercentiles = strawberry.field(description="Seconds of running, without waiting and loading.")
    total_seconds: RunPercentiles = strawberry.field(description="Seconds from creation to the end.")
    tokens_per_second: RunPercentiles = strawberry.field(description="Tokens generated per second of running.")

    @classmethod
    def of(cls, point: domain.PerformancePoint) -> PerformancePoint:
        return cls(
            begin=point.begin,
            ends=PredictionEnds.of(point.ends),
            queue_seconds=RunPercentiles.of(point.speeds, Measure.QUEUE_SECONDS),
            first_token_seconds=RunPercentiles.of(point.speeds, Measure.FIRST_TOKEN_SECONDS),
            predict_seconds=RunPercentiles.of(point.speeds, Measure.PREDICT_SECONDS),
            total_seconds=RunPercentiles.of(point.speeds, Measure.TOTAL_SECONDS),
            tokens_per_second=RunPercentiles.of(point.speeds, Measure.TOKENS_PER_SECOND),
        )


@strawberry.type(description="How the predictions of a version ended in a time, and how fast they were.")
class VersionPerformance:
    begin: datetime = strawberry.field(name="from", description="When its first hour or day begins.")
    end: datetime = strawberry.field(
        name="to", description="When its last hour or day ends, or until when ends are counted: some seconds ago."
    )
    is_exact: bool = strawberry.field(description=f"Whether the percentiles are exact. They are {EXACT}.")
    ends: PredictionEnds | None = strawberry.field(
        description="How many predictions ended how, those included that were deleted since; null unless you own the "
        "model, it is shared with you or you are an administrator."
    )
    success_rate: float | None = strawberry.field(
        description="The part of those that succeeded or failed that succeeded; null of none. Where `ends` is null, so "
        f"is this with all percentiles of fewer than {LEAST_COUNT}."
    )
    queue_seconds: RunPercentiles = strawberry.field(description="Seconds that they waited.")
    first_token_seconds: RunPercentiles = strawberry.field(
        description="Seconds from the start of the run to its first token."
    )
    predict_seconds: RunPercentiles = strawberry.field(description="Seconds of running, without waiting and loading.")
    total_seconds: RunPercentiles = strawberry.field(description="Seconds from creation to the end.")
    tokens_per_second: RunPercentiles = strawberry.field(description="Tokens generated per second of running.")
    series: list[PerformancePoint] = strawberry.field(
        description=f"Its hours, or its days (UTC) where it is longer than {MOST_HOURLY_DAYS} days, in their order, "
        "without those in which nothing ended; percentiles by histograms. Empty to whom `ends` is null."
    )

    @classmethod
    def of(cls, each: domain.VersionPerformance) -> VersionPerformance:
        return cls(
            begin=each.begin,
            end=each.end,
            is_exact=each.is_exact,
            ends=PredictionEnds.of(each.ends) if each.ends else None,
            success_rate=each.success_rate,
            queue_seconds=RunPercentiles.of(each.speeds, Measure.QUEUE_SECONDS),
            first_token_seconds=RunPercentiles.of(each.speeds, Measure.FIRST_TOKEN_SECONDS),
            predict_seconds=RunPercentiles.of(each.speeds, Measure.PREDICT_SECONDS),
            total_seconds=RunPercentiles.of(each.speeds, Measure.TOTAL_SECONDS),
            tokens_per_second=RunPercentiles.of(each.speeds, Measure.TOKENS_PER_SECOND),
            series=[PerformancePoint.of(point) for point in each.series],
        )
