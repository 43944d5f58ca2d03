"""What has to hold after a run, whatever was injected into it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import psutil

from tests.chaos import batch
from tests.chaos.audit import TERMINAL, Change, histories, pids
from tests.chaos.cluster import LEASE_SECONDS, Cluster
from tests.chaos.hooks import Hooks
from tests.chaos.load import Asked, Load
from tests.chaos.scene import Injected
from tests.support.api import Client

SETTLE_SECONDS = 60.0
# What is logged with a traceback is a bug, or a fault that nobody thought of
BUGS = re.compile(
    r'^.*"event": "(?:graphql\.bug|attempt\.broke|webhooks\.\w+_broke|finish\.refused|supervisor\.loop_died)".*$',
    re.MULTILINE,
)
KEYS_OF_DRAMATIQ = re.compile(rb"dramatiq:(?!__heartbeats__)")
SLOW_SECONDS = LEASE_SECONDS + 4
OUTAGES = frozenset({"PostgreSQL restarted", "worker's database stalled"})
SUMS = """
SELECT b.spent, b.reserved, (SELECT count(*) FROM budget_hold h WHERE h.budget_id = b.id) AS holds,
  (SELECT coalesce(sum(u.amount), 0) FROM usage u WHERE u.owner = b.subject) AS ledger,
  (SELECT count(*) FROM usage u WHERE u.owner = b.subject AND u.price_list_id IS NOT NULL) AS lines
