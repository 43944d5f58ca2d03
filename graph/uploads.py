"""Resolvers of input files."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.uploads import CreateUploadInput, CreateUploadResult, Upload
from server.services import uploads


@strawberry.type
class UploadMutation:
    """Mutations of input files."""

    @strawberry.mutation(description="Make a place for an input file of yours; PUT its bytes to the link it has.")
    async def create_upload(
        self,
        info: Info,
        input: Annotated[CreateUploadInput, strawberry.argument(description="The file.")],  # noqa: A002
    ) -> CreateUploadResult:
        """Make a place for an input file."""
        context = info.context
        row = await uploads.create(context.rt, context.viewer, input.new())
        return Upload.of(row, context.base_url + uploads.link(context.rt, row))
