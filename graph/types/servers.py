"""The server itself."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from graph.types.enums import ModelKind
from server import tables


@strawberry.type(description="Something that the workers can run.")
class ModelKindInfo:
    """Something that the workers can run."""

    name: str = strawberry.field(description="Name of the predictor, such as text, image or echo.")
    kind: ModelKind = strawberry.field(description="The kind of models it runs.")
    input_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of its inputs.")
    output_schema: JSON = strawberry.field(description="JSON Schema (2020-12) of its outputs.")

    @classmethod
    def of(cls, row: tables.Predictor) -> ModelKindInfo:
        """The type of a row."""
        return cls(
            name=row.name,
            kind=ModelKind(row.kind),
            input_schema=row.input_schema,
            output_schema=row.output_schema,
        )


@strawberry.type(description="What the server needs, and how it is.")
class ServerHealth:
    """How the server's parts are."""

    database: str = strawberry.field(description="`ok` or `away`.")
    redis: str = strawberry.field(description="`ok` or `away`; predictions are accepted and kept without it.")
    workers: int = strawberry.field(description="Workers that sent a heartbeat lately.")


@strawberry.type(description="This server.")
class Server:
    """This server."""

    version: str = strawberry.field(description="Release of the software.")
    registration: bool = strawberry.field(description="Whether anybody may register.")
    anonymous_predictions: bool = strawberry.field(description="Whether public models run without an account.")
    model_kinds: list[ModelKindInfo] = strawberry.field(description="What the workers can run.")
    health: ServerHealth = strawberry.field(description="How its parts are.")
