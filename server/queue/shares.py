"""Ranks: in which order waiting predictions run, so that no owner's many hold up another's few.

Start-time fair queueing (Goyal, Vin and Cheng, 1996), where a flow is what one share has in a queue. A rank is in
hundredths of a second of virtual time, and is written once, as the row comes: it is that of the head of its version,
or what the share's last one leaves, plus what this one will probably take, divided by the weight of its user. What
does not wait any more is remembered only as far as the head: nobody collects credit, and nobody pays for ever.

The head is that of the version, not of the queue: a version that no worker runs must not hold back the virtual time of
others. Where none of a version waits, it is the last that began in the queue; where nothing runs, time begins anew.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.transactions import in_transaction

from server.adapters.database import LookUp, insert_all, rows
from server.domain.accounts import ANONYMOUS_OWNER, USER_OWNER
from server.domain.callers import network_of
from server.domain.models import ALL_QUEUES
from server.tables import Prediction
from server.tables.predictions import LIVE_OF_SHARE, RUNNING

UNITS_PER_SECOND = 100
UNKNOWN_SECONDS = 1.0
"""What a run of a version is taken for that never ran."""
MOST_SECONDS = 3600.0
LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0
MAX_RANK = 2**31 - 1
"""The rank of what its owner's limit of running predictions holds back, until it may run."""
LAST_RANK = MAX_RANK - 1
HELD_SECONDS = 100 * 365 * 86_400.0


@dataclass(frozen=True)
class Charge:
    """What a new prediction is charged: seconds that it will probably run, and the weight of its owner.

    `is_held`: it waits until `release` says that its owner may run more.
    """

    seconds: float | None = None
    weight: float = 1.0
    is_held: bool = False

    @property
    def units(self) -> float:
        """By how much it moves its owner's next ones back."""
        seconds = UNKNOWN_SECONDS if self.seconds is None else min(max(self.seconds, 0.0), MOST_SECONDS)
        return seconds * UNITS_PER_SECOND / min(max(self.weight, LEAST_WEIGHT), MOST_WEIGHT)


USUAL = Charge()


def share_of(owner: str) -> str:
    """Who an owner counts for: callers without an account share one by their network."""
    if not owner.startswith(ANONYMOUS_OWNER):
        return owner
    return ANONYMOUS_OWNER + network_of(owner.removeprefix(ANONYMOUS_OWNER))


async def insert_predictions(
    new: Sequence[Prediction],
    times: Sequence[dict[str, float]],
    charges: Sequence[Charge],
    unless: str = "",
) -> list[bool]:
    """Insert predictions with their ranks, which they learn; else as `insert_all`."""
    keys = []
    due = list(times)
    sums: dict[tuple[str, str], float] = {}
    firsts: dict[tuple[str, str], float] = {}
    after: list[float | None] = []
    idle: list[float | None] = []
    chance = random.random()  # noqa: S311 - rounding, so that small charges add up to what they are
    for number, (row, charge) in enumerate(zip(new, charges, strict=True)):
        row.share = share_of(row.owner)
        keys.append((row.queue, row.share, row.version_id, row.user_id))
        if charge.is_held:
            due[number] = {**due[number], "run_at": HELD_SECONDS}
            after.append(None)
            idle.append(None)
            continue
        share = row.queue, row.share
        sums[share] = units = sums.get(share, 0.0) + charge.units
        after.append(units + chance)
        idle.append(units + chance - firsts.setdefault(share, charge.units))
    distinct = list(dict.fromkeys(keys))
    if len(distinct) == 1:
        return await insert_all(new, due, unless, _LOOK_UP_ONE, distinct[0], (after, idle))
    flows = [list(each) for each in zip(*distinct, strict=True)]
    return await insert_all(new, due, unless, _LOOK_UP, flows, (after, idle))


async def move_forward(new: Sequence[Prediction]) -> None:
    """Put new predictions before what waits of their share with a lower priority, which takes their places.

    So a share has the same places as before, and no more of the workers. No place before the virtual time is taken: it
    is of a version that nobody runs, and what is put there would go before others. Called after the commit of rows of
    one transaction: where it does not come to that, they run a little later.
    """
    groups: dict[tuple[str, str, int], list[Prediction]] = {}
    for row in new:
        if row.rank != MAX_RANK and row.lowest_before is not None and row.lowest_before < row.priority:
            groups.setdefault((row.queue, row.share, row.priority), []).append(row)
    for (queue, share, priority), group in groups.items():
        head = max(row.head_before or 0 for row in group)
        ids = [row.id for row in group]
        # What gives way stands behind all of its own priority, and so before the next lower one
        for lower in range(priority - 1, -1, -1):
            ids = [row["id"] for row in await rows(_EXCHANGE, ids, queue, share, lower, head)] or ids


