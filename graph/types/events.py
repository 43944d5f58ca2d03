"""What a subscriber of a prediction sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import PredictionStatus
from graph.types.predictions import Prediction, PredictionQueue
from graph.types.scalars import BigInt
from server.domain.events import Cursor, EventType
from server.live.prediction_events import SubscriberEvent, overlay


@strawberry.interface(description="An event of a prediction.")
class PredictionEvent:
    cursor: str = strawberry.field(
        description="Position of the event: subscribe again with `after: cursor` to continue from here."
    )
    seq: int = strawberry.field(
        description="Number of the event; it always increases, with gaps where events were merged."
    )
    at: datetime = strawberry.field(description="Time of the event.")


@strawberry.type(description="The whole prediction as it stands: replace your copy with it.")
class PredictionSnapshot(PredictionEvent):
    prediction: Prediction = strawberry.field(description="The prediction, with its output so far.")
    attempt: int = strawberry.field(description="Number of the attempt; a new attempt starts with empty output.")


@strawberry.type(description="The model is being loaded.")
class ModelLoading(PredictionEvent):
    phase: str = strawberry.field(
        description="Current phase: `wait for disk` while models in use fill it, `download`, `wait` for memory, "
        "`read`, `move` to the device, or `warm-up`."
    )
    bytes: BigInt | None = strawberry.field(description="Bytes completed, if known.")
    total_bytes: BigInt | None = strawberry.field(description="Total bytes, if known.")


@strawberry.type(description="The status of the prediction changed; a final status is the last event.")
class StatusChanged(PredictionEvent):
    status: PredictionStatus = strawberry.field(description="New status.")
    prediction: Prediction = strawberry.field(description="The prediction.")


@strawberry.type(description="A token that could have come at a place of the text.")
class LikelyToken:
    token: int = strawberry.field(description="Number of the token in the model's vocabulary.")
    text: str = strawberry.field(description="The token as text.")
    logprob: float = strawberry.field(description="Its log probability.")

    @classmethod
    def of(cls, entry: dict[str, Any]) -> LikelyToken:
        return cls(token=entry["id"], text=entry["token"], logprob=entry["logprob"])


@strawberry.type(description="A token of the text, and how likely it was.")
class TokenLogprob(LikelyToken):
    top: list[LikelyToken] = strawberry.field(
        description="The likeliest tokens at its place, as many as `logprobs` of the input says."
    )

    @classmethod
    def of(cls, entry: dict[str, Any]) -> TokenLogprob:
        top = [LikelyToken.of(other) for other in entry["top"]]
        return cls(token=entry["id"], text=entry["token"], logprob=entry["logprob"], top=top)


@strawberry.type(description="A piece of output; all pieces of a choice in order are its whole text.")
class OutputAppended(PredictionEvent):
    text: str | None = strawberry.field(description="Text to append.")
    chunk: JSON | None = strawberry.field(description="Item to append, if the output is not text.")
    index: int = strawberry.field(description="Number of the piece in its choice.")
    choice: int = strawberry.field(
        description="Which of the texts it belongs to, from 0; above 0 only where the input asks for several by `n`."
    )
    logprobs: list[TokenLogprob] | None = strawberry.field(
        description="The tokens that came since the last piece of this choice, where the input asks for `logprobs`; "
        "tokens that end the text, or whose text comes with a later piece, are among them."
    )


@strawberry.type(description="A step was completed.")
class Progressed(PredictionEvent):
    step: int = strawberry.field(description="Steps completed.")
    total: int | None = strawberry.field(description="Total steps, if known.")
    fraction: float | None = strawberry.field(description="Completed fraction, 0 to 1.")
    eta_seconds: float | None = strawberry.field(description="Estimated seconds left, from the steps so far.")


@strawberry.type(
    description="A preview of an unfinished image. Previews are made only while someone selects `image`, and some may "
    "be skipped."
)
class PreviewReady(PredictionEvent):
    prediction_id: strawberry.Private[UUID]
    place: strawberry.Private[Cursor]
    width: int = strawberry.field(description="Width in pixels.")
    height: int = strawberry.field(description="Height in pixels.")
    step: int = strawberry.field(
        description="Step that it shows; if the model does not say, the last step that was completed, or 0."
    )

    @strawberry.field(
        description="The preview of this step or a newer one, as a JPEG data URI of at most 16 kB; null if it is gone."
    )
    async def image(self, info: Info) -> str | None:
        return await info.context.hubs.preview(self.prediction_id, self.place)


@strawberry.type(description="A log line.")
class Logged(PredictionEvent):
    line: str = strawberry.field(description="The line, without its newline.")


@strawberry.type(
    description="The prediction waits at another place, or will probably begin at another time. It comes at most once "
    "a second, and only while someone selects `queue`; `cursor` and `seq` are those of the event before it."
)
class QueueMoved(PredictionEvent):
    queue: PredictionQueue = strawberry.field(description="Where it waits now.")


@strawberry.type(description="Events after your cursor are no longer available; a snapshot follows.")
class EventsLost(PredictionEvent):
    after: str = strawberry.field(description="Last cursor before the gap.")


EVENT_TYPES = [
    PredictionSnapshot,
    ModelLoading,
    StatusChanged,
    OutputAppended,
    Progressed,
    PreviewReady,
    Logged,
    QueueMoved,
    EventsLost,
]


def event_of(update: SubscriberEvent, prediction_id: UUID) -> PredictionEvent:
    """The type of an event."""
    event, data = update.event, update.event.data
    at = datetime.fromtimestamp(event.at, UTC)
    base: dict[str, Any] = {"cursor": str(event.cursor), "seq": event.cursor.seq, "at": at}
    match event.type, update.row:
        case EventType.SNAPSHOT, row if row is not None:
            return PredictionSnapshot(**base, prediction=Prediction.of(row, update.live), attempt=data["attempt"])
        case EventType.STATUS, row if row is not None:
            prediction = Prediction.of(row, overlay(row, update.live))
            return StatusChanged(**base, status=PredictionStatus(data["status"]), prediction=prediction)
        case EventType.LOADING, _:
            return ModelLoading(**base, phase=data["phase"], bytes=data["bytes"], total_bytes=data["totalBytes"])
        case EventType.OUTPUT, _:
            logprobs = data.get("logprobs")
            return OutputAppended(
                **base,
                text=data.get("text"),
                chunk=data.get("chunk"),
                index=data["index"],
                choice=data.get("choice", 0),
                logprobs=None if logprobs is None else [TokenLogprob.of(entry) for entry in logprobs],
            )
        case EventType.PROGRESS, _:
            names = {"step": data["step"], "total": data["total"], "fraction": data["fraction"]}
            return Progressed(**base, **names, eta_seconds=data["etaSeconds"])
        case EventType.PREVIEW, _:
            # Workers of before wrote none where the model did not say
            size = {"width": data["width"], "height": data["height"], "step": data["step"] or 0}
            return PreviewReady(**base, **size, prediction_id=prediction_id, place=event.cursor)
        case EventType.LOG, _:
            return Logged(**base, line=data["line"])
        case EventType.MOVED, _:
            return QueueMoved(**base, queue=PredictionQueue.of(data["place"]))
        case _:
            return EventsLost(**base, after=data["after"])
