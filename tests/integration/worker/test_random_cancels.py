"""A hundred cancels at random moments: each ends, what was made is kept, and nothing stays behind."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import psutil
import pytest

from tests.conftest import LiveServer
from tests.integration.worker.test_worker_life import runner_of
from tests.support.api import TERMINAL, Client

pytestmark = pytest.mark.slow

SEED = 20261123


async def _cancelled(client: Client, wait: float, values: dict[str, Any]) -> dict[str, Any]:
    made = await client.create("demo/prose", values)
    assert made["__typename"] == "Prediction", made
    # the random moment is what this test is about
    await asyncio.sleep(wait)
    await client.cancel(made["id"])
    async with asyncio.timeout(60):
        while True:
            found = await client.get(made["id"])
            assert found is not None
            if found["status"] in TERMINAL:
                return found
            await asyncio.sleep(0.05)


def _threads(runner: psutil.Process) -> int:
    return runner.num_threads()


async def test_a_hundred_cancels_leave_nothing(client: Client, live: LiveServer) -> None:
    drawn = random.Random(SEED)
    values = {"prompt": "Once upon a time", "max_new_tokens": 100}
    first = await client.create("demo/prose", {**values, "max_new_tokens": 4}, wait=60)
    assert first["status"] == "SUCCEEDED", first
    runner = runner_of(live)
    await asyncio.gather(*(_cancelled(client, 0, values) for _ in range(8)))
    before = _threads(runner)
    ended: list[dict[str, Any]] = []
    for _ in range(10):
        waits = [drawn.uniform(0, 1.5) for _ in range(10)]
        ended += await asyncio.gather(*(_cancelled(client, wait, values) for wait in waits))
    assert {found["status"] for found in ended} <= {"CANCELED", "SUCCEEDED"}
    canceled = [found for found in ended if found["status"] == "CANCELED"]
    assert canceled
    stops = sorted(found["stopSeconds"] for found in canceled)
    p95 = stops[int(len(stops) * 0.95)]
    print(  # noqa: T201
        f"seed {SEED}: {len(canceled)} canceled, {sum(bool(f['text']) for f in canceled)} with text, p95 {p95:.3f} s"
    )
    assert all(found["canceledAt"] for found in canceled)
    assert any(found["text"] for found in canceled)
    assert p95 < 5
    assert runner.is_running()
    assert runner_of(live).pid == runner.pid
    assert _threads(runner) <= before
    last = await client.create("demo/prose", {**values, "max_new_tokens": 4}, wait=60)
    assert last["status"] == "SUCCEEDED"
