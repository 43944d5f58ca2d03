"""The bundled pages: the web UI and GraphiQL, served without any other host, under a strict policy."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

import server

STATIC_DIR = Path(server.__file__).parent / "static"
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'{style}; font-src 'self' data:; "
    "img-src 'self' data: blob:; worker-src 'self'{worker}; connect-src 'self'{connect}; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'; form-action 'self'"
)
UI_POLICY = _POLICY.format(style="", worker="", connect="")
# Monaco styles itself by inline style elements
GRAPHIQL_POLICY = _POLICY.format(style=" 'unsafe-inline'", worker=" blob:", connect="")
MISSING = (
    "<!doctype html><title>Not built</title><p>The web pages are not built. Build them with "
    "<code>python web/hatch_build.py</code>; the API at <code>/graphql</code> works without them."
)


class Page:
    """One HTML file, read once when it is first asked for."""

    def __init__(self, name: str, policy: str) -> None:
        self._path = STATIC_DIR / name
        self._policy = policy
        self._html: str | None = None

    def response(self) -> Response:
        """The page, or a sentence that says how to build it."""
        if self._html is None and self._path.is_file():
            self._html = self._path.read_text()
        headers = {
            "content-security-policy": self._policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cache-control": "no-cache",
        }
        return HTMLResponse(self._html or MISSING, 200 if self._html else 503, headers)


class GraphiqlPage(Page):
    """GraphiQL."""

    def __init__(self) -> None:
        super().__init__("graphiql.html", GRAPHIQL_POLICY)


class UiPage(Page):
    """The web UI."""

    def __init__(self) -> None:
        super().__init__("index.html", UI_POLICY)

    async def answer(self, request: Request) -> Response:
        """Answer any path of the UI."""
        return self.response()


class Assets(StaticFiles):
    """Built assets: their names carry a hash of their content, so they may be kept for ever."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC_DIR, check_dir=False)

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, kept for a year."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["x-content-type-options"] = "nosniff"
        return response
