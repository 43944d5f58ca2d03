"""Other names of models for OpenAI's clients, and what sets and removes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from graph.types.errors import ForbiddenError, InvalidInput, NotFoundError
from server import tables
from server.services.model_names import ALIASES_MAX


@strawberry.type(description="What you call a model in requests of OpenAI's clients.")
class ModelAlias:
    alias: str = strawberry.field(description="The other name.")
    model: str = strawberry.field(description="What it stands for: `owner/name`, or `owner/name:version`.")
    updated_at: datetime = strawberry.field(description="Time when it was set.")

    @classmethod
    def of(cls, row: tables.ModelAlias) -> ModelAlias:
        return cls(alias=row.name, model=row.slug, updated_at=row.updated_at)


@strawberry.input(description=f"Another name of a model; a user has at most {ALIASES_MAX}.")
class SetModelAliasInput:
    alias: str = strawberry.field(description="The other name, without a slash.")
    model: str = strawberry.field(description="What it stands for: `owner/name`, or `owner/name:version`.")


@strawberry.input(description="The alias to remove.")
class RemoveModelAliasInput:
    alias: str = strawberry.field(description="The other name.")


@strawberry.type(description="A removed alias.")
class RemovedModelAlias:
    alias: str = strawberry.field(description="The name that it was.")


SetModelAliasResult = Annotated[
    ModelAlias | InvalidInput | NotFoundError | ForbiddenError,
    strawberry.union("SetModelAliasResult", description="Result of `setModelAlias`."),
]
RemoveModelAliasResult = Annotated[
    RemovedModelAlias | NotFoundError | ForbiddenError,
    strawberry.union("RemoveModelAliasResult", description="Result of `removeModelAlias`."),
]
