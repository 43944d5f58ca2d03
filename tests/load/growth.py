"""What lists, reads, creations and the sweep cost with a thousand and with a million predictions.

The rows are made by SQL: of one user, ten seconds apart, a tenth of them waiting in one queue and rung a moment ago.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from rich.table import Table

from graph.types.ids import global_id
from server.adapters.database import open_database, rows
from server.embedded.servers import LocalServers
from server.maintenance import recovery
from server.queue.claim import claim
from server.queue.depths import read_states
from server.runtime import Runtime
from tests.conftest import LiveServer
from tests.integration.queue.store import runtime
from tests.support.api import Client
from tests.support.operations import administrator

SIZES = (1_000, 1_000_000)
QUEUE = "custom.cuda"
CHUNK = 20_000
TIMES = 40
LIST = """query ($filter: PredictionFilter, $after: String) { predictions(first: 20, filter: $filter, after: $after) {
  nodes { id status createdAt } pageInfo { endCursor } } }"""
GET = "query ($id: ID!) { prediction(id: $id) { id status output } }"
CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) {
  __typename ... on Prediction { id } } }"""
Work = Callable[[], Awaitable[Any]]


async def measure(live: LiveServer, servers: LocalServers, folder: Path) -> Table:
    """The median of each at each size, and how far the largest is from the smallest."""
    found: dict[str, list[float]] = {}
    client = await administrator(live)
    async with open_database(servers.database_url), runtime(servers.redis_url, folder) as rt:
        (user,) = await rows('SELECT id FROM "user" WHERE is_admin ORDER BY created_at DESC LIMIT 1')
        for size in SIZES:
            await _fill(user["id"], size)
            for name, work in (await _works(rt, client, user["id"])).items():
                found.setdefault(name, []).append(await _middle(work))
    await client.close()
    table = Table("", *(f"{size:,} predictions" for size in SIZES), "ratio")
    for name, values in found.items():
        table.add_row(name, *(f"{1000 * value:.1f} ms" for value in values), f"{values[-1] / values[0]:.2f}")
    return table


async def _fill(user: UUID, size: int) -> None:
    (held,) = await rows("SELECT count(*) AS n FROM prediction")
    for first in range(held["n"], size, CHUNK):
        await rows(_FILL, user, QUEUE, first, min(first + CHUNK, size))
    # As autovacuum does a little later
    for table in ("prediction", "usage"):
        await rows(f"VACUUM ANALYZE {table}")


async def _works(rt: Runtime, client: Client, user: UUID) -> dict[str, Work]:
    worker = uuid4()
    old = (await rows("SELECT id, created_at FROM prediction WHERE user_id = $1 ORDER BY created_at LIMIT 500", user))[
        -1
    ]
    before = {"createdBefore": old["created_at"].isoformat()}
    asked = {"model": "demo/echo", "input": {"text": "hello"}}
    return {
        "list, newest": lambda: client.run(LIST),
        "list, the oldest page": lambda: client.run(LIST, filter=before),
        "list of everybody": lambda: client.run(LIST, filter={"everybody": True}),
        "get": lambda: client.run(GET, id=global_id("Prediction", old["id"])),
        "create": lambda: client.run(CREATE, input=asked),
        "claim": lambda: claim(QUEUE, worker, 3600, 1),
        "sweep": lambda: recovery.sweep(rt),
        "states of the queues": read_states,
    }


async def _middle(work: Work) -> float:
    await work()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


_FILL = """
INSERT INTO prediction (id, owner, user_id, queue, rank, status, input, output, logs, attempt, losses, alone, run_at,
  rung_at, request_hash, created_at, updated_at, started_at, completed_at, model_id, version_id, data_removed)
SELECT gen_random_uuid(), 'user:' || $1::uuid::text, $1::uuid, $2::varchar, 0,
  CASE WHEN waits THEN 'starting' ELSE 'succeeded' END, '{"text": "hello"}', '"hello"', '', 1, 0, false, at,
  now() + interval '1 hour', '', at, at, at, CASE WHEN waits THEN NULL ELSE at END, m.id, v.id, false
FROM (SELECT n % 10 = 0 AS waits, now() - n * interval '10 s' AS at FROM generate_series($3::int + 1, $4::int) AS n) g
CROSS JOIN (SELECT id FROM model WHERE name = 'echo' LIMIT 1) m JOIN version v ON v.model_id = m.id
"""
