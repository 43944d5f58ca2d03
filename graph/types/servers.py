"""The server itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from graph.types.enums import ModelKind
from graph.types.ids import global_id
from graph.types.scalars import BigInt
from server import tables


@strawberry.type(description="Something that the workers can run.")
class ModelKindInfo:
    """Something that the workers can run."""

    name: str = strawberry.field(description="Name of the predictor, such as text, image or echo.")
    kind: ModelKind = strawberry.field(description="The kind of models it runs.")
    input_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of its inputs.")
    output_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of its outputs.")

    @classmethod
    def of(cls, row: tables.Predictor) -> ModelKindInfo:
        """The type of a row."""
        return cls(
            name=row.name,
            kind=ModelKind(row.kind),
            input_schema=row.input_schema,
            output_schema=row.output_schema,
        )


@strawberry.type(description="A worker process, by its last heartbeat.")
class Worker:
    """A worker process."""

    id: strawberry.ID = strawberry.field(description="Its id, new at each start.")
    host: str = strawberry.field(description="The host it runs on.")
    device: str = strawberry.field(description="The kind of its device, such as cpu or cuda:0.")
    device_name: str = strawberry.field(description="The name of its device, where known.")
    total_bytes: BigInt | None = strawberry.field(description="The device's memory.")
    free_bytes: BigInt | None = strawberry.field(description="What of it is free.")
    model_bytes: BigInt = strawberry.field(description="What loaded models fill.")
    budget_bytes: BigInt | None = strawberry.field(description="What loaded models may fill.")
    versions: list[strawberry.ID] = strawberry.field(description="Ids of the model versions it holds in memory.")
    in_flight: int = strawberry.field(description="Predictions that it runs.")
    evictions: int = strawberry.field(description="Models that had to leave its memory for others.")
    started_at: datetime = strawberry.field(description="When it started.")
    last_seen: datetime = strawberry.field(description="When it sent its last heartbeat.")

    @classmethod
    def of(cls, row: tables.Worker) -> Worker:
        """The type of a row."""
        versions = [strawberry.ID(global_id("ModelVersion", UUID(key))) for key in row.versions]
        names = (
            "host", "device", "device_name", "total_bytes", "free_bytes", "model_bytes", "budget_bytes", "in_flight",
            "evictions", "started_at", "last_seen",
        )  # fmt: skip
        return cls(id=strawberry.ID(str(row.id)), versions=versions, **{name: getattr(row, name) for name in names})


@strawberry.type(description="What the server needs, and how it is.")
class ServerHealth:
    """How the server's parts are."""

    database: str = strawberry.field(description="`ok` or `away`.")
    redis: str = strawberry.field(description="`ok` or `away`; predictions are accepted and kept without it.")
    workers: int = strawberry.field(description="Workers that sent a heartbeat lately.")


@strawberry.type(description="This server.")
class Server:
    """This server."""

    version: str = strawberry.field(description="Release of the software.")
    registration: bool = strawberry.field(description="Whether anybody may register.")
    anonymous_predictions: bool = strawberry.field(description="Whether public models run without an account.")
    model_kinds: list[ModelKindInfo] = strawberry.field(description="What the workers can run.")
    health: ServerHealth = strawberry.field(description="How its parts are.")
