"""Answers to requests that are none of GraphQL's, in the form of its errors."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response

from server.adapters import wire
from server.adapters.negotiation import preferred


def refusal(headers: Headers, status: int, code: str, message: str) -> Response:
    """One error with its code, in the media type that the request prefers."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    media_type = f"{preferred(headers.get('accept'))}; charset=utf-8"
    return Response(wire.encode(body), status_code=status, headers={"content-type": media_type, "vary": "accept"})
