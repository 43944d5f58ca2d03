"""What goes where: the result alone to standard output, all else to standard error, colours to terminals only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text as RichText

from inference_client.cli.inputs import InputError
from inference_client.errors import InferenceError, InvalidInputError
from inference_client.events import Event, Loading, Restarted, Status, Step, Text
from inference_client.models import Version
from inference_client.predictions import Prediction

FAILED, USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
SIGNAL_BASE = 128
GAP = "  "

P = ParamSpec("P")
T = TypeVar("T")


class TerminatedError(Exception):
    """A signal asked this program to end; it carries the exit code."""

    def __init__(self, number: int, _: FrameType | None = None) -> None:
        super().__init__(f"signal {number}")
        self.exit_code = SIGNAL_BASE + number


def reporting(command: Callable[P, T]) -> Callable[P, T]:
    """A command whose errors are sentences on standard error, with the exit code that people expect."""

    @wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            result = command(*arguments, **options)
            # Here and not at the end of the process, where a reader that has gone would show as a traceback
            sys.stdout.flush()
            return result
        except InputError as error:
            raise fail(str(error), USAGE) from None
        except InvalidInputError as error:
            raise fail(str(error), USAGE) from None
        except (InferenceError, ValueError) as error:
            raise fail(str(error)) from None
        except BrokenPipeError:
            # Nobody reads; what Python still has to write at its end goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        except OSError as error:
            raise fail(f"{error.filename or 'This machine'}: {error.strerror or error}.") from None
        except TerminatedError as error:
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None

    return run


def fail(message: str, code: int = FAILED) -> typer.Exit:
    """Say what is wrong; raise what this gives."""
    note(message, style="red")
    return typer.Exit(code)


def note(message: str, *, style: str = "") -> None:
    """Something for the person, not for the next program."""
    with suppress(BrokenPipeError):
        Console(stderr=True, highlight=False).print(message, style=style, markup=False, soft_wrap=True)


def show_json(value: Any) -> None:
    """A value for programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def show_table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    """Rows: aligned on a terminal, with tabs and without a head elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(row))
        return
    console, lines = Console(highlight=False), list(rows)
    widths = [max(len(name), *(len(row[column]) for row in lines), 0) for column, name in enumerate(head[:-1])]
    # The last column has what the others leave, so that each row is a line
    room = max(len(head[-1]), console.width - sum(width + len(GAP) for width in widths))
    for number, row in enumerate([head, *lines]):
        cells = [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), shortened(row[-1], room)]
        console.print(RichText(GAP.join(cells), style="" if number else "dim"), soft_wrap=True)


def shortened(text: str, most: int) -> str:
    """A text on one line of so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def show_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Names and values, a line each; those without a value are left out."""
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        if value:
            print(f"{name.ljust(width)}  {value}")


def show_output(prediction: Prediction, target: str | None) -> None:
    """The result of a prediction: its text, the paths or links of its files, or JSON."""
    if prediction.files:
        if target == "-":
            if len(prediction.files) > 1:
                raise InputError(f"-o -: there are {len(prediction.files)} files; name a folder.")
            sys.stdout.flush()
            sys.stdout.buffer.write(prediction.files[0].read())
            sys.stdout.buffer.flush()
            return
        for file in prediction.files:
            print(file.save(_place(target, len(prediction.files))) if target is not None else file.url)
        if prediction.output in (prediction.files, prediction.files[0]):
            return
    if isinstance(prediction.output, str):
        print(prediction.output)
    elif prediction.output is not None:
        show_json(prediction.raw["output"])


def _place(target: str, count: int) -> str:
    """Where files go: into a folder, or where there is one alone to a path that has a suffix."""
    is_file = count == 1 and Path(target).suffix and not Path(target).is_dir()
    return target if is_file else f"{target}/"


class ProgressView:
    """A line on standard error that says what goes on, while there is a terminal and nothing else is written."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> ProgressView:
        if self._console.is_terminal:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
            self._progress = Progress(*columns, TimeRemainingColumn(), console=self._console, transient=True)
            self._task = self._progress.add_task("waiting", total=None)
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the line away."""
        if self._progress:
            self._progress.stop()
            self._progress = None

    def update(self, what: str, done: float | None = None, total: float | None = None) -> None:
        """Say what goes on, and how far it is."""
        if self._progress:
            self._progress.update(self._task, description=what, completed=done or 0, total=total)

    def show(self, event: Event) -> None:
        """Say what an event says."""
        if isinstance(event, Loading):
            self.update(f"model: {event.phase}", event.bytes, event.total_bytes)
        elif isinstance(event, Step):
            self.update(f"step {event.step} of {event.total or '?'}", event.step, event.total)
        elif isinstance(event, Status) and not event.prediction.ended:
            self.update(event.status.lower())

    def show_version(self, version: Version) -> None:
        """Say how far the preparation of a version is."""
        progress = version.progress
        self.update(
            progress.phase if progress else "preparing", *((progress.bytes, progress.total_bytes) if progress else ())
        )


class TextStream:
    """The first text of a prediction on standard output as it comes."""

    def __init__(self, view: ProgressView) -> None:
        self._view = view
        self._last = ""

    def show(self, event: Event) -> None:
        """Write a piece."""
        if isinstance(event, Text) and event.choice == 0:
            self._view.stop()
            self._write(event.text)
        elif isinstance(event, Restarted) and self._last:
            self._write("\n")
            note("It runs again from the beginning:")

    def end(self) -> None:
        """A newline behind the last piece."""
        if self._last and self._last != "\n":
            self._write("\n")

    @property
    def is_empty(self) -> bool:
        """Whether no text came."""
        return not self._last

    def _write(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()
            self._last = text[-1]


def event_record(event: Event) -> dict[str, Any]:
    """An event for programs: its kind and its fields; of a prediction the server's answer."""
    fields = {name: value for name, value in vars(event).items() if name not in ("at", "prediction")}
    record: dict[str, Any] = {"event": type(event).__name__.lower(), "at": event.at.isoformat(), **fields}
    if isinstance(event, Status):
        record["prediction"] = event.prediction.raw
    return record


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise TerminatedError here, as Ctrl-C raises KeyboardInterrupt."""
    import signal

    def end(number: int, frame: FrameType | None) -> None:
        raise TerminatedError(number, frame)

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    earlier = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
