"""What is stuck in code that no signal reaches: the runner ends itself, and its supervisor starts another."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from workers.contract.context import current_prediction

logger = logging.getLogger(__name__)

STUCK = 3
"""The exit code of a runner that gave up."""
DEFAULT_GRACE_SECONDS = 10.0


def give_up(what: str) -> None:
    """End this process: a thread cannot be stopped from outside."""
    logger.error("%s; this runner ends", what)
    os._exit(STUCK)


def grace_seconds(environment: Mapping[str, str] = os.environ) -> float:
    """How long a model may take to heed a cancel."""
    return float(environment.get("CANCEL_GRACE_SECONDS") or DEFAULT_GRACE_SECONDS)


@contextmanager
def bounded(seconds: float | None, what: str, then: Callable[[str], None] = give_up) -> Iterator[None]:
    """Give up when the block takes longer; None: as long as it takes."""
    if seconds is None:
        yield
        return
    timer = later(seconds, lambda: then(f"{what} took more than {seconds:g} seconds"))
    try:
        yield
    finally:
        timer.cancel()


def later(seconds: float, call: Callable[[], None]) -> threading.Timer:
    """Call something after a while, in a thread that keeps nothing alive."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    # What it says is not of the prediction in whose thread it begins
    token = current_prediction.set(None)
    try:
        timer.start()
    finally:
        current_prediction.reset(token)
    return timer
