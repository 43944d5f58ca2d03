"""Deployments: names of your own for versions, which programs keep while you change what runs behind them.

Each is an alias of a model, as `setModelAlias` makes it; OpenAI's clients take its name for a model's.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from server.domain.api_keys import Scope
from server.domain.models import DeviceClass
from server.domain.version_ids import encode_version_id
from server.errors import ConflictError, NotFoundError, ServiceError, UnauthenticatedError
from server.live.rest_body import text_of_time
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Caller, Calling, Changing
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS, Body
from server.rest.v1.forms import (
    Deployment,
    DeploymentChangesForm,
    NewDeploymentForm,
    NewPrediction,
    Page,
    Prediction,
)
from server.rest.v1.predictions import CancelAfter, IdempotencyKey, Prefer, create_of_slug
from server.services import accounts, model_names, predictions
from server.tables import ModelAlias

router = APIRouter(route_class=BoundedRoute, tags=["deployments"], responses=ERRORS, dependencies=SIGN_IN)
MISSING = "There is no deployment of this name."


@router.get("/deployments", response_model=Page[Deployment])
async def list_deployments(caller: Calling) -> Response:
    """Your deployments, by name."""
    caller.viewer.require(Scope.READ)
    handle = await _handle(caller)
    rows = await model_names.aliases_of(caller.viewer)
    await caller.spend(len(rows))
    return answer({"previous": None, "next": None, "results": [await _body(caller, row, handle) for row in rows]})


@router.post("/deployments", status_code=201, response_model=Deployment)
async def create_deployment(caller: Changing, new: NewDeploymentForm) -> Response:
    """Give a version a name of your own. Workers run all models: hardware and numbers of instances are not read."""
    caller.viewer.require(Scope.WRITE)
    handle = await _handle(caller)
    slug = await _pinned(caller, f"{new.model}:{new.version}")
    if await model_names.find_alias(caller.viewer, new.name) is not None:
        raise ConflictError("You have a deployment of this name; change that, or delete it first.")
    row = await model_names.set_alias(caller.viewer, new.name, slug)
    return answer(await _body(caller, row, handle), 201)


@router.get("/deployments/{owner}/{name}", response_model=Deployment)
async def get_deployment(caller: Calling, owner: str, name: str) -> Response:
    """A deployment of yours."""
    caller.viewer.require(Scope.READ)
    return answer(await _body(caller, await _find(caller, owner, name), owner))


@router.patch("/deployments/{owner}/{name}", response_model=Deployment)
async def update_deployment(caller: Changing, owner: str, name: str, changes: DeploymentChangesForm) -> Response:
    """Let another version run behind a deployment, from the next prediction on."""
    caller.viewer.require(Scope.WRITE)
    row = await _find(caller, owner, name)
    if changes.version is not None:
        row = await model_names.set_alias(caller.viewer, name, await _pinned(caller, changes.version))
    return answer(await _body(caller, row, owner))


@router.delete("/deployments/{owner}/{name}", status_code=204)
async def delete_deployment(caller: Changing, owner: str, name: str) -> Response:
    """Remove a deployment; its version and its predictions stay."""
    caller.viewer.require(Scope.WRITE)
    await _find(caller, owner, name)
    await model_names.remove_alias(caller.viewer, name)
    return Response(status_code=204)


@router.post("/deployments/{owner}/{name}/predictions", status_code=201, response_model=Prediction)
async def create_deployment_prediction(
    caller: Changing,
    owner: str,
    name: str,
    new: NewPrediction,
    prefer: Prefer = None,
    cancel_after: CancelAfter = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Run the version of a deployment of yours."""
    caller.viewer.require(Scope.RUN)
    row = await _find(caller, owner, name)
    return await create_of_slug(caller, row.slug, new, prefer, cancel_after, idempotency_key)


async def _handle(caller: Caller) -> str:
    if caller.viewer.user_id is None:
        raise UnauthenticatedError("Sign in first.")
    return (await accounts.by_ids([caller.viewer.user_id]))[caller.viewer.user_id].handle


async def _pinned(caller: Caller, version: str) -> str:
    """What pins a version that can be run.

    Raises:
        NotFoundError: the caller knows no such model, or it has no such version.
        UnavailableError: it is not READY.
    """
    slug = await model_names.slug_of_version(version)
    await predictions.resolve_version(caller.viewer, slug)
    return slug


async def _find(caller: Caller, owner: str, name: str) -> ModelAlias:
    if await _handle(caller) != owner:
        raise NotFoundError(MISSING)
    row = await model_names.find_alias(caller.viewer, name)
    if row is None:
        raise NotFoundError(MISSING)
    return row


async def _body(caller: Caller, row: ModelAlias, handle: str) -> Body:
    """A deployment; it has no release while its version cannot be run, or is gone."""
    release = None
    try:
        model, version = await predictions.resolve_version(caller.viewer, row.slug)
    except ServiceError:
        # Whoever runs it is told why
        pass
    else:
        device = version.options.get("device", DeviceClass.ANY)
        release = {
            "number": version.number,
            "model": f"{model.owner.handle}/{model.name}",
            "version": encode_version_id(version.id),
            "created_at": text_of_time(row.updated_at),
            "created_by": {"type": "user", "username": handle, "name": handle, "github_url": None},
            "configuration": {"hardware": device.lower(), "min_instances": 0, "max_instances": 1},
        }
    return {"owner": handle, "name": row.name, "current_release": release}