FROM budget b
"""
FILES = "query ($id: ID!) { prediction(id: $id) { files { url bytes } } }"


@dataclass
class Findings:
    """What a run came to; `problems` is empty when everything held."""

    predictions: int = 0
    lost: int = 0
    doubled: int = 0
    rerun: int = 0
    gaps: int = 0
    recovery: list[float] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def check(cluster: Cluster, load: Load, hooks: Hooks, injected: list[Injected], read: dict[str, int]) -> Findings:
    """Look at everything that a run left behind; `read` says how long each log was before it."""
    found = Findings(predictions=len(load.asked), problems=[*load.problems])
    for name, start in read.items():
        found.problems += [f"{name}: {line[:250]} … {line[-300:]}" for line in BUGS.findall(cluster.log(name)[start:])]
    await _check_rows(cluster, load, injected, found)
    if load.batch_id is not None:
        found.problems += await batch.problems_of(cluster, hooks, load.batch_id)
    found.problems += await _unsettled(cluster)
    found.problems += await _untold(cluster, load, hooks)
    for watcher in load.watchers:
        found.problems += watcher.problems
        found.gaps += bool(watcher.problems)
    found.problems += await _lasting_keys(cluster)
    found.problems += await _stray_files(cluster, cluster.live.data_dir / "files")
    found.problems += await _unreadable_files(cluster, load)
    found.problems += _orphans(cluster)
    return found


async def _check_rows(cluster: Cluster, load: Load, injected: list[Injected], found: Findings) -> None:
    async with cluster.database() as connection:
        ids = [asked.row_id for asked in load.asked]
        sql = "SELECT p.*, u.predict_seconds FROM prediction p LEFT JOIN usage u ON u.prediction_id = p.id"
        rows = {row["id"]: row for row in await connection.fetch(f"{sql} WHERE p.id = ANY($1::uuid[])", ids)}
        changes, of_worker = await histories(connection, ids), await pids(connection)
        doubles = "SELECT idempotency_key FROM prediction WHERE idempotency_key LIKE $1 GROUP BY 1 HAVING count(*) > 1"
        for row in await connection.fetch(doubles, f"{load.mark}-%"):
            found.problems.append(f"two predictions have the key {row['idempotency_key']}")
        unasked = await connection.fetch(
            "SELECT id, status FROM prediction WHERE idempotency_key LIKE $1 AND id <> ALL($2::uuid[])",
            f"{load.mark}-%", ids,
        )  # fmt: skip
        found.problems += [f"{row['id']} was made and never answered for" for row in unasked]
    for asked in load.asked:
        row, history = rows.get(asked.row_id), changes[asked.row_id]
        problems = _row_problems(asked, row, of_worker) if row else ["is not there"]
        found.lost += bool(problems)
        ends = _end_problems(history, row)
        found.doubled += bool(ends)
        found.rerun += any(change.attempt > 1 for change in history)
        if asked.kind != "crash":
            taken = _recoveries(history, injected, of_worker)
            found.recovery += taken
            if max(taken, default=0) > SLOW_SECONDS:
                found.slow.append(_told(history, injected, of_worker))
        found.problems += [f"{asked.kind} {asked.row_id} {problem}" for problem in (*problems, *ends)]


async def _unsettled(cluster: Cluster) -> list[str]:
    """What budgets hold though nothing runs, or have spent beside what the ledger says."""
    async with cluster.database() as connection:
        budgets = await connection.fetch(SUMS)
    problems = [] if budgets else ["there is no budget"]
    for row in budgets:
        if row["reserved"] or row["holds"] or row["spent"] != row["ledger"] or not row["lines"]:
            problems.append(f"a budget is not settled: {dict(row)}")
    return problems


def _row_problems(asked: Asked, row: Any, of_worker: dict[UUID, int]) -> list[str]:
    """Why a row is not what its prediction had to end as."""
    status, code = row["status"].upper(), row["error_code"]
    if status not in asked.ends and not (asked.cancel and status == "SUCCEEDED"):
        return [f"is {status} {code or ''} {row['error_message'] or ''} after {row['attempt']} attempts, "
                f"{row['losses']} losses"]  # fmt: skip
    output = json.loads(row["output"]) if row["output"] else None
    problems = []
    if code != asked.code and status == "FAILED":
        problems.append(f"has the error {code}")
    if asked.text is not None:
        mark, _, told = str(output).partition(" ") if asked.signed else ("", "", output)
        if told != asked.text:
            problems.append(f"has the text {told!r}")
        if asked.signed and int(mark) != of_worker.get(row["worker_id"]):
            problems.append(f"holds what process {mark} made, which did not hold it when it ended")
    if len(json.loads(row["files"] or "[]")) != asked.files:
        problems.append(f"has the files {row['files']}")
    return problems


def _end_problems(history: list[Change], row: Any) -> list[str]:
    """Whether it ended once, and was charged once if it ran to an end."""
    ends = [change for change in history if change.is_end]
    problems = []
    if len(ends) > 1 or any(change.was in TERMINAL for change in history):
        problems.append(f"ended {len(ends)} times: {[(change.was, change.status) for change in history]}")
    claims = [change.attempt for change in history if change.is_claim]
    if claims != sorted(set(claims)):
        problems.append(f"was claimed as {claims}")
    if row and row["predict_seconds"] is None and row["status"] in TERMINAL:
        problems.append(f"{row['status']} and is not in the ledger")
    if row and row["predict_seconds"] is not None:
        # Nobody is charged for a run of which only its loss is known, or that never began
        measured = json.loads(row["metrics"] or "{}").get("predict_seconds", 0)
        if row["status"] not in TERMINAL or measured != row["predict_seconds"]:
            problems.append(f"is charged {row['predict_seconds']} seconds and ran {measured}")
    return problems


def _recoveries(history: list[Change], injected: list[Injected], of_worker: dict[UUID, int]) -> list[float]:
    """Seconds from the fault that ended an attempt to the claim of the next.

    The fault is the first one of that attempt's worker in its time; where there is none (a claim whose reply was lost)
    the attempt's own beginning. While PostgreSQL is away nobody can claim: that time does not count.
    """
    claims = [change for change in history if change.is_claim]
    found = []
    for broken, taken in pairwise(claims):
        pid = of_worker.get(broken.worker_id) if broken.worker_id else None
        hit = [fault.began for fault in injected
               if fault.pid is not None and fault.pid == pid and broken.at <= fault.began <= taken.at]  # fmt: skip
        began = min(hit, default=broken.at)
        away = [fault.ended for fault in injected if fault.name in OUTAGES and began <= fault.ended <= taken.at]
        found.append(taken.at - max([began, *away]))
    return found


def _told(history: list[Change], injected: list[Injected], of_worker: dict[UUID, int]) -> str:
    """What became of a prediction that was long without a worker, and what was done meanwhile."""
    start, end = history[0].at, history[-1].at
    states = [
        f"{change.at - start:.1f} {change.status} {change.attempt} {of_worker.get(change.worker_id, '')}"
        if change.worker_id
        else f"{change.at - start:.1f} {change.status}"
        for change in history
    ]
    faults = [
        f"{fault.began - start:.1f} to {fault.ended - start:.1f} {fault.name} {fault.pid or ''}"
        for fault in injected
        if start - 10 < fault.began < end
    ]
    return f"{', '.join(states)}; {', '.join(faults)}"


async def _untold(cluster: Cluster, load: Load, hooks: Hooks) -> list[str]:
    """Predictions whose receivers were not told of their end under one id, once those who tell had their time."""
    deadline = time.monotonic() + SETTLE_SECONDS
    hooked = [asked for asked in load.asked if asked.hooked]
    while True:
        async with cluster.database() as connection:
            problems = [f"{asked.kind} {asked.row_id} {problem}" for asked in hooked
                        for problem in await _told_wrong(connection, hooks, asked)]  # fmt: skip
            # A receiver that failed twice would be told in five minutes
            await connection.execute("UPDATE webhook_delivery SET next_at = now() WHERE state = 'pending'")
        if not problems or time.monotonic() > deadline:
            return problems
        await asyncio.sleep(1)


async def _told_wrong(connection: asyncpg.Connection, hooks: Hooks, asked: Asked) -> list[str]:
    sql = "SELECT id, event, state, tries FROM webhook_delivery WHERE prediction_id = $1"
    deliveries = [dict(row) for row in await connection.fetch(sql, asked.row_id)]
    status = await connection.fetchval("SELECT status FROM prediction WHERE id = $1", asked.row_id)
    return hooks.problems(asked.id, deliveries, status)


async def _lasting_keys(cluster: Cluster) -> list[str]:
    """Keys that would stay for ever; Dramatiq's own are bounded by the queues that there are."""
    async with cluster.cache() as cache:
        lasting = [key async for key in cache.scan_iter(count=1000)
                   if not KEYS_OF_DRAMATIQ.match(key) and await cache.ttl(key) == -1]  # fmt: skip
    return [f"{len(lasting)} keys never expire, such as {lasting[0]!r}"] if lasting else []


