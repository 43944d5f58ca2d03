"""Resolvers of models in the memory of workers."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.ids import worker_id
from graph.types.model_memory import (
    EvictedModel,
    EvictModelInput,
    EvictModelResult,
    PinModelInput,
    PinModelResult,
    UnpinModelInput,
    UnpinModelResult,
    WarmModelInput,
    WarmModelResult,
)
from graph.types.models import Model
from graph.types.servers import Worker
from server.services import model_memory


@strawberry.type
class ModelMemoryMutation:
    @strawberry.mutation(
        description="Have a worker load a model before predictions come. `Worker.memoryRequests` says what came of it. "
        "It is unloaded again as any other is. Administrators only."
    )
    async def warm_model(
        self,
        info: Info,
        input: Annotated[WarmModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> WarmModelResult:
        context, worker = info.context, worker_id(input.worker) if input.worker is not None else None
        return Worker.of(await model_memory.warm(context.rt, context.viewer, input.model, worker))

    @strawberry.mutation(
        description="Have workers unload a model. What runs on it ends as it would, and its memory is given back then; "
        "what is claimed later loads it again. Administrators only."
    )
    async def evict_model(
        self,
        info: Info,
        input: Annotated[EvictModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> EvictModelResult:
        context, worker = info.context, worker_id(input.worker) if input.worker is not None else None
        rows = await model_memory.evict(context.rt, context.viewer, input.model, worker)
        return EvictedModel(workers=[Worker.of(row) for row in rows])

    @strawberry.mutation(
        description="Pin a model: its newest READY version stays in the memory of each worker that has it, and is "
        "loaded by one where none has. `Model.pinProblem` says why if that cannot be. Administrators only."
    )
    async def pin_model(
        self,
        info: Info,
        input: Annotated[PinModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> PinModelResult:
        return Model.of(await model_memory.pin(info.context.rt, info.context.viewer, input.model))

    @strawberry.mutation(
        description="Unpin a model: it is unloaded to make room, or when it is idle, as any other. Administrators only."
    )
    async def unpin_model(
        self,
        info: Info,
        input: Annotated[UnpinModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> UnpinModelResult:
        return Model.of(await model_memory.unpin(info.context.rt, info.context.viewer, input.model))
