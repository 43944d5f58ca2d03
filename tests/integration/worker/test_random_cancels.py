"""A hundred cancels at random moments: each ends, what was made is kept, and nothing stays behind."""

from __future__ import annotations

import asyncio
import random
import statistics
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.support.api import TERMINAL, Client
from tests.support.processes import runner_of

pytestmark = pytest.mark.slow

SEED = 20261123
CASES: list[Any] = [
    ("demo/prose", {"prompt": "Once upon a time", "max_new_tokens": 100, "seed": 5}, 1.5),
    ("demo/shapes", {"prompt": "a red circle on a blue background", "steps": 20, "seed": 5}, 2.0),
]


async def _cancelled(client: Client, model: str, wait: float, values: dict[str, Any]) -> dict[str, Any]:
    made = await client.create(model, values)
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


async def _uncanceled(client: Client, model: str, values: dict[str, Any]) -> float:
    """Seconds of a token or step of ten that run together, undisturbed."""
    found = await asyncio.gather(*(client.create(model, values, wait=60) for _ in range(10)))
    assert {each["status"] for each in found} == {"SUCCEEDED"}
    metrics = [each["metrics"] for each in found]
    return statistics.median(m["predictSeconds"] / (m["outputTokens"] or m["steps"]) for m in metrics)


@pytest.mark.parametrize(("model", "values", "longest"), CASES)
async def test_a_hundred_cancels_leave_nothing(
    client: Client, live: LiveServer, model: str, values: dict[str, Any], longest: float
) -> None:
    drawn = random.Random(SEED)
    first = await client.create(model, values, wait=60)
    assert first["status"] == "SUCCEEDED", first
    runner = runner_of(live)
    step = await _uncanceled(client, model, values)
    await asyncio.gather(*(_cancelled(client, model, 0, values) for _ in range(8)))
    before, filled = runner.num_threads(), runner.memory_info().rss
    ended: list[dict[str, Any]] = []
    for _ in range(10):
        waits = [drawn.uniform(0, longest) for _ in range(10)]
        ended += await asyncio.gather(*(_cancelled(client, model, wait, values) for wait in waits))
    assert {found["status"] for found in ended} <= {"CANCELED", "SUCCEEDED"}
    canceled = [found for found in ended if found["status"] == "CANCELED"]
    assert canceled
    stops = sorted(found["stopSeconds"] for found in canceled)
    p95 = stops[int(len(stops) * 0.95)]
    print(  # noqa: T201
        f"seed {SEED}: {model}, {len(canceled)} canceled, {sum(bool(f['text']) for f in canceled)} with text, "
        f"p95 {p95:.3f} s, bound {2 * step + 0.1:.3f} s, memory {runner.memory_info().rss / filled:.3f}"
    )
    assert all(found["canceledAt"] for found in canceled)
    if model == "demo/prose":
        assert any(found["text"] for found in canceled)
    # Other processes may share these cores: how near it comes to two steps and 100 ms is printed
    assert p95 < 5
    assert runner.is_running()
    assert runner_of(live).pid == runner.pid
    # The version's own threads may have become as many as run at once; a thread that stayed for each would be a hundred
    assert runner.num_threads() <= before + 10
    assert runner.memory_info().rss < filled * 1.15
    # A request that stayed in the batch would take part in each step
    assert await _uncanceled(client, model, values) < 3 * step + 0.05
    last = await client.create(model, values, wait=60)
    assert (last["status"], last["text"]) == ("SUCCEEDED", first["text"])