async def _stray_files(cluster: Cluster, folder: Path) -> list[str]:
    """Files that no row names, once those who clean up had their time."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        async with cluster.database() as connection:
            named = await _named_files(connection)
        stray = [name for name in _files(folder) if name not in named]
        if not stray or time.monotonic() > deadline:
            return [f"{len(stray)} files belong to no row, such as {stray[:3]}"] if stray else []
        await asyncio.sleep(0.5)


def _files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


async def _named_files(connection: asyncpg.Connection) -> set[str]:
    sql = "SELECT f->>'key' AS key FROM prediction, jsonb_array_elements(files) AS f WHERE files IS NOT NULL"
    return {row["key"] for row in await connection.fetch(sql)}


async def _unreadable_files(cluster: Cluster, load: Load) -> list[str]:
    """Files that a row names and nobody can fetch."""
    problems = []
    client = Client(cluster.urls["api-0"], cluster.token)
    for asked in [asked for asked in load.asked if asked.files]:
        for file in (await client.run(FILES, id=asked.id))["prediction"]["files"]:
            try:
                answer = await client.http.get(file["url"])
            except httpx.HTTPError as error:
                problems.append(f"{asked.row_id}: its file cannot be fetched: {error}")
                continue
            if answer.status_code != 200 or len(answer.content) != int(file["bytes"]):
                problems.append(f"{asked.row_id}: its file is answered with {answer.status_code}")
    await client.close()
    return problems


def _orphans(cluster: Cluster) -> list[str]:
    """Processes of workers and APIs that are gone."""
    present = {process.pid for name in cluster.live.processes for process in cluster.family(name)}
    deadline = time.monotonic() + 20
    while True:
        left = [process for process in cluster.seen.values() if process.pid not in present and _lives(process)]
        if not left or time.monotonic() > deadline:
            return [f"{process} is left of what was killed: {_describe(process)}" for process in left]
        time.sleep(0.1)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _describe(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return f"child of {process.ppid()}, {' '.join(process.cmdline())[-200:]}"
    return "gone by now"


def counted(injected: list[Injected]) -> Counter[str]:
    """How often each fault was injected."""
    found: Counter[str] = Counter()
    for fault in injected:
        found[fault.name] += fault.count
    return found
