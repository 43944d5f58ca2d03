"""Models that break the process they run in."""

from __future__ import annotations

import os
import re
import time

from workers.predictors import PredictionContext


class Spin:
    """Holds Python's lock in C for longer than anybody lives."""

    def predict(self, context: PredictionContext) -> str:
        context.progress(1, 2)
        time.sleep(0.3)
        re.match(r"(a+)+$", "a" * 64 + "b")
        return "never"


class Abort:
    """Takes the process with it."""

    def predict(self, context: PredictionContext) -> str:
        context.progress(1, 2)
        time.sleep(0.3)
        os.abort()


class Deaf:
    """Never looks whether it is to stop."""

    def predict(self, context: PredictionContext) -> str:
        context.progress(1, 2)
        while True:
            time.sleep(0.05)
