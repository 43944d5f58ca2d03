"""Runs of `up` in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from server.embedded.folders import SYSTEM_HOME
from server.embedded.processes import is_alive
from server.embedded.state import StateFile
from tests.conftest import ROOT
from tests.support.api import wait_for

STARTER = Path(__file__).with_name("starter.py")
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "REDIS_HOST", "SECRET_KEY", "DATA_DIR", "API_HOST", "API_PORT")


@dataclass
class Run:
    """One run of `up` and what it said."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    output: Path
    errors: Path

    def lines(self) -> list[str]:
        return self.output.read_text().splitlines()

    def until_says(self, start: str, seconds: float = 60) -> str:
        def said() -> bool:
            assert self.process.poll() is None, self.errors.read_text()
            return any(line.startswith(start) for line in self.lines())

        wait_for(said, seconds)
        return next(line for line in self.lines() if line.startswith(start))

    def until_ready(self, seconds: float = 60) -> str:
        """Its URL."""
        return self.until_says("ready: ", seconds).removeprefix("ready: ")

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data_dir / "run.json").read_text())
        return found

    def pid(self, name: str) -> int:
        return next(int(child["pid"]) for child in self.state()["children"] if child["name"] == name)

    def child(self, name: str) -> psutil.Process:
        return psutil.Process(self.pid(name))

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def clear(self) -> None:
        """End it however it stands, and what it would have removed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if (self.data_dir / "run.json").exists():
            StateFile(self.data_dir).tidy()

    def order(self) -> list[str]:
        return (self.data_dir / "order.log").read_text().splitlines()


Start = Callable[..., Run]


def all_ended(family: list[psutil.Process]) -> bool:
    return not any(is_alive(process) for process in family)


def remove(data_dir: Path) -> None:
    """A data directory, and what root keeps for it elsewhere."""
    if (data_dir / "id").exists():
        shutil.rmtree(SYSTEM_HOME / (data_dir / "id").read_text(), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `up`; whatever the test leaves of it is stopped at the end, and all of its children must have ended."""
    runs: list[Run] = []

    def begin(
        data_dir: Path, *, port: int | None = 0, workers: int = 1, prefix: Sequence[str] = (),
        command: Sequence[str] = (), **env: str,
    ) -> Run:  # fmt: skip
        number = len(runs)
        output, errors = tmp_path / f"output-{number}", tmp_path / f"errors-{number}"
        clean = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        options = (str(data_dir), "" if port is None else str(port), str(workers))
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(
                [*prefix, *(command or (sys.executable, str(STARTER), *options))],
                stdout=out,
                stderr=err,
                cwd="/",
                env={**clean, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "", **env},
            )
        runs.append(Run(process, data_dir, output, errors))
        return runs[-1]

    yield begin
    for run in runs:
        run.clear()


@pytest.fixture(scope="session")
def kept_data_dir() -> Iterator[Path]:
    """A data directory for all tests that do not mind an old cluster, since making one takes a second."""
    path = Path(tempfile.mkdtemp(prefix="up-"))
    yield path
    remove(path)


@pytest.fixture
def data_dir(kept_data_dir: Path) -> Path:
    """The kept data directory, without the marks of an earlier test."""
    for mark in ("order.log", "die"):
        (kept_data_dir / mark).unlink(missing_ok=True)
    return kept_data_dir


@pytest.fixture
def stranger() -> Iterator[psutil.Process]:
    """A process that is none of ours."""
    with subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"]) as process:
        yield psutil.Process(process.pid)
        process.kill()
