"""Resolvers of models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.model_inputs import (
    CreateModelInput,
    CreateModelResult,
    DeletedModel,
    DeleteModelInput,
    DeleteModelResult,
    ModelFilter,
    ModelOrder,
    PublishVersionInput,
    PublishVersionResult,
    UpdateModelInput,
    UpdateModelResult,
)
from graph.types.models import Model, ModelConnection, ModelVersion
from graph.types.node import After, Before, First, Last, page_request
from server.adapters.pagination import page
from server.errors import NotFoundError
from server.services import models


@strawberry.type
class ModelQuery:
    """Queries of models."""

    @strawberry.field(description="A model; null when there is none, or it is not for you to see.")
    async def model(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="owner/name.")]
    ) -> Model | None:
        """A model by slug."""
        try:
            return Model.of(await models.find(info.context.viewer, slug))
        except NotFoundError:
            return None

    @strawberry.field(description="Public models and your own, newest first unless `orderBy` says otherwise.")
    async def models(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Which ones.")] = None,  # noqa: A002
        order_by: Annotated[ModelOrder | None, strawberry.argument(description="What the list goes by.")] = None,
    ) -> ModelConnection:
        """Models the viewer may see."""
        wanted = filter or ModelFilter()
        query = models.listing(
            info.context.viewer, owner=wanted.owner, kind=wanted.kind, search=wanted.search, tag=wanted.tag
        )
        order = (order_by or ModelOrder()).order()
        return ModelConnection(page=await page(query, page_request(first, after, last, before), order))


@strawberry.type
class ModelMutation:
    """Mutations of models."""

    @strawberry.mutation(description="Add a model; its first version is prepared, then READY or REFUSED.")
    async def create_model(
        self,
        info: Info,
        input: Annotated[CreateModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> CreateModelResult:
        """Add a model."""
        return Model.of(await models.create(info.context.rt, info.context.viewer, input.new()))

    @strawberry.mutation(description="Change a model of yours.")
    async def update_model(
        self,
        info: Info,
        input: Annotated[UpdateModelInput, strawberry.argument(description="The changes.")],  # noqa: A002
    ) -> UpdateModelResult:
        """Change a model."""
        context = info.context
        return Model.of(await models.update(context.rt, context.viewer, input.model, input.changes()))

    @strawberry.mutation(description="Delete a model of yours: running predictions stop, ended ones keep their record.")
    async def delete_model(
        self,
        info: Info,
        input: Annotated[DeleteModelInput, strawberry.argument(description="Which one.")],  # noqa: A002
    ) -> DeleteModelResult:
        """Delete a model."""
        _, stopped = await models.delete(info.context.rt, info.context.viewer, input.model)
        return DeletedModel(slug=input.model, canceled_predictions=stopped)

    @strawberry.mutation(description="Publish a version of a model of yours; versions never change.")
    async def publish_version(
        self,
        info: Info,
        input: Annotated[PublishVersionInput, strawberry.argument(description="The version.")],  # noqa: A002
    ) -> PublishVersionResult:
        """Publish a version."""
        context = info.context
        row = await models.publish_version(context.rt, context.viewer, input.model, input.new())
        return ModelVersion.of(row)
