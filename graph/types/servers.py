"""The server itself, and its workers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import MemoryAction, MemoryRequestState, ModelKind
from graph.types.errors import ForbiddenError, NotFoundError
from graph.types.ids import global_id
from graph.types.scalars import BigInt
from server import tables
from server.queue.model_memory import REQUESTS_MAX, MemoryRequestReport


@strawberry.type(description="A predictor that the workers can run.")
class ModelKindInfo:
    name: str = strawberry.field(description="Name of the predictor, such as `text`, `image` or `echo`.")
    kind: ModelKind = strawberry.field(description="Kind of the models that it runs.")
    input_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of its input.")
    output_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of its output.")

    @classmethod
    def of(cls, row: tables.Predictor) -> ModelKindInfo:
        return cls(
            name=row.name,
            kind=ModelKind(row.kind),
            input_schema=row.input_schema,
            output_schema=row.output_schema,
        )


@strawberry.type(description="A wall around the process of a worker's models.")
class Wall:
    name: str = strawberry.field(description="Its name, such as `files`; docs/security.md has all of them.")
    is_missing: bool = strawberry.field(description="Whether models run without it.")
    reason: str | None = strawberry.field(description="Why it is missing.")


@strawberry.type(description="A class of CUSTOM_PREDICTORS that a worker could not load.")
class BrokenPredictor:
    name: str = strawberry.field(description="The class, as package.module:Class.")
    reason: str = strawberry.field(description="Why it could not be loaded.")


@strawberry.type(description="The room on the disk of a folder of a worker.")
class WorkerDisk:
    folder: str = strawberry.field(description="Setting of the folder, such as MODEL_CACHE_DIR.")
    free_bytes: BigInt = strawberry.field(description="Bytes that its disk has left.")
    total_bytes: BigInt = strawberry.field(description="Bytes that its disk has in all.")
    is_low: bool = strawberry.field(description="Whether less is left than MIN_FREE_DISK_BYTES of the worker.")
    waiting: int = strawberry.field(
        description="READY versions whose files wait for room, since models in use fill MODEL_CACHE_MAX_BYTES."
    )


@strawberry.type(description="What administrators want of a worker's memory: a version loaded or unloaded.")
class MemoryRequest:
    version: strawberry.ID = strawberry.field(description="Id of the version.")
    slug: str = strawberry.field(description="The version, as `owner/name:number`.")
    action: MemoryAction = strawberry.field(description="What is to become of it.")
    state: MemoryRequestState = strawberry.field(description="How far the worker is.")
    reason: str | None = strawberry.field(description="Why it FAILED; else null.")
    requested_at: datetime = strawberry.field(description="Time when it was asked for.")
    ended_at: datetime | None = strawberry.field(description="Time when it succeeded or failed.")

    @classmethod
    def of(cls, report: MemoryRequestReport) -> MemoryRequest:
        return cls(
            version=strawberry.ID(global_id("ModelVersion", report.version_id)),
            slug=report.slug,
            action=report.action,
            state=report.state,
            reason=report.reason,
            requested_at=report.requested_at,
            ended_at=report.ended_at,
        )


@strawberry.type(description="A worker process, as of its last heartbeat.")
class Worker:
    id: strawberry.ID = strawberry.field(description="Id, new at each start.")
    host: str = strawberry.field(description="Host that it runs on.")
    device: str = strawberry.field(description="Device, such as `cpu` or `cuda:0`.")
    device_name: str = strawberry.field(description="Product name of the device, if known.")
    total_bytes: BigInt | None = strawberry.field(description="Memory of the device.")
    free_bytes: BigInt | None = strawberry.field(description="Free memory of the device.")
    model_bytes: BigInt = strawberry.field(description="Memory that loaded models use.")
    budget_bytes: BigInt | None = strawberry.field(description="Memory that loaded models may use.")
    versions: list[strawberry.ID] = strawberry.field(description="Ids of the model versions loaded in its memory.")
    pinned_versions: list[strawberry.ID] = strawberry.field(
        description="Ids of those of them that are pinned, by `pinModel` or by its PINNED_MODELS."
    )
    pinned_bytes: BigInt = strawberry.field(description="Memory that pinned models use.")
    in_flight: int = strawberry.field(description="Predictions that it is running.")
    evictions: int = strawberry.field(description="Models removed from its memory to make room for others.")
    walls: list[Wall] = strawberry.field(description="Walls around the process of its models.")
    broken_predictors: list[BrokenPredictor] = strawberry.field(
        description="Classes of CUSTOM_PREDICTORS that it could not load."
    )
    disks: list[WorkerDisk] = strawberry.field(description="Room on the disks of its folders.")
    started_at: datetime = strawberry.field(description="Time when it started.")
    last_seen: datetime = strawberry.field(description="Time of its last heartbeat.")
    drained_at: datetime | None = strawberry.field(
        description="Time when an administrator drained it: it claims nothing more, and what runs there ends; null if "
        "it takes work."
    )

    @strawberry.field(
        description=f"What administrators asked of its memory, of each version the last, newest first; at most "
        f"{REQUESTS_MAX}."
    )
    async def memory_requests(self, info: Info) -> list[MemoryRequest]:
        reports = await info.context.loaders.memory_requests.load(UUID(self.id))
        return [MemoryRequest.of(report) for report in reports]

    @classmethod
    def of(cls, row: tables.Worker) -> Worker:
        versions, pinned = (
            [strawberry.ID(global_id("ModelVersion", UUID(key))) for key in keys] for keys in (row.versions, row.pinned)
        )
        names = (
            "host", "device", "device_name", "total_bytes", "free_bytes", "model_bytes", "budget_bytes", "in_flight",
            "evictions", "started_at", "last_seen", "drained_at", "pinned_bytes",
        )  # fmt: skip
        return cls(
            id=strawberry.ID(str(row.id)),
            versions=versions,
            pinned_versions=pinned,
            walls=[
                Wall(name=key, is_missing=bool(reason), reason=reason or None)
                for key, reason in sorted(row.walls.items())
            ],
            broken_predictors=[BrokenPredictor(name=key, reason=why) for key, why in row.broken_predictors.items()],
            # Of a worker of an older release
            disks=[WorkerDisk(folder=folder, **{"waiting": 0, **disk}) for folder, disk in sorted(row.disks.items())],
            **{name: getattr(row, name) for name in names},
        )


@strawberry.input(description="The worker to drain.")
class DrainWorkerInput:
    id: strawberry.ID = strawberry.field(description="Id of the worker.")


@strawberry.input(description="The drained worker that is to take work again.")
class ResumeWorkerInput:
    id: strawberry.ID = strawberry.field(description="Id of the worker.")


DrainWorkerResult = Annotated[
    Worker | NotFoundError | ForbiddenError,
    strawberry.union("DrainWorkerResult", description="Result of `drainWorker`."),
]
ResumeWorkerResult = Annotated[
    Worker | NotFoundError | ForbiddenError,
    strawberry.union("ResumeWorkerResult", description="Result of `resumeWorker`."),
]


@strawberry.type(description="Health of what the server depends on.")
class ServerHealth:
    database: str = strawberry.field(description="`ok` or `away`.")
    redis: str = strawberry.field(
        description="`ok` or `away`; while Redis is away, predictions are still accepted and kept."
    )
    workers: int = strawberry.field(description="Number of workers with a recent heartbeat.")


@strawberry.type(description="A provider (OpenID Connect) that vouches for users.")
class SingleSignOn:
    name: str = strawberry.field(description="Its name, for a button `Sign in with ...`.")


@strawberry.type(description="This server.")
class Server:
    version: str = strawberry.field(description="Release of the software.")
    registration: bool = strawberry.field(description="Whether anyone may register.")
    users_add_models: bool = strawberry.field(
        description="Whether users may add models and versions; if not, administrators alone."
    )
    anonymous_predictions: bool = strawberry.field(description="Whether public models can be run without an account.")
    password_resets: bool = strawberry.field(
        description="Whether `requestPasswordReset` sends a link: whether a mail server is configured."
    )
    single_sign_on: SingleSignOn | None = strawberry.field(
        description="Provider that vouches for users, see `beginSignIn`; null if none is configured."
    )
    model_kinds: list[ModelKindInfo] = strawberry.field(description="Predictors that the workers can run.")
    health: ServerHealth = strawberry.field(description="Health of the server.")
