"""docs/rest.md: its commands and programs, run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, LiveServer
from tests.support.operations import unique

PAGE = (ROOT / "docs" / "rest.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.S | re.M)


def test_the_page_runs_as_it_stands(live_server: LiveServer, tmp_path: Path) -> None:
    handle = unique()
    lines = ["set -euo pipefail", *blocks("bash"), "export TOKEN; \"$PYTHON\" - <<'END'", *blocks("python"), "END"]
    script = (
        "\n".join(lines)
        .replace("http://127.0.0.1:8000", live_server.url)
        .replace('"eve"', f'"{handle}"')
        .replace("eve@", f"{handle}@")
    )
    environment = {**os.environ, "PYTHON": sys.executable, "NO_PROXY": "*"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("to be or not to be\n")
    assert len(done.stdout.splitlines()) >= 2
    assert "event: output" in (tmp_path / "events.txt").read_text()
