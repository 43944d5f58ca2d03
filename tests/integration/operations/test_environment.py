"""The secrets that a server is started with cannot be read in /proc afterwards, by its own user and root neither."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import LiveServer
from tests.support.processes import family

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

SECRETS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "METRICS_TOKEN")


@pytest.mark.parametrize("name", ["api", "worker-0"])
def test_no_process_shows_its_secrets(live_server: LiveServer, name: str) -> None:
    processes = family(live_server, name)
    # Others may be there for a while: for downloads, to read new versions, to try classes
    assert len(processes) >= (1 if name == "api" else 3)
    for process in processes:
        try:
            shown = Path(f"/proc/{process.pid}/environ").read_bytes().decode()
            command = " ".join(process.cmdline())
        except (OSError, psutil.Error):
            assert not process.is_running()
            continue
        for secret in SECRETS:
            assert secret not in shown, command
            assert live_server.environment[secret] not in shown + command
        # Of what the server itself was started with nothing is left; its runner is given what it may know
        if "server.cli" in command:
            assert not shown.strip("\0"), command
