"""Input files: the place for one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.types.errors import ConflictError, InvalidInput
from graph.types.scalars import BigInt
from server import tables
from server.services.uploads import NewUpload


@strawberry.type(description="A place for one input file: PUT its bytes to `url`, then name it `uri` in an input.")
class Upload:
    """A place for one input file."""

    uri: str = strawberry.field(description="`upload:<id>`: what an input of type file takes, for you alone.")
    url: str = strawberry.field(description="A signed link that takes the bytes by one PUT, for at most an hour.")
    content_type: str = strawberry.field(description="Its media type.")
    size_bytes: BigInt = strawberry.field(description="Its size.")
    expires_at: datetime = strawberry.field(description="Until when new predictions can name it.")

    @classmethod
    def of(cls, row: tables.Upload, url: str) -> Upload:
        """The type of a row."""
        return cls(
            uri=f"upload:{row.id}",
            url=url,
            content_type=row.content_type,
            size_bytes=BigInt(row.size_bytes),
            expires_at=row.expires_at,
        )


@strawberry.input(description="A file that is to come.")
class CreateUploadInput:
    """A file that is to come."""

    size_bytes: BigInt = strawberry.field(description="How many bytes it has, at most MAX_INPUT_BYTES.")
    content_type: str = strawberry.field(default="application/octet-stream", description="Its media type.")

    def new(self) -> NewUpload:
        """The service's value."""
        return NewUpload(self.content_type, int(self.size_bytes))


CreateUploadResult = Annotated[
    Upload | InvalidInput | ConflictError,
    strawberry.union("CreateUploadResult", description="What asking for a place ends in."),
]
