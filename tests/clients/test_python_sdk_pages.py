"""The README of the Python client, docs/python.md and docs/cli.md: their programs and commands, run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, LiveServer
from tests.support.command_line import CLIENT
from tests.support.operations import unique
from tests.support.rest import rest_token

README, PYTHON_PAGE, CLI_PAGE = CLIENT / "README.md", ROOT / "docs" / "python.md", ROOT / "docs" / "cli.md"
PASSWORD = "correct horse battery"
HERE = "http://127.0.0.1:8000"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.S | re.M)


def run(
    live: LiveServer, folder: Path, command: list[str], script: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    settings = {"INFERENCE_URL": live.url, "XDG_CONFIG_HOME": str(folder / "home"), "NO_PROXY": "*", **environment}
    path = f"{ROOT}{os.pathsep}{CLIENT}"
    done = subprocess.run(
        command, input=script, cwd=folder, env={**os.environ, "PYTHONPATH": path, **settings},
        capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_three_of_the_readme_are_five_lines_at_most_and_run(live_server: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("text\n" + "".join(f"row {number}\n" for number in range(100)))
    programs = blocks(README, "python")
    assert len(programs) == 3
    assert all(len([line for line in program.splitlines() if line]) <= 5 for program in programs)
    key = rest_token(live_server.url)
    said = [run(live_server, tmp_path, [sys.executable, "-"], each, INFERENCE_KEY=key).stdout for each in programs]
    assert said[0]
    assert (tmp_path / "circle.png").read_bytes().startswith(b"\x89PNG")
    assert said[2].splitlines() == [f"{number} row {number}" for number in range(100)]


@pytest.mark.slow
def test_the_page_of_the_client_runs_as_it_stands(live_server: LiveServer, tmp_path: Path) -> None:
    script = "\n".join(blocks(PYTHON_PAGE, "python"))
    said = run(live_server, tmp_path, [sys.executable, "-"], script, INFERENCE_KEY=rest_token(live_server.url)).stdout
    for line in ("step 8 of 8", "SUCCEEDED", "99 row 99", "READY", "/input/text", "INTERNAL"):
        assert line in said
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 1


@pytest.mark.slow
def test_the_page_of_the_command_line_runs_as_it_stands(live_server: LiveServer, tmp_path: Path) -> None:
    handle = unique()
    new = {"username": handle, "email": f"{handle}@example.com", "password": PASSWORD}
    httpx.post(f"{live_server.url}/v1/auth/register", json=new, trust_env=False).raise_for_status()
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "demo_password").write_text(f"{PASSWORD}\n")
    lines = ["set -euo pipefail", f'inference() {{ "{sys.executable}" -m inference_client.cli "$@"; }}']
    script = "\n".join([*lines, *blocks(CLI_PAGE, "bash")])
    # `head` reads one line and leaves: what wrote into it ends as the page says
    script = script.replace("| head -n 1", "| head -n 1 || test $? -eq 141")
    for placeholder, value in ((HERE, live_server.url), ("guest@example.com", new["email"])):
        script = script.replace(placeholder, value)
    said = run(live_server, tmp_path, ["bash"], script, INFERENCE_URL="").stdout
    assert f"{handle} at {live_server.url}" in said
    assert "TO BE OR NOT TO BE" in said
    assert f"{handle}/my-echo:2  READY" in said
    assert (tmp_path / "square.png").read_bytes() != (tmp_path / "star.png").read_bytes()


def test_the_tables_name_what_there_is() -> None:
    import inference_client
    from inference_client.events import Event

    named = set(re.findall(r"^\| `(\w+)` \|", PYTHON_PAGE.read_text(), re.M))
    classes = [value for name in inference_client.__all__ if isinstance(value := getattr(inference_client, name), type)]
    bases = (inference_client.InferenceError, Event)
    assert named == {each.__name__ for each in classes if issubclass(each, bases) and each not in bases}
