"""The answer to an operation, sent as fast as its client reads."""

from __future__ import annotations

import asyncio

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.live.answer_memory import ACCOUNT

logger = structlog.get_logger(__name__)

PIECE_BYTES = 64 * 1024


class AnswerResponse(Response):
    """Sends a large body in pieces, each when the one before has nearly gone out, as the server's buffer has no bound.

    So it counts for as long as its client reads, and can be given up.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that reads for long while others wait for room is cut off."""
        body, account = self.body, ACCOUNT.get()
        if len(body) <= PIECE_BYTES or account is None:
            await super().__call__(scope, receive, send)
            return
        try:
            async with asyncio.timeout(None) as limit:
                with account.reading(limit):
                    await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                    for start in range(0, len(body), PIECE_BYTES):
                        piece = bytes(body[start : start + PIECE_BYTES])
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                    await send({"type": "http.response.body"})
        except TimeoutError:
            # Only `limit` runs out here; a message that cannot be sent is an error of its own
            logger.warning("answer.cut_off", path=scope["path"], bytes=len(body))
