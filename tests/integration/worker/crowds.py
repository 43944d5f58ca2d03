"""Models that run one at a time, and one that takes its whole worker with it."""

from __future__ import annotations

import os
import signal
import time

from workers.predictors import PredictionContext


class Serial:
    """Runs one at a time, for as long as it is asked to."""

    def predict(self, context: PredictionContext, seconds: float, number: int = 0) -> int:
        context.progress(1, 2)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            time.sleep(0.01)
            context.check()
        return number


class Drown:
    """Has the whole worker killed, as a machine does that has no memory left."""

    def predict(self, context: PredictionContext) -> int:
        context.progress(1, 2)
        time.sleep(0.3)
        os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
        return 0
