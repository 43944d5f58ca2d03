"""How the predictions of a version ended, and how fast they were, of roll-ups that maintenance keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.adapters.pagination import utc
from server.domain.accounts import Viewer
from server.domain.histograms import percentiles
from server.domain.performance import (
    MOST_DAYS,
    MOST_HOURLY_DAYS,
    PARTS,
    Measure,
    PerformancePoint,
    RunPercentiles,
    Speeds,
    VersionPerformance,
)
from server.domain.statistics import LEAST_COUNT
from server.errors import BadUserInputError
from server.queue import roll_ups
from server.queue.roll_ups import PeriodSum
from server.services import models
from server.tables import Model, Version


@dataclass(frozen=True)
class PerformancePeriod:
    """What ended from `begin` on, until before `end`: whole hours, and beyond MOST_HOURLY_DAYS whole days (UTC)."""

    begin: datetime
    end: datetime

    def whole(self) -> tuple[datetime, datetime, bool]:
        """When the first hour or day begins, when the last ends, and whether they are days.

        Raises:
            BadUserInputError: the time is none, or too long.
        """
        begin, end = utc(self.begin), utc(self.end)
        if not timedelta() < end - begin <= timedelta(days=MOST_DAYS):
            raise BadUserInputError(f"The time ends behind its begin, {MOST_DAYS} days later at most.")
        by_day = end - begin > timedelta(days=MOST_HOURLY_DAYS)
        unit = timedelta(days=1) if by_day else timedelta(hours=1)
        first, last = (_floor(at, by_day=by_day) for at in (begin, end))
        try:
            return first, last if last == end else last + unit, by_day
        except OverflowError:
            raise BadUserInputError("The time lies outside the years 1 to 9999.") from None


def _floor(at: datetime, *, by_day: bool) -> datetime:
    return at.replace(hour=0 if by_day else at.hour, minute=0, second=0, microsecond=0)


async def of_version(
    viewer: Viewer, model: Model, version: Version, period: PerformancePeriod
) -> VersionPerformance | None:
    """That of a version of a model; None for whoever may not see the model.

    Whoever sees a public model, and is neither its owner nor an administrator nor one of those with whom it is shared,
    is told how fast it is and how often it fails, of LEAST_COUNT runs at least, and not how much it is used.

    Raises:
        BadUserInputError: the time is none, or too long.
    """
    begin, end, by_day = period.whole()
    if model.deleted_at is not None or not models.may_see_all(viewer, model):
        return None
    sums = await roll_ups.read_version(version.id, begin, end, by_day=by_day)
    tells_all, until = models.may_see_use(viewer, model), sums.until
    # Of many points it takes a moment
    whole = await asyncio.to_thread(PeriodSum.add, sums.parts)
    ends, speeds = whole.ends, _speeds(whole)
    series = await asyncio.to_thread(_series, sums.points) if tells_all else ()
    is_exact = not ends.succeeded
    if until is not None and ends.succeeded:
        exact = await roll_ups.read_exact(version.id, begin, end, until)
        # Deleted predictions are in the roll-ups alone
        if exact is not None and exact[0] == ends.succeeded:
            is_exact, speeds = True, exact[1]
    if until is not None and begin <= until < end:
        end = until
    tells_speeds = tells_all or ends.runs >= LEAST_COUNT
    return VersionPerformance(
        begin,
        end,
        is_exact,
        ends if tells_all else None,
        ends.success_rate if tells_speeds else None,
        speeds if tells_speeds else dict.fromkeys(Measure, RunPercentiles()),
        series,
    )


def _series(points: Iterable[tuple[datetime, PeriodSum]]) -> tuple[PerformancePoint, ...]:
    return tuple(PerformancePoint(begin, each.ends, _speeds(each)) for begin, each in points)


def _speeds(of: PeriodSum) -> Speeds:
    return {measure: RunPercentiles(*percentiles(of.of_measure(measure), PARTS)) for measure in Measure}
