"""Public links of predictions, what strangers read by them, and what makes and ends them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from graph.context import Info
from graph.types.enums import PredictionStatus
from graph.types.errors import ConflictError, ForbiddenError, NotFoundError
from graph.types.models import Model
from graph.types.predictions import Prediction, PredictionFile
from graph.types.scalars import BigInt
from server import tables
from server.domain.files import with_links, without_files
from server.domain.secrets import mask
from server.domain.text_output import text_of
from server.services import models
from server.services.public_links import PATH, PublicView, file_path


@strawberry.type(description="Public link of a prediction: whoever has it reads what it shows, without an account.")
class PublicLink:
    token: str = strawberry.field(description="What `publicPrediction` takes.")
    url: str = strawberry.field(description="Page that shows it.")
    shows_input: bool = strawberry.field(description="Whether it shows the input too.")
    created_at: datetime = strawberry.field(description="Time when it was made.")

    @classmethod
    def of(cls, info: Info, row: tables.PublicLink) -> PublicLink:
        url = f"{info.context.base_url}{PATH}{row.token}"
        return cls(token=row.token, url=url, shows_input=row.shows_input, created_at=row.created_at)


@strawberry.type(description="What a public link shows of a prediction.")
class PublicPrediction:
    view: strawberry.Private[PublicView]
    prediction: strawberry.Private[Prediction]

    status: PredictionStatus = strawberry.field(description="Current status.")
    created_at: datetime = strawberry.field(description="Time when it was accepted.")
    completed_at: datetime | None = strawberry.field(description="Time when it ended.")
    shared_by: str = strawberry.field(description="Handle of the user who shares it.")
    shared_at: datetime = strawberry.field(description="Time when its link was made.")

    @strawberry.field(description="Model that it runs; null if you cannot see it.")
    async def model(self, info: Info) -> Model | None:
        key = (models.by_ids, info.context.viewer, self.view.row.model_id)
        (row,) = await info.context.loaders.visible_rows([key])
        return Model.of(row) if row is not None else None

    @strawberry.field(description="Input, if it is shared: a secret is shown as `**********`, and a file as null.")
    async def input(self, info: Info) -> JSON | None:
        if not self.view.shows_input:
            return None
        loaders = info.context.loaders
        version = await loaders.versions.load(self.view.row.version_id)
        if version is None:
            raise LookupError(f"version {self.view.row.version_id}")
        values = mask(await self.prediction.column(info, "input"))
        return without_files(await loaders.large(version, "input_schema"), values)  # type: ignore[return-value]

    @strawberry.field(description="As `Prediction.output`; files in it are URLs that work while it is shared.")
    async def output(self, info: Info) -> JSON | None:
        live = await self.prediction.live_state(info)
        if live is not None:
            return live.output  # type: ignore[no-any-return]
        output = await self.prediction.column(info, "output")
        if records := self.view.row.files:
            output = with_links(output, [self._url(info, index) for index in range(len(records))])
        return output  # type: ignore[no-any-return]

    @strawberry.field(description="Text output, of the first of several choices; partial while it is running.")
    async def text(self, info: Info) -> str | None:
        live = await self.prediction.live_state(info)
        return live.text if live is not None else text_of(await self.prediction.column(info, "output"))

    @strawberry.field(description="Output files, once it has ended; their URLs work while it is shared.")
    def files(self, info: Info) -> list[PredictionFile]:
        return [
            PredictionFile(
                url=self._url(info, index),
                content_type=record["contentType"],
                bytes=BigInt(record["bytes"]),
                width=record["width"],
                height=record["height"],
            )
            for index, record in enumerate(self.view.row.files or [])
        ]

    def _url(self, info: Info, index: int) -> str:
        return f"{info.context.base_url}{file_path(self.view.token, index)}"

    @classmethod
    def of(cls, view: PublicView) -> PublicPrediction:
        row = view.row
        return cls(
            view=view,
            prediction=Prediction.of(row),
            status=PredictionStatus(row.status),
            created_at=row.created_at,
            completed_at=row.completed_at,
            shared_by=view.handle,
            shared_at=view.shared_at,
        )


@strawberry.input(description="The prediction to share.")
class SharePredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")
    shows_input: bool = strawberry.field(
        default=False, description="Whether to show its input too, but for secrets and files."
    )


@strawberry.input(description="The prediction to share no more.")
class UnsharePredictionInput:
    id: strawberry.ID = strawberry.field(description="Id of the prediction.")


SharePredictionResult = Annotated[
    Prediction | NotFoundError | ForbiddenError | ConflictError,
    strawberry.union("SharePredictionResult", description="Result of `sharePrediction`."),
]
UnsharePredictionResult = Annotated[
    Prediction | NotFoundError | ForbiddenError,
    strawberry.union("UnsharePredictionResult", description="Result of `unsharePrediction`."),
]
