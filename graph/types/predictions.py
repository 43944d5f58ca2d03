"""Predictions and lists of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import PredictionErrorCode, PredictionStatus
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError, UnavailableError
from graph.types.ids import global_id
from graph.types.models import Model, ModelVersion
from graph.types.node import Node
from graph.types.scalars import BigInt
from graph.types.users import User
from graph.types.webhooks import WebhookDelivery
from server import tables
from server.adapters.event_log import LiveState
from server.domain import predictions as domain
from server.live.prediction_events import overlay
from server.live.prediction_rows import may_see
from server.services import webhooks
from server.tables import loaded


@strawberry.type(description="Why a prediction failed.")
class PredictionError:
    """Why a prediction failed."""

    code: PredictionErrorCode = strawberry.field(description="A stable code.")
    message: str = strawberry.field(description="The model's own message.")


@strawberry.type(description="An output file.")
class PredictionFile:
    """An output file."""

    url: str = strawberry.field(description="A signed link that expires.")
    content_type: str = strawberry.field(description="Its media type.")
    bytes: BigInt = strawberry.field(description="Its size.")
    width: int | None = strawberry.field(description="Width of an image, in pixels.")
    height: int | None = strawberry.field(description="Height of an image, in pixels.")


@strawberry.type(description="How far a run is.")
class PredictionProgress:
    """How far a run is."""

    step: int = strawberry.field(description="Steps done.")
    total: int | None = strawberry.field(description="Steps in all, where known.")
    fraction: float | None = strawberry.field(description="Done part, 0 to 1.")
    eta_seconds: float | None = strawberry.field(description="Seconds left, by the steps so far.")

    @classmethod
    def of(cls, data: dict[str, Any]) -> PredictionProgress:
        """The type of an event's data."""
        return cls(
            step=data["step"], total=data["total"], fraction=data["fraction"], eta_seconds=data.get("etaSeconds")
        )


@strawberry.type(description="What was measured of a run; null where it was not.")
class PredictionMetrics:
    """What was measured of a run."""

    queue_seconds: float | None = strawberry.field(description="From creation to the claim by a worker.")
    load_seconds: float | None = strawberry.field(description="Waiting for the model to be loaded.")
    predict_seconds: float | None = strawberry.field(description="Running, without waiting and loading.")
    total_seconds: float | None = strawberry.field(description="From creation to the end.")
    time_to_first_token_seconds: float | None = strawberry.field(description="From the run's start to its first token.")
    input_tokens: int | None = strawberry.field(description="Tokens of the prompt.")
    output_tokens: int | None = strawberry.field(description="Tokens made.")
    tokens_per_second: float | None = strawberry.field(description="Tokens made per second of running.")
    steps: int | None = strawberry.field(description="Steps done.")

    @classmethod
    def of(cls, measured: dict[str, Any]) -> PredictionMetrics:
        """The type of a row's metrics."""
        counts = ("input_tokens", "output_tokens", "steps")
        names = [name for name in cls.__dataclass_fields__ if name not in counts]
        values: dict[str, Any] = {name: measured.get(name) for name in names}
        values |= {name: int(measured[name]) if measured.get(name) is not None else None for name in counts}
        return cls(**values)


