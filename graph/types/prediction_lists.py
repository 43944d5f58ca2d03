"""Lists of predictions."""

from __future__ import annotations

from datetime import datetime

import strawberry

from graph.types.enums import PredictionStatus
from graph.types.node import PageInfo
from graph.types.predictions import Prediction
from server import tables
from server.adapters.pagination import Page
from server.services.predictions import Wanted


@strawberry.type(description="One item of a list of predictions.")
class PredictionEdge:
    """One item of a list of predictions."""

    cursor: str = strawberry.field(description="Its place in the list.")
    node: Prediction = strawberry.field(description="The prediction.")


@strawberry.type(description="A page of predictions, newest first.")
class PredictionConnection:
    """A page of predictions."""

    page: strawberry.Private[Page[tables.Prediction]]

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[PredictionEdge]:
        """Items with cursors."""
        return [PredictionEdge(cursor=self.page.cursor(row), node=Prediction.of(row)) for row in self.page.rows]

    @strawberry.field(description="The items.")
    def nodes(self) -> list[Prediction]:
        """Items."""
        return [Prediction.of(row) for row in self.page.rows]

    @strawberry.field(description="Where this page lies.")
    def page_info(self) -> PageInfo:
        """Where this page lies."""
        return PageInfo.of(self.page)

    @strawberry.field(description="How many items the whole list has; counted only when selected.")
    async def total_count(self) -> int:
        """Items of the whole list."""
        return await self.page.query.count()


@strawberry.input(description="Which predictions to list.")
class PredictionFilter:
    """Which predictions to list."""

    status: list[PredictionStatus] | None = strawberry.field(default=None, description="Any of these.")
    model: str | None = strawberry.field(default=None, description="owner/name or owner/name:number.")
    created_from: datetime | None = strawberry.field(default=None, description="Accepted then or later.")
    created_before: datetime | None = strawberry.field(default=None, description="Accepted earlier than that.")
    everybody: bool = strawberry.field(default=False, description="Those of all users; for admins only.")

    def wanted(self) -> Wanted:
        """The service's value."""
        return Wanted(self.status, self.model, self.created_from, self.created_before, everybody=self.everybody)
