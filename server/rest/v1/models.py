"""Models and their versions."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import PlainTextResponse, Response

from server.adapters import wire
from server.domain.ids import parse_id
from server.domain.models import Slug, parse_slug
from server.domain.version_ids import parse_version_id
from server.errors import BadUserInputError, ForbiddenError, NotFoundError
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Calling, Changing
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS, model_bodies, page_answer, prediction_bodies, version_body
from server.rest.v1.forms import (
    Collection,
    FullCollection,
    Model,
    ModelChangesForm,
    NewModelForm,
    NewVersionForm,
    Page,
    Prediction,
    Version,
    visibility_of,
)
from server.services import accounts, models, versions
from server.services.models import ModelChanges, ModelCriteria, NewModel
from server.tables import Model as ModelRow
from server.tables import Version as VersionRow

router = APIRouter(route_class=BoundedRoute, tags=["models"], responses=ERRORS, dependencies=SIGN_IN)
MAX_SEARCH = 200
Cursor = Annotated[str | None, Query(max_length=500, description="From a link `next` or `previous`.")]


@router.get("/models", response_model=Page[Model])
async def list_models(
    caller: Calling, cursor: Cursor = None, query: Annotated[str | None, Query(max_length=MAX_SEARCH)] = None
) -> Response:
    """Public models and your own, newest first; `query` searches names and descriptions."""
    return await _list(caller, cursor, query)


@router.api_route("/models", methods=["QUERY"], include_in_schema=False)
async def search_models(caller: Calling, request: Request) -> Response:
    """As `list_models`, with what to search for as a body of plain text."""
    body = await request.body()
    if len(body) > 4 * MAX_SEARCH:
        raise BadUserInputError(f"Search for at most {MAX_SEARCH} characters.")
    text = body.decode(errors="replace").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        # Replicate's JavaScript client sends it as JSON
        with suppress(ValueError):
            text = str(wire.decode(text))
    return await _list(caller, None, text[:MAX_SEARCH])


async def _list(caller: Calling, cursor: str | None, query: str | None) -> Response:
    rows = models.listing(caller.viewer).select_related("owner")
    rows, order = await models.search(caller.viewer, rows, query)
    given = {"query": query}
    return await page_answer(
        caller, "/v1/models", rows, cursor, lambda part: model_bodies(caller, part), given, order=order
    )


@router.post("/models", status_code=201, response_model=Model)
async def create_model(caller: Changing, new: NewModelForm) -> Response:
    """Add a model with its first version, which is prepared, and then READY or REFUSED."""
    if new.owner is not None and caller.viewer.user_id is not None:
        user = (await accounts.by_ids([caller.viewer.user_id]))[caller.viewer.user_id]
        if new.owner != user.handle:
            raise ForbiddenError("You can only add models of your own; leave `owner` out, or give your handle.")
    visibility = visibility_of(new.visibility)
    new_model = NewModel(new.name, new.kind, new.new(), new.description, visibility, tuple(new.tags))
    row = await models.create(caller.rt, caller.viewer, new_model)
    return answer((await model_bodies(caller, [row]))[0], 201)


@router.get("/models/{id}", response_model=Model)
async def get_model_by_id(caller: Calling, id: str) -> Response:  # noqa: A002
    """A model by its id in GraphQL."""
    row = (await models.by_ids(caller.viewer, [parse_id(id, "Model")])).get(parse_id(id, "Model"))
    if row is None:
        raise NotFoundError("There is no model with this id.")
    await row.fetch_related("owner")
    return answer((await model_bodies(caller, [row]))[0])


@router.get("/models/{owner}/{name}", response_model=Model)
async def get_model(caller: Calling, owner: str, name: str) -> Response:
    """A model."""
    return answer((await model_bodies(caller, [await _find(caller, owner, name)]))[0])


@router.patch("/models/{owner}/{name}", response_model=Model)
async def update_model(caller: Changing, owner: str, name: str, changes: ModelChangesForm) -> Response:
    """Change one of your models."""
    visibility = visibility_of(changes.visibility) if changes.visibility else None
    update = ModelChanges(changes.description, visibility, changes.tags)
    row = await models.update(caller.rt, caller.viewer, f"{owner}/{name}", update)
    return answer((await model_bodies(caller, [row]))[0])


@router.delete("/models/{owner}/{name}", status_code=204)
async def delete_model(caller: Changing, owner: str, name: str) -> Response:
    """Delete one of your models; what runs of it is canceled."""
    await models.delete(caller.rt, caller.viewer, f"{owner}/{name}")
    return Response(status_code=204)


@router.get("/models/{owner}/{name}/readme", response_class=PlainTextResponse)
async def get_readme(caller: Calling, owner: str, name: str) -> Response:
    """The description of a model, as Markdown."""
    row = await _find(caller, owner, name)
    return Response(row.description.encode(), media_type="text/plain; charset=utf-8")


@router.get("/models/{owner}/{name}/examples", response_model=Page[Prediction])
async def list_examples(caller: Calling, owner: str, name: str) -> Response:
    """The predictions that a model's owner shows."""
    row = await _find(caller, owner, name)
    samples = await models.full_samples(row)
    await caller.spend(len(samples))
    results = await prediction_bodies(caller, samples)
    return answer({"previous": None, "next": None, "results": results})