@strawberry.type(description="One run of a model's version.")
class Prediction(Node):
    """One run of a version; `live` is what a running attempt has made so far."""

    row: strawberry.Private[tables.Prediction]
    live: strawberry.Private[LiveState | None]

    status: PredictionStatus = strawberry.field(description="Where it stands.")
    input: JSON = strawberry.field(description="The input, with defaults and the drawn seed filled in.")
    attempts: int = strawberry.field(description="How often it was begun.")
    canceled_at: datetime | None = strawberry.field(description="When it was canceled.")
    stop_seconds: float | None = strawberry.field(description="Seconds from the cancel until it had stopped.")
    created_at: datetime = strawberry.field(description="When it was accepted.")
    started_at: datetime | None = strawberry.field(description="When a worker first began it.")
    completed_at: datetime | None = strawberry.field(description="When it ended.")
    data_removed: bool = strawberry.field(
        description="Whether input, output, files and logs were removed, as this server does after a time."
    )

    @strawberry.field(description="The model that it runs.")
    async def model(self, info: Info) -> Model:
        """The model."""
        found = loaded(self.row, "model")
        return Model.referred(info, found) if found else await Model.load(info, self.row.model_id)

    @strawberry.field(description="The version that it runs.")
    async def version(self, info: Info) -> ModelVersion:
        """The version."""
        row = loaded(self.row, "version") or await info.context.loaders.versions.load(self.row.version_id)
        if row is None:
            raise LookupError(f"version {self.row.version_id}")
        return ModelVersion.of(row)

    @strawberry.field(description="Who asked for it; null when nobody was signed in.")
    async def user(self, info: Info) -> User | None:
        """Who asked for it."""
        row = await info.context.loaders.users.load(self.row.user_id) if self.row.user_id else None
        return User.of(row) if row else None

    @strawberry.field(description="Text, a list of file links, or what a custom model gave; so far, while it runs.")
    async def output(self, info: Info) -> JSON | None:
        """The output."""
        live = await self._live(info)
        if live is not None:
            return live.text or live.chunks or None  # type: ignore[return-value]
        return await self._with_links(info, self.row.output)  # type: ignore[no-any-return]

    @strawberry.field(description="The text output; so far, while it runs.")
    async def text(self, info: Info) -> str | None:
        """The joined text."""
        live = await self._live(info)
        if live is not None:
            return live.text
        return self.row.output if isinstance(self.row.output, str) else None

    @strawberry.field(description="Output files, once it ended.")
    async def files(self, info: Info) -> list[PredictionFile]:
        """Output files."""
        return [await _file(info, record) for record in self.row.files or []]

    @strawberry.field(description="Why it failed.")
    def error(self) -> PredictionError | None:
        """Why it failed."""
        if self.row.error_code is None:
            return None
        return PredictionError(code=PredictionErrorCode(self.row.error_code), message=self.row.error_message or "")

    @strawberry.field(description="Log lines, at most 64 kB.")
    async def logs(self, info: Info) -> str:
        """Log lines."""
        live = await self._live(info)
        return live.logs if live is not None else self.row.logs

    @strawberry.field(description="How far it is, while it runs.")
    async def progress(self, info: Info) -> PredictionProgress | None:
        """How far it is."""
        live = await self._live(info)
        return PredictionProgress.of(live.progress) if live and live.progress else None

    @strawberry.field(description="What was measured, once it ended.")
    def metrics(self) -> PredictionMetrics:
        """What was measured."""
        return PredictionMetrics.of(self.row.metrics or {})

    @strawberry.field(description="What its webhook was told, in order; empty where it has none, and to others.")
    async def webhook_deliveries(self, info: Info) -> list[WebhookDelivery]:
        """What its webhook was told."""
        if self.row.webhook_events is None:
            return []
        found = await info.context.loaders.deliveries_of.load(self.row.id)
        return [WebhookDelivery.of(row) for row in webhooks.shown(info.context.viewer, found)]

    @strawberry.field(description="Whether it took the result of an equal prediction instead of running.")
    def cached(self) -> bool:
        """Whether it took the result of an equal prediction."""
        return bool((self.row.metrics or {}).get("cached"))

    @strawberry.field(description="The seed that repeats this run; drawn where none was given.")
    def seed(self) -> BigInt | None:
        """The seed."""
        seed = self.row.input.get("seed")
        return BigInt(seed) if isinstance(seed, int) else None

    @strawberry.field(description="The prediction that this one repeats; null where you may not see it.")
    async def retry_of(self, info: Info) -> Prediction | None:
        """The prediction that this one repeats."""
        row = await info.context.loaders.predictions.load(self.row.retry_of) if self.row.retry_of else None
        return Prediction.of(row) if row is not None and may_see(info.context.viewer, row) else None

    async def _live(self, info: Info) -> LiveState | None:
        if self.live is None and self.row.status == domain.PredictionStatus.PROCESSING.value:
            self.live = overlay(self.row, await info.context.loaders.live.load(self.row.id))
        return self.live

    async def _with_links(self, info: Info, output: Any) -> Any:
        """Image outputs are kept as references to files; clients get links."""
        records = self.row.files or []
        if not records or not isinstance(output, list):
            return output
        return [
            (await _file(info, records[item["file"]])).url if isinstance(item, dict) and set(item) == {"file"} else item
            for item in output
        ]

    @classmethod
    def of(cls, row: tables.Prediction, live: LiveState | None = None) -> Prediction:
        """The type of a row."""
        return cls(
            id=global_id("Prediction", row.id),
            row=row,
            live=live,
            status=PredictionStatus(row.status),
            input=row.input,
            attempts=row.attempt,
            canceled_at=row.canceled_at,
            stop_seconds=row.stop_seconds,
            created_at=row.created_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
            data_removed=row.data_removed,
        )


async def _file(info: Info, record: dict[str, Any]) -> PredictionFile:
    url = await info.context.absolute(record["key"], record["contentType"])
    return PredictionFile(
        url=url,
        content_type=record["contentType"],
        bytes=BigInt(record["bytes"]),
        width=record["width"],
        height=record["height"],
    )


CreatePredictionResult = Annotated[
    Prediction | InvalidInput | NotFoundError | ForbiddenError | UnavailableError | ConflictError,
    strawberry.union("CreatePredictionResult", description="What asking for a prediction ends in."),
]
RetryPredictionResult = Annotated[
    Prediction | InvalidInput | NotFoundError | ForbiddenError | UnavailableError | ConflictError,
    strawberry.union("RetryPredictionResult", description="What running a prediction again ends in."),
]
CancelPredictionResult = Annotated[
    Prediction | NotFoundError,
    strawberry.union("CancelPredictionResult", description="What canceling ends in."),
]
