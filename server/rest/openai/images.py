"""Pictures of a text, and pictures changed by one."""

from __future__ import annotations

import base64
import re
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, ValidationError
from starlette.responses import Response

from server.adapters.storage import StorageError
from server.domain.api_keys import Scope
from server.domain.models import ModelKind
from server.live.answer_memory import hold
from server.live.links import links_of
from server.rest.answers import answer
from server.rest.caller import CHANGE, SIGN_IN, Caller, Changing
from server.rest.input_files import AROUND_BYTES, FormFiles, take_files
from server.rest.openai.errors import RefusedError, unreadable_files
from server.rest.openai.forms import ERRORS, JSON_OBJECT, Form
from server.rest.openai.models import find_version
from server.rest.openai.multipart import MOST_FIELDS, fields_of, files_of, value_of
from server.rest.openai.running import IdempotencyKey
from server.rest.openai.sampling import Unread, properties_of, read_extra
from server.rest.openai.together import run_all
from server.rest.requests import BoundedRoute
from server.tables import Prediction, Version

# As OpenAI's API has it
MOST_IMAGES = 10
MOST_FILES = 16
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})", re.ASCII)
EDIT_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image", "model"],
                    "properties": {
                        "image": {"type": "string", "format": "binary", "description": "The picture to change."},
                        "mask": {"type": "string", "format": "binary", "description": "Where it may be changed."},
                        "model": {"type": "string", "description": "`owner/name`, with a version, or an alias."},
                        "prompt": {"type": "string", "description": "What it should show."},
                        "n": {"type": "string", "description": "How many pictures: 1 to 10."},
                        "size": {"type": "string", "description": "Such as `512x512`, or `auto`."},
                        "response_format": {"type": "string", "enum": ["url", "b64_json"]},
                    },
                }
            }
        },
    }
}


class ImageRequest(Form):
    """What a picture should show; each other input of the version is taken by its own name."""

    model_config = ConfigDict(extra="allow", strict=True, protected_namespaces=())

    model: str = Field(description="`owner/name`, `owner/name:version`, or an alias.", min_length=1, max_length=200)
    prompt: str | None = Field(None, description="What the picture shows.")
    n: int | None = Field(None, ge=1, le=MOST_IMAGES, description="How many pictures: 1 to 10.")
    size: str | None = Field(None, description="Width and height, such as `512x512`; `auto`: the model's own.")
    response_format: Literal["url", "b64_json"] | None = Field(None, description="If left out, `url`.")
    output_format: str | None = Field(None, description="`png`, `jpeg` or `webp`, where the model knows them.")
    stream: bool | None = Field(None, description="Is refused: watch the prediction for previews.")
    quality: Unread = None
    style: Unread = None
    background: Unread = None
    moderation: Unread = None
    user: Unread = None


class Image(Form):
    """One picture."""

    url: str | None = Field(None, description="A signed link to it, for a while.")
    b64_json: str | None = Field(None, description="The file itself.")


class Images(Form):
    """Pictures."""

    created: int = Field(description="When they were asked for, in seconds since 1970.")
    data: list[Image]


def create_router(most_file_bytes: int) -> APIRouter:
    """The routes of pictures, one of which takes files."""
    router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
    router.post("/images/generations", response_model=Images)(create_image)
    router.post("/images/edits", response_model=Images, openapi_extra=EDIT_FORM)(edit_image)
    take_files(router, most_file_bytes, edit_image.__name__)
    return router


