from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from pathlib import Path
from urllib.request import urlopen

import asyncpg
import psutil
import pytest
import redis

from server.embedded.processes import is_alive
from server.embedded.servers import LocalServers
from tests.integration.embedded.conftest import Run, Start, all_ended, remove
from tests.support.api import wait_for
from tests.support.marks import seldom


def query(run: Run, sql: str) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        url = f"postgresql://postgres:@/inference?host={run.state()['sockets'][0]}/postgres&port=5432"
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    return asyncio.run(ask())


def cache(run: Run) -> redis.Redis:
    return redis.Redis.from_url(f"unix://{run.state()['sockets'][0]}/redis.sock?db=0", decode_responses=True)


def is_healthy(url: str) -> bool:
    try:
        with urlopen(f"{url}/health/ready") as answer:
            return bool(json.load(answer)["status"] == "ok")
    except OSError:
        return False


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_starts_says_so_line_by_line_and_stops_in_order(start: Start, data_dir: Path) -> None:
    run = start(data_dir, workers=2)
    url = run.until_ready()
    assert is_healthy(url)
    said = [line for line in run.lines() if not line.startswith(("web", "graphiql", "data", "stop", "try"))]
    assert said == [
        "postgres: ready",
        "redis: ready",
        "migrate: done",
        f"api: {url}",
        "worker-1: ready",
        "worker-2: ready",
        f"ready: {url}",
    ]
    assert "\x1b" not in run.output.read_text()
    family = run.family()
    assert len(family) > 6
    sockets = Path(run.state()["sockets"][0])
    assert run.stop() == 0
    assert all_ended(family)
    assert not sockets.exists()
    assert not (data_dir / "run.json").exists()
    servers = "postgres=True redis=True"
    order = run.order()
    assert order[0] == "migrate done"
    assert order[-2:] == ["api asked", f"api ended {servers}"]
    assert sorted(order[-6:-2]) == ["worker asked"] * 2 + [f"worker ended {servers}"] * 2
    assert run.errors.read_text() == ""