@router.get("/models/{owner}/{name}/versions", response_model=Page[Version])
async def list_versions(caller: Calling, owner: str, name: str, cursor: Cursor = None) -> Response:
    """The versions of a model, newest first."""
    row = await _find(caller, owner, name)

    async def bodies(part: list[VersionRow]) -> list[dict[str, object]]:
        return [version_body(version, row.kind) for version in part]

    path = f"/v1/models/{owner}/{name}/versions"
    return await page_answer(caller, path, VersionRow.filter(model_id=row.id), cursor, bodies)


@router.post("/models/{owner}/{name}/versions", status_code=201, response_model=Version)
async def publish_version(caller: Changing, owner: str, name: str, new: NewVersionForm) -> Response:
    """Publish a version of one of your models."""
    slug = f"{owner}/{name}"
    row = await models.publish_version(caller.rt, caller.viewer, slug, new.new())
    return answer(version_body(row, (await models.find_own(caller.viewer, slug)).kind), 201)


@router.get("/models/{owner}/{name}/versions/{version_id}", response_model=Version)
async def get_version(caller: Calling, owner: str, name: str, version_id: str) -> Response:
    """A version by its id, or by its number."""
    row = await _find(caller, owner, name)
    version = await versions.find(row.id, parse_version_id(version_id), version_id)
    return answer(version_body(version, row.kind))


@router.get("/collections", response_model=Page[Collection])
async def list_collections(caller: Calling) -> Response:
    """Tags of models, each as a collection of those that have it."""
    results = [_collection(tag) for tag in await models.tags(caller.viewer)]
    return answer({"previous": None, "next": None, "results": results})


@router.get("/collections/{slug}", response_model=FullCollection)
async def get_collection(caller: Calling, slug: str) -> Response:
    """The newest models that have a tag."""
    query = models.listing(caller.viewer, ModelCriteria(tag=slug)).select_related("owner")
    rows = await query.order_by("-created_at").limit(100)
    if not rows:
        raise NotFoundError("There is no collection of this name.")
    await caller.spend(len(rows))
    return answer({**_collection(slug), "models": await model_bodies(caller, rows)})


def _collection(tag: str) -> dict[str, str]:
    return {"name": tag, "slug": tag, "description": f"Models with the tag {tag}."}


async def _find(caller: Calling, owner: str, name: str) -> ModelRow:
    return await models.find(caller.viewer, slug_of_model(owner, name))


def slug_of_model(owner: str, name: str) -> Slug:
    """The name of a model, without a version; raises NotFoundError for what is none."""
    slug = parse_slug(f"{owner}/{name}")
    if slug is None or slug.number is not None:
        raise NotFoundError("There is no model of this name.")
    return slug
