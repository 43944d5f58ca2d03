"""Errors of routes that are not GraphQL."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response


def error(status: int, code: str, message: str) -> Response:
    """An error as JSON, with the codes that GraphQL has."""
    return JSONResponse({"error": {"code": code, "message": message}}, status)
