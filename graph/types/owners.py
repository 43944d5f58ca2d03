"""The page of an owner of models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.models import Model, ModelOrder
from graph.types.node import After, Before, Connection, First, Last, connection
from graph.types.scalars import BigInt
from graph.types.users import User
from server.services import owners


@strawberry.type(description="A user as the owner of models: those that you can see, and what comes of them.")
class Owner:
    owner: strawberry.Private[owners.Owner]

    user: User = strawberry.field(description="The user.")
    model_count: int = strawberry.field(description="Number of the models.")
    star_count: int = strawberry.field(description="Number of stars that the models have.")
    run_count: BigInt = strawberry.field(description="Number of runs of the models; updated once a minute.")

    @strawberry.field(description="The models, newest first unless `orderBy` is given.")
    async def models(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        order_by: Annotated[ModelOrder | None, strawberry.argument(description="Sort order of the list.")] = None,
    ) -> Connection[Model]:
        query = owners.models_of(info.context.viewer, self.owner.user)
        return await connection(query, Model.of, first, after, last, before, (order_by or ModelOrder()).order())

    @classmethod
    def of(cls, owner: owners.Owner) -> Owner:
        return cls(
            owner=owner,
            user=User.of(owner.user),
            model_count=owner.models,
            star_count=owner.stars,
            run_count=BigInt(owner.runs),
        )
