"""What the workers of this suite run, loaded in the runner as `tests.chaos.models:Name`."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

from workers.predictors import PredictionContext

MODULE = "tests.chaos.models"
CLASSES = ("Count", "Draw", "Refuse", "Crash", "Spin")


class Count:
    """Says which worker it belongs to, then counts: two attempts never say the same, and a gap shows.

    Unsigned it counts alone, and attempts say the same.
    """

    max_concurrency = 16

    def predict(
        self, context: PredictionContext, last: int, delay: float = 0.05, tell: bool = False, signed: bool = True
    ) -> Iterator[str]:
        context.log(f"counting to {last}")
        if signed:
            yield f"{os.getppid()} "
        for number in range(last):
            context.sleep(delay)
            yield f"{number} "
            if tell:
                context.log(f"said {number}")
        context.log("counted")


class Draw:
    """Makes files, the first of them after a while."""

    max_concurrency = 16

    def predict(self, context: PredictionContext, files: int, size: int = 20_000, delay: float = 0.2) -> None:
        for number in range(files):
            context.sleep(delay)
            context.file(bytes([number]) * size, "image/png", 1, 1)


class Refuse:
    """Fails by itself."""

    max_concurrency = 16

    def predict(self, message: str) -> str:
        time.sleep(0.1)
        raise RuntimeError(message)


class Crash:
    """Takes its process with it."""

    def predict(self, context: PredictionContext) -> str:
        context.sleep(0.3)
        os.abort()


class Spin:
    """Stays in C code for ever, holding the lock that every other thread needs."""

    def predict(self, context: PredictionContext) -> str:
        context.emit("spinning")
        context.sleep(0.3)
        return str(re.match(r"(a+)+$", "a" * 60 + "b"))
