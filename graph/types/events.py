"""What a subscriber of a prediction sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import PredictionStatus
from graph.types.predictions import Prediction
from graph.types.scalars import BigInt
from server.domain.events import Cursor, Event, EventType
from server.live.prediction_events import Seen, overlay


@strawberry.interface(description="Something that happened to a prediction.")
class PredictionEvent:
    """Something that happened to a prediction."""

    cursor: str = strawberry.field(description="Subscribe again with `after: cursor` to go on from here.")
    seq: int = strawberry.field(description="Number of the event; it only rises, and skips where events were merged.")
    at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(description="The whole prediction as it stands: replace what you hold of it.")
class PredictionSnapshot(PredictionEvent):
    """The whole prediction as it stands."""

    prediction: Prediction = strawberry.field(description="The prediction, with its output so far.")
    attempt: int = strawberry.field(description="Which attempt this is; a new one begins with empty output.")


@strawberry.type(description="The model is being loaded.")
class ModelLoading(PredictionEvent):
    """The model is being loaded."""

    phase: str = strawberry.field(description="What is being done: download, read, move, warm-up.")
    bytes: BigInt | None = strawberry.field(description="Bytes done, where known.")
    total_bytes: BigInt | None = strawberry.field(description="Bytes in all, where known.")


@strawberry.type(description="The prediction changed its status; a terminal one is the last event.")
class StatusChanged(PredictionEvent):
    """The prediction changed its status."""

    status: PredictionStatus = strawberry.field(description="The new status.")
    prediction: Prediction = strawberry.field(description="The prediction.")


@strawberry.type(description="A piece of output; the pieces in order are the whole.")
class OutputAppended(PredictionEvent):
    """A piece of output."""

    text: str | None = strawberry.field(description="Text to append.")
    chunk: JSON | None = strawberry.field(description="An item to append, where the output is no text.")
    index: int = strawberry.field(description="Number of the piece.")


@strawberry.type(description="A step was done.")
class Progressed(PredictionEvent):
    """A step was done."""

    step: int = strawberry.field(description="Steps done.")
    total: int | None = strawberry.field(description="Steps in all, where known.")
    fraction: float | None = strawberry.field(description="Done part, 0 to 1.")
    eta_seconds: float | None = strawberry.field(description="Seconds left, by the steps so far.")


@strawberry.type(description="An unfinished picture; made only while somebody selects `image`, and may be skipped.")
class PreviewReady(PredictionEvent):
    """An unfinished picture."""

    prediction_id: strawberry.Private[UUID]
    place: strawberry.Private[Cursor]
    width: int = strawberry.field(description="Width in pixels.")
    height: int = strawberry.field(description="Height in pixels.")
    step: int | None = strawberry.field(description="The step it was made at, where known.")

    @strawberry.field(
        description="The picture, a JPEG data URI of at most 16 kB, of this step or a newer one; null when it is gone."
    )
    async def image(self, info: Info) -> str | None:
        """The picture, read only where it is selected."""
        return await info.context.hubs.preview(self.prediction_id, self.place)


@strawberry.type(description="A log line.")
class Logged(PredictionEvent):
    """A log line."""

    line: str = strawberry.field(description="The line, without its newline.")


@strawberry.type(description="Events after your cursor are gone; a snapshot follows.")
class EventsLost(PredictionEvent):
    """Events are gone."""

    after: str = strawberry.field(description="The last cursor before the gap.")


EVENT_TYPES = [
    PredictionSnapshot,
    ModelLoading,
    StatusChanged,
    OutputAppended,
    Progressed,
    PreviewReady,
    Logged,
    EventsLost,
]


def event_of(seen: Seen, prediction_id: UUID) -> PredictionEvent:
    """The type of an event."""
    event = seen.event
    data = event.data
    match event.type, seen.row:
        case EventType.SNAPSHOT, row if row is not None:
            return PredictionSnapshot(**_base(event), prediction=Prediction.of(row, seen.live), attempt=data["attempt"])
        case EventType.STATUS, row if row is not None:
            prediction = Prediction.of(row, overlay(row, seen.live))
            return StatusChanged(**_base(event), status=PredictionStatus(data["status"]), prediction=prediction)
        case EventType.LOADING, _:
            return ModelLoading(
                **_base(event), phase=data["phase"], bytes=data["bytes"], total_bytes=data["totalBytes"]
            )
        case EventType.OUTPUT, _:
            return OutputAppended(**_base(event), text=data.get("text"), chunk=data.get("chunk"), index=data["index"])
        case EventType.PROGRESS, _:
            names = {"step": data["step"], "total": data["total"], "fraction": data["fraction"]}
            return Progressed(**_base(event), **names, eta_seconds=data["etaSeconds"])
        case EventType.PREVIEW, _:
            size = {"width": data["width"], "height": data["height"], "step": data["step"]}
            return PreviewReady(**_base(event), **size, prediction_id=prediction_id, place=event.cursor)
        case EventType.LOG, _:
            return Logged(**_base(event), line=data["line"])
        case _:
            return EventsLost(**_base(event), after=data["after"])


def _base(event: Event) -> dict[str, Any]:
    at = datetime.fromtimestamp(event.at, UTC)
    return {"cursor": str(event.cursor), "seq": event.cursor.seq, "at": at}
