"""Reports of models, and what sends and closes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.enums import ReportReason
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from graph.types.ids import global_id
from graph.types.models import SLUG, Model
from graph.types.node import Node
from graph.types.users import User
from server import tables
from server.domain.model_reports import TEXT_MAX


@strawberry.type(description="What a user told administrators of a model; administrators only.")
class ModelReport(Node):
    row: strawberry.Private[tables.ModelReport]

    reason_code: ReportReason = strawberry.field(description="Why the model is reported.")
    text: str | None = strawberry.field(description="What the reporter wrote; null if nothing.")
    created_at: datetime = strawberry.field(description="Time of the report.")
    closed_at: datetime | None = strawberry.field(description="Time when it was closed; null while it is open.")
    note: str | None = strawberry.field(description="What the administrator wrote who closed it.")

    @strawberry.field(description="The model, which may have been deleted since.")
    async def model(self, info: Info) -> Model:
        return await Model.load(info, self.row.model_id)

    @strawberry.field(description="User who reported it; null if they were deleted.")
    async def reporter(self, info: Info) -> User | None:
        if self.row.reporter_id is None:
            return None
        row = await info.context.loaders.users.load(self.row.reporter_id)
        return User.of(row) if row else None

    @classmethod
    def of(cls, row: tables.ModelReport) -> ModelReport:
        return cls(
            id=global_id("ModelReport", row.id),
            row=row,
            reason_code=ReportReason(row.reason),
            text=row.text or None,
            created_at=row.created_at,
            closed_at=row.closed_at,
            note=row.note,
        )


@strawberry.input(description="Filter for the reports of models.")
class ModelReportFilter:
    open: bool | None = strawberry.field(
        default=None, description="Only open reports if true, only closed ones if false."
    )
    model: str | None = strawberry.field(default=None, description="Only reports of this model, as `owner/name`.")


@strawberry.input(description="A report of a model to the administrators.")
class ReportModelInput:
    model: str = strawberry.field(description=SLUG)
    reason: ReportReason = strawberry.field(description="Why.")
    text: str = strawberry.field(
        default="", description=f"What is wrong, at most {TEXT_MAX} characters; needed where the reason is OTHER."
    )


@strawberry.type(description="A model that was reported. Its owner does not learn of it.")
class ReportedModel:
    slug: str = strawberry.field(description="`owner/name` of the model.")


@strawberry.input(description="The report to close.")
class CloseModelReportInput:
    id: strawberry.ID = strawberry.field(description="Id of the report.")
    note: str | None = strawberry.field(
        default=None, description=f"What was done, for other administrators; at most {TEXT_MAX} characters."
    )


ReportModelResult = Annotated[
    ReportedModel | InvalidInput | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union("ReportModelResult", description="Result of `reportModel`."),
]
CloseModelReportResult = Annotated[
    ModelReport | InvalidInput | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union("CloseModelReportResult", description="Result of `closeModelReport`."),
]