async def release(user_id: UUID) -> list[tuple[str, UUID]]:
    """Let as many predictions of a user wait for workers as may run; queue and id of those that did not before."""
    owner = f"{USER_OWNER}{user_id}"
    async with in_transaction():
        # One process after the other, so that not more are let through than may run
        limits = await rows("SELECT most_running FROM user_limit WHERE user_id = $1 FOR NO KEY UPDATE", user_id)
        most = limits[0]["most_running"] if limits else None
        released = []
        for row in await rows(_HELD_BACK, owner, list(ALL_QUEUES), most):
            units = Charge(row["expected_seconds"], row["weight"]).units
            after = units + random.random()  # noqa: S311 - rounding
            flow = (row["queue"], row["share"], row["version_id"], user_id)
            if await rows(_RELEASE, *flow, row["id"], after, after - units):
                released.append((row["queue"], row["id"]))
    return released


async def catch_up(model_id: UUID) -> None:
    """Move what waits of a model that was paused on to the virtual time of now, in the order that it has.

    Its ranks are of the time when it was paused: with them it would all go before whatever else waits.
    """
    await rows(_CATCH_UP, model_id)


async def list_held() -> list[UUID]:
    """Users of whom predictions are held back and may be let through."""
    return [row["user_id"] for row in await rows(_LIST_HELD, list(ALL_QUEUES))]


async def count_waiting_of_model(owner: str, model_id: UUID, most: int) -> int:
    """How many predictions of an owner wait of a model, counted up to `most`."""
    (row,) = await rows(_WAITING_OF_MODEL, owner, model_id, most)
    return int(row["n"])


async def read_limits(user_id: UUID) -> Mapping[str, Any]:
    """The row of a user's limits; empty where administrators set none."""
    records = await rows(
        "SELECT weight, most_waiting, most_running, most_waiting_per_model FROM user_limit WHERE user_id = $1", user_id
    )
    return records[0] if records else {}


_WAITING_OF_SHARE = f"{LIVE_OF_SHARE} AND status <> 'processing'"
# What it looks up is told where it is made (migrations/models/34_*)
_FLOWS = "SELECT * FROM prediction_flows($1::text[], $2::text[], $3::uuid[], $4::uuid[])"
_FLOW_OF_ONE = "SELECT * FROM prediction_flows(ARRAY[$1::text], ARRAY[$2::text], ARRAY[$3::uuid], ARRAY[$4::uuid])"
_SAME_FLOW = """f.queue = r.queue AND f.share = r.share AND f.version_id = r.version_id
  AND f.user_id IS NOT DISTINCT FROM r.user_id"""
# `after` are the charges of the new ones of the share up to it, `idle` those without the first: nobody is charged for
# the first before it runs
_RANK = f"""CASE WHEN r.after IS NULL THEN {MAX_RANK} ELSE floor(least({LAST_RANK}, greatest(f.head, CASE
  WHEN f.last IS NOT NULL THEN f.last + r.after
  WHEN f.former IS NOT NULL THEN least(f.former, f.head) + r.after
  ELSE f.head + r.idle END)))::int END"""
_OF_FLOW = """FROM f WHERE f.queue = prediction.queue AND f.share = prediction.share
  AND f.version_id = prediction.version_id LIMIT 1"""
