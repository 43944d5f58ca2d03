"""Memory of evicted models comes back, in a real runner with real models."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

import workers
from tests.unit.runner.running import Starter
from workers.contract.protocol import Done, Resident, VersionSpec

DEMOS = Path(workers.__file__).parent / "demo_models"
CYCLES = 50
GROWTH = 1.15
TEXT = {"prompt": "a", "max_new_tokens": 2, "temperature": 0, "top_p": 1, "top_k": 0, "stop": []}
IMAGE = {"prompt": "a red circle on a blue background", "steps": 1, "width": 64, "height": 64}


@pytest.mark.slow
async def test_fifty_loads_and_evictions_leave_no_memory_behind(start: Starter) -> None:
    running = await start(enable_gpu=False, max_bytes=24_000_000, threads=1)
    process = psutil.Process(running.client.pid)
    prose = VersionSpec("prose", "text", str(DEMOS / "prose"))
    shapes = VersionSpec("shapes", "image", str(DEMOS / "shapes"))
    filled: list[int] = []
    for cycle in range(CYCLES):
        for version, values in ((prose, TEXT), (shapes, IMAGE)):
            key = f"{version.id} {cycle}"
            running.run(key, {**values, "seed": 1}, version)
            assert isinstance(await running.end(key), Done)
        filled.append(process.memory_info().rss)
    evictions = [message.evictions for message in running.messages if isinstance(message, Resident)]
    assert max(evictions) >= 2 * CYCLES - 2
    print(f"{filled[9] / 2**20:.0f} MB after 10 cycles, {filled[-1] / 2**20:.0f} MB after {CYCLES}")  # noqa: T201
    assert max(filled[10:]) < filled[9] * GROWTH
