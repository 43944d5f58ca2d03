"""Where log records of the runner process go: to the prediction in whose thread they arose, else to stderr."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import TextIO

from workers.contract.context import current_prediction


class PredictionHandler(logging.Handler):
    """Hands warnings that arise while a prediction runs to that prediction's log, each line once."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record."""
        context = current_prediction.get()
        if context is None or record.levelno < logging.WARNING:
            sys.stderr.write(f"{record.levelname} {record.name}: {self.format(record)}\n")
        else:
            context.warn(record.getMessage())


def route_logs() -> None:
    """Send the log records and the warnings of this process through one PredictionHandler."""
    root = logging.getLogger()
    root.handlers[:] = [PredictionHandler()]
    root.setLevel(logging.INFO)
    warnings.showwarning = _log_warning


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Log a warning without its place in the source, which is no concern of who reads a prediction's log."""
    logging.getLogger("py.warnings").warning("%s: %s", category.__name__, message)


def quieten_transformers() -> None:
    """Let transformers speak through the root logger, and without progress bars."""
    from transformers.utils import logging as library

    library.disable_default_handler()
    library.enable_propagation()
    library.disable_progress_bar()
    # the manager of batches has a logger with a handler of its own, and tells every step of its life
    batching = logging.getLogger("ContinuousBatchingLogger")
    batching.handlers.clear()
    batching.setLevel(logging.WARNING)
    batching.propagate = True


def quieten_diffusers() -> None:
    """Let diffusers speak through the root logger, and without progress bars."""
    from diffusers.utils import logging as library

    library.disable_default_handler()
    library.enable_propagation()
    library.disable_progress_bar()
