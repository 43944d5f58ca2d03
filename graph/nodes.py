"""Resolvers of nodes by global id, and of the server itself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from graph.context import Info
from graph.types.api_keys import ApiKey
from graph.types.ids import parse_global_id
from graph.types.models import Model, ModelVersion
from graph.types.node import Node
from graph.types.predictions import Prediction
from graph.types.servers import ModelKindInfo, Server, ServerHealth, Worker
from graph.types.users import User
from graph.types.webhooks import WebhookDelivery
from server.errors import BadUserInputError
from server.services import accounts, api_keys, catalogue, health, models, predictions, versions, webhooks
from server.settings.types import Registration

MAX_NODES = 100


@strawberry.type
class NodeQuery:
    """Queries of nodes."""

    @strawberry.field(description="Anything by its global id; null when there is none, or it is not for you to see.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")],  # noqa: A002
    ) -> Node | None:
        """One node."""
        return (await _nodes(info, [id]))[0]

    @strawberry.field(description="Several nodes by their global ids, in that order.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")],
    ) -> list[Node | None]:
        """Several nodes."""
        if len(ids) > MAX_NODES:
            raise BadUserInputError(f"Ask for at most {MAX_NODES} nodes.")
        return await _nodes(info, ids)

    @strawberry.field(description="The living workers and what they hold; for admins only.")
    async def workers(self, info: Info) -> list[Worker]:
        """The living workers."""
        return [Worker.of(row) for row in await catalogue.workers(info.context.viewer)]

    @strawberry.field(description="This server: its release, what it can run, how it is.")
    async def server(self, info: Info) -> Server:
        """This server."""
        settings = info.context.rt.settings
        found = await health.check(info.context.rt)
        return Server(
            version=health.release(),
            registration=settings.registration is Registration.OPEN,
            anonymous_predictions=settings.anonymous_predictions,
            model_kinds=[ModelKindInfo.of(row) for row in await catalogue.predictors()],
            health=ServerHealth(database=found.database, redis=found.redis, workers=found.workers),
        )


async def _nodes(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    wanted = [parse_global_id(text) for text in ids]
    found: dict[tuple[str, UUID], Node] = {}
    for name in {name for name, _ in wanted}:
        keys = [key for kind, key in wanted if kind == name]
        found |= {(name, key): node for key, node in (await _load(info, name, keys)).items()}
    return [found.get(key) for key in wanted]


async def _load(info: Info, name: str, keys: list[UUID]) -> dict[UUID, Node]:
    """The nodes of one type that the viewer may see."""
    viewer = info.context.viewer
    match name:
        case "User":
            return {key: User.of(row) for key, row in (await accounts.get(keys)).items()}
        case "ApiKey":
            return {key: ApiKey.of(row) for key, row in (await api_keys.by_ids(viewer, keys)).items()}
        case "Model":
            return {key: Model.of(row) for key, row in (await models.by_ids(viewer, keys)).items()}
        case "ModelVersion":
            rows = await versions.by_ids(keys)
            seen = await models.by_ids(viewer, {row.model_id for row in rows.values()})
            return {key: ModelVersion.of(row) for key, row in rows.items() if row.model_id in seen}
        case "Prediction":
            return {key: Prediction.of(row) for key, row in (await predictions.by_ids(viewer, keys)).items()}
        case "WebhookDelivery":
            return {key: WebhookDelivery.of(row) for key, row in (await webhooks.by_ids(viewer, keys)).items()}
        case _:
            return {}
