"""A drained worker claims nothing more and says so; what runs there ends as it would; resumed, it works again."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.domain.ids import parse_id
from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.accounts.operations import with_key
from tests.integration.administration.operations import audit, command, database_of
from tests.support.api import Client
from tests.support.operations import administrator, code_of, ended, somebody

DRAIN = """mutation ($i: DrainWorkerInput!) { drainWorker(input: $i) { __typename
  ... on Worker { id drainedAt inFlight } ... on UserError { code message } } }"""
RESUME = """mutation ($i: ResumeWorkerInput!) { resumeWorker(input: $i) { __typename
  ... on Worker { id drainedAt } ... on UserError { code message } } }"""
QUEUE = "query ($id: ID!) { prediction(id: $id) { queue { etaSeconds { p50 } reason } } }"
WORKERS = "{ workers { id drainedAt inFlight } queues { name workers } }"


IDS = "SELECT id, status, attempt, worker_id::text FROM prediction WHERE id = ANY($1::uuid[])"
# Half a second each, and more than two workers run at once
WORK = {"text": "a b c d e", "repeat": 2, "delay_seconds": 0.05}
COUNT = 40
SECONDS = 90


async def act(client: Client, mutation: str, worker: str) -> dict[str, Any]:
    (answer,) = (await client.run(mutation, i={"id": worker})).values()
    return dict(answer)


async def test_a_drained_worker_ends_what_it_has_and_claims_nothing(
    admin: Client, ada: Client, nobody: Client, live_server: LiveServer
) -> None:
    (worker,) = [each["id"] for each in (await admin.run(WORKERS))["workers"]]
    runs = await ada.create("demo/echo", {"text": "a b", "repeat": 10, "delay_seconds": 0.1})
    while (await ada.get(runs["id"]) or {})["status"] == "STARTING":
        await asyncio.sleep(0.05)
    try:
        for client in (ada, nobody, await with_key(admin, "READ", "WRITE"), await with_key(admin, "READ", "ADMIN")):
            for mutation in (DRAIN, RESUME):
                assert (await act(client, mutation, worker))["code"] == "FORBIDDEN"
        answer = await act(admin, DRAIN, worker)
        assert (answer["__typename"], answer["drainedAt"] is not None) == ("Worker", True)
        over = await ended(ada, runs["id"])
        assert (over["status"], over["attempts"]) == ("SUCCEEDED", 1)
        waits = await ada.create("demo/echo", {"text": "x"})
        await asyncio.sleep(2)
        assert (await ada.get(waits["id"]) or {})["status"] == "STARTING"
        while (state := await admin.run(WORKERS))["workers"][0]["inFlight"]:
            await asyncio.sleep(0.1)
        assert (state["workers"][0]["drainedAt"] is not None, state["workers"][0]["inFlight"]) == (True, 0)
        assert {each["workers"] for each in state["queues"]} == {0}
        held = (await ada.run(QUEUE, id=waits["id"]))["prediction"]["queue"]
        assert held == {"etaSeconds": None, "reason": "NO_WORKER"}
        (listed,) = json.loads(command(live_server, "workers", "list", "--json").stdout)
        assert (listed["id"], listed["drained_at"] is not None) == (worker, True)
    finally:
        resumed = await act(admin, RESUME, worker)
    assert resumed["drainedAt"] is None
    after = await ended(ada, waits["id"])
    assert (after["status"], after["attempts"]) == ("SUCCEEDED", 1)
    actions = [event["action"] for event in await audit(admin, subjectType="WORKER")][:2]
    assert actions == ["WORKER_RESUMED", "WORKER_DRAINED"]
    assert (await act(admin, DRAIN, str(uuid4())))["code"] == "NOT_FOUND"
    assert await code_of(admin, DRAIN, i={"id": "x"}) == "BAD_USER_INPUT"
    unknown = command(live_server, "workers", "drain", str(uuid4()))
    assert (unknown.returncode, "No live worker" in unknown.stderr) == (1, True)


@pytest.mark.slow
async def test_a_worker_that_is_drained_in_the_middle_of_a_load_loses_nothing(
    own_servers: LocalServers, tmp_path: Path
) -> None:
    settings = {"HEARTBEAT_SECONDS": "0.5", "CUSTOM_SLOTS": "4"}
    with running(own_servers, tmp_path, workers=2, **settings) as live:
        admin, (ada, _) = await administrator(live), await somebody(live.url)
        async with database_of(live) as database, asyncio.timeout(SECONDS):
            ids = [parse_id((await ada.create("demo/echo", WORK))["id"], "Prediction") for _ in range(COUNT)]
            while not all(each["inFlight"] for each in (await admin.run(WORKERS))["workers"]):
                await asyncio.sleep(0.05)
            drained, other = [each["id"] for each in (await admin.run(WORKERS))["workers"]]
            await act(admin, DRAIN, drained)
            ids += [parse_id((await ada.create("demo/echo", WORK))["id"], "Prediction") for _ in range(COUNT)]
            # It knows by the answer to a heartbeat, and the one after that says what is left
            for _ in range(2):
                seen = await database.fetchval("SELECT last_seen FROM worker WHERE id = $1::uuid", drained)
                while await database.fetchval("SELECT last_seen FROM worker WHERE id = $1::uuid", drained) == seen:
                    await asyncio.sleep(0.05)
            while {each["id"]: each["inFlight"] for each in (await admin.run(WORKERS))["workers"]}[drained]:
                await asyncio.sleep(0.05)
            late = [parse_id((await ada.create("demo/echo", WORK))["id"], "Prediction") for _ in range(COUNT // 4)]
            while await database.fetchval("SELECT count(*) FROM prediction WHERE completed_at IS NULL"):
                await asyncio.sleep(0.1)
            rows = await database.fetch(IDS, [*ids, *late])
            assert len(rows) == len(ids) + len(late)
            assert {(row["status"], row["attempt"]) for row in rows} == {("succeeded", 1)}
            ran = Counter(row["worker_id"] for row in rows)
            assert set(ran) == {drained, other}, ran
            assert {row["worker_id"] for row in await database.fetch(IDS, late)} == {other}
            usage = "SELECT count(*) FROM usage WHERE prediction_id = ANY($1::uuid[])"
            assert await database.fetchval(usage, [*ids, *late]) == len(rows)
        for client in (admin, ada):
            await client.close()
