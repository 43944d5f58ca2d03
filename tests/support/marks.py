"""Marks of parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def seldom(*values: Any) -> Iterable[Any]:
    """Values of a parameter that `make check` alone tries: `[first, *seldom(second, third)]`."""
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]
