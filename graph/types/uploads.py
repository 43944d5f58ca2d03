"""Uploads of input files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.types.errors import ConflictError, InvalidInput
from graph.types.scalars import BigInt
from server import tables
from server.services.uploads import NewUpload


@strawberry.type(description="An upload of one input file: PUT its bytes to `url`, then use `uri` in an input.")
class Upload:
    uri: str = strawberry.field(description="`upload:<id>`, the value of an input of type file; only you can use it.")
    url: str = strawberry.field(description="Signed URL that accepts the bytes in one PUT, for at most an hour.")
    content_type: str = strawberry.field(description="Media type.")
    size_bytes: BigInt = strawberry.field(description="Size in bytes.")
    expires_at: datetime = strawberry.field(description="Time until which new predictions can use it.")
    file_url: str | None = strawberry.field(description="Signed, expiring URL of its file, once that has come.")

    @classmethod
    def of(cls, row: tables.Upload, url: str, file_url: str | None = None) -> Upload:
        return cls(
            uri=f"upload:{row.id}",
            url=url,
            content_type=row.content_type,
            size_bytes=BigInt(row.size_bytes),
            expires_at=row.expires_at,
            file_url=file_url,
        )


@strawberry.input(description="An input file to upload.")
class CreateUploadInput:
    size_bytes: BigInt = strawberry.field(description="Size in bytes, at most MAX_INPUT_BYTES.")
    content_type: str = strawberry.field(default="application/octet-stream", description="Media type.")

    def new(self) -> NewUpload:
        return NewUpload(self.content_type, int(self.size_bytes))


CreateUploadResult = Annotated[
    Upload | InvalidInput | ConflictError,
    strawberry.union("CreateUploadResult", description="Result of `createUpload`."),
]
