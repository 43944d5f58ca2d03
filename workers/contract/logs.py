"""Where log records and prints of the runner go: to the prediction in whose thread they arose, else to stderr."""

from __future__ import annotations

import contextvars
import io
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TextIO, TypeGuard, TypeVar

from workers.contract.context import PredictionContext, current_prediction
from workers.contract.variables import ModelVariables, current_variables

P = ParamSpec("P")
T = TypeVar("T")
OUR_CODE = str(Path(__file__).resolve().parents[1])


class PredictionHandler(logging.Handler):
    """Hands warnings that arise while a prediction runs to that prediction's log, each line once.

    Of one whose prints are captured, a record with a traceback is there with it.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Log one record."""
        context = current_prediction.get()
        if context is None or record.levelno < logging.WARNING:
            stream = sys.stderr.beneath if isinstance(sys.stderr, PrintStream) else sys.stderr
            stream.write(f"{record.levelname} {record.name}: {self.format(record)}\n")
        elif _captures(context) and record.exc_info:
            context.print(f"{self.format(record)}\n")
        else:
            context.warn(record.getMessage())


class PrintStream(io.TextIOBase):
    """stdout or stderr: what is written while a prediction runs whose prints are captured goes into its log."""

    def __init__(self, stream: TextIO) -> None:
        self.beneath = stream

    def write(self, text: str) -> int:
        """Write some text."""
        context = current_prediction.get()
        if not _captures(context):
            return self.beneath.write(text)
        context.print(text)
        return len(text)

    def flush(self) -> None:
        """Write out what waits."""
        self.beneath.flush()

    def writable(self) -> bool:
        """Whether it can be written."""
        return True

    def fileno(self) -> int:
        """The descriptor below; what is written there is in no prediction's log."""
        return self.beneath.fileno()

    @property
    def buffer(self) -> Any:
        """The bytes below, likewise."""
        return self.beneath.buffer


def _captures(context: PredictionContext | None) -> TypeGuard[PredictionContext]:
    return context is not None and context.captures and not context.is_over


def route_logs() -> None:
    """Send the log records and the warnings of this process through one PredictionHandler."""
    root = logging.getLogger()
    root.handlers[:] = [PredictionHandler()]
    root.setLevel(logging.INFO)
    warnings.showwarning = _log_warning


def route_prints() -> None:
    """Send what is printed to the prediction that runs, also from the threads and pools that its code uses.

    These see the variables of their model, too.
    """
    sys.stdout, sys.stderr = PrintStream(sys.stdout), PrintStream(sys.stderr)
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit

    def start_for_prediction(thread: threading.Thread) -> None:
        context, given = current_prediction.get(), current_variables.get()
        if _captures(context) or given.environment:
            # Of this thread alone
            context = context if _captures(context) else None
            thread.run = partial(_run_for, context, given, thread.run)  # type: ignore[method-assign]
        start(thread)

    def submit_for_prediction(
        pool: ThreadPoolExecutor, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        # A pool's threads outlive the prediction that began them
        return submit(pool, partial(contextvars.copy_context().run, call), *args, **kwargs)

    # Newer Pythons have an option for it
    threading.Thread.start = start_for_prediction  # type: ignore[method-assign,assignment]
    ThreadPoolExecutor.submit = submit_for_prediction  # type: ignore[method-assign,assignment]


def _run_for(context: PredictionContext | None, given: ModelVariables, run: Callable[[], None]) -> None:
    current_prediction.set(context)
    current_variables.set(given)
    run()


def traceback_of(error: BaseException) -> str:
    """The traceback of an error, from the first line that is not ours; files are named as they are imported.

    Whoever runs a model reads it, and need not know where on this machine its code lies.
    """
    text = traceback.TracebackException.from_exception(error)
    frames = list(text.stack)
    while len(frames) > 1 and frames[0].filename.startswith(OUR_CODE):
        frames.pop(0)
    text.stack = traceback.StackSummary.from_list(frames)
    pending = [text]
    while pending:
        part = pending.pop()
        for frame in part.stack:
            _name_as_imported(frame)
        pending += [each for each in (part.__cause__, part.__context__) if each is not None]
    return "".join(text.format())


def _name_as_imported(frame: traceback.FrameSummary) -> None:
    """Name a frame's file as the folder of `sys.path` has it that it was imported from."""
    folders = [folder.rstrip("/") for folder in sys.path if folder and frame.filename.startswith(f"{folder}/")]
    if folders and frame.line is not None:
        # Its line was read by the file's whole name just now
        frame.filename = frame.filename[max(map(len, folders)) + 1 :]


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
