"""Every model of the zoo in turn, each in a process of its own, and what it showed in a file.

A run that was broken off goes on behind what is in the file; another version of a library has all of it run again.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.architecture.house import ROOT

RESULTS = ROOT / ".zoo"
LIBRARIES = ("torch", "transformers", "diffusers", "peft")
# of a second try, alone
PATIENCE = 4
# Of a type that does nothing at all: this many times its CPU time, by the clock
HANGS = 20
FORK = multiprocessing.get_context("fork")


class OutOfTimeError(BaseException):
    """A model took more CPU time than it may; no `except Exception` of a check stops it."""


@dataclass(frozen=True)
class Zoo:
    """All models of one kind: their names, what is looked at, and how much CPU time one of them may take."""

    task: str
    names: Callable[[], list[str]]
    check: Callable[[str, Path], Any]
    finding: type[Any]
    """The dataclass that a check gives: `name`, `state`, `reason`, `faults` and more."""
    row: Callable[[Any], str]
    """A finding as a row of the page's table; empty where the page says nothing of it."""
    header: tuple[str, str]
    seconds: int

    @property
    def file(self) -> Path:
        """Where what was seen is written, a line for each model."""
        return RESULTS / f"{self.task}.jsonl"

    def read_findings(self) -> dict[str, Any]:
        """What was seen with the libraries of today, by names."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        findings = {}
        for line in lines:
            # one may be cut off
            with suppress(json.JSONDecodeError):
                entry = json.loads(line)
                if entry["libraries"] == library_versions():
                    findings[entry["finding"]["name"]] = self.finding(**entry["finding"])
        return findings

    def add(self, finding: Any) -> None:
        """Write a finding behind the others."""
        self.file.parent.mkdir(exist_ok=True)
        with self.file.open("a") as file:
            file.write(json.dumps({"libraries": library_versions(), "finding": asdict(finding)}) + "\n")

    def sweep(self, names: Iterable[str], root: Path) -> Iterator[tuple[Any, float]]:
        """What each model shows, and the seconds that it took; its folder below `root` is removed behind it.

        One that runs past its time is tried again when all others are done, with more of it.
        """
        late = []
        for name in names:
            began = time.monotonic()
            finding = self._run_apart(name, root, self.seconds)
            if finding is None:
                late.append(name)
            else:
                yield finding, time.monotonic() - began
        for name in late:
            began = time.monotonic()
            finding = self._run_apart(name, root, PATIENCE * self.seconds)
            if finding is None:
                finding = self.finding(name)
                finding.faults.append(f"it took more than {PATIENCE * self.seconds} seconds of CPU time")
            yield finding, time.monotonic() - began

    def _run_apart(self, name: str, root: Path, seconds: int) -> Any:
        """Look at a model in another process; None where it ran past its time."""
        receiver, sender = FORK.Pipe(duplex=False)
        process = FORK.Process(target=self._report, args=(sender, name, root, seconds))
        process.start()
        sender.close()
        try:
            return receiver.recv() if receiver.poll(HANGS * seconds) else None
        except EOFError:
            process.join()
            finding = self.finding(name)
            finding.faults.append(f"its process ended with {process.exitcode}")
            return finding
        finally:
            process.kill()
            process.join()
            shutil.rmtree(root / name, ignore_errors=True)

    def _report(self, sender: Connection, name: str, root: Path, seconds: int) -> None:
        finding = None
        with suppress(OutOfTimeError), limit(seconds):
            finding = self.check(name, root)
        sender.send(finding)
        # threads of a model need no farewell
        os._exit(0)


def library_versions() -> dict[str, str]:
    """What a finding depends on, beside the product."""
    return {name: version(name) for name in LIBRARIES}


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    """Leave the block by an OutOfTimeError when this process has used so many seconds of CPU; for the main thread."""

    def end(*_: Any) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
