"""A cancel or a deadline while outputs are written: the prediction ends at once, and no file of it stays."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from structlog.testing import capture_logs

from server.adapters.database import now, rows
from server.domain.accounts import Viewer
from server.runtime import Runtime
from server.services import predictions
from server.tables import Version
from tests.integration.events.watching import eventually
from tests.integration.queue.store import add, add_version, row
from tests.support.supervisors import supervising
from tests.unit.runner.sample_predictors import predictor
from workers.supervisor.runner_client import RunnerOptions


class SlowStorage:
    """The store, whose second write waits for its gate."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.writing, self.gate = asyncio.Event(), asyncio.Event()

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        if key.endswith("1.png"):
            self.writing.set()
            await self.gate.wait()
        await self._store.put(key, data, content_type)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@asynccontextmanager
async def writer(rt: Runtime) -> AsyncIterator[tuple[Version, SlowStorage]]:
    """A version that writes files, and a worker with a slow store."""
    version = await add_version()
    await Version.filter(id=version.id).update(predictor="writer", source_ref="writer")
    slow = SlowStorage(rt.storage)
    options = RunnerOptions(extra_predictors=(predictor("Writer"),), preload=False)
    async with supervising(replace(rt, storage=slow), options):
        try:
            yield version, slow
        finally:
            slow.gate.set()


def files(rt: Runtime) -> list[str]:
    # Folders go away while they are walked, which `os.walk` lets pass
    return [name for _, _, names in os.walk(rt.settings.storage_dir) for name in names]


async def ended_without_files(rt: Runtime, made: Any, slow: SlowStorage) -> dict[str, Any]:
    async def ended() -> bool:
        return (await row(made.id))["status"] not in ("starting", "processing")

    await eventually(ended)
    assert not slow.gate.is_set()
    found = await row(made.id)
    assert "word" in found["output"]
    assert found["files"] == "[]"
    slow.gate.set()

    async def gone() -> bool:
        return not files(rt)

    await eventually(gone)
    return found


async def test_a_cancel_does_not_wait_for_the_store(rt: Runtime) -> None:
    async with writer(rt) as (version, slow):
        made = await add(version)
        async with asyncio.timeout(30):
            await slow.writing.wait()
        assert files(rt)
        await predictions.cancel(rt, Viewer(), made.id)
        found = await ended_without_files(rt, made, slow)
    assert found["status"] == "canceled"
    assert found["stop_seconds"] < 5


async def test_a_deadline_holds_while_the_store_is_slow(rt: Runtime) -> None:
    async with writer(rt) as (version, slow):
        made = await add(version, deadline_at=now() + timedelta(seconds=6))
        found = await ended_without_files(rt, made, slow)
    assert (found["status"], found["error_code"]) == ("failed", "DEADLINE_EXCEEDED")


async def test_a_lease_lost_while_storing_leaves_no_file(rt: Runtime) -> None:
    with capture_logs() as logs:
        async with writer(rt) as (version, slow):
            made = await add(version)
            async with asyncio.timeout(30):
                await slow.writing.wait()
            assert files(rt)
            taken = "UPDATE prediction SET attempt = attempt + 1, worker_id = $2 WHERE id = $1"
            await rows(taken, made.id, uuid4())
            # The next heartbeat brings it; a wake-up makes it come now
            await rt.event_log.announce(str(made.id))
            await eventually(lambda: _logged(logs, "attempt.let_go"))
            slow.gate.set()

            async def gone() -> bool:
                return not files(rt)

            await eventually(gone)
    assert (await row(made.id))["status"] == "processing"
    assert "attempt.broke" not in {entry["event"] for entry in logs}


async def _logged(logs: list[Any], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)


async def test_a_store_that_answers_nothing_does_not_hold_a_prediction(rt: Runtime) -> None:
    quick = replace(rt, settings=rt.settings.model_copy(update={"storage_seconds": 0.4}))
    async with writer(quick) as (version, slow):
        made = await add(version)
        async with asyncio.timeout(30):
            await slow.writing.wait()
        found = await ended_without_files(rt, made, slow)
    assert (found["status"], found["error_code"]) == ("failed", "STORAGE")
    assert found["error_message"] == (
        "The files could not be stored within 0.4 seconds: the server's file store does not answer."
    )
