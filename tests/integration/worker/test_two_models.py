"""Two models that do not fit together, asked by many at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.integration.worker.conftest import QUICK
from tests.support.api import Client
from tests.support.prepared import StartServers

BYTES = 24_000_000
CLIENTS = 8
EACH = 25
ASKED: dict[str, dict[str, Any]] = {
    "demo/prose": {"prompt": "The function", "max_new_tokens": 3},
    "demo/shapes": {"prompt": "a red circle on a blue background", "steps": 2},
}


@pytest.fixture(scope="module")
def own_servers(start_servers: StartServers) -> Iterator[LocalServers]:
    """No worker without a bound of memory may take what is asked for here."""
    with start_servers() as servers:
        yield servers


async def _use_in_turns(url: str, number: int) -> list[str]:
    client = Client(url)
    statuses = []
    for turn in range(EACH):
        model = list(ASKED)[(number + turn) % 2]
        ended = await client.create(model, ASKED[model], wait=60)
        while ended["status"] in {"STARTING", "PROCESSING"}:
            ended = await client.get(ended["id"]) or {}
            await asyncio.sleep(0.1)
        statuses.append(ended["status"])
    await client.close()
    return statuses


async def _workers(url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        found: list[asyncpg.Record] = await connection.fetch("SELECT * FROM worker")
    finally:
        await connection.close()
    return found


@pytest.mark.slow
async def test_two_models_that_do_not_fit_together_serve_two_hundred_in_turns(
    own_servers: LocalServers, tmp_path: Path
) -> None:
    with running(own_servers, tmp_path, MODEL_CACHE_BYTES=str(BYTES), **QUICK) as live:
        ended = await asyncio.gather(*(_use_in_turns(live.url, number) for number in range(CLIENTS)))
        assert [status for statuses in ended for status in statuses] == ["SUCCEEDED"] * CLIENTS * EACH
        # the change of models wakes the heartbeat that writes it
        await asyncio.sleep(1)
        workers = [row for row in await _workers(own_servers.database_url) if row["budget_bytes"] == BYTES]
    assert len(workers) == 1
    print(f"{workers[0]['evictions']} evictions")  # noqa: T201
    assert workers[0]["evictions"] >= 2
    assert workers[0]["model_bytes"] <= BYTES


@pytest.mark.slow
async def test_what_can_never_fit_fails_with_both_numbers_and_what_is_idle_goes(
    own_servers: LocalServers, tmp_path: Path
) -> None:
    settings = {"MODEL_CACHE_BYTES": "18000000", "MODEL_IDLE_SECONDS": "2", **QUICK}
    with running(own_servers, tmp_path, **settings) as live:
        client = Client(live.url)
        large = await client.create("demo/shapes", ASKED["demo/shapes"], wait=60)
        assert (large["status"], large["error"]["code"]) == ("FAILED", "MODEL_UNAVAILABLE"), large
        told = re.fullmatch(
            r"The model needs (\d+) bytes of memory, and at most 18000000 can be used for it here\.",
            large["error"]["message"],
        )
        assert told, large["error"]
        assert int(told[1]) > 18_000_000
        assert large["metrics"]["totalSeconds"] < 20
        small = await client.create("demo/prose", ASKED["demo/prose"], wait=60)
        assert small["status"] == "SUCCEEDED", small
        held = await _held(own_servers, lambda found: found["versions"] != "[]")
        assert 10_000_000 < held["model_bytes"] <= 18_000_000, "what it fills was measured: weights and cache"
        gone = await _held(own_servers, lambda found: found["versions"] == "[]")
        assert (gone["model_bytes"], gone["evictions"]) == (0, 1)
        again = await client.create("demo/prose", ASKED["demo/prose"], wait=60)
        assert (again["status"], again["metrics"]["loadSeconds"] > 0) == ("SUCCEEDED", True)
        await client.close()


async def _held(servers: LocalServers, seen: Callable[[asyncpg.Record], bool]) -> asyncpg.Record:
    """The worker's own account of its memory, once it says so."""
    async with asyncio.timeout(30):
        while True:
            for row in await _workers(servers.database_url):
                if row["budget_bytes"] == 18_000_000 and seen(row):
                    return row
            await asyncio.sleep(0.05)
