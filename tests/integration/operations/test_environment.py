"""The secrets that a server is started with cannot be read in /proc afterwards, by its own user and root neither."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import LiveServer
from tests.support.processes import family

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

SECRETS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "METRICS_TOKEN")


@pytest.mark.parametrize("name", ["api", "worker-0"])
def test_no_process_shows_its_secrets(live_server: LiveServer, name: str) -> None:
    processes = family(live_server, name)
    # A process that reads new versions may wait beside the runner
    lasting = [process for process in processes if "--memory-bytes" not in process.cmdline()]
    assert len(lasting) == (1 if name == "api" else 3)
    for process in processes:
        shown = Path(f"/proc/{process.pid}/environ").read_bytes().decode()
        command = " ".join(process.cmdline())
        for secret in SECRETS:
            assert secret not in shown, command
            assert live_server.environment[secret] not in shown + command
        # Of what the server itself was started with nothing is left; its runner is given what it may know
        assert ("workers.runner.main" in command) is bool(shown.strip("\0"))
