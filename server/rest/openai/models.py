"""The models that a caller may use, by the names that OpenAI's clients send."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from server.domain.models import VersionState, parse_reference
from server.errors import NotFoundError
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Caller, Calling
from server.rest.openai.errors import UnknownModelError
from server.rest.openai.forms import ERRORS, OpenAIModel, OpenAIModels
from server.rest.requests import BoundedRoute
from server.services import former_names, model_names, models, predictions, versions
from server.tables import Model, Version

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
# OpenAI's lists of models have no pages
MOST_MODELS = 500


@router.get("/models", response_model=OpenAIModels)
async def list_openai_models(caller: Calling) -> Response:
    """Public models and your own that have a READY version, newest first, behind aliases of them."""
    query = models.listing(caller.viewer).select_related("owner")
    rows = await query.order_by("-created_at", "-id").limit(MOST_MODELS)
    await caller.spend(len(rows))
    newest = await versions.latest_of_models([row.id for row in rows])
    ready = [row for row in rows if row.id in newest and newest[row.id].state == VersionState.READY.value]
    by_slug = {f"{row.owner.handle}/{row.name}": row for row in ready}
    data = []
    own = {row.name: row.slug for row in await model_names.aliases_of(caller.viewer)}
    aliases = {
        alias: named.model
        for alias, slug in {**caller.rt.settings.openai_aliases, **own}.items()
        if (named := parse_reference(slug)) is not None
    }
    renamed = await former_names.follow_all(slug for slug in aliases.values() if str(slug) not in by_slug)
    for alias, slug in aliases.items():
        if (target := by_slug.get(str(renamed.get(slug, slug)))) is not None:
            data.append(_body(alias, target))
    data += [_body(slug, row) for slug, row in by_slug.items()]
    return answer({"object": "list", "data": data})


@router.get("/models/{model:path}", response_model=OpenAIModel)
async def get_openai_model(caller: Calling, model: str) -> Response:
    """A model by its name, `owner/name`, or an alias."""
    try:
        slug = parse_reference(await model_names.slug_of_name(caller.rt, caller.viewer, model))
        if slug is None:
            raise UnknownModelError(model)
        return answer(_body(model, await models.find(caller.viewer, slug.model)))
    except NotFoundError:
        raise UnknownModelError(model) from None


def _body(name: str, row: Model) -> dict[str, Any]:
    created = int(row.created_at.timestamp())
    return {"id": name, "object": "model", "created": created, "owned_by": row.owner.handle}


async def find_version(caller: Caller, name: str, sticky_key: str | None = None) -> tuple[Model, Version]:
    """The model and version that run what names a model so, for whom the key stands; the model comes with its owner.

    Raises:
        UnknownModelError: the caller knows no such model.
        UnavailableError: its version is not READY; with the reason.
    """
    try:
        return await predictions.resolve_version(
            caller.viewer, await model_names.slug_of_name(caller.rt, caller.viewer, name), sticky_key
        )
    except NotFoundError:
        raise UnknownModelError(name) from None