async def create_image(
    caller: Changing, request: Request, body: ImageRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Draw pictures of a text; the header `x-prediction-id` names the predictions that draw them."""
    caller.viewer.require(Scope.RUN)
    return await _draw(caller, request, body, {}, idempotency_key)


async def edit_image(caller: Changing, request: Request, idempotency_key: IdempotencyKey = None) -> Response:
    """Draw a picture anew by a text, or the part of it that a mask shows; as `multipart/form-data`."""
    caller.viewer.require(Scope.RUN)
    files = FormFiles(caller)
    async with request.form(max_files=MOST_FILES + 1, max_fields=MOST_FIELDS, max_part_size=AROUND_BYTES) as form:
        given: dict[str, list[str]] = {}
        try:
            for name in ("image", "mask"):
                given[name] = [await files.reference(file) for file in files_of(form, name)]
            if not given["image"]:
                raise RefusedError("Send the picture as the field 'image'.", "image", "missing_required_parameter")
            body = _read_form(fields_of(form, {"image", "mask"}))
            return await _draw(caller, request, body, given, idempotency_key)
        finally:
            await files.release()


def _read_form(fields: dict[str, str]) -> ImageRequest:
    """A form as the request that it is in JSON.

    Raises:
        RefusedError: it is none.
    """
    values: JSON_OBJECT = dict(fields)
    for name in ("n", "stream"):
        if name in fields:
            values[name] = value_of(fields[name], {"type": "integer"})
    try:
        return ImageRequest(**values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RefusedError(f"'{place}': {first['msg']}", place[:100], "invalid_value") from None


async def _draw(
    caller: Caller, request: Request, body: ImageRequest, files: dict[str, list[str]], idempotency_key: str | None
) -> Response:
    request.state.parameter_names = {"width": "size", "height": "size", "num_images": "n"}
    if body.stream:
        reason = "Pictures are not streamed; watch the prediction by 'x-prediction-id' for its previews."
        raise RefusedError(reason, "stream", "unsupported_value")
    model, version = await find_version(caller, body.model)
    properties = properties_of(version)
    if model.kind != ModelKind.IMAGE_GENERATION.value:
        raise RefusedError(f"{body.model} does not draw pictures.", "model", "unsupported_model")
    values = {**_values(body, version), **_file_values(files, properties, body.model)}
    inputs = _shares(values, body.n or 1, properties)
    await caller.spend(CHANGE * (len(inputs) - 1))
    rows, headers = await run_all(caller, request, version, inputs, idempotency_key)
    data: list[JSON_OBJECT] = []
    try:
        for row in rows:
            if body.response_format == "b64_json":
                data += [{"b64_json": text} for text in await _contents(caller, row)]
            else:
                data += [{"url": url} for url in await links_of(caller.rt, row, caller.base_url)]
    except StorageError as error:
        raise unreadable_files(error, headers) from None
    response = answer({"created": int(rows[0].created_at.timestamp()), "data": data})
    response.headers.update(headers)
    return response


def _values(body: ImageRequest, version: Version) -> JSON_OBJECT:
    """The input that a request asks for, but for its files; the version's own schema judges it.

    Raises:
        RefusedError: it asks for what no input is.
    """
    properties = properties_of(version)
    own = {name: name for name in properties if name not in ("prompt", "num_images", "width", "height")}
    values: JSON_OBJECT = {
        # Fields of a form are text
        name: value_of(value, properties[name]) if isinstance(value, str) else value
        for name, value in read_extra(body.model_extra, own).items()
    }
    if body.prompt is not None:
        values["prompt"] = body.prompt
    if body.output_format is not None:
        values["output_format"] = body.output_format
    if body.size is not None and body.size != "auto":
        match = _SIZE.fullmatch(body.size)
        if match is None:
            raise RefusedError("A size is width and height, such as 512x512, or auto.", "size", "invalid_value")
        values |= {"width": int(match[1]), "height": int(match[2])}
    return values


def _file_values(files: dict[str, list[str]], properties: JSON_OBJECT, name: str) -> JSON_OBJECT:
    values: JSON_OBJECT = {}
    for field, references in files.items():
        if not references:
            continue
        rule = properties.get(field)
        if rule is None:
            raise RefusedError(f"{name} takes no '{field}'.", field, "unsupported_parameter")
        if "items" in rule:
            values[field] = references
        elif len(references) > 1:
            raise RefusedError(f"{name} takes one file here.", field, "invalid_value")
        else:
            values[field] = references[0]
    return values


def _shares(values: JSON_OBJECT, count: int, properties: JSON_OBJECT) -> list[JSON_OBJECT]:
    """The inputs of as many predictions as draw so many pictures, each with the seed of the one before plus 1."""
    most = properties["num_images"].get("maximum", count) if "num_images" in properties else 1
    shares = []
    for start in range(0, count, most):
        share: JSON_OBJECT = dict(values)
        if "num_images" in properties:
            share["num_images"] = min(most, count - start)
        if type(share.get("seed")) is int:
            share["seed"] += start
        shares.append(share)
    return shares


async def _contents(caller: Caller, row: Prediction) -> list[str]:
    """The files of a prediction in base64.

    Raises:
        BusyError: there is no room for them among all answers of this process.
        StorageError: they cannot be read.
    """
    records: list[dict[str, Any]] = row.files or []
    await hold(3 * sum(record["bytes"] for record in records))
    texts = []
    for record in records:
        data = b"".join([chunk async for chunk in caller.rt.storage.stream(record["key"])])
        texts.append(base64.b64encode(data).decode())
    return texts
