"""Resolvers of nodes by global id, and of the server itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

import strawberry

from graph.context import Info
from graph.types.api_keys import ApiKey
from graph.types.audit import AuditEvent
from graph.types.batches import Batch, BatchLine
from graph.types.experiments import Experiment
from graph.types.invitations import Invitation
from graph.types.model_reports import ModelReport
from graph.types.models import Model, ModelVersion
from graph.types.node import Node
from graph.types.predictions import Prediction
from graph.types.servers import ModelKindInfo, Server, ServerHealth, SingleSignOn, Worker
from graph.types.users import User
from graph.types.webhooks import WebhookDelivery
from server import tables
from server.domain.accounts import Viewer
from server.domain.ids import parse_global_id
from server.errors import BadUserInputError
from server.services import (
    accounts,
    api_keys,
    audit,
    batches,
    catalogue,
    experiments,
    health,
    invitations,
    model_reports,
    models,
    predictions,
    versions,
    webhooks,
)
from server.settings.types import Registration

MAX_NODES = 100


@strawberry.type
class NodeQuery:
    @strawberry.field(description="Any object by its global id; null if it does not exist or you cannot see it.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Global id.")],  # noqa: A002
    ) -> Node | None:
        (node,) = await nodes_by_ids(info, [id])
        return node

    @strawberry.field(description="Several objects by their global ids, in the same order.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")],
    ) -> list[Node | None]:
        if len(ids) > MAX_NODES:
            raise BadUserInputError(f"Ask for at most {MAX_NODES} nodes.")
        return await nodes_by_ids(info, ids)

    @strawberry.field(description="Live workers and what they have loaded; administrators only.")
    async def workers(self, info: Info) -> list[Worker]:
        return [Worker.of(row) for row in await catalogue.workers(info.context.viewer)]

    @strawberry.field(description="This server: its release, its predictors and its health.")
    async def server(self, info: Info) -> Server:
        settings = info.context.rt.settings
        state = await health.check(info.context.rt)
        return Server(
            version=health.release(),
            registration=settings.registration is Registration.OPEN,
            users_add_models=settings.users_add_models,
            anonymous_predictions=settings.anonymous_predictions,
            password_resets=settings.sends_mail,
            single_sign_on=SingleSignOn(name=settings.oidc_name) if settings.oidc_issuer else None,
            model_kinds=[ModelKindInfo.of(row) for row in await catalogue.predictors()],
            health=ServerHealth(database=state.database, redis=state.redis, workers=state.workers),
        )


async def nodes_by_ids(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    """The nodes that the viewer may see, in the order of their ids; each is read once, whatever fields ask for it."""
    keys = [parse_global_id(text) for text in ids]
    rows = await info.context.loaders.visible_rows(
        [(READS[name][0], info.context.viewer, row_id) if name in READS else None for name, row_id in keys]
    )
    return [READS[name][1](row) if row is not None else None for (name, _), row in zip(keys, rows, strict=True)]


async def _visible_versions(viewer: Viewer, ids: list[UUID]) -> dict[UUID, tables.Version]:
    rows = await versions.by_ids(ids)
    visible = await models.by_ids(viewer, {row.model_id for row in rows.values()})
    return {key: row for key, row in rows.items() if row.model_id in visible}


READS: dict[str, tuple[Callable[[Viewer, list[UUID]], Awaitable[Mapping[UUID, Any]]], Callable[[Any], Node]]] = {
    "User": (lambda _, ids: accounts.by_ids(ids), User.of),
    "ApiKey": (api_keys.by_ids, ApiKey.of),
    "AuditEvent": (audit.by_ids, AuditEvent.of),
    "Experiment": (experiments.by_ids, Experiment.of),
    "Invitation": (invitations.by_ids, Invitation.of),
    "ModelReport": (model_reports.by_ids, ModelReport.of),
    "Model": (models.by_ids, Model.of),
    "ModelVersion": (_visible_versions, ModelVersion.of),
    "Batch": (batches.by_ids, Batch.of),
    "BatchLine": (batches.lines_by_ids, BatchLine.of),
    "Prediction": (predictions.by_ids, Prediction.of),
    "WebhookDelivery": (webhooks.by_ids, WebhookDelivery.of),
}
"""What reads the rows of a type that a viewer may see, and what makes a node of a row."""
