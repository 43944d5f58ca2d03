"""Composition root of the API process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from graph.http.refusals import refusal
from graph.http.view import GraphQLView
from server.adapters.metrics import SOCKETS, SUBSCRIPTIONS, measure_lag
from server.adapters.tasks import end
from server.live.credentials import CredentialWatcher
from server.live.hubs import Hubs
from server.live.measures import Measures
from server.maintenance import erasure
from server.maintenance.recovery import sweep_for_ever
from server.rest.app import OPENAI_PATHS, REST_PATHS, Answering, Door, OpenapiDocument, create_openai, create_rest
from server.rest.openai import batch_lines
from server.rest.openai.errors import refusal as openai_refusal
from server.rest.problems import refusal as rest_refusal
from server.routes import batches, files, health, metrics, single_sign_on, uploads
from server.routes.pages import Assets, GraphiqlPage, RestPage, UiPage
from server.routes.refusals import Refusals
from server.routes.request_log import RequestLog
from server.routes.root_path import RootPath, require_own_path
from server.routes.security_headers import SecurityHeaders
from server.routes.stalls import Stalls
from server.routes.traces import Traces
from server.runtime import Role, Runtime, bound_garbage, open_runtime, open_tracing
from server.services import batch_items
from server.services.mails import MailSender
from server.settings import Settings

MAX_BODY_BYTES = 1_000_000
STAINLESS = (
    *("lang", "package-version", "os", "arch", "runtime", "runtime-version", "retry-count", "timeout", "async"),
    *("helper-method", "poll-helper", "custom-poll-interval"),
)
UI_PATHS = (
    *("/", "/models/{owner}/{name}", "/models/{owner}/{name}/edit", "/models/{owner}/{name}/experiments"),
    *("/models/{owner}/{name}/performance", "/new", "/owners/{handle}"),
    *(
        "/p/{id}",
        "/public/{token}",
        "/history",
        "/pictures",
        "/compare",
        "/chat",
        "/chat/{owner}/{name}",
        "/batches",
        "/batches/{id}",
    ),
    *("/account", "/usage", "/admin", "/invitation", "/reset", "/sign-in"),
)


class LifespanState(TypedDict):
    """What the lifespan gives to every request."""

    rt: Runtime
    hubs: Hubs
    credential_watcher: CredentialWatcher
    measures: Measures


def create_app(settings: Settings) -> Starlette:
    """The API as an ASGI application; it opens its runtime when its lifespan begins."""
    tracing = open_tracing(settings, Role.API)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[LifespanState]:
        async with open_runtime(settings, Role.API, tracing) as rt:
            hubs, watcher = Hubs(rt.event_log, rt.wakeups), CredentialWatcher()
            app.state.stop_waiting = hubs.stop_waiting
            hubs.on_credentials = watcher.look
            requests = batch_items.work_for_ever(rt, asyncio.Event(), batch_lines.read_request)
            loops = (
                *(hubs.run(), watcher.run(), sweep_for_ever(rt), erasure.work_for_ever(rt)),
                *(rt.store_watch.run(), measure_lag(), requests),
            )
            tasks = [asyncio.create_task(loop) for loop in loops]
            sender = MailSender(rt) if settings.sends_mail else None
            if sender:
                tasks.append(asyncio.create_task(sender.run()))
            bound_garbage()
            try:
                yield {"rt": rt, "hubs": hubs, "credential_watcher": watcher, "measures": Measures(rt)}
            finally:
                if sender:
                    await sender.stop()
                await end(*tasks)

    view = GraphQLView(settings, GraphiqlPage(settings.base_path).response, tracing)
    SOCKETS.set_function(lambda: view.limits.sockets.total)
    SUBSCRIPTIONS.set_function(lambda: view.limits.running.total)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"],
        # OpenTelemetry in a page sends the last three; only `traceparent` is read
        allow_headers=[
            *("authorization", "content-type", "traceparent", "tracestate", "baggage"),
            *("prefer", "cancel-after", "idempotency-key", "last-event-id"),
            # OpenAI's client in a page sends these, of which none is read
            *("openai-organization", "openai-project"),
            *(f"x-stainless-{name}" for name in STAINLESS),
        ],
        expose_headers=["ratelimit", "ratelimit-policy", "retry-after", "x-request-id", "x-prediction-id"],
    )
    ui = UiPage(settings.base_path)
    rest, openai = (
        Answering(create(settings.max_input_bytes, view.limits.running), view.memory)
        for create in (create_rest, create_openai)
    )
    shapes = {
        "/graphql": refusal,
        **dict.fromkeys(REST_PATHS, rest_refusal),
        **dict.fromkeys(OPENAI_PATHS, openai_refusal),
    }
    routes: list[BaseRoute] = [
        Route("/health", health.ready),
        Route("/health/live", health.live),
        Route("/health/ready", health.ready),
        Route("/metrics", metrics.show),
        Route("/files/{key:path}", files.serve, methods=["GET"]),
        Route("/public/{token}/files/{index:int}", files.serve_public, methods=["GET"]),
        Route("/batches/{id:uuid}/results.jsonl", batches.results, methods=["GET"]),
        Route("/auth/oidc/callback", single_sign_on.callback, methods=["GET"]),
        Route("/uploads/{id:uuid}", uploads.put, methods=["PUT"], max_body_size=settings.max_input_bytes),
        Route("/graphql", view),
        WebSocketRoute("/graphql", view),
        Door(REST_PATHS, rest),
        Door(OPENAI_PATHS, openai),
        Route("/openapi.json", OpenapiDocument(settings.base_path).answer),
        Route("/docs", RestPage("swagger.html", settings.base_path).answer),
        Route("/redoc", RestPage("redoc.html", settings.base_path).answer),
        Mount("/static", Assets()),
        *(Route(path, ui.answer) for path in UI_PATHS),
    ]
    base_path = settings.base_path
    if base_path:
        require_own_path(base_path, routes)
    app = Starlette(
        routes=routes,
        middleware=[
            *([Middleware(RootPath, base_path)] if base_path else []),
            Middleware(SecurityHeaders),
            Middleware(RequestLog),
            Middleware(Traces, tracing),
            Middleware(Stalls),
            *([cors] if settings.allowed_origins else []),
            Middleware(Refusals, shapes),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES),
        ],
        lifespan=lifespan,
    )
    app.state.is_stopping = False
    return app
