"""The states of a prediction and the rules between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from server.domain.webhooks import NewWebhook


class PredictionStatus(StrEnum):
    """Where a prediction stands."""

    STARTING = "starting"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABORTED = "aborted"

    @property
    def is_terminal(self) -> bool:
        """Whether the prediction has ended; a terminal status never changes."""
        return not TRANSITIONS[self]


TRANSITIONS: dict[PredictionStatus, frozenset[PredictionStatus]] = {
    PredictionStatus.STARTING: frozenset(
        {PredictionStatus.PROCESSING, PredictionStatus.CANCELED, PredictionStatus.ABORTED}
    ),
    PredictionStatus.PROCESSING: frozenset(
        {PredictionStatus.SUCCEEDED, PredictionStatus.FAILED, PredictionStatus.CANCELED, PredictionStatus.STARTING}
    ),
    PredictionStatus.SUCCEEDED: frozenset(),
    PredictionStatus.FAILED: frozenset(),
    PredictionStatus.CANCELED: frozenset(),
    PredictionStatus.ABORTED: frozenset(),
}
TERMINAL = frozenset(status for status in PredictionStatus if status.is_terminal)


def can_become(old: PredictionStatus, new: PredictionStatus) -> bool:
    """Whether a prediction may go from `old` to `new`."""
    return new in TRANSITIONS[old]


class Priority(IntEnum):
    """The place of a prediction among those of the same owner; nobody else's wait for it, or it for them."""

    LOW = 0
    NORMAL = 1
    HIGH = 2


class PredictionErrorCode(StrEnum):
    """Why a prediction failed; these names never change."""

    INPUT_REJECTED = "INPUT_REJECTED"
    MODEL_UNAVAILABLE = "MODEL_UNAVAILABLE"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    WORKER_LOST = "WORKER_LOST"
    STORAGE = "STORAGE"
    INTERNAL = "INTERNAL"


INFRASTRUCTURE = frozenset(
    {
        PredictionErrorCode.MODEL_UNAVAILABLE,
        PredictionErrorCode.OUT_OF_MEMORY,
        PredictionErrorCode.STORAGE,
        PredictionErrorCode.WORKER_LOST,
    }
)
"""What fails for reasons of the server, which the same input need not meet again."""


@dataclass(frozen=True)
class Failure:
    """A failed prediction's code and the model's own message."""

    code: PredictionErrorCode
    message: str


@dataclass(frozen=True)
class NewPrediction:
    """What a caller asks for; `model` is `owner/name[:number]`, `metadata` an object of the caller's own.

    `openai` is what a request of OpenAI's form has beside its input (see the row). `sticky_key` stands for the caller
    where traffic is divided among versions.
    """

    model: str
    input: object
    idempotency_key: str | None = None
    deadline_seconds: int | None = None
    webhook: NewWebhook | None = None
    retry_of: UUID | None = None
    use_cache: bool = False
    metadata: object = None
    openai: dict[str, Any] | None = None
    priority: Priority = Priority.NORMAL
    sticky_key: str | None = None


def backoff_seconds(losses: int) -> float:
    """Seconds before a prediction that lost its worker runs again: 1, 2, 4 ... at most 60."""
    return float(min(60, 2 ** max(0, losses - 1)))
