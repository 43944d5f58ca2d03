"""Resolvers of uploads."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.uploads import CreateUploadInput, CreateUploadResult, Upload
from server.services import uploads


@strawberry.type
class UploadMutation:
    @strawberry.mutation(description="Create an upload for an input file; then PUT the file's bytes to its `url`.")
    async def create_upload(
        self,
        info: Info,
        input: Annotated[CreateUploadInput, strawberry.argument(description="The file to upload.")],  # noqa: A002
    ) -> CreateUploadResult:
        context = info.context
        row = await uploads.create(context.rt, context.viewer, input.new())
        return Upload.of(row, context.base_url + uploads.link(context.rt, row))