def test_what_it_keeps_is_private(start: Start, data_dir: Path) -> None:
    run = start(data_dir, workers=0)
    run.until_ready()
    sockets = Path(run.state()["sockets"][0])
    # Once root's worker has run, the models' own user may pass through the folder, and list nothing of it
    assert rights(data_dir) in ((0o700, 0o710) if os.geteuid() == 0 else (0o700,))
    assert rights(data_dir / "redis") == rights(data_dir / "logs") == 0o700
    assert rights(data_dir / "secret_key") == rights(data_dir / "run.json") == 0o600
    assert len((data_dir / "secret_key").read_text()) == 64
    assert rights(sockets / "postgres") == rights(sockets / "postgres" / ".s.PGSQL.5432") == 0o700
    assert rights(sockets / "redis.sock") == 0o700
    assert rights(sockets) & 0o066 == 0
    assert sockets.stat().st_uid == os.geteuid()
    listening = [c for p in run.family() for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [c.laddr.ip for c in listening] == ["127.0.0.1"]


@pytest.mark.slow
def test_data_survive_a_stop_and_a_kill(start: Start, data_dir: Path) -> None:
    first = start(data_dir)
    first.until_ready()
    secret = (data_dir / "secret_key").read_text()
    query(first, "DROP TABLE IF EXISTS kept")
    query(first, "CREATE TABLE kept AS SELECT 1 AS number")
    with cache(first) as held:
        held.set("kept", "one")
    assert first.stop(signal.SIGINT) == 0

    second = start(data_dir)
    second.until_ready()
    assert query(second, "SELECT number FROM kept")[0]["number"] == 1
    query(second, "INSERT INTO kept VALUES (2)")
    with cache(second) as held:
        assert held.get("kept") == "one"
        assert held.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    family, sockets = second.family(), Path(second.state()["sockets"][0])
    second.stop(signal.SIGKILL)
    wait_for(lambda: all_ended(family), 20)

    third = start(data_dir)
    third.until_ready()
    assert not sockets.exists()
    assert {row["number"] for row in query(third, "SELECT number FROM kept")} == {1, 2}
    assert (data_dir / "secret_key").read_text() == secret
    assert third.stop(signal.SIGHUP) == 0


def test_a_second_one_is_refused_while_the_first_lives(start: Start, data_dir: Path) -> None:
    first = start(data_dir, workers=0)
    url = first.until_ready()
    second = start(data_dir, workers=0)
    assert second.process.wait(60) == 1
    assert f"{data_dir} is in use by process {first.process.pid} at {url}" in second.errors.read_text()
    assert is_healthy(url)
    assert first.stop() == 0


@pytest.mark.parametrize("by_setting", [False, True])
def test_a_taken_port_is_told_before_anything_starts(start: Start, tmp_path: Path, by_setting: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fresh = tmp_path / "data"
        run = start(fresh, port=None, API_PORT=str(port)) if by_setting else start(fresh, port=port)
        assert run.process.wait(60) == 1
    holder = f"{psutil.Process().name()} (process {os.getpid()})"
    assert run.errors.read_text() == (
        f"port {port} is taken by {holder}; choose another with --port or API_PORT, or end that one\n"
    )
    assert run.lines() == []
    assert [path.name for path in fresh.iterdir()] == ["up.lock"]


@pytest.mark.parametrize("port", ["65536", *seldom("-1", "99999")])
def test_a_port_that_is_none(start: Start, tmp_path: Path, port: str) -> None:
    command = (sys.executable, "-m", "server.cli", "up", f"--port={port}", f"--data-dir={tmp_path / 'data'}")
    run = start(tmp_path / "data", command=command)
    assert run.process.wait(60) == 2
    assert "Invalid value for '--port'" in run.errors.read_text()


@pytest.mark.slow
def test_a_data_directory_that_cannot_be(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        run = start(path, workers=0)
        assert run.process.wait(60) == 1
        assert run.errors.read_text().startswith(f"{path} cannot hold the data (")
        assert run.errors.read_text().endswith("). Choose another with --data-dir or DATA_DIR.\n")


def test_a_data_directory_of_any_name(start: Start, tmp_path: Path) -> None:
    odd = tmp_path / ("long" * 30) / "with space, ümlaut & 100%'s"
    run = start(odd)
    run.until_ready()
    assert len(query(run, "SELECT 1")) == 1
    assert run.stop() == 0
    remove(odd)


@pytest.mark.slow
def test_what_dies_is_started_again(start: Start, data_dir: Path) -> None:
    run = start(data_dir)
    url = run.until_ready()
    for name in ("api", "redis", "worker-1", "postgres"):
        before = run.pid(name)
        run.child(name).kill()
        run.until_says(f"{name}: died (SIGKILL); starting it again")
        wait_for(lambda name=name, before=before: run.pid(name) != before, 20)  # type: ignore[misc]
    wait_for(lambda: is_healthy(url), 20)
    wait_for(lambda: redis_answers(run), 20)
    wait_for(lambda: postgres_answers(run), 20)
    family = run.family()
    assert run.stop() == 0
    assert all_ended(family)


def redis_answers(run: Run) -> bool:
    try:
        with cache(run) as held:
            return bool(held.ping())
    except redis.RedisError:
        return False


def postgres_answers(run: Run) -> bool:
    try:
        return bool(query(run, "SELECT 1"))
    except (OSError, asyncpg.PostgresError):
        return False


@pytest.mark.slow
def test_what_dies_again_and_again_ends_it_all(start: Start, data_dir: Path) -> None:
    run = start(data_dir)
    run.until_ready()
    family = run.family()
    (data_dir / "die").touch()
    run.child("api").kill()
    assert run.process.wait(60) == 1
    assert run.lines().count("api: died (exit code 1); starting it again") == 3
    assert "api died 5 times in a row" in run.errors.read_text()
    assert "the stand-in API was told to die" in run.errors.read_text()
    assert all_ended(family)


@pytest.mark.parametrize("command", ["serve", *seldom("migrate", "worker")])
def test_what_fails_while_starting_is_shown(start: Start, data_dir: Path, command: str) -> None:
    run = start(data_dir, STAND_IN_FAILS=command)
    assert run.process.wait(60) == 1
    assert f"the stand-in {command} was told to fail" in run.errors.read_text()
    assert not any(line.startswith("ready") for line in run.lines())
    assert not (data_dir / "run.json").exists()


def test_a_second_signal_hurries(start: Start, data_dir: Path) -> None:
    run = start(data_dir, STAND_IN_STUBBORN="worker")
    run.until_ready()
    family = run.family()
    run.process.send_signal(signal.SIGINT)
    wait_for(lambda: "worker asked" in run.order(), 20)
    assert run.process.poll() is None
    assert run.stop(signal.SIGINT) == 0
    assert all_ended(family)
    assert not any(line.startswith("worker ended") for line in run.order())


def test_sigint_stops_it_where_the_shell_had_it_ignored(start: Start, data_dir: Path) -> None:
    # As a shell that is not interactive does with what it starts in the background
    run = start(data_dir, prefix=("sh", "-c", "trap '' INT QUIT; exec \"$@\"", "sh"))
    run.until_ready()
    family = run.family()
    assert run.stop(signal.SIGINT) == 0
    assert all_ended(family)
    assert run.order()[-1].startswith("api ended")


def test_stopping_while_it_starts(start: Start, data_dir: Path) -> None:
    run = start(data_dir)
    run.until_says("postgres: ready")
    assert run.stop() == 0
    assert not (data_dir / "run.json").exists()


def test_servers_that_are_given_are_used(start: Start, tmp_path: Path, schema_servers: LocalServers) -> None:
    given = {"DATABASE_URL": schema_servers.database_url, "REDIS_URL": schema_servers.redis_url}
    run = start(tmp_path / "data", workers=1, **given)
    run.until_ready()
    assert [child["name"] for child in run.state()["children"]] == ["api", "worker-1"]
    assert not any(line.startswith(("postgres", "redis")) for line in run.lines())
    assert run.stop() == 0
    assert all(child.is_running for child in schema_servers.children)


def test_a_pid_that_now_belongs_to_a_stranger(start: Start, data_dir: Path, stranger: psutil.Process) -> None:
    children = [{"name": n, "pid": stranger.pid, "started": 1.0, "boot": "x"} for n in ("postgres", "api")]
    left = {"pid": stranger.pid, "url": "http://127.0.0.1:1", "sockets": [str(data_dir)], "children": children}
    (data_dir / "run.json").write_text(json.dumps(left))
    run = start(data_dir, workers=0)
    run.until_ready()
    assert not any("tidied" in line for line in run.lines())
    assert run.stop() == 0
    assert is_alive(stranger)
    assert (data_dir / "secret_key").exists(), "a folder that is none of ours was removed"
