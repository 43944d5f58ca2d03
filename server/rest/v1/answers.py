"""Answers of `/v1`: rows as its forms have them, and what every operation can answer beside its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.responses import Response
from tortoise.queryset import QuerySet

from server.adapters.pagination import NEWEST, Order, Page, PageRequest, page
from server.domain.ids import encode_id
from server.domain.model_cards import License
from server.domain.models import ModelKind
from server.domain.version_ids import encode_version_id
from server.live import rest_body
from server.live.rest_body import text_of_time
from server.rest.answers import answer
from server.rest.caller import Caller
from server.rest.v1.forms import Problem
from server.services import health, models, versions
from server.tables import Model, Prediction, Upload, Version, loaded

Row = TypeVar("Row")
Body = dict[str, Any]
PAGE_SIZE = 50
ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request cannot be done.", "model": Problem},
    "5XX": {"description": "The server cannot do it now.", "model": Problem},
}
PIECES_SCHEMA = {
    "type": "array",
    "items": {"type": "string"},
    "title": "Output",
    "x-cog-array-type": "iterator",
    "x-cog-array-display": "concatenate",
}


async def prediction_bodies(caller: Caller, rows: Sequence[Prediction]) -> list[Body]:
    """Predictions; the models of those that came without are read together."""
    if bare := [row for row in rows if loaded(row, "model") is None]:
        await Prediction.fetch_for_list(bare, "model__owner")
    return [await rest_body.body(caller.rt, row, caller.base_url) for row in rows]


async def prediction_body(caller: Caller, row: Prediction) -> Body:
    """A prediction."""
    return (await prediction_bodies(caller, [row]))[0]


def version_body(row: Version, kind: str) -> Body:
    """A version, with its schemas."""
    is_text = kind == ModelKind.TEXT_GENERATION.value
    output = PIECES_SCHEMA if is_text else {"title": "Output", **row.output_schema}
    return {
        "id": encode_version_id(row.id),
        "number": row.number,
        "state": row.state,
        "reason": row.reason,
        "created_at": text_of_time(row.created_at),
        "cog_version": "none",
        "openapi_schema": {
            "openapi": "3.1.0",
            "info": {"title": "Model", "version": health.release()},
            "paths": {},
            "components": {"schemas": {"Input": {"title": "Input", **row.input_schema}, "Output": output}},
        },
    }


async def model_bodies(caller: Caller, rows: list[Model]) -> list[Body]:
    """Models, each with its newest version and the first of its samples."""
    newest = await versions.latest_of_models([row.id for row in rows])
    complete = {row.id: row for row in await Version.filter(id__in=[each.id for each in newest.values()])}
    samples = await models.first_samples(rows)
    bodies = []
    for row in rows:
        version = complete[newest[row.id].id] if row.id in newest else None
        if (sample := samples.get(row.id)) is not None:
            sample.model = row
        slug = f"{row.owner.handle}/{row.name}"
        bodies.append(
            {
                "url": f"{caller.base_url}/models/{slug}",
                "owner": row.owner.handle,
                "name": row.name,
                "kind": row.kind,
                "description": row.description,
                "visibility": row.visibility.lower(),
                "tags": row.tags,
                "github_url": None,
                "paper_url": None,
                "license_url": License(row.license, row.license_url).page if row.license else None,
                "cover_image_url": None,
                "run_count": row.runs,
                "default_example": await prediction_body(caller, sample) if sample else None,
                "latest_version": version_body(version, row.kind) if version else None,
            }
        )
    return bodies


def file_body(caller: Caller, row: Upload, name: str | None = None, metadata: Body | None = None) -> Body:
    """An uploaded file; its name and metadata are told once, to whoever sent them."""
    file_id = encode_id("Upload", row.id)
    digest = row.sha256 or ""
    return {
        "id": file_id,
        "name": name or file_id,
        "content_type": row.content_type,
        "size": row.size_bytes,
        "etag": digest,
        "checksums": {"sha256": digest},
        "metadata": metadata or {},
        "created_at": text_of_time(row.created_at),
        "expires_at": text_of_time(row.expires_at),
        "urls": {"get": f"{caller.base_url}/v1/files/{file_id}"},
    }


async def page_answer(
    caller: Caller,
    path: str,
    query: QuerySet[Row],  # type: ignore[type-var]
    cursor: str | None,
    bodies: Callable[[list[Row]], Awaitable[list[Body]]],
    parameters: Mapping[str, Any] | None = None,
    complete: Callable[[list[Row]], Awaitable[list[Row]]] | None = None,
    order: Order = NEWEST,
) -> Response:
    """A page of a list, newest first or in another order.

    `cursor` is one of its links', behind a row (`>`) or before one (`<`). `complete`
    reads what rows came without, and may take fewer of them: then the page ends there.
    """
    request = PageRequest(first=PAGE_SIZE)
    if cursor is not None:
        is_back = cursor.startswith("<")
        place = cursor[1:] if cursor[:1] in "<>" else cursor
        request = PageRequest(last=PAGE_SIZE, before=place) if is_back else PageRequest(first=PAGE_SIZE, after=place)
    part: Page[Row] = await page(query, request, order)
    await caller.spend(len(part.rows))
    rows = await complete(part.rows) if complete is not None and part.rows else part.rows

    def link(mark: str, row: Row) -> str:
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        query = urlencode({**given, "cursor": mark + part.cursor(row)}, doseq=True)
        return f"{caller.base_url}{path}?{query}"

    return answer(
        {
            "previous": link("<", rows[0]) if rows and part.has_previous else None,
            "next": link(">", rows[-1]) if rows and (part.has_next or len(rows) < len(part.rows)) else None,
            "results": await bodies(rows),
        }
    )
