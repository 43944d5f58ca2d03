"""Predictions in company of others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def at_once(run: Callable[[dict[str, Any]], Result], inputs: list[dict[str, Any]]) -> list[Result]:
    """What `run` gives for each of several inputs that begin at the same moment."""
    start = threading.Barrier(len(inputs))

    def begin(values: dict[str, Any]) -> Result:
        start.wait()
        return run(values)

    with ThreadPoolExecutor(len(inputs)) as threads:
        return list(threads.map(begin, inputs))
