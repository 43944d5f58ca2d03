"""The page that Prometheus scrapes, with METRICS_TOKEN."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from server.adapters import metrics
from server.routes.answers import error


async def show(request: Request) -> Response:
    """Metrics of this process and of the database: 404 if METRICS_TOKEN is unset, 401 if it is not sent."""
    token = request.state.rt.settings.metrics_token
    if token is None:
        return error(404, "NOT_FOUND", "METRICS_TOKEN is not set.")
    if not metrics.is_allowed(request.headers.get("authorization"), token.get_secret_value()):
        response = error(401, "UNAUTHENTICATED", "Send `Authorization: Bearer <METRICS_TOKEN>`.")
        response.headers["www-authenticate"] = "Bearer"
        return response
    content, content_type = metrics.page(request.headers.get("accept"), await request.state.measures.families())
    return Response(content, headers={"content-type": content_type, "cache-control": "no-store"})
