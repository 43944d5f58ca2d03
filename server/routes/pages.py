"""The bundled pages: the web UI and GraphiQL, under a strict Content-Security-Policy."""

from __future__ import annotations

import html
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles

import server
from server.adapters.negotiation import prefers_json
from server.adapters.storage import Storage
from server.services import health

logger = structlog.get_logger(__name__)
STATIC_DIR = Path(server.__file__).parent / "static"
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'{style}; font-src 'self' data:; "
    "img-src 'self' data: blob:{files}; media-src 'self' data: blob:{files}; worker-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'"
)
# Monaco, Swagger UI and ReDoc style themselves by inline style elements; workers are files of ours
GRAPHIQL_POLICY = _POLICY.format(style=" 'unsafe-inline'", files="")
# A key that no file has; a link is made without asking the store
_ANY_KEY = f"predictions/{UUID(int=0)}/0/0.png"
MISSING = (
    "<!doctype html><title>Not built</title><p>The web pages are not built. Build them with "
    "<code>python web/hatch_build.py</code>; the API at <code>/graphql</code> works without them."
)


def ui_policy(file_origin: str = "") -> str:
    """The policy of the UI, which shows and plays files of this server and of the file store."""
    return _POLICY.format(style="", files=f" {file_origin}" if file_origin else "")


async def file_origin(storage: Storage) -> str:
    """The origin of file links if it is not this server, as the store signs them, bucket included."""
    url = urlsplit(await storage.url(_ANY_KEY, "image/png", 60))
    return f"{url.scheme}://{url.netloc}" if url.netloc else ""


def facts(base_path: str = "") -> dict[str, str]:
    """What this server is, and where its interfaces are."""
    return {
        "name": "inference-server",
        "version": health.release(),
        "graphql": f"{base_path}/graphql",
        "rest": f"{base_path}/v1",
        "openai": f"{base_path}/openai/v1",
        "openapi": f"{base_path}/openapi.json",
        "docs": f"{base_path}/docs",
        "health": f"{base_path}/health",
    }


class HtmlPage:
    """One HTML file, read again when it changes, since a build renames the assets in it.

    A build serves below any path: here it is told where its assets are, and where the paths of the server begin.
    """

    def __init__(self, path: Path, base_path: str = "") -> None:
        self._path = path
        self._base_path = html.escape(base_path)
        self._html = ""
        self._version: tuple[int, int, int] | None = None

    def response(self, policy: str) -> Response:
        """The page, or a sentence that says how to build it."""
        try:
            status = self._path.stat()
            version = (status.st_ino, status.st_mtime_ns, status.st_size)
            # What is read may be newer than its version, which then is read once more; never older
            if version != self._version:
                text = self._path.read_text(encoding="utf-8")
                text = text.replace('="./assets/', f'="{self._base_path}/static/assets/')
                text = text.replace('data-root=""', f'data-root="{self._base_path}"', 1)
                self._html, self._version = text, version
        except FileNotFoundError:
            self._html, self._version = "", None
        headers = {
            "content-security-policy": policy,
        }
        return HTMLResponse(self._html or MISSING, 200 if self._html else 503, headers)


class GraphiqlPage:
    """GraphiQL."""

    def __init__(self, base_path: str = "", directory: Path = STATIC_DIR) -> None:
        self._page = HtmlPage(directory / "graphiql.html", base_path)

    def response(self) -> Response:
        """The page; another Accept header gets JSON at the same address."""
        response = self._page.response(GRAPHIQL_POLICY)
        response.headers["vary"] = "accept"
        return response


class RestPage:
    """A page about the REST interface: Swagger UI or ReDoc."""

    def __init__(self, name: str, base_path: str = "", directory: Path = STATIC_DIR) -> None:
        self._page = HtmlPage(directory / name, base_path)

    async def answer(self, _: Request) -> Response:
        """The page, which reads `/openapi.json`."""
        return self._page.response(GRAPHIQL_POLICY)


class UiPage:
    """The web UI."""

    def __init__(self, base_path: str = "", directory: Path = STATIC_DIR) -> None:
        self._page = HtmlPage(directory / "index.html", base_path)
        self._base_path = base_path
        self._policy: str | None = None

    async def answer(self, request: Request) -> Response:
        """Answer any path of the UI; a client that prefers JSON learns at `/` what this server has."""
        if request.url.path == "/" and prefers_json(request.headers.get("accept")):
            return JSONResponse(facts(self._base_path), headers={"vary": "accept"})
        return await self._show(request)

    async def _show(self, request: Request) -> Response:
        if self._policy is None:
            try:
                self._policy = ui_policy(await file_origin(request.state.rt.storage))
            except Exception:  # botocore's errors of missing credentials have no base in common with the store's
                # The page works without pictures, and asks again when it is next loaded
                logger.exception("pages.file_origin_unknown")
        return self._page.response(self._policy or ui_policy())


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
