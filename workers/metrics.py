"""A worker's own metrics on a port of its own: what only the process that ran a prediction knows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.adapters import metrics
from server.settings import Settings

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[None]:
    """Serve `/metrics` on WORKER_METRICS_PORT; a port that is taken costs the metrics, not the worker."""
    host, port, token = settings.worker_metrics_host, settings.worker_metrics_port, settings.metrics_token
    if port is None or token is None:
        yield
        return
    async with serve(_app(token.get_secret_value()), host, port, "metrics.not_served"):
        yield


@asynccontextmanager
async def serve(app: Starlette, host: str, port: int, failure: str) -> AsyncIterator[None]:
    """Serve an app of a worker; a port that is taken costs what it serves, not the worker: `failure` is logged."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        logger.error(failure, host=host, port=port, error=str(error))
        yield
        return
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({task})


def _app(token: str) -> Starlette:
    async def show(request: Request) -> Response:
        if not metrics.is_allowed(request.headers.get("authorization"), token):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        content, content_type = metrics.page(request.headers.get("accept"))
        return Response(content, headers={"content-type": content_type, "cache-control": "no-store"})

    return Starlette(routes=[Route("/metrics", show)])
