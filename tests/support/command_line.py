"""The command `inference`: in this process, and as one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from inference_client.cli.commands import app
from typer.testing import CliRunner

from tests.conftest import ROOT, LiveServer

CLIENT = ROOT / "clients" / "python"
COMMAND = [sys.executable, "-m", "inference_client.cli"]


@dataclass(frozen=True)
class CommandLine:
    """The command of somebody with a folder for what it stores."""

    environment: dict[str, str]

    @classmethod
    def at(cls, live: LiveServer, home: Path) -> CommandLine:
        """The command of somebody who never signed in."""
        return cls(
            {"INFERENCE_URL": live.url, "XDG_CONFIG_HOME": str(home), "NO_PROXY": "*", "NO_COLOR": "", "TERM": "dumb"}
        )

    def __call__(self, *arguments: str, given: str | bytes | None = None) -> Any:
        """Run it in this process; the result has `exit_code`, `stdout` and `stderr`."""
        runner = CliRunner(env={**self.environment, "INFERENCE_KEY": None})
        return runner.invoke(app, list(arguments), input=given, prog_name="inference")

    def start(self, *arguments: str, command: list[str] | None = None, **options: Any) -> subprocess.Popen[Any]:
        """Run it as a process of its own."""
        environment = {**os.environ, **self.environment, "PYTHONPATH": f"{ROOT}{os.pathsep}{CLIENT}"}
        # A shell that began the tests in the background lets its children ignore this signal
        hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        return subprocess.Popen([*(command or COMMAND), *arguments], env=environment, preexec_fn=hears, **options)