_LEARNED = (
    ("after", "idle"),
    (("rank", _RANK),),
    (("lowest_before", f"(SELECT f.priority {_OF_FLOW})"), ("head_before", f"(SELECT f.head {_OF_FLOW})")),
)
_LOOK_UP = LookUp(_FLOWS, 4, _SAME_FLOW, *_LEARNED)
# Of one flow, without arrays, PostgreSQL keeps the plan: making it costs more than running it
_LOOK_UP_ONE = LookUp(_FLOW_OF_ONE, 4, _SAME_FLOW, *_LEARNED)
# Pairs of the first that gives way and the first that came, the second and the second, and so on
_EXCHANGE = f"""
WITH mine AS (
  SELECT id, rank, row_number() OVER (ORDER BY rank, run_at, id) AS place FROM prediction
  WHERE id = ANY($1::uuid[]) AND status = 'starting'),
others AS (
  SELECT id, rank, row_number() OVER (ORDER BY rank, run_at, id) AS place FROM (
    SELECT id, rank, run_at FROM prediction
    WHERE queue = $2 AND share = $3 AND {_WAITING_OF_SHARE} AND priority = $4 AND rank >= $5 AND rank < {MAX_RANK}
      AND id <> ALL($1::uuid[])
    ORDER BY rank LIMIT (SELECT count(*) FROM mine) FOR UPDATE SKIP LOCKED) o),
pairs AS (
  SELECT m.id AS mine, m.rank AS mine_rank, o.id AS other, o.rank AS other_rank
  FROM mine m JOIN others o ON o.place = m.place WHERE o.rank <= m.rank),
moves AS (
  SELECT mine AS id, other_rank AS rank, false AS gives_way FROM pairs
  UNION ALL SELECT other, mine_rank, true FROM pairs),
moved AS (
  UPDATE prediction p SET rank = m.rank FROM moves m WHERE p.id = m.id AND p.status = 'starting'
  RETURNING p.id, m.gives_way)
SELECT id FROM moved WHERE gives_way
"""  # noqa: S608 - constants only
_HELD_BACK = f"""
WITH live AS (
  SELECT count(*) AS n FROM prediction WHERE queue = ANY($2::text[]) AND share = $1
    AND {LIVE_OF_SHARE} AND rank < {MAX_RANK})
SELECT p.id, p.queue, p.share, p.version_id, v.expected_seconds, coalesce(l.weight, 1) AS weight
FROM prediction p JOIN version v ON v.id = p.version_id LEFT JOIN user_limit l ON l.user_id = p.user_id
WHERE p.queue = ANY($2::text[]) AND p.share = $1 AND p.completed_at IS NULL AND p.canceled_at IS NULL
  AND p.status <> 'processing' AND p.rank = {MAX_RANK}
ORDER BY p.priority DESC, p.created_at, p.id
LIMIT CASE WHEN $3::int IS NOT NULL THEN greatest(0, $3 - (SELECT n FROM live)) END
"""  # noqa: S608 - constants only
_RELEASE = f"""
WITH f AS ({_FLOW_OF_ONE})
UPDATE prediction SET run_at = now(), rung_at = now(), rank = {_RANK}
FROM f, (SELECT $6::float8 AS after, $7::float8 AS idle) r
WHERE id = $5 AND status = 'starting' AND rank = {MAX_RANK} RETURNING id
"""  # noqa: S608 - constants only
_CATCH_UP = f"""
WITH waiting AS (
  SELECT id, queue, version_id, rank FROM prediction
  WHERE model_id = $1 AND status = 'starting' AND rank < {MAX_RANK} ORDER BY id FOR UPDATE),
heads AS (SELECT queue, version_id, min(rank) AS rank FROM waiting GROUP BY queue, version_id),
late AS (
  SELECT h.queue, h.version_id, x.rank::bigint - h.rank AS units FROM heads h CROSS JOIN LATERAL (
    SELECT rank FROM prediction WHERE queue = h.queue AND {RUNNING} ORDER BY rank DESC LIMIT 1) x
  WHERE x.rank > h.rank)
UPDATE prediction p SET rank = least({LAST_RANK}, w.rank + l.units)
FROM waiting w JOIN late l ON l.queue = w.queue AND l.version_id = w.version_id
WHERE p.id = w.id AND p.status = 'starting' RETURNING p.id
"""  # noqa: S608 - constants only
_LIST_HELD = f"""
SELECT l.user_id FROM user_limit l WHERE EXISTS (
  SELECT FROM prediction WHERE queue = ANY($1::text[]) AND share = 'user:' || l.user_id AND {_WAITING_OF_SHARE}
    AND rank = {MAX_RANK})
"""  # noqa: S608 - constants only
_WAITING_OF_MODEL = """
SELECT count(*) AS n FROM (
  SELECT 1 FROM prediction WHERE owner = $1 AND status = 'starting' AND model_id = $2 LIMIT $3) AS counted
"""
