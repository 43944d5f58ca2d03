"""Texts as vectors."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from server.domain.api_keys import Scope
from server.rest.answers import answer
from server.rest.caller import CHANGE, SIGN_IN, Changing
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import ERRORS, JSON_OBJECT, Form
from server.rest.openai.models import find_version
from server.rest.openai.running import IdempotencyKey
from server.rest.openai.sampling import Unread, pinned_slug, properties_of, read_extra
from server.rest.openai.together import run_all
from server.rest.requests import BoundedRoute
from server.tables import Model, Prediction, Version

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
# As OpenAI's API has it
MOST_TEXTS = 2048
OWN_FIELDS = {name: name for name in ("normalize", "truncate", "prefix", "prompt_name")}


class EmbeddingsRequest(Form):
    """Texts, and the model that turns them into vectors."""

    model_config = ConfigDict(extra="allow", strict=True, protected_namespaces=())

    model: str = Field(description="`owner/name`, `owner/name:version`, or an alias.", min_length=1, max_length=200)
    input: str | list[Any] = Field(description="A text, or a list of up to 2048.")
    encoding_format: Literal["float", "base64"] | None = Field(
        None, description="`base64`: the bytes of 32-bit little-endian floats."
    )
    dimensions: int | None = Field(None, description="No other number than the model's vectors have.")
    user: Unread = None


class Embedding(Form):
    """One text's vector."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingsUsage(Form):
    """How many tokens were read."""

    prompt_tokens: int
    total_tokens: int


class Embeddings(Form):
    """Vectors, in the order of the texts."""

    object: Literal["list"]
    data: list[Embedding]
    model: str = Field(description="The version that answered, as owner/name:number.")
    usage: EmbeddingsUsage


@router.post("/embeddings", response_model=Embeddings)
async def create_embeddings(
    caller: Changing, request: Request, body: EmbeddingsRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Turn texts into vectors. Many texts are several predictions; the header `x-prediction-id` names them."""
    caller.viewer.require(Scope.RUN)
    request.state.parameter_names = {"texts": "input"}
    extra = read_extra(body.model_extra, OWN_FIELDS)
    texts = read_texts(body)
    model, version = await find_version(caller, body.model)
    inputs = read_request(body, version, texts, extra)
    await caller.spend(CHANGE * (len(inputs) - 1))
    rows, headers = await run_all(caller, request, version, inputs, idempotency_key)
    response = answer(embeddings_body(body, model, version, rows))
    response.headers.update(headers)
    return response


def read_request(body: EmbeddingsRequest, version: Version, texts: list[str], extra: JSON_OBJECT) -> list[JSON_OBJECT]:
    """The inputs of a version that a request asks for, as many as its texts need; raises RefusedError."""
    rule = properties_of(version).get("texts")
    if rule is None:
        raise RefusedError(f"{body.model} does not turn texts into vectors.", "model", "unsupported_model")
    most = rule.get("maxItems", MOST_TEXTS)
    return [{"texts": texts[start : start + most], **extra} for start in range(0, len(texts), most)]


def embeddings_body(body: EmbeddingsRequest, model: Model, version: Version, rows: Sequence[Prediction]) -> JSON_OBJECT:
    """The vectors that predictions are; raises RefusedError where they are none, or not of the length asked for."""
    vectors = list(chain.from_iterable(_vectors(row, body.model) for row in rows))
    _check_dimensions(body, vectors)
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(vector, body.encoding_format)}
        for index, vector in enumerate(vectors)
    ]
    usage = {name: sum(tokens_of(row) for row in rows) for name in ("prompt_tokens", "total_tokens")}
    return {"object": "list", "data": data, "model": pinned_slug(model, version), "usage": usage}


def read_texts(body: EmbeddingsRequest) -> list[str]:
    """The texts of a request; raises RefusedError where they are none, or too many."""
    texts = [body.input] if isinstance(body.input, str) else body.input
    if not all(isinstance(text, str) for text in texts):
        raise RefusedError("Give texts; numbers of tokens are not taken.", "input", "unsupported_value")
    if not 1 <= len(texts) <= MOST_TEXTS:
        raise RefusedError(f"Give 1 to {MOST_TEXTS} texts.", "input", "invalid_value")
    return texts


def _vectors(row: Prediction, name: str) -> list[list[float]]:
    vectors = row.output
    if not isinstance(vectors, list) or not all(isinstance(vector, list) for vector in vectors):
        raise RefusedError(f"{name} gives something else than a vector for each text.", "model", "unsupported_model")
    return vectors


def _check_dimensions(body: EmbeddingsRequest, vectors: list[list[float]]) -> None:
    if body.dimensions is not None and any(len(vector) != body.dimensions for vector in vectors):
        raise RefusedError(
            f"Vectors of {body.model} have {len(vectors[0])} numbers; leave 'dimensions' out.",
            "dimensions",
            "unsupported_value",
            is_final=True,
        )


def _encoded(vector: list[float], form: str | None) -> list[float] | str:
    if form != "base64":
        return vector
    numbers = array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def tokens_of(row: Prediction) -> int:
    """How many tokens a prediction read."""
    return int((row.metrics or {}).get("input_tokens") or 0)
