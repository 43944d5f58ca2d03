"""What a kill -9 leaves is tidied up by the next start, and nobody else is touched."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from server.embedded import servers as module
from server.embedded.binaries import BinaryMissingError
from server.embedded.children import Identity, end
from server.embedded.launch import UpOptions, up
from server.embedded.servers import LocalServers, Place, unprivileged_user
from server.embedded.state import StateFile
from server.embedded.steps import Steps
from server.settings import Settings
from tests.integration.embedded.test_servers import count_one_more, sleeper

ROOT = Path(__file__).parents[3]
STARTER = """
import sys, time
from pathlib import Path
from server.embedded.servers import LocalServers
with LocalServers.start(Path(sys.argv[1]), keep=True) as servers:
    print(servers.database_url, *(child.process.pid for child in servers.children), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def postgres_data(data_dir: Path) -> Path:
    return Place(data_dir, data_dir, unprivileged_user()).postgres_data


def test_a_killed_starter_costs_no_data(data_dir: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert starter.stdout is not None
    url, *pids = starter.stdout.readline().split()
    left = [psutil.Process(int(pid)) for pid in pids]
    try:
        assert asyncio.run(count_one_more(url)) == 1
        starter.kill()
        starter.wait()
        starter.stdout.close()
        assert left[0].is_running()
        with LocalServers.start(data_dir) as servers:
            assert not left[0].is_running()
            assert asyncio.run(count_one_more(servers.database_url)) == 2
    finally:
        for process in left:
            if process.is_running():
                process.kill()


def test_a_strangers_pid_in_the_pid_file_is_no_obstacle(data_dir: Path) -> None:
    with LocalServers.start(data_dir, keep=True) as servers:
        assert asyncio.run(count_one_more(servers.database_url)) == 1
    stranger = sleeper()
    try:
        pid_file = postgres_data(data_dir) / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{postgres_data(data_dir)}\n1\n5432\n/tmp\n\n")
        with LocalServers.start(data_dir) as servers:
            assert asyncio.run(count_one_more(servers.database_url)) == 2
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_folders_are_for_their_owner_alone(data_dir: Path) -> None:
    with LocalServers.start(data_dir, durable=False) as servers:
        sockets = Path(servers.redis_url.removeprefix("unix://").split("?")[0]).parent
        for path in (sockets, data_dir / "redis", data_dir / "logs", postgres_data(data_dir)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
        assert stat.S_IMODE((sockets / "redis.sock").stat().st_mode) == 0o700
        for child in servers.children:
            assert child.process is not None
            listening = [c for c in psutil.Process(child.process.pid).net_connections() if c.status == "LISTEN"]
            assert listening == []
    assert not sockets.exists()


def test_an_error_while_they_run_stops_them_too(data_dir: Path) -> None:
    pids: list[int] = []
    with pytest.raises(ZeroDivisionError), LocalServers.start(data_dir, durable=False) as servers:
        pids += [child.process.pid for child in servers.children if child.process]
        raise ZeroDivisionError
    assert not any(psutil.pid_exists(pid) for pid in pids)
    if unprivileged_user() is not None:
        assert not postgres_data(data_dir).exists()


def test_a_child_that_heeds_no_signal_is_killed() -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    stubborn = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    stubborn.stdout.close()
    identity = Identity("api", stubborn.pid, psutil.Process(stubborn.pid).create_time())
    assert end(identity, 0.3)
    assert stubborn.wait(10) == -signal.SIGKILL
    assert not end(identity, 0.3)


def test_only_our_socket_folders_are_removed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    state = StateFile(tmp_path)
    state.state.sockets = str(precious)
    state.write()
    assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
    assert StateFile(tmp_path).tidy() == []
    assert precious.is_dir()


def test_up_says_which_program_is_missing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise BinaryMissingError("No PostgreSQL here. Install one.")

    monkeypatch.setattr(module, "find_postgres", missing)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = Settings(_env_file=None, data_dir=data_dir, database_url=None, redis_url=None)
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        assert up(settings, UpOptions(port=0, demo=False), Steps()) == 1
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    assert "No PostgreSQL here. Install one." in capsys.readouterr().err
    assert not (data_dir / "run.json").exists()
