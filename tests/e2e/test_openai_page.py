"""docs/openai.md: its programs, run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, LiveServer
from tests.support.rest import rest_token

PAGE = (ROOT / "docs" / "openai.md").read_text()


def test_the_page_runs_as_it_stands(live_server: LiveServer, tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.S | re.M)
    assert len(blocks) == 4
    program = "\n".join([*blocks, "client.close()"]).replace("http://127.0.0.1:8000", live_server.url)
    environment = {**os.environ, "TOKEN": rest_token(live_server.url), "NO_PROXY": "*"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("a claim gives") >= 4
