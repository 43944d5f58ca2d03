"""What every answer says of how browsers and caches may treat it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DATA = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Of whatever is no page: it belongs to whoever asked, and is nothing that a browser runs or shows in a frame."""
PAGE = {
    "cache-control": "no-cache",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
TLS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}
"""Where the client came by https, as a proxy of TRUSTED_PROXIES says; elsewhere browsers heed none of them."""


class SecurityHeaders:
    """Middleware: adds these headers to all answers that do not say something else themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                for name, value in (PAGE if is_page else DATA).items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    for name, value in TLS.items():
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, answer)
