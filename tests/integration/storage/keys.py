"""Keys of files, and names that are none."""

from __future__ import annotations

from uuid import uuid4

KEY = "predictions/0b0e4a52-6b3c-4d2e-9f00-000000000001/1/0.png"
HOSTILE = ["", "../x", "/etc/passwd", "predictions/ä/1/0.png", f"{KEY}\n", "a b/c?d#e%2f"]


def new_key(attempt: int = 1, number: int = 0, extension: str = "png", owner: str | None = None) -> str:
    return f"predictions/{owner or uuid4()}/{attempt}/{number}.{extension}"
