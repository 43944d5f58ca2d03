"""Resolvers of uploads."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.uploads import CreateUploadInput, CreateUploadResult, Upload
from server.services import uploads


@strawberry.type
class UploadQuery:
    @strawberry.field(description="An upload of yours; null for those of others, and where it was removed.")
    async def upload(
        self,
        info: Info,
        uri: Annotated[str, strawberry.argument(description="`upload:<id>`, as `createUpload` gave it.")],
    ) -> Upload | None:
        context = info.context
        row = await uploads.get(context.viewer, uri)
        if row is None:
            return None
        file_url = await context.absolute(row.key, row.content_type) if row.completed_at else None
        return Upload.of(row, context.base_url + uploads.link(context.rt, row), file_url)


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
