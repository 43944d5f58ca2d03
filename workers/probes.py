"""A worker's own probes on a port of its own: whether it lives, and whether it takes work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.settings import Settings
from workers.metrics import serve
from workers.supervisor.supervisor import Supervisor

LIVE, READY = "/health/live", "/health/ready"


@asynccontextmanager
async def served(settings: Settings, supervisor: Callable[[], Supervisor | None]) -> AsyncIterator[None]:
    """Serve the probes on WORKER_PROBE_PORT; 503 names what is not well.

    Live: the loop that answers also goes on with heartbeats. Ready: besides, the runner is up, PostgreSQL answers, and
    work is claimed.
    """
    if settings.worker_probe_port is None:
        yield
        return

    async def answer(request: Request) -> Response:
        worker = supervisor()
        problems = ["it starts"] if worker is None else worker.problems()
        if request.url.path == LIVE:
            problems = [] if worker is None or worker.is_live() else ["its heartbeats stopped"]
        body = {"status": "unavailable" if problems else "ok", "problems": problems}
        return JSONResponse(body, 503 if problems else 200, headers={"cache-control": "no-store"})

    app = Starlette(routes=[Route(LIVE, answer), Route(READY, answer)])
    async with serve(app, settings.worker_probe_host, settings.worker_probe_port, "probes.not_served"):
        yield
