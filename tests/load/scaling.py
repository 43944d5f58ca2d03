"""What a second worker process adds for a model that waits more than it computes."""

from __future__ import annotations

import asyncio
import statistics
from functools import partial

from rich.table import Table

from tests.conftest import LiveServer
from tests.load.overhead import TEXT, closed_loop
from tests.load.users import users
from tests.support.api import Client, wait_until_healthy

CLIENTS = 16
SECONDS = 4.0
WARM_UP_SECONDS = 10.0
VALUES = {"repeat": 2, "delay_seconds": 0.1}


async def measure(live: LiveServer, repeats: int) -> Table:
    """Predictions a second with one worker and with two, in turns."""
    found: dict[int, list[float]] = {1: [], 2: []}
    client = Client(live.url)
    await client.sign_up("scaling")
    async with users(client, CLIENTS) as some:
        work = [partial(user.waited, "demo/echo", TEXT, **VALUES) for user in some]
        for _ in range(repeats):
            found[1].append((await closed_loop(work, SECONDS)).rate)
            live.start("worker-more", "worker")
            await asyncio.to_thread(wait_until_healthy, live.url, 2, live.processes)
            # Its runner still imports what models need
            await closed_loop(work, WARM_UP_SECONDS)
            found[2].append((await closed_loop(work, SECONDS)).rate)
            await asyncio.to_thread(live.stop, "worker-more")
    await client.close()
    one, two = (statistics.median(found[number]) for number in (1, 2))
    table = Table("figure", "median")
    table.add_row("one worker of four slots, 0.1 s a prediction", f"{one:.0f} predictions/s")
    table.add_row("two such workers", f"{two:.0f} predictions/s")
    table.add_row("ratio of the two", f"{two / one:.2f}")
    return table
