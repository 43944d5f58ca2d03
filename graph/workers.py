"""Resolvers of workers."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.ids import worker_id
from graph.types.servers import DrainWorkerInput, DrainWorkerResult, ResumeWorkerInput, ResumeWorkerResult, Worker
from server.services import catalogue


@strawberry.type
class WorkerMutation:
    @strawberry.mutation(
        description="Drain a worker: it claims nothing more, and what runs there ends as it would. It may be stopped "
        "once it has nothing in flight, or resumed. Administrators only."
    )
    async def drain_worker(
        self,
        info: Info,
        input: Annotated[DrainWorkerInput, strawberry.argument(description="The worker.")],  # noqa: A002
    ) -> DrainWorkerResult:
        return Worker.of(await catalogue.drain(info.context.rt, info.context.viewer, worker_id(input.id)))

    @strawberry.mutation(description="Let a drained worker take work again. Administrators only.")
    async def resume_worker(
        self,
        info: Info,
        input: Annotated[ResumeWorkerInput, strawberry.argument(description="The worker.")],  # noqa: A002
    ) -> ResumeWorkerResult:
        row = await catalogue.drain(info.context.rt, info.context.viewer, worker_id(input.id), resume=True)
        return Worker.of(row)
