"""Models, their versions, and lists of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import DeviceClass, DeviceMap, ModelKind, Quantization, VersionState, Visibility
from graph.types.ids import global_id
from graph.types.node import Node, PageInfo
from graph.types.scalars import BigInt
from graph.types.users import User
from server import tables
from server.adapters.pagination import Page
from server.errors import BadUserInputError
from server.services import models, versions
from server.services.models import SAMPLES_MAX
from server.tables import loaded

if TYPE_CHECKING:
    from graph.types.predictions import Prediction


@strawberry.type(description="How far the preparation of a version is.")
class VersionProgress:
    """How far the preparation of a version is."""

    phase: str = strawberry.field(description="What is being done: inspect, download ...")
    bytes: BigInt = strawberry.field(description="Bytes done in this phase.")
    total_bytes: BigInt | None = strawberry.field(description="Bytes of this phase, where known.")


@strawberry.type(description="One immutable version of a model.")
class ModelVersion(Node):
    """One immutable version of a model."""

    row: strawberry.Private[tables.Version]

    number: int = strawberry.field(description="1, 2, 3 ... within its model.")
    state: VersionState = strawberry.field(description="Whether it can run.")
    reason: str | None = strawberry.field(description="Why it was refused.")
    source: str = strawberry.field(description="Where it comes from, such as huggingface:owner/name.")
    revision: str | None = strawberry.field(description="The commit that it is pinned to.")
    digest: str | None = strawberry.field(description="SHA-256 over its files.")
    size_bytes: BigInt | None = strawberry.field(description="Bytes of its files.")
    input_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of inputs; `x-order` orders a form.")
    output_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of outputs.")
    created_at: datetime = strawberry.field(description="When it was published.")
    predictor: str = strawberry.field(description="What runs it.")
    quantization: Quantization | None = strawberry.field(description="How its weights are shortened.")
    device_map: DeviceMap = strawberry.field(description="Where its parts lie.")
    device: DeviceClass = strawberry.field(description="Which workers run it.")

    @strawberry.field(description="Its model.")
    async def model(self, info: Info) -> Annotated[Model, strawberry.lazy("graph.types.models")]:
        """The model."""
        return await self._model(info)

    @strawberry.field(description="owner/name:number, which pins this version.")
    async def slug(self, info: Info) -> str:
        """The pinned slug."""
        model = await self._model(info)
        return f"{await model.slug(info)}:{self.row.number}"

    async def _model(self, info: Info) -> Model:
        found = loaded(self.row, "model")
        return Model.referred(info, found) if found else await Model.load(info, self.row.model_id)

    @strawberry.field(description="How far the preparation is, while PREPARING.")
    def progress(self) -> VersionProgress | None:
        """Progress of the preparation."""
        found = self.row.progress
        if not found:
            return None
        return VersionProgress(phase=found["phase"], bytes=found["bytes"], total_bytes=found["totalBytes"])

    @classmethod
    def of(cls, row: tables.Version) -> ModelVersion:
        """The type of a row."""
        return cls(
            id=global_id("ModelVersion", row.id),
            row=row,
            number=row.number,
            state=VersionState(row.state),
            reason=row.reason,
            source=f"{row.source_type}:{row.source_ref}",
            revision=row.revision,
            digest=row.digest,
            predictor=row.predictor,
            quantization=Quantization(row.options["quantization"]) if "quantization" in row.options else None,
            device_map=DeviceMap(row.options.get("device_map", DeviceMap.SINGLE)),
            device=DeviceClass(row.options.get("device", DeviceClass.ANY)),
            size_bytes=BigInt(row.size_bytes) if row.size_bytes is not None else None,
            input_schema=row.input_schema,
            output_schema=row.output_schema,
            created_at=row.created_at,
        )


@strawberry.type(description="A model that predictions run on.")
class Model(Node):
    """A model that predictions run on."""

    row: strawberry.Private[tables.Model]
    tells_all: strawberry.Private[bool] = True

    name: str = strawberry.field(description="Name, unique among its owner's models.")
    kind: ModelKind = strawberry.field(description="What it makes.")
    visibility: Visibility = strawberry.field(description="Who sees it.")
    description: str = strawberry.field(description="What it is, as Markdown.")
    created_at: datetime = strawberry.field(description="When it was added.")
    updated_at: datetime = strawberry.field(description="When it last changed.")
    tags: list[str] = strawberry.field(description="Words to find it by.")
    run_count: BigInt = strawberry.field(description="How often it was run; counted once a minute.")

    @strawberry.field(description="Outputs that its owner shows to everybody.")
    async def samples(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="At most so many, 1 to 4.")] = SAMPLES_MAX,
    ) -> list[Annotated[Prediction, strawberry.lazy("graph.types.predictions")]]:
        """Sample outputs, in the owner's order."""
        # Predictions have models
        from graph.types.predictions import Prediction

        if not 1 <= first <= SAMPLES_MAX:
            raise BadUserInputError(f"Ask for 1 to {SAMPLES_MAX} samples.")
        found = await info.context.loaders.samples.load_many([UUID(key) for key in self.row.samples])
        return [Prediction.of(row) for row in found if row and row.model_id == self.row.id][:first]

    @strawberry.field(description="Its owner.")
    async def owner(self, info: Info) -> User:
        """The owner."""
        row = await info.context.loaders.users.load(self.row.owner_id)
        if row is None:
            raise LookupError(f"owner {self.row.owner_id} of a model")
        return User.of(row)

    @strawberry.field(description="owner/name.")
    async def slug(self, info: Info) -> str:
        """The slug."""
        owner = loaded(self.row, "owner") or await info.context.loaders.users.load(self.row.owner_id)
        return f"{owner.handle if owner else '?'}/{self.row.name}"

    @strawberry.field(description="All versions, newest first.")
    async def versions(self, info: Info) -> list[ModelVersion]:
        """All versions."""
        if not self.tells_all:
            return []
        return [ModelVersion.of(row) for row in await info.context.loaders.versions_of.load(self.row.id)]

    @strawberry.field(description="The version that runs unless one is pinned: the newest READY one, else the newest.")
    async def latest_version(self, info: Info) -> ModelVersion | None:
        """The version that runs."""
        if not self.tells_all:
            return None
        row = versions.latest(await info.context.loaders.versions_of.load(self.row.id))
        return ModelVersion.of(row) if row else None

    @classmethod
    async def load(cls, info: Info, model_id: object) -> Model:
        """A model that something visible refers to; see `referred`."""
        row = await info.context.loaders.models.load(model_id)  # type: ignore[arg-type]
        if row is None:
            raise LookupError(f"model {model_id}")
        return cls.referred(info, row)

    @classmethod
    def referred(cls, info: Info, row: tables.Model) -> Model:
        """A model that something visible refers to; of one that is private by now, only what was known before."""
        found = cls.of(row)
        if not models.tells_all(info.context.viewer, row):
            found.tells_all, found.description = False, ""
        return found

    @classmethod
    def of(cls, row: tables.Model) -> Model:
        """The type of a row."""
        return cls(
            id=global_id("Model", row.id),
            row=row,
            name=row.name,
            kind=ModelKind(row.kind),
            visibility=Visibility(row.visibility),
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
            tags=row.tags,
            run_count=BigInt(row.runs),
        )


@strawberry.type(description="One item of a list of models.")
class ModelEdge:
    """One item of a list of models."""

    cursor: str = strawberry.field(description="Its place in the list.")
    node: Model = strawberry.field(description="The model.")


@strawberry.type(description="A page of models.")
class ModelConnection:
    """A page of models."""

    page: strawberry.Private[Page[tables.Model]]

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[ModelEdge]:
        """Items with cursors."""
        return [ModelEdge(cursor=self.page.cursor(row), node=Model.of(row)) for row in self.page.rows]

    @strawberry.field(description="The items.")
    def nodes(self) -> list[Model]:
        """Items."""
        return [Model.of(row) for row in self.page.rows]

    @strawberry.field(description="Where this page lies.")
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return PageInfo.of(self.page)

    @strawberry.field(description="How many items the whole list has; counted only when selected.")
    async def total_count(self) -> int:
        """Items of the whole list."""
        return await self.page.query.count()
