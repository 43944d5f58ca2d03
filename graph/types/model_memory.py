"""Models in the memory of workers, as administrators load, unload and pin them."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.types.errors import ConflictError, ForbiddenError, NotFoundError, UnavailableError
from graph.types.models import SLUG, Model
from graph.types.servers import Worker

WARM_SLUG = "Model as `owner/name`, whose newest READY version is meant, or version as `owner/name:number`."
EVICT_SLUG = "Model as `owner/name`, or version as `owner/name:number`."


@strawberry.input(description="The model to load.")
class WarmModelInput:
    model: str = strawberry.field(description=WARM_SLUG)
    worker: strawberry.ID | None = strawberry.field(
        default=None,
        description="Id of the worker; left out, it is the one that has the model already, or that has most room.",
    )


@strawberry.input(description="The model to unload.")
class EvictModelInput:
    model: str = strawberry.field(description=EVICT_SLUG)
    worker: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the worker; left out, all that have it."
    )


@strawberry.input(description="The model to pin.")
class PinModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.input(description="The model to unpin.")
class UnpinModelInput:
    model: str = strawberry.field(description=SLUG)


@strawberry.type(description="A model that workers were told to unload.")
class EvictedModel:
    workers: list[Worker] = strawberry.field(description="The workers; none if none has it in memory.")


WarmModelResult = Annotated[
    Worker | UnavailableError | NotFoundError | ForbiddenError,
    strawberry.union("WarmModelResult", description="Result of `warmModel`."),
]
EvictModelResult = Annotated[
    EvictedModel | ConflictError | UnavailableError | NotFoundError | ForbiddenError,
    strawberry.union("EvictModelResult", description="Result of `evictModel`."),
]
PinModelResult = Annotated[
    Model | UnavailableError | NotFoundError | ForbiddenError,
    strawberry.union("PinModelResult", description="Result of `pinModel`."),
]
UnpinModelResult = Annotated[
    Model | NotFoundError | ForbiddenError,
    strawberry.union("UnpinModelResult", description="Result of `unpinModel`."),
]
