"""A stock client whose server restarts, or is killed, goes on by its cursor: it sees every token exactly once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running

HERE = Path(__file__).parent
SERVICE_RESTART, ABNORMAL = 1012, 1006


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("restarts")) as found:
        yield found


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, SERVICE_RESTART), (signal.SIGKILL, ABNORMAL)], ids=["SIGTERM", "kill -9"]
)
def test_a_watcher_of_a_server_that_restarts(live: LiveServer, node: Path, number: signal.Signals, code: int) -> None:
    env = {**os.environ, "BASE_URL": live.url, "NO_COLOR": "1"}
    command = [str(node), str(HERE / "js" / "resuming.mjs")]
    with subprocess.Popen(command, cwd=HERE, env=env, stdout=subprocess.PIPE, text=True) as watcher:
        try:
            assert watcher.stdout is not None
            assert watcher.stdout.readline().strip() == "half"
            api = live.processes.pop("api")
            api.send_signal(number)
            api.wait(40)
            live.start("api", "serve")
            said, _ = watcher.communicate(timeout=60)
        finally:
            watcher.kill()
    found = json.loads(said)
    # Whoever comes before the run has one from then and one from its beginning; whoever comes back has none
    assert [snapshot["after"] for snapshot in found["snapshots"]] in ([0], [0, 0])
    assert found["snapshots"][-1]["text"] + "".join(found["pieces"]) == found["text"]
    assert len(set(found["cursors"])) == len(found["cursors"])
    assert found["statuses"][-1] == "SUCCEEDED"
    assert code in found["closes"]
