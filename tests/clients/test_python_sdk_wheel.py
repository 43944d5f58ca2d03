"""The distribution of the Python client, in an environment that has its dependencies and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, LiveServer
from tests.support.command_line import CLIENT

pytestmark = pytest.mark.slow
TEXT = "to be or not to be"
OF_HTTPX = {"httpx", "httpcore", "h11", "anyio", "sniffio", "idna", "certifi", "typing_extensions"}


def run(*command: str | Path, cwd: Path = ROOT, check: bool = True, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONWARNINGS")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**clean, **environment}, capture_output=True, text=True,
        timeout=170,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def build(project: Path, target: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=project, SKIP_WEB="1")
    (wheel,) = target.glob("*.whl")
    return wheel


def modules_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if name.startswith("inference_client/")}


def test_it_works_alone(live_server: LiveServer, tmp_path: Path) -> None:
    wheel = build(CLIENT, tmp_path / "client")
    assert {"inference_client/py.typed", "inference_client/cli/commands.py"} <= modules_in(wheel)
    # The server's wheel has the same package: its command has the client's subcommands
    assert modules_in(build(ROOT, tmp_path / "server")) == modules_in(wheel)
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    programs = tmp_path / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", "-q", wheel)
    packages = run(programs / "python", "-m", "pip", "list", "--format", "freeze")
    strangers = {line.partition("==")[0] for line in packages.splitlines()} - OF_HTTPX
    assert strangers == {"inference-server-client", "websockets", "pip", "setuptools"} - ({"setuptools"} - strangers)
    surroundings = {"INFERENCE_URL": live_server.url, "NO_PROXY": "*", "XDG_CONFIG_HOME": str(tmp_path)}
    program = f"from inference_client import Client; print(Client().run('demo/echo', text={TEXT!r}))"
    assert run(programs / "python", "-W", "error", "-c", program, cwd=tmp_path, **surroundings) == f"{TEXT}\n"
    assert "inference-server-client[cli]" in run(programs / "inference", cwd=tmp_path, check=False)
    run(programs / "python", "-m", "pip", "install", "-q", f"{wheel}[cli]")
    arguments = ("run", "demo/echo", "--stream", "-i", f"text={TEXT}")
    assert run(programs / "inference", *arguments, cwd=tmp_path, **surroundings) == f"{TEXT}\n"
