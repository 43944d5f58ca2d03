"""The application of the doors of plain HTTP, which the server serves beside GraphQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.adapters.requests import address_of_client
from server.adapters.storage import StorageError
from server.errors import ServiceError
from server.live.answer_memory import AnswerMemory
from server.live.concurrency import ConcurrencyLimit
from server.rest import problems
from server.rest.caller import Caller
from server.rest.openai import audio, batches, chat, completions, embeddings, errors, images, rerank, responses
from server.rest.openai import files as openai_files
from server.rest.openai import models as openai_models
from server.rest.v1 import account, auth, deployments, files, models, predictions, streams
from server.services import health, rate_limits

REST_PATHS = ("/v1",)
OPENAI_PATHS = ("/openai/v1",)
DESCRIPTION = """\
The server's interfaces over plain HTTP: `/v1` in the form of Replicate's API, and `/openai/v1` in the form of OpenAI's.
Stock clients of both work with this server as their base URL.

Everything here is the same as in GraphQL (`/graphql`): accounts, API keys and their scopes, rate limits, models,
predictions. Errors of `/v1` are problem details (RFC 9457) with a stable `code`; those of `/openai/v1` are OpenAI's.
"""
_Handlers = dict[int | type[Exception], Callable[[Request, Any], Any]]


class _App(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """Without the outermost: the server answers bugs and outages itself, for all doors alike."""
        stack = super().build_middleware_stack()
        app: ASGIApp = stack.app  # type: ignore[attr-defined]
        return app


def create_rest(most_file_bytes: int, streams_at_once: ConcurrencyLimit) -> FastAPI:
    """The application of `/v1`; its paths are those of the server."""
    handlers: _Handlers = {
        ServiceError: problems.answer_service_error,
        StorageError: problems.answer_storage_error,
        RequestValidationError: problems.answer_invalid_request,
        HTTPException: problems.answer_http_error,
    }
    app = _create(handlers, _rest_routes(most_file_bytes))
    app.state.stream_limits = streams_at_once
    return app


def create_openai(most_file_bytes: int, streams_at_once: ConcurrencyLimit) -> FastAPI:
    """The application of `/openai/v1`; its paths are those of the server."""
    handlers: _Handlers = {
        ServiceError: errors.answer_service_error,
        errors.RefusedError: errors.answer_refused,
        StorageError: errors.answer_storage_error,
        RequestValidationError: errors.answer_invalid_request,
        HTTPException: errors.answer_http_error,
    }
    app = _create(handlers, _openai_routes(most_file_bytes))
    app.state.stream_limits = streams_at_once
    return app


def _create(handlers: _Handlers, *routers: APIRouter) -> FastAPI:
    app = _App(
        title="inference-server",
        version=health.release(),
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        exception_handlers=handlers,
        generate_unique_id_function=lambda route: route.name,
    )
    for router in routers:
        app.include_router(router)
    return app


def _rest_routes(most_file_bytes: int) -> APIRouter:
    v1 = APIRouter(prefix="/v1")
    for part in (auth, account, models, predictions, streams, deployments):
        v1.include_router(part.router)
    v1.include_router(files.create_router(most_file_bytes))
    return v1


def _openai_routes(most_file_bytes: int) -> APIRouter:
    v1 = APIRouter(prefix="/openai/v1")
    for part in (openai_models, chat, completions, responses, embeddings, rerank, batches):
        v1.include_router(part.router)
    for create in (images.create_router, audio.create_router, openai_files.create_router):
        v1.include_router(create(most_file_bytes))
    return v1


@cache
def openapi_text() -> str:
    """The OpenAPI document of both interfaces, which no setting changes."""
    document = _create({}, _rest_routes(0), _openai_routes(0)).openapi()
    for path, operations in document["paths"].items():
        if path.startswith(f"{REST_PATHS[0]}/"):
            for operation in operations.values():
                for status in ("4XX", "5XX"):
                    operation["responses"][status]["content"] = {
                        problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                    }
    return json.dumps(document, indent=2) + "\n"


class OpenapiDocument:
    """The OpenAPI document of this server: clients that are made of it ask below the path where a proxy serves it."""

    def __init__(self, base_path: str = "") -> None:
        self._base_path = base_path

    async def answer(self, _: Request) -> Response:
        """The document."""
        return Response(self._text, media_type="application/json")

    @cached_property
    def _text(self) -> str:
        if not self._base_path:
            return openapi_text()
        document = json.loads(openapi_text())
        flow = document["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
        flow["tokenUrl"] = self._base_path + flow["tokenUrl"]
        return json.dumps({**document, "servers": [{"url": self._base_path}]}, indent=2) + "\n"


class Answering:
    """What every answer of a door has: a count of what it holds in memory until it was sent, under the bound of all
    answers of the process, and headers that tell how many points its caller has left."""

    def __init__(self, app: ASGIApp, memory: AnswerMemory) -> None:
        self._app, self._memory = app, memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and (viewer := getattr(request.state, "viewer", None)):
                caller: Caller | None = getattr(request.state, "caller", None)
                left = caller and caller.left
                # Of one who was refused nobody knows what is left
                points = left or await rate_limits.state(request.state.rt, viewer)
                message["headers"] = [*message["headers"], *Headers(rate_limits.headers(points)).raw]
            await send(message)

        with self._memory.account(address_of_client(request)):
            await self._app(scope, receive, answer)


class Door(BaseRoute):
    """What begins with one of these paths is an application's, which sees the whole path."""

    def __init__(self, paths: Sequence[str], app: ASGIApp) -> None:
        self._paths, self._app = tuple(paths), app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is the application's."""
        path: str = scope["path"]
        is_below = any(path == each or path.startswith(f"{each}/") for each in self._paths)
        return (Match.FULL if scope["type"] == "http" and is_below else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._app(scope, receive, send)
