"""How a worker gets predictions to run, and keeps them: claim and heartbeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from server.adapters.database import from_json, rows
from server.queue.shares import MAX_RANK
from server.queue.versions import ENVIRONMENT_OF_VERSION
from server.tables.predictions import IS_RUNNING, IS_WAITING, OLDEST_OF_VERSION, WAITING_OF_VERSION


@dataclass(frozen=True)
class PredictionLease:
    """A prediction that is this worker's to run; `attempt` is the fencing token.

    `alone` asks for no neighbours but those of its `suspect_group`.
    """

    id: UUID
    attempt: int
    owner: str
    version_id: UUID
    queue: str
    input: dict[str, Any]
    alone: bool
    created_at: datetime
    started_at: datetime
    claimed_at: datetime
    deadline_at: datetime | None
    webhook_events: tuple[str, ...] = ()
    cache_key: str | None = None
    run_at: datetime | None = None
    traceparent: str | None = None
    variable_changes: int = 0
    """How often the variables of its model had been changed; 0: it never had any."""
    base_id: UUID | None = None
    """The version that its own is an adapter on."""
    suspect_group: UUID | None = None
    batch_id: UUID | None = None

    @property
    def runs_on(self) -> UUID:
        """The version whose weights it runs on."""
        return self.base_id or self.version_id


@dataclass(frozen=True)
class LeaseState:
    """What a heartbeat learns about a prediction that is still ours: a cancel was requested, its deadline passed."""

    cancel: bool
    past_deadline: bool


@dataclass(frozen=True)
class WarmVersions:
    """Which versions are in the memory of this worker (`here`), and which only in that of others (`elsewhere`).

    A version that is elsewhere is left to those workers for `wait_seconds`; one that waited `starve_seconds` goes
    before what is warm here.
    """

    here: tuple[UUID, ...] = ()
    elsewhere: tuple[UUID, ...] = ()
    wait_seconds: float = 2.0

    @property
    def starve_seconds(self) -> float:
        """How long warm predictions may go first."""
        return 5 * self.wait_seconds + 5


NO_WARM_VERSIONS = WarmVersions()


@dataclass(frozen=True)
class Room:
    """How many predictions of each version a worker can begin now; adapters share that of their base.

    `at_once` is how many its predictor, by name and engine (`ENVIRONMENT_OF_VERSION`), runs together, 0 where this
    worker's environment cannot; `running` how many run here already on the weights of a
    version. Of a predictor that is not named, `unknown` are begun.
    """

    at_once: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[UUID, int] = field(default_factory=dict)
    unknown: int = 1

    def of(self, version_id: UUID, predictor: str) -> int:
        """How many more can begin on the weights of a version."""
        return max(0, self.at_once.get(predictor, self.unknown) - self.running.get(version_id, 0))

    def less(self, version_ids: Iterable[UUID]) -> Room:
        """What is left when these run too."""
        running = dict(self.running)
        for version_id in version_ids:
            running[version_id] = running.get(version_id, 0) + 1
        return replace(self, running=running)


AMPLE_ROOM = Room(unknown=1_000_000)


@dataclass(frozen=True)
class WaitingVersion:
    """A version of which predictions wait: the queue, rank and waiting time of the first, and its base if it has one.

    `alone`: not a version, but the first of a queue that is to run without neighbours.
    """

    version_id: UUID
    predictor: str
    queue: str
    rank: int
    seconds: float
    alone: bool = False
    base_id: UUID | None = None

    @property
    def runs_on(self) -> UUID:
        """The version whose weights it runs on."""
        return self.base_id or self.version_id


async def list_waiting(queues: Sequence[str]) -> list[WaitingVersion]:
    """Every version of which a prediction of these queues waits now, and what waits to run alone."""
    return [WaitingVersion(**row) for row in await rows(_LIST_WAITING, list(queues))]


async def claim(
    queue: str,
    worker_id: UUID,
    lease_seconds: float,
    limit: int,
    warm: WarmVersions = NO_WARM_VERSIONS,
    room: Room = AMPLE_ROOM,
    waiting: Sequence[WaitingVersion] | None = None,
    window: int = 0,
) -> list[PredictionLease]:
    """Up to `limit` waiting predictions of a queue, now leased to this worker; of no version more than it can begin.

    By rank and time; within a `window` behind the best waiting rank, what waited too long comes first, then what is
    warm here, then the rest, of which what is warm elsewhere only after a while. Versions that wait together get equal
    shares of the limit first, and adapters of one base one share. `waiting` is what `list_waiting` gave just now.
    """
    leases: list[PredictionLease] = []
    while len(leases) < limit:
        if waiting is None:
            waiting = await list_waiting((queue,))
        left = limit - len(leases)
        versions = [each for each in waiting if each.queue == queue and _may_begin(each, warm, room)]
        waiting = None
        if not versions:
            break
        last = min(each.rank for each in versions) + window
        versions.sort(key=lambda each: _place(each, warm, last))
        counts = _shares(versions, room, left)
        others = [min([other.rank for other in versions if other is not each], default=MAX_RANK) for each in versions]
        ranks = [min(rank + window, MAX_RANK) for rank in others]
        waits = [warm.wait_seconds if each.runs_on in warm.elsewhere else 0.0 for each in versions]
        ids = [each.version_id for each in versions]
        records = await rows(_CLAIM, queue, worker_id, lease_seconds, left, ids, counts, ranks, waits)
        claimed = [_lease(row) for row in records]
        leases += claimed
        room = room.less(lease.runs_on for lease in claimed)
        if not claimed or (len(versions) == 1 and len(claimed) < min(left, counts[0])):
            break
    return leases


def _may_begin(waiting: WaitingVersion, warm: WarmVersions, room: Room) -> bool:
    is_left_to_others = waiting.runs_on in warm.elsewhere and waiting.seconds < warm.wait_seconds
    return not waiting.alone and not is_left_to_others and room.of(waiting.runs_on, waiting.predictor) > 0


def _shares(versions: Sequence[WaitingVersion], room: Room, limit: int) -> list[int]:
    """How many of each version may begin: equal shares of a limit to what has weights, and of them to its adapters."""
    adapters = Counter(each.runs_on for each in versions)
    share = -(-limit // len(adapters))
    counts = []
    for each in versions:
        part = -(-share // adapters[each.runs_on])
        counts.append(min(part, room.of(each.runs_on, each.predictor)))
        room = room.less([each.runs_on] * counts[-1])
    return counts


def _place(waiting: WaitingVersion, warm: WarmVersions, last: int) -> tuple[bool, int, int, float]:
    if waiting.rank > last:
        return True, 0, waiting.rank, -waiting.seconds
    is_starved = bool(warm.here) and waiting.seconds >= warm.starve_seconds
    return False, 0 if is_starved else 1 if waiting.runs_on in warm.here else 2, waiting.rank, -waiting.seconds


async def claim_oldest(
    queue: str,
    worker_id: UUID,
    lease_seconds: float,
    waited_seconds: float,
    waiting: Sequence[WaitingVersion],
    warm: WarmVersions = NO_WARM_VERSIONS,
    room: Room = AMPLE_ROOM,
) -> list[PredictionLease]:
    """What has waited longest in a queue, and at least so many seconds, whatever its rank; leased to this worker."""
    ids = [each.version_id for each in waiting if each.queue == queue and _may_begin(each, warm, room)]
    claimed = await rows(_CLAIM_OLDEST, queue, worker_id, lease_seconds, waited_seconds, ids) if ids else []
    return [_lease(row) for row in claimed]


async def claim_alone(
    queue: str,
    worker_id: UUID,
    lease_seconds: float,
    waited_seconds: float = 0,
    limit: int = 1,
    room: Room = AMPLE_ROOM,
) -> list[PredictionLease]:
    """The first of a queue that is to run without neighbours and has waited for so long, now leased to this worker.

    With it up to `limit` of its group come, of no version more than can begin.
    """
    limits = (limit, *_limits(room))
    claimed = await rows(_CLAIM_ALONE, queue, worker_id, lease_seconds, waited_seconds, *limits)
    return [_lease(row) for row in claimed]


async def claim_hinted(
    prediction_ids: list[UUID],
    queue: str,
    worker_id: UUID,
    lease_seconds: float,
    warm: WarmVersions = NO_WARM_VERSIONS,
    room: Room = AMPLE_ROOM,
) -> list[PredictionLease]:
    """Waiting predictions by their ids, now leased to this worker.

    None that is to be left to a warm worker or to run alone, and of no version more than can begin.
    """
    others = (list(warm.elsewhere), warm.wait_seconds)
    claimed = await rows(_CLAIM_HINTED, queue, worker_id, lease_seconds, prediction_ids, *others, *_limits(room))
    return [_lease(row) for row in claimed]


def _limits(room: Room) -> tuple[Any, ...]:
    at_once, running = room.at_once, room.running
    return list(at_once), list(at_once.values()), list(running), list(running.values()), room.unknown


def _lease(row: dict[str, Any]) -> PredictionLease:
    events = tuple(from_json(row["webhook_events"]) or ())
    return PredictionLease(**{**row, "input": from_json(row["input"]), "webhook_events": events})


async def heartbeat(
    worker_id: UUID, attempts: dict[UUID, int], lease_seconds: float, outside: Collection[UUID] = ()
) -> dict[UUID, LeaseState]:
    """Renew all of a worker's leases in one statement; a prediction that does not come back is no longer ours.

    Those `outside` are not in the runner: should the worker be lost now, they are not what took it down.
    """
    values = (list(attempts), list(attempts.values()), lease_seconds, [key in outside for key in attempts])
    renewed = await rows(_HEARTBEAT, worker_id, *values)
    return {row["id"]: LeaseState(row["cancel"], row["past_deadline"]) for row in renewed}


async def enter_runner(prediction_id: UUID, attempt: int) -> None:
    """Say that a prediction of which a heartbeat said that it is outside is about to be given to the runner."""
    await rows(_ENTER_RUNNER, prediction_id, attempt)


_RETURNING = """RETURNING p.id, p.attempt, p.owner, p.version_id, p.queue, p.input, p.alone, p.created_at,
  p.started_at, now() AS claimed_at, p.deadline_at, p.webhook_events, p.cache_key, p.run_at, p.traceparent,
  (SELECT m.variable_changes FROM model m WHERE m.id = p.model_id) AS variable_changes,
  (SELECT v.base_id FROM version v WHERE v.id = p.version_id) AS base_id, p.suspect_group,
  p.batch_id"""
# Most are in the runner at once: one that is not is said to be outside by a heartbeat, and short ones cost no write
_LEASE_IT = """SET status = 'processing', attempt = p.attempt + 1, worker_id = $2, updated_at = now(),
  lease_until = now() + make_interval(secs => $3), started_at = coalesce(p.started_at, now()), outside_runner = false"""
_IN_TIME = "run_at <= now() AND (deadline_at IS NULL OR deadline_at > now())"
_DUE = f"status = 'starting' AND {_IN_TIME}"
_WAITING = f"queue = $1 AND {_DUE}"
RUNS = "NOT EXISTS (SELECT FROM model o WHERE o.id = p.model_id AND o.paused_at IS NOT NULL)"
"""Of a prediction `p`: that its model is not paused."""
# From version to version by the index of what waits, without reading what waits behind the first of each: it costs the
# same however long a queue is. What waits of a paused model is left out version by version, so that nobody walks past
# it; row by row only where few rows are looked at
_LIST_WAITING = f"""
WITH RECURSIVE v AS (
  (SELECT version_id FROM prediction WHERE {WAITING_OF_VERSION} ORDER BY version_id LIMIT 1)
  UNION ALL
  SELECT (SELECT version_id FROM prediction WHERE {WAITING_OF_VERSION} AND version_id > v.version_id
    ORDER BY version_id LIMIT 1) FROM v WHERE v.version_id IS NOT NULL)
