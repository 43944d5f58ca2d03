"""Health: whether the process lives, and whether it can serve."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.services import health


async def live(request: Request) -> Response:
    """200 as long as the process answers."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """200 when PostgreSQL answers with a current schema, until this process stops; Redis and workers are only named."""
    if request.app.state.is_stopping:
        return JSONResponse({"status": "stopping"}, 503)
    state = await health.check(request.state.rt)
    status = "unready" if not state.is_ready else "degraded" if state.is_degraded else "ok"
    names = ("database", "redis", "workers", "storage", "walls", "predictors", "disks", "clock", "notes")
    body = {"status": status, **{name: getattr(state, name) for name in names}}
    return JSONResponse(body, 200 if state.is_ready else 503)
