"""Previews on demand: made only while somebody watches them, the newest one kept, nothing else disturbed."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import now
from server.domain.events import NO_EPOCH, Cursor, EventType
from server.runtime import Runtime
from server.tables import Version
from tests.integration.events.watching import (
    RedisProcess,
    Subscriber,
    eventually,
    finish_run,
    hubs_of,
    running_prediction,
)
from tests.integration.queue.store import add, add_version, row
from tests.support.supervisors import supervising
from tests.unit.runner.sample_predictors import predictor
from workers.supervisor import demand
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.runner_client import RunnerOptions


@pytest.fixture
async def painter(rt: Runtime) -> AsyncIterator[Version]:
    """A version of the painter, and a worker that runs it."""
    version = await add_version()
    await Version.filter(id=version.id).update(predictor="painter", source_ref="painter")
    options = RunnerOptions(extra_predictors=(predictor("Painter"),), preload=False)
    async with supervising(rt, options, claim_poll_seconds=0.5):
        yield version


def previews(subscriber: Subscriber) -> list[dict[str, Any]]:
    return [seen.event.data for seen in subscriber.seen if seen.event.type is EventType.PREVIEW]


async def output(made: Any) -> str:
    """What the run gave, once it has ended."""
    async with asyncio.timeout(30):
        while (found := await row(made.id))["status"] in ("starting", "processing"):
            await asyncio.sleep(0.05)
    assert found["status"] == "succeeded", found
    return str(found["output"])


async def running(made: Any) -> bool:
    return bool((await row(made.id))["status"] == "processing")


async def test_nobody_selects_them_and_none_is_made(rt: Runtime, painter: Version, tmp_path: Path) -> None:
    gate = tmp_path / "open"
    made = await add(painter, input={"gate": str(gate)})
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, made.id)
        await watching.until(lambda: watching.types.count(EventType.PROGRESS) > 3)
        assert await rt.event_log.previews_wanted([str(made.id)]) == set()
        gate.touch()
        assert await output(made) == "0"
        await watching.task
    assert previews(watching) == []


async def test_they_are_made_while_they_are_watched(
    rt: Runtime, painter: Version, tmp_path: Path, own_redis: RedisProcess
) -> None:
    gate = tmp_path / "open"
    made = await add(painter, input={"gate": str(gate)})
    async with hubs_of(rt) as hubs:
        plain = Subscriber(rt, hubs, made.id)
        await plain.until(lambda: EventType.PROGRESS in plain.types)
        watching = Subscriber(rt, hubs, made.id, previews=True)
        began = asyncio.get_running_loop().time()
        await watching.until(lambda: len(previews(watching)) > 3)
        # Told at once, not at the next look of the worker
        assert asyncio.get_running_loop().time() - began < 4
        steps = [found["step"] for found in previews(watching)]
        assert steps == sorted(steps)
        image = await hubs.preview(made.id, watching.seen[-1].event.cursor)
        assert image is not None
        assert b64decode(image.removeprefix("data:image/jpeg;base64,")).startswith(b"jpeg ")
        assert 0 < int(str(own_redis.run("TTL", f"wants:{{{made.id}}}"))) <= 15
        late = Subscriber(rt, hubs, made.id)
        await late.until(lambda: len(late.seen) > 1)
        assert late.types[:2] == [EventType.SNAPSHOT, EventType.PREVIEW]
        gate.touch()
        assert int(await output(made)) >= 4
        await watching.task
    assert own_redis.run("EXISTS", f"pv:{{{made.id}}}") == 0


@pytest.fixture
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that looks every half second what is watched, where no wake-up tells it."""
    monkeypatch.setattr(demand, "POLL_SECONDS", 0.5)


@pytest.mark.usefixtures("looks_often")
async def test_they_end_with_their_last_watcher(
    rt: Runtime, painter: Version, tmp_path: Path, own_redis: RedisProcess
) -> None:
    gate = tmp_path / "open"
    made = await add(painter, input={"gate": str(gate)})
    async with hubs_of(rt) as hubs:
        plain = Subscriber(rt, hubs, made.id)
        watching = Subscriber(rt, hubs, made.id, previews=True)
        await watching.until(lambda: bool(previews(watching)))
        watching.task.cancel()
        await asyncio.gather(watching.task, return_exceptions=True)
        # As its expiry does some seconds later, also when the node has crashed
        own_redis.run("DEL", f"wants:{{{made.id}}}")

        async def ceased() -> bool:
            count = len(previews(plain))
            await asyncio.sleep(0.5)
            return len(previews(plain)) == count

        await eventually(ceased)
        assert own_redis.run("EXISTS", f"wants:{{{made.id}}}") == 0
        seen = len(plain.seen)
        await plain.until(lambda: len(plain.seen) > seen)
        gate.touch()
        await plain.task


@pytest.mark.usefixtures("looks_often")
async def test_a_demand_from_before_the_run_counts(rt: Runtime, painter: Version, tmp_path: Path) -> None:
    made = await add(painter, input={"gate": str(tmp_path / "open")}, run_at=now() + timedelta(seconds=1))
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, made.id, previews=True)
        await watching.until(lambda: bool(previews(watching)))
        (tmp_path / "open").touch()
        await watching.task


async def test_a_new_attempt_forgets_the_picture_of_the_old(rt: Runtime) -> None:
    key = str(uuid4())
    older = EventWriter(rt.event_log, key, 1)
    older.preview(b"old", 1, 1, 1)
    await older.close(5)
    assert await rt.event_log.preview(key) is not None
    newer = EventWriter(rt.event_log, key, 2)
    newer.text("x")
    await newer.close(5)
    live = await rt.event_log.live(key)
    assert live is not None
    assert (live.preview, await rt.event_log.preview(key)) == (None, None)


async def test_only_the_newest_is_written_and_none_too_large(rt: Runtime, own_redis: RedisProcess) -> None:
    key = str(uuid4())
    writer = EventWriter(rt.event_log, key, 1)
    for step in range(20):
        writer.preview(b"%d" % step, 8, 6, step)
        writer.text(f"{step} ")
    writer.preview(b"x" * 12_001, 8, 6, 20)
    await writer.close(5)
    events = (await rt.event_log.read(key, Cursor(NO_EPOCH, 0))).events
    assert [event.data["step"] for event in events if event.type is EventType.PREVIEW] == [19]
    # the stream holds what is small, the picture lies beside it
    assert "image" not in str(events[-1].data)
    assert await rt.event_log.preview(key) == "data:image/jpeg;base64,MTk="
    assert "".join(event.data.get("text", "") for event in events) == "".join(f"{n} " for n in range(20))
    assert int(str(own_redis.run("TTL", f"pv:{{{key}}}"))) > 0


async def test_previews_never_disturb_the_text(rt: Runtime, version: Version) -> None:
    claimed = await running_prediction(version)
    writer = EventWriter(rt.event_log, str(claimed.id), claimed.attempt)
    async with hubs_of(rt) as hubs:
        watching = Subscriber(rt, hubs, claimed.id)
        for n in range(600):
            writer.text(f"{n} ")
            writer.preview(b"j", 8, 6, n)
            if n % 50 == 0:
                await asyncio.sleep(0.04)
        await writer.close(10)
        whole = "".join(f"{n} " for n in range(600))
        await finish_run(rt, claimed, whole)
        await watching.task
    watching.check(whole)
    steps = [found["step"] for found in previews(watching)]
    assert steps == sorted(set(steps))
