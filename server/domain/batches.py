"""The states and rules of batches: many predictions of one version that are asked for together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.domain.predictions import Priority


class BatchStatus(StrEnum):
    """Where a batch stands."""

    STARTING = "starting"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Whether the batch has ended; a terminal status never changes."""
        return self not in (BatchStatus.STARTING, BatchStatus.PROCESSING)


class BatchWebhookState(StrEnum):
    """Where the message about a batch's end stands; it WAITS for that end first."""

    WAITING = "waiting"
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISABLED = "disabled"


@dataclass(frozen=True)
class NewBatch:
    """What a caller asks for: the model, as `owner/name[:number]`, and inputs, or the upload that has one a line.

    `endpoint` is the route of OpenAI's API whose requests the lines are; None: they are inputs themselves.
    `sticky_key` stands for the caller where traffic is divided among versions.
    """

    model: str
    inputs: list[Any] | None = None
    upload: str | None = None
    idempotency_key: str | None = None
    deadline_seconds: int | None = None
    max_concurrency: int | None = None
    webhook_url: str | None = None
    base_url: str = ""
    all_or_nothing: bool = False
    endpoint: str | None = None
    metadata: object = None
    priority: Priority = Priority.NORMAL
    sticky_key: str | None = None


@dataclass(frozen=True)
class BatchCounts:
    """The items of a batch by what became of them; those that wait or run are the rest of `total`."""

    total: int
    succeeded: int
    failed: int
    canceled: int
    aborted: int
    invalid: int

    @property
    def live(self) -> int:
        """How many wait or run, those included that are not predictions yet."""
        return max(0, self.total - self.succeeded - self.failed - self.canceled - self.aborted - self.invalid)


@dataclass(frozen=True)
class BatchSource:
    """Where the inputs of a batch come from: its row, an upload, or what failed in another batch."""

    upload_id: UUID | None = None
    retry_of: UUID | None = None
