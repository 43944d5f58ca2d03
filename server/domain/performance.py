"""How the predictions of a version ended in a time, and how fast they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_DAYS = 92
"""How long a time may be."""
MOST_HOURLY_DAYS = 7
"""Up to how many days a series is by the hour; by the day beyond."""
MOST_EXACT = 10_000
"""Of how many predictions percentiles are computed of each value; of more, of histograms."""
PARTS = (0.5, 0.95, 0.99)


class Measure(StrEnum):
    """What is measured of a run, by its name in the metrics of predictions.

    Roll-ups know them by their order here: a new one comes last.
    """

    QUEUE_SECONDS = "queue_seconds"
    FIRST_TOKEN_SECONDS = "time_to_first_token_seconds"  # noqa: S105 - no secret
    PREDICT_SECONDS = "predict_seconds"
    TOTAL_SECONDS = "total_seconds"
    TOKENS_PER_SECOND = "tokens_per_second"


@dataclass(frozen=True)
class PredictionEnds:
    """How many predictions ended how; `shared` ones took the result of an equal one, and are none of the others."""

    succeeded: int = 0
    failed: int = 0
    canceled: int = 0
    aborted: int = 0
    shared: int = 0

    @property
    def runs(self) -> int:
        """How many succeeded or failed."""
        return self.succeeded + self.failed

    @property
    def success_rate(self) -> float | None:
        """The part of the runs that succeeded."""
        return self.succeeded / self.runs if self.runs else None

    def __add__(self, other: PredictionEnds) -> PredictionEnds:
        return PredictionEnds(
            self.succeeded + other.succeeded,
            self.failed + other.failed,
            self.canceled + other.canceled,
            self.aborted + other.aborted,
            self.shared + other.shared,
        )


@dataclass(frozen=True)
class RunPercentiles:
    """What half of the runs stayed below, 19 of 20, and 99 of 100; None where nothing was measured."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


Speeds = Mapping[Measure, RunPercentiles]


@dataclass(frozen=True)
class PerformancePoint:
    """A part of a time: an hour or a day that begins at `begin`."""

    begin: datetime
    ends: PredictionEnds
    speeds: Speeds


@dataclass(frozen=True)
class VersionPerformance:
    """What ended from `begin` until before `end`.

    `is_exact`: the speeds are computed of each value, and else of histograms. `ends` is None, and the series empty, for
    whoever may not know how much a model is used.
    """

    begin: datetime
    end: datetime
    is_exact: bool
    ends: PredictionEnds | None
    success_rate: float | None
    speeds: Speeds
    series: tuple[PerformancePoint, ...]
