"""A stock client whose server restarts, or is killed, goes on by its cursor: it sees every token exactly once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running

HERE = Path(__file__).parent
SERVICE_RESTART, ABNORMAL, TRY_AGAIN_LATER = 1012, 1006, 1013


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("restarts")) as found:
        yield found


@contextmanager
def watcher_of(
    live: LiveServer, node: Path, program: str = "resuming", **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """The client, which says what it does."""
    env = {**os.environ, "BASE_URL": live.url, "NO_COLOR": "1", **environment}
    command, pipe = [str(node), str(HERE / "js" / f"{program}.mjs")], subprocess.PIPE
    with subprocess.Popen(command, cwd=HERE, env=env, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_line(watcher: subprocess.Popen[str], *lines: str) -> None:
    """Read what it says until it says one of these."""
    assert watcher.stdout is not None
    while (line := watcher.stdout.readline()) and line.strip() not in lines:
        pass
    assert line, f"it ended without saying {lines}"


def result_of(watcher: subprocess.Popen[str]) -> dict[str, Any]:
    """What came, once it has ended."""
    said, _ = watcher.communicate(timeout=90)
    result: dict[str, Any] = next(json.loads(line) for line in said.splitlines() if line.startswith("{"))
    return result


def is_whole(found: dict[str, Any]) -> None:
    """Every token exactly once, and the end."""
    assert found["snapshots"][-1]["text"] + "".join(found["pieces"]) == found["text"]
    assert len(set(found["cursors"])) == len(found["cursors"])
    assert found["statuses"][-1] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, SERVICE_RESTART), (signal.SIGKILL, ABNORMAL)], ids=["SIGTERM", "kill -9"]
)
def test_a_watcher_of_a_server_that_restarts(live: LiveServer, node: Path, number: signal.Signals, code: int) -> None:
    with watcher_of(live, node) as watcher:
        wait_for_line(watcher, "half")
        api = live.processes.pop("api")
        api.send_signal(number)
        api.wait(40)
        live.start("api", "serve")
        found = result_of(watcher)
    # Whoever comes before the run has one from then and one from its beginning; whoever comes back has none
    assert [snapshot["after"] for snapshot in found["snapshots"]] in ([0], [0, 0])
    is_whole(found)
    assert code in found["closes"]


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL], ids=["SIGTERM", "kill -9"]
)
def test_our_own_client_of_a_server_that_restarts(live: LiveServer, node: Path, number: signal.Signals) -> None:
    """Its stream has every token once, and its run the one prediction that it created."""
    with watcher_of(live, node, "sdk_resuming") as watcher:
        wait_for_line(watcher, "half")
        api = live.processes.pop("api")
        api.send_signal(number)
        api.wait(40)
        live.start("api", "serve")
        result = result_of(watcher)
    assert "".join(result["pieces"]) == result["output"] == result["text"]
    assert len(result["pieces"]) > 8
    assert (result["statuses"][-1], result["restarts"]) == ("SUCCEEDED", 0)


def test_a_watcher_that_comes_while_postgresql_is_away(live: LiveServer, own_servers: LocalServers, node: Path) -> None:
    """Its stream does not end there: the socket is closed, and the client connects until there is something to see."""
    postgres = next(child for child in own_servers.children if child.name == "postgres")
    with watcher_of(live, node, LATE="yes") as watcher:
        wait_for_line(watcher, "made")
        postgres.stop()
        try:
            assert watcher.stdin is not None
            watcher.stdin.write("\n")
            watcher.stdin.flush()
            wait_for_line(watcher, f"closed {TRY_AGAIN_LATER}")
        finally:
            postgres.start()
        found = result_of(watcher)
    # Pieces behind an older snapshot are in a newer one
    found["pieces"] = found["pieces"][found["snapshots"][-1]["after"] :]
    is_whole(found)


def test_a_watcher_while_postgresql_restarts(live: LiveServer, own_servers: LocalServers, node: Path) -> None:
    postgres = next(child for child in own_servers.children if child.name == "postgres")
    with watcher_of(live, node) as watcher:
        wait_for_line(watcher, "half")
        postgres.stop()
        postgres.start()
        found = result_of(watcher)
    found["pieces"] = found["pieces"][found["snapshots"][-1]["after"] :]
    is_whole(found)