SELECT v.version_id, {ENVIRONMENT_OF_VERSION} AS predictor, h.queue, h.rank,
  extract(epoch FROM now() - h.run_at)::float8 AS seconds, false AS alone, m.base_id
FROM v JOIN version m ON m.id = v.version_id JOIN model o ON o.id = m.model_id AND o.paused_at IS NULL
CROSS JOIN LATERAL (
  SELECT queue, rank, run_at FROM prediction
  WHERE version_id = v.version_id AND {WAITING_OF_VERSION} AND {_IN_TIME} AND NOT alone AND queue = ANY($1::text[])
  ORDER BY rank, run_at LIMIT 1) h
UNION ALL
SELECT h.version_id, '', q.queue, h.rank, extract(epoch FROM now() - h.run_at)::float8, true, NULL
FROM unnest($1::text[]) AS q(queue) CROSS JOIN LATERAL (
  SELECT version_id, rank, run_at FROM prediction p WHERE queue = q.queue AND {_DUE} AND alone AND {RUNS}
  ORDER BY rank, run_at LIMIT 1) h
"""  # noqa: S608 - constants only
# Every claim locks with SKIP LOCKED, so that claimers never wait for each other and never get the same row, and reads
# in the order of a partial index up to its LIMIT, so that it costs the same however long the queue is.
# What was locked needs no second look at its status; one would let PostgreSQL plan to walk all that waits instead.
# A walk of its own through each version's index, up to what can begin: what waits behind a version that is full, or
# that is left to others, is not looked at
_CLAIM = f"""
WITH c AS (
  SELECT w.id FROM unnest($5::uuid[], $6::int[], $7::int[], $8::float8[]) AS v(version, most, rank, wait)
  CROSS JOIN LATERAL (
    SELECT id FROM prediction WHERE version_id = v.version AND {WAITING_OF_VERSION} AND {_IN_TIME} AND queue = $1
      AND NOT alone AND rank <= v.rank AND run_at <= now() - make_interval(secs => v.wait)
    ORDER BY rank, run_at LIMIT v.most FOR UPDATE SKIP LOCKED) w
  LIMIT $4)
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# The first of each version by its time, of which one is taken
_CLAIM_OLDEST = f"""
WITH c AS (
  SELECT w.id FROM unnest($5::uuid[]) AS v(version) CROSS JOIN LATERAL (
    SELECT id, run_at FROM prediction
    WHERE version_id = v.version AND {OLDEST_OF_VERSION} AND {_IN_TIME} AND queue = $1 AND NOT alone
      AND run_at <= now() - make_interval(secs => $4)
    ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED) w
  ORDER BY w.run_at LIMIT 1)
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id {_RETURNING}
"""  # noqa: S608 - constants only
# How many rows of `open` its version has before each (`place`), and can begin (`room`)
_ROOM = f"""
  SELECT o.id, o.rank, o.run_at, coalesce(a.n, {{unknown}}::int) - coalesce(r.n, 0) AS room,
    row_number() OVER (PARTITION BY coalesce(m.base_id, m.id) ORDER BY o.rank, o.run_at) AS place
  FROM open o JOIN version m ON m.id = o.version_id
  LEFT JOIN unnest({{names}}::text[], {{at_once}}::int[]) AS a(predictor, n) ON a.predictor = {ENVIRONMENT_OF_VERSION}
  LEFT JOIN unnest({{versions}}::uuid[], {{running}}::int[]) AS r(version, n) ON r.version = coalesce(m.base_id, m.id)
"""  # noqa: S608 - constants only
# What this worker's environment cannot run is left to others, and keeps nobody waiting behind it
_IS_ABLE = f"""NOT EXISTS (
    SELECT FROM version m JOIN unnest($6::text[], $7::int[]) AS a(predictor, n)
      ON a.predictor = {ENVIRONMENT_OF_VERSION}
    WHERE m.id = p.version_id AND a.n = 0)"""
