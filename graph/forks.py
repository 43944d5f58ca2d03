"""Resolvers of forks."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.forks import ForkModelInput, ForkModelResult
from graph.types.models import Model
from server.services import forks


@strawberry.type
class ForkMutation:
    @strawberry.mutation(
        description="Make a model of your own on the files of a version that you can see. It is READY at once, nothing "
        "is copied, and it stays when that model is deleted. Only its owner and administrators fork a private model."
    )
    async def fork_model(
        self,
        info: Info,
        input: Annotated[ForkModelInput, strawberry.argument(description="The model, and what to call it.")],  # noqa: A002
    ) -> ForkModelResult:
        return Model.of(await forks.fork(info.context.rt, info.context.viewer, input.new()))
