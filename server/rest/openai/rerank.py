"""Documents in the order of a query, in the form that clients of Cohere, Jina and others know."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from server.domain.api_keys import Scope
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Changing
from server.rest.openai.embeddings import tokens_of
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import ERRORS, JSON_OBJECT, Form
from server.rest.openai.models import find_version
from server.rest.openai.running import IdempotencyKey
from server.rest.openai.sampling import Unread, pinned_slug, properties_of, read_extra
from server.rest.openai.together import run_all
from server.rest.requests import BoundedRoute

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)


class RerankRequest(Form):
    """Documents, and what is looked for in them."""

    model_config = ConfigDict(extra="allow", strict=True, protected_namespaces=())

    model: str = Field(description="`owner/name`, `owner/name:version`, or an alias.", min_length=1, max_length=200)
    query: str = Field(description="What is looked for.")
    documents: list[str | JSON_OBJECT] = Field(description="Texts, or objects with a `text`.")
    top_n: int | None = Field(None, ge=1, description="How many, best first; if left out, all.")
    return_documents: bool | None = Field(None, description="Give the documents beside their scores.")
    user: Unread = None


class RerankResult(Form):
    """One document."""

    index: int = Field(description="Its place in the request.")
    relevance_score: float = Field(description="From 0 to 1.")
    document: dict[str, str] | None = None


class Reranking(Form):
    """The documents, best first."""

    id: str = Field(description="The prediction's id.")
    model: str = Field(description="The version that answered, as owner/name:number.")
    results: list[RerankResult]
    usage: dict[str, int]


@router.post("/rerank", response_model=Reranking)
async def rerank(
    caller: Changing, request: Request, body: RerankRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Order documents by how well they answer a query, in the form that Cohere's and Jina's clients know."""
    caller.viewer.require(Scope.RUN)
    extra = read_extra(body.model_extra, {"truncate": "truncate", "raw_scores": "raw_scores"})
    documents = [each if isinstance(each, str) else each.get("text") for each in body.documents]
    if not all(isinstance(each, str) for each in documents):
        raise RefusedError("A document is a text, or an object with a 'text'.", "documents", "invalid_type")
    model, version = await find_version(caller, body.model)
    if not {"query", "documents"} <= properties_of(version).keys():
        raise RefusedError(f"{body.model} does not order documents.", "model", "unsupported_model")
    values: JSON_OBJECT = {"query": body.query, "documents": documents, **extra}
    if body.top_n is not None:
        values["top_n"] = min(body.top_n, len(documents))
    rows, headers = await run_all(caller, request, version, [values], idempotency_key)
    results = [
        {
            "index": each["index"],
            "relevance_score": each["score"],
            **({"document": {"text": documents[each["index"]]}} if body.return_documents else {}),
        }
        for each in rows[0].output
    ]
    response = answer(
        {
            "id": headers["x-prediction-id"],
            "model": pinned_slug(model, version),
            "results": results,
            "usage": {"total_tokens": tokens_of(rows[0])},
        }
    )
    response.headers.update(headers)
    return response