# One begins in any case, behind what runs. Who claims at the same time may take a part of the group, which is as good
_CLAIM_ALONE = f"""
WITH first AS (
  SELECT id, version_id, rank, run_at, suspect_group FROM prediction p
  WHERE {_WAITING} AND alone AND {RUNS} AND run_at <= now() - make_interval(secs => $4) AND {_IS_ABLE}
  ORDER BY rank, run_at LIMIT 1 FOR UPDATE SKIP LOCKED),
others AS (
  SELECT p.id, p.version_id, p.rank, p.run_at FROM prediction p
  WHERE {_WAITING} AND alone AND {RUNS} AND suspect_group = (SELECT suspect_group FROM first)
    AND id <> (SELECT id FROM first)
  ORDER BY rank, run_at LIMIT $5 - 1 FOR UPDATE SKIP LOCKED),
open AS (SELECT id, version_id, rank, run_at FROM first UNION ALL SELECT * FROM others),
c AS ({_ROOM.format(names="$6", at_once="$7", versions="$8", running="$9", unknown="$10")})
UPDATE prediction p {_LEASE_IT} FROM c
WHERE p.id = c.id AND (c.place <= c.room OR p.id = (SELECT id FROM first)) {_RETURNING}
"""  # noqa: S608 - constants only
# By primary key: a bell names what it rings for, and most predictions are claimed without a look at the queue. Locked
# first, then counted: only rows that are ours may use up the room of their version
_CLAIM_HINTED = f"""
WITH open AS (
  SELECT id, version_id, rank, run_at FROM prediction p
  WHERE id = ANY($4::uuid[]) AND queue = $1 AND {IS_WAITING} AND {_IN_TIME} AND NOT alone AND {RUNS}
    AND (run_at <= now() - make_interval(secs => $6) OR NOT EXISTS (
      SELECT FROM version WHERE id = p.version_id AND coalesce(base_id, id) = ANY($5::uuid[])))
  FOR UPDATE SKIP LOCKED),
c AS ({_ROOM.format(names="$7", at_once="$8", versions="$9", running="$10", unknown="$11")})
UPDATE prediction p {_LEASE_IT} FROM c WHERE p.id = c.id AND c.place <= c.room {_RETURNING}
"""  # noqa: S608 - constants only
# One statement for all leases of a worker, whose number must not cost it its leases. Whoever changes several rows locks
# them in the order of their ids, or two such statements might wait for each other
_HEARTBEAT = f"""
WITH h AS (SELECT * FROM unnest($2::uuid[], $3::int[], $5::bool[]) AS h(id, attempt, outside)),
ours AS (
  SELECT p.id, h.outside FROM prediction p JOIN h ON p.id = h.id AND p.attempt = h.attempt
  WHERE p.worker_id = $1 AND {IS_RUNNING} ORDER BY p.id FOR UPDATE OF p)
UPDATE prediction p SET lease_until = now() + make_interval(secs => $4), outside_runner = ours.outside FROM ours
WHERE p.id = ours.id AND p.worker_id = $1 AND {IS_RUNNING}
RETURNING p.id, p.cancel_requested_at IS NOT NULL AS cancel, coalesce(p.deadline_at < now(), false) AS past_deadline
"""  # noqa: S608 - constants only
# Before the runner has it, never after: whoever is lost in between is a suspect at worst
_ENTER_RUNNER = f"""
UPDATE prediction p SET outside_runner = false WHERE id = $1 AND attempt = $2 AND {IS_RUNNING} RETURNING id
"""  # noqa: S608 - constants only
