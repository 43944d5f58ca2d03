"""Resolvers of models."""

from __future__ import annotations

from typing import Annotated

import strawberry

from graph.context import Info
from graph.types.models import (
    CreateModelInput,
    CreateModelResult,
    DeletedModel,
    DeleteModelInput,
    DeleteModelResult,
    Model,
    ModelFilter,
    ModelOrder,
    ModelVariable,
    ModelVersion,
    PauseModelInput,
    PauseModelResult,
    PrepareAgainInput,
    PrepareAgainResult,
    PublishVersionInput,
    PublishVersionResult,
    RemovedModelVariable,
    RemoveModelVariableInput,
    RemoveModelVariableResult,
    ResumeModelInput,
    ResumeModelResult,
    SetModelVariableInput,
    SetModelVariableResult,
    UpdateModelInput,
    UpdateModelResult,
)
from graph.types.node import After, Before, Connection, First, Last, connection
from server.errors import NotFoundError
from server.services import models, variables


@strawberry.type
class ModelQuery:
    @strawberry.field(description="A model by its slug; null if it does not exist or you cannot see it.")
    async def model(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="Slug: `owner/name`.")]
    ) -> Model | None:
        try:
            return Model.of(await models.find(info.context.viewer, slug))
        except NotFoundError:
            return None

    @strawberry.field(
        description="Public models, your own, and those that are shared with you: what suits `search` best comes "
        "first, or else the newest, unless `orderBy` is given."
    )
    async def models(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        filter: Annotated[ModelFilter | None, strawberry.argument(description="Filter of the list.")] = None,  # noqa: A002
        order_by: Annotated[ModelOrder | None, strawberry.argument(description="Sort order of the list.")] = None,
    ) -> Connection[Model]:
        criteria = filter or ModelFilter()
        viewer = info.context.viewer
        query = models.listing(viewer, criteria.criteria())
        query, order = await models.search(viewer, query, criteria.search, order_by.order() if order_by else None)
        return await connection(query, Model.of, first, after, last, before, order)


@strawberry.type
class ModelMutation:
    @strawberry.mutation(
        description="Create a model. Its first version is prepared, after which it is READY or REFUSED. A name of "
        "yours whose versions were all REFUSED can be used again."
    )
    async def create_model(
        self,
        info: Info,
        input: Annotated[CreateModelInput, strawberry.argument(description="The model to create.")],  # noqa: A002
    ) -> CreateModelResult:
        return Model.of(await models.create(info.context.rt, info.context.viewer, input.new()))

    @strawberry.mutation(description="Update one of your models.")
    async def update_model(
        self,
        info: Info,
        input: Annotated[UpdateModelInput, strawberry.argument(description="The changes.")],  # noqa: A002
    ) -> UpdateModelResult:
        context = info.context
        return Model.of(await models.update(context.rt, context.viewer, input.model, input.changes()))

    @strawberry.mutation(
        description="Delete one of your models. Running predictions are canceled; ended ones stay on record."
    )
    async def delete_model(
        self,
        info: Info,
        input: Annotated[DeleteModelInput, strawberry.argument(description="The model to delete.")],  # noqa: A002
    ) -> DeleteModelResult:
        _, canceled, adapters = await models.delete(info.context.rt, info.context.viewer, input.model)
        return DeletedModel(slug=input.model, canceled_predictions=canceled, adapters=adapters)

    @strawberry.mutation(
        description="Pause a model: its predictions wait, and new ones are accepted, until it is resumed. What runs "
        "goes on. Administrators only."
    )
    async def pause_model(
        self,
        info: Info,
        input: Annotated[PauseModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> PauseModelResult:
        context = info.context
        return Model.of(await models.pause(context.rt, context.viewer, input.model, input.reason))

    @strawberry.mutation(description="Resume a paused model: its predictions run again. Administrators only.")
    async def resume_model(
        self,
        info: Info,
        input: Annotated[ResumeModelInput, strawberry.argument(description="The model.")],  # noqa: A002
    ) -> ResumeModelResult:
        context = info.context
        return Model.of(await models.resume(context.rt, context.viewer, input.model))

    @strawberry.mutation(description="Publish a new version of one of your models. Versions never change.")
    async def publish_version(
        self,
        info: Info,
        input: Annotated[PublishVersionInput, strawberry.argument(description="The version to publish.")],  # noqa: A002
    ) -> PublishVersionResult:
        context = info.context
        row = await models.publish_version(context.rt, context.viewer, input.model, input.new())
        return ModelVersion.of(row)

    @strawberry.mutation(description="Prepare a version again that was refused, or that waits to be tried again.")
    async def prepare_again(
        self,
        info: Info,
        input: Annotated[PrepareAgainInput, strawberry.argument(description="The version.")],  # noqa: A002
    ) -> PrepareAgainResult:
        context = info.context
        return ModelVersion.of(await models.prepare_again(context.rt, context.viewer, input.version))

    @strawberry.mutation(
        description="Give the class that runs one of your CUSTOM models a variable or a secret. Predictions that begin "
        "later have it. Only the owner may."
    )
    async def set_model_variable(
        self,
        info: Info,
        input: Annotated[SetModelVariableInput, strawberry.argument(description="The variable.")],  # noqa: A002
    ) -> SetModelVariableResult:
        context = info.context
        return ModelVariable.of(await variables.set_variable(context.rt, context.viewer, input.model, input.new()))

    @strawberry.mutation(description="Remove a variable or secret of one of your models. Only the owner may.")
    async def remove_model_variable(
        self,
        info: Info,
        input: Annotated[RemoveModelVariableInput, strawberry.argument(description="The variable.")],  # noqa: A002
    ) -> RemoveModelVariableResult:
        context = info.context
        name = await variables.remove_variable(context.rt, context.viewer, input.model, input.name)
        return RemovedModelVariable(model=input.model, name=name)
