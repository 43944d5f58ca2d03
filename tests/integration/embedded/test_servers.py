"""The embedded PostgreSQL and Redis, and what an earlier run left."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import asyncpg
import psutil
import pytest

from server.embedded import binaries
from server.embedded.binaries import BinaryMissingError, find_postgres, find_redis
from server.embedded.children import Identity
from server.embedded.servers import LocalServers, end_left_postgres, socket_folder
from server.embedded.state import BusyError, StateFile, kept_secret, locked


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])


async def count_one_more(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        await connection.execute("INSERT INTO kept VALUES (1)")
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()


def test_data_survives_a_restart(tmp_path: Path) -> None:
    for start in (1, 2):
        with LocalServers.start(tmp_path, keep=start == 1) as servers:
            assert asyncio.run(count_one_more(servers.database_url)) == start
            pids = [child.process.pid for child in servers.children if child.process]
        assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_pid_file_that_names_a_stranger_is_removed(tmp_path: Path) -> None:
    stranger = sleeper()
    try:
        (tmp_path / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}\n")
        end_left_postgres(tmp_path)
        assert not (tmp_path / "postmaster.pid").exists()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_what_an_earlier_run_left_is_ended_and_strangers_are_not(tmp_path: Path) -> None:
    left, stranger = sleeper(), sleeper()
    waiter = threading.Thread(target=left.wait)
    waiter.start()
    try:
        state = StateFile(tmp_path)
        started = psutil.Process(left.pid).create_time()
        state.add(Identity("api", left.pid, started))
        state.add(Identity("worker-1", stranger.pid, psutil.Process(stranger.pid).create_time() - 100))
        assert StateFile(tmp_path).tidy() == ["api"]
        waiter.join(10)
        assert left.poll() is not None
        assert stranger.poll() is None
        assert StateFile(tmp_path).tidy() == []
    finally:
        for process in (left, stranger):
            process.kill()
            process.wait()


def test_a_broken_state_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"pid": "x", "children": 3')
    assert StateFile(tmp_path).tidy() == []


def test_one_run_a_data_directory(tmp_path: Path) -> None:
    with locked(tmp_path) as state:
        state.state.url = "http://127.0.0.1:1"
        state.write()
        with pytest.raises(BusyError, match=str(os.getpid())), locked(tmp_path):
            pass
    with locked(tmp_path):
        pass


def test_secrets_and_sockets_are_private(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "secret")
    assert kept_secret(tmp_path / "secret") == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    with socket_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder / ".s.PGSQL.5432.lock")) < 107
    assert not folder.exists()


def test_a_missing_program_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda name: None)
    monkeypatch.setattr(binaries.shutil, "which", lambda name: None)
    with pytest.raises(BinaryMissingError, match=r"inference-server\[embedded\]"):
        find_redis()
    monkeypatch.setattr(binaries, "Path", lambda *parts: tmp_path)
    with pytest.raises(BinaryMissingError, match="DATABASE_URL"):
        find_postgres()


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "server.cli", "up", "--port", str(port), "--data-dir", str(tmp_path / "d")],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert not (tmp_path / "d").exists()


class Up:
    """`inference-server up` as a process, and the lines it printed."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
        command = [sys.executable, "-m", "server.cli", "up", "--port", "0", "--data-dir", str(data_dir), *options]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []

    def until(self, prefix: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith(prefix):
                return line.strip()
        raise AssertionError("\n".join(self.lines))

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, name: signal.Signals) -> int:
        self.process.send_signal(name)
        self.process.communicate(timeout=60)
        return self.process.returncode


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.timeout(300)
def test_up_starts_stops_survives_a_kill_and_runs_the_demo(tmp_path: Path) -> None:
    first = Up(tmp_path, "--no-demo")
    first.until("ready: http://127.0.0.1:")
    assert [line.split(":")[0] for line in first.lines[:5]] == ["postgres", "redis", "migrate", "api", "workers"]
    second = subprocess.run(
        [sys.executable, "-m", "server.cli", "up", "--port", "0", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert str(first.process.pid) in second.stderr
    left = first.family()
    assert len(left) >= 5
    first.process.kill()
    first.process.wait()
    again = Up(tmp_path)
    try:
        again.until("ready: http://127.0.0.1:")
    except AssertionError:
        again.process.kill()
        raise
    assert any(line.startswith("tidied up:") for line in again.lines)
    assert not alive(left)
    assert "demo/prose: SUCCEEDED" in again.lines
    assert "demo/shapes: SUCCEEDED" in again.lines
    assert (tmp_path / "demo" / "shapes.png").read_bytes().startswith(b"\x89PNG")
    left = again.family()
    assert again.stop(signal.SIGINT) == 0
    assert not alive(left)
    assert not (tmp_path / "run.json").exists()
