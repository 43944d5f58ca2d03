"""A batch whose worker is killed midway: each item once, the counts add up, one webhook."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator

import asyncpg
import pytest

from server.domain.ids import parse_id
from server.embedded.servers import LocalServers
from tests.conftest import LOCAL_RECEIVERS, LiveServer, running
from tests.integration.batches.operations import create, ended
from tests.integration.worker.conftest import QUICK
from tests.support.operations import somebody
from tests.support.receiver import listening

pytestmark = pytest.mark.slow

ITEMS = 300


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    settings = {**QUICK, **LOCAL_RECEIVERS, "BATCH_WINDOW": "40"}
    with running(own_servers, tmp_path_factory.mktemp("killed"), workers=2, **settings) as found:
        yield found


async def test_each_item_runs_once_whatever_dies(live: LiveServer) -> None:
    ada, _ = await somebody(live.url)
    async with listening() as receiver:
        inputs = [{"text": f"item {number}", "delay_seconds": 0.05} for number in range(ITEMS)]
        made = await create(ada, inputs=inputs, webhook={"url": receiver.url()})
        batch_id = parse_id(made["id"], "Batch")
        connection = await asyncpg.connect(live.environment["DATABASE_URL"])
        for name in ("worker-0", "worker-1"):
            # While some of its items run, and others are not made yet
            done = await connection.fetchval("SELECT ended FROM batch WHERE id = $1", batch_id)
            while await connection.fetchval("SELECT ended FROM batch WHERE id = $1", batch_id) < done + 30:
                await asyncio.sleep(0.02)
            os.killpg(live.processes[name].pid, signal.SIGKILL)
            live.processes[name].wait()
            live.start(name, "worker")
        over = await ended(ada, made["id"], 240)
        assert (over["status"], over["counts"]["succeeded"]) == ("COMPLETED", ITEMS)
        rows = await connection.fetch(
            "SELECT batch_index, status, output FROM prediction WHERE batch_id = $1", batch_id
        )
        assert Counter(row["batch_index"] for row in rows) == Counter(range(ITEMS))
        assert {row["status"] for row in rows} == {"succeeded"}
        assert {row["batch_index"]: row["output"] for row in rows} == {
            number: f'"item {number}"' for number in range(ITEMS)
        }
        usage = "SELECT count(*) FROM usage u JOIN prediction p ON p.id = u.prediction_id WHERE p.batch_id = $1"
        assert await connection.fetchval(usage, batch_id) == ITEMS
        await connection.close()
        await receiver.wait(1, 60)
        await asyncio.sleep(2)
        assert [told.event for told in receiver.told] == ["BATCH_COMPLETED"]
        assert receiver.told[0].json["counts"]["succeeded"] == ITEMS
    await ada.close()
