"""What the watch says of a Redis that is full, evicts or refuses, and of folders and disks; health shows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.adapters.signing import FileSigner
from server.adapters.storage import LocalStorage
from server.adapters.store_watch import StoreState, StoreWatch
from server.runtime import Runtime
from server.services import health
from tests.integration.events.watching import RedisProcess, eventually
from workers.supervisor.event_writer import EventWriter


@pytest.fixture
async def watch(rt: Runtime, own_redis: RedisProcess) -> AsyncIterator[StoreWatch]:
    own_redis.run("FLUSHALL")
    yield rt.store_watch
    own_redis.start()
    own_redis.run("CONFIG", "SET", "maxmemory", "0")
    own_redis.run("CONFIG", "SET", "maxmemory-policy", "noeviction")
    own_redis.run("REPLICAOF", "NO", "ONE")
    rt.event_log.is_tight = False


async def test_redis_is_told_in_health_with_its_numbers(
    rt: Runtime, watch: StoreWatch, own_redis: RedisProcess
) -> None:
    async def word() -> str:
        await watch.look_at_redis()
        state = await health.check(rt)
        assert state.redis == watch.redis.word
        assert state.is_degraded or state.redis == "ok"
        assert (watch.redis.note in state.notes) == (state.redis != "ok")
        return state.redis

    assert await word() == "ok"
    used = (await rt.event_log.memory()).used_bytes
    own_redis.run("CONFIG", "SET", "maxmemory", str(int(used * 1.1)))
    with capture_logs() as logs:
        assert await word() == "nearly full"
        assert await word() == "nearly full"
    assert [entry["state"] for entry in logs if entry["event"] == "store.changed"] == ["nearly full"]
    assert f"of {used * 1.1 / 1e6:.0f} MB" in watch.redis.note
    assert rt.event_log.is_tight
    own_redis.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert await word() == "evicting"
    assert "allkeys-lru" in watch.redis.note
    own_redis.run("CONFIG", "SET", "maxmemory-policy", "noeviction")
    own_redis.run("CONFIG", "SET", "maxmemory", "1")
    assert await word() == "refusing"
    own_redis.run("CONFIG", "SET", "maxmemory", "0")
    assert await word() == "ok"
    assert not rt.event_log.is_tight
    own_redis.kill()
    await watch.look_at_redis()
    assert (await health.check(rt)).redis == "away"


async def test_a_redis_that_is_nearly_full_gets_fewer_events_and_the_whole_text(rt: Runtime, watch: StoreWatch) -> None:
    rt.event_log.is_tight = True
    writer = EventWriter(rt.event_log, "a", 1)
    for step in range(100):
        writer.text("word ")
        writer.progress({"step": step})
        writer.preview(b"jpeg", 1, 1, step)
        await asyncio.sleep(0)
    await writer.close(5)
    live = await rt.event_log.live("a")
    assert live is not None
    assert (live.text, live.progress, live.preview) == ("word " * 100, None, None)
    assert live.cursor.seq <= 3


async def test_a_folder_that_takes_no_files_and_a_disk_that_is_almost_full(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files", FileSigner("s" * 40))
    watch = StoreWatch(None, storage, {"STORAGE_DIR": tmp_path / "files"}, 1)  # type: ignore[arg-type]
    await watch.look_at_files()
    assert watch.files == StoreState()
    watch.min_free_bytes = 10**18
    await watch.look_at_files()
    assert watch.files.word == "low"
    assert "STORAGE_DIR" in watch.files.note
    assert str(tmp_path) not in watch.files.note
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    await watch.look_at_files()
    assert watch.files.word == "away"
    assert str(tmp_path) not in watch.files.note


async def test_a_store_that_hangs_is_away_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PATIENCE_SECONDS", "STORAGE_SECONDS"):
        monkeypatch.setattr(f"server.adapters.store_watch.{name}", 0.02)
    gate, asked = asyncio.Event(), 0

    class Hanging:
        async def check(self) -> None:
            nonlocal asked
            asked += 1
            await gate.wait()

    storage: Any = Hanging()
    watch = StoreWatch(None, storage)  # type: ignore[arg-type]
    task = asyncio.create_task(watch._run_files())

    async def is_(word: str) -> bool:
        return watch.files.word == word

    await eventually(lambda: is_("away"))
    assert asked == 1
    gate.set()
    await eventually(lambda: is_("ok"))
    task.cancel()
    await asyncio.wait({task})
