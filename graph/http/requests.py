"""What a socket says of itself when it opens: its credential."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def authorization_parameter(params: Any) -> str | None:
    """The authorization among the parameters of `connection_init`; names are compared without case."""
    if not isinstance(params, Mapping):
        return None
    by_name = {str(key).lower(): value for key, value in params.items()}
    value = by_name.get("authorization", by_name.get("token"))
    return value if isinstance(value, str) else None
