"""One run: a seed's faults under load, then peace, then everything that has to hold."""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.audit import TERMINAL
from tests.chaos.cluster import APIS, LEASE_SECONDS, WORKERS, Cluster
from tests.chaos.faults import drawn, inject
from tests.chaos.hooks import receiving
from tests.chaos.invariants import Findings, check, counted
from tests.chaos.load import Load
from tests.chaos.scene import Scene

PAUSES = (0.03, 0.15)
MOST = 160
DRAIN_SECONDS = 60.0
RECOVERY_SECONDS = LEASE_SECONDS + 6
# What was in a lost runner runs again alone, one after the other
LONGEST_RECOVERY_SECONDS = RECOVERY_SECONDS + 3
FENCED = re.compile(r"attempt\.(?:fenced|lost)\b|events\.fenced\b")


@dataclass
class Result:
    """What a seed came to."""

    seed: int
    found: Findings
    faults: Counter[str]
    fenced: int = 0
    seconds: float = 0.0
    refusals: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (f"{sum(self.faults.values())} faults, {self.found.predictions} predictions, "
                f"{len(self.found.problems)} problems, {self.seconds:.0f} s; "
                f"asked again after {dict(self.refusals)}")  # fmt: skip


def percentile(values: list[float], share: float) -> float:
    """The value that this share of some does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def recovery(results: list[Result]) -> float:
    """Seconds in which 95 % of the interrupted attempts were taken over."""
    return percentile([value for result in results for value in result.found.recovery], 0.95)


async def run_seed(cluster: Cluster, seed: int) -> Result:
    """Inject what a seed says; the cluster is whole before and after."""
    began = time.monotonic()
    await cluster.heal()
    rng = random.Random(seed)
    async with receiving(rng) as hooks:
        mark = f"{seed}-{secrets.token_hex(4)}"
        load = Load(cluster.urls, cluster.slugs, cluster.token, hooks.url, rng, mark)
        scene = Scene(cluster, load, rng)
        read = {name: len(cluster.log(name)) for name in (*APIS, *WORKERS)}
        load.spawn(load.ask_batch())
        problems = await _storm(scene, seed)
        await cluster.heal()
        await load.finish(DRAIN_SECONDS)
        problems += await _unended(cluster, load)
        found = await check(cluster, load, hooks, scene.injected, read)
    found.problems = problems + found.problems
    took, fenced = time.monotonic() - began, _fenced(cluster, read)
    return Result(seed, found, counted(scene.injected), fenced, took, load.refusals)


async def _storm(scene: Scene, seed: int) -> list[str]:
    """Everything at once, until the last lane of faults is through."""
    lanes = [asyncio.create_task(inject(scene, lane), name=name) for name, lane in drawn(seed).items()]
    await scene.load.run(PAUSES, lambda: all(lane.done() for lane in lanes), MOST)
    return [f"the faults of {lane.get_name()} broke off: {lane.exception()!r}" for lane in lanes if lane.exception()]


async def _unended(cluster: Cluster, load: Load) -> list[str]:
    """Wait for rows that nobody watches any more."""
    deadline = time.monotonic() + DRAIN_SECONDS
    ids = [asked.row_id for asked in load.asked]
    while True:
        async with cluster.database() as connection:
            sql = "SELECT id, status FROM prediction WHERE id = ANY($1::uuid[]) AND status <> ALL($2::text[])"
            left = await connection.fetch(sql, ids, sorted(TERMINAL))
        if not left or time.monotonic() > deadline:
            return [f"{row['id']} stays {row['status']}" for row in left]
        await asyncio.sleep(0.2)


def _fenced(cluster: Cluster, read: dict[str, int]) -> int:
    """How often a worker found that what it held is another's by now."""
    return sum(len(FENCED.findall(cluster.log(name)[read[name] :])) for name in WORKERS)


def table(results: list[Result]) -> str:
    """The results as a Markdown table, one row a seed and one for all."""
    head = (
        "seed",
        "faults",
        "predictions",
        "lost",
        "doubled",
        "re-run",
        "fenced",
        "gaps",
        "p95 recovery, s",
        "took, s",
    )
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [_line(str(r.seed), [r]) for r in results]
    lines.append(_line("all", results))
    return "\n".join(lines)


def _line(name: str, results: list[Result]) -> str:
    found = [result.found for result in results]
    sums = [sum(getattr(one, field) for one in found) for field in ("predictions", "lost", "doubled", "rerun", "gaps")]
    fenced, took = sum(r.fenced for r in results), sum(r.seconds for r in results)
    injected = sum(sum(r.faults.values()) for r in results)
    cells = [injected, *sums[:4], fenced, sums[4], f"{recovery(results):.1f}", f"{took:.0f}"]
    return f"| {' | '.join(map(str, [name, *cells]))} |"


def kinds(results: list[Result]) -> str:
    """How often each fault was injected, the most frequent first."""
    total: Counter[str] = sum((result.faults for result in results), Counter())
    return ", ".join(f"{name} {count}" for name, count in total.most_common())
