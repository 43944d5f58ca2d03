"""What forks models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.enums import Visibility
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError, UnavailableError
from graph.types.models import Model
from server.domain import models as domain
from server.services.forks import NewFork


@strawberry.input(description="A model to fork.")
class ForkModelInput:
    model: str = strawberry.field(
        description="Model as `owner/name`, whose newest READY version is taken, or version as `owner/name:number`."
    )
    name: str = strawberry.field(description="Name of the fork, unique among your models.")
    visibility: Visibility = strawberry.field(default=domain.Visibility.PRIVATE, description="Who can see the fork.")

    def new(self) -> NewFork:
        return NewFork(self.model, self.name, self.visibility)


ForkModelResult = Annotated[
    Model | InvalidInput | ConflictError | NotFoundError | ForbiddenError | UnavailableError,
    strawberry.union("ForkModelResult", description="Result of `forkModel`."),
]
