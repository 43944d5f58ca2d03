"""Claiming, renewing, finishing and handing back: each write is fenced by the attempt."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from graph.types.servers import Worker
from server.adapters.database import now, rows
from server.domain.accounts import Viewer
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.errors import ForbiddenError
from server.queue.claim import (
    _CLAIM,
    _CLAIM_ALONE,
    _CLAIM_OLDEST,
    _LIST_WAITING,
    MAX_RANK,
    PredictionLease,
    Room,
    WarmVersions,
    claim,
    claim_alone,
    claim_hinted,
    claim_oldest,
    enter_runner,
    heartbeat,
    list_waiting,
)
from server.queue.finish import MAX_ERROR_MESSAGE, Result, count_losses, finish, hand_back
from server.queue.forecast import _AHEAD
from server.queue.shares import _FLOW_OF_ONE, _FLOWS
from server.services import catalogue
from server.services.catalogue import WorkerInfo, WorkerState
from server.tables import Version
from tests.integration.queue.store import add, add_version, count, row

LEASE = 30.0
DONE = Result(PredictionStatus.SUCCEEDED, "words", metrics={"predict_seconds": 1.5, "output_tokens": 3})


async def one(queue: str) -> PredictionLease:
    (claimed,) = await claim(queue, uuid4(), LEASE, 1)
    return claimed


async def test_a_claim_takes_in_order_and_marks(version: Version, queue: str) -> None:
    at = now()
    late = await add(version, queue, run_at=at - timedelta(seconds=1))
    early = await add(version, queue, run_at=at - timedelta(seconds=9))
    first = await add(version, queue, rank=-1)
    worker = uuid4()
    taken = [(await claim(queue, worker, LEASE, 1))[0] for _ in range(3)]
    assert [claimed.id for claimed in taken] == [first.id, early.id, late.id]
    assert await claim(queue, worker, LEASE, 1) == []
    assert taken[0].input == {"text": "x"}
    assert {claimed.attempt for claimed in taken} == {1}
    held = await row(first.id)
    assert (held["status"], held["attempt"], held["worker_id"]) == ("processing", 1, worker)
    assert 25 < (held["lease_until"] - now()).total_seconds() <= LEASE
    assert held["started_at"] is not None


async def test_a_claim_takes_no_more_than_asked_and_the_first(version: Version, queue: str) -> None:
    made = [await add(version, queue, run_at=now() - timedelta(seconds=9 - n)) for n in range(5)]
    taken = await claim(queue, uuid4(), LEASE, 3)
    assert {claimed.id for claimed in taken} == {prediction.id for prediction in made[:3]}


async def test_claimers_never_share_a_row(version: Version, queue: str) -> None:
    made = {(await add(version, queue)).id for _ in range(50)}

    async def claimer() -> list[UUID]:
        mine: list[UUID] = []
        while taken := await claim(queue, uuid4(), LEASE, 3):
            mine += [claimed.id for claimed in taken]
        return mine

    shares = await asyncio.gather(*(claimer() for _ in range(4)))
    everything = [key for share in shares for key in share]
    assert len(everything) == 50
    assert set(everything) == made


async def test_a_hint_is_claimed_once_and_only_while_it_waits(version: Version, queue: str) -> None:
    made = await add(version, queue)
    assert await claim_hinted([made.id], "other", uuid4(), LEASE) == []
    results = await asyncio.gather(*(claim_hinted([made.id, uuid4()], queue, uuid4(), LEASE) for _ in range(8)))
    assert [claimed.id for found in results for claimed in found] == [made.id]
    assert await claim_hinted([uuid4()], queue, uuid4(), LEASE) == []


async def test_neither_too_early_nor_too_late(version: Version, queue: str) -> None:
    early = await add(version, queue, run_at=now() + timedelta(hours=1))
    late = await add(version, queue, deadline_at=now() - timedelta(seconds=1))
    assert await claim(queue, uuid4(), LEASE, 9) == []
    for made in (early, late):
        assert await claim_hinted([made.id], queue, uuid4(), LEASE) == []
    in_time = await add(version, queue, deadline_at=now() + timedelta(hours=1))
    assert [claimed.id for claimed in await claim(queue, uuid4(), LEASE, 9)] == [in_time.id]


@pytest.mark.parametrize("length", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
async def test_a_claim_in_a_long_queue_sorts_nothing(version: Version, queue: str, length: int) -> None:
    for start in range(0, length, 10_000):
        await rows(
            """INSERT INTO prediction (id, owner, share, queue, rank, status, input, logs, attempt, losses, alone,
                 run_at, request_hash, created_at, updated_at, model_id, version_id)
               SELECT gen_random_uuid(), 'user:' || n % 100, 'user:' || n % 100, $1, n, 'starting', '{}', '', 0, 0,
                 false, now() - n * interval '1 ms', '', now(), now(), $2, $3
               FROM generate_series($4::int, $4 + 9999) AS n""",
            queue,
            version.model_id,
            version.id,
            start,
        )
    await rows("ANALYZE prediction, model, version")
    full, open_ = [uuid4(), version.id], [1, 4]
    common: list[object] = [queue, uuid4(), LEASE]
    statements: list[tuple[str, tuple[str, ...], list[object]]] = [
        (_CLAIM, ("prediction_version",), [*common, 4, full, open_, [MAX_RANK, 0], [0.0, 2.0]]),
        (_CLAIM_ALONE, ("prediction_alone",), [*common, 5.0, 4, ["echo"], [4], [version.id], [1], 1]),
        (_CLAIM_OLDEST, ("prediction_oldest",), [*common, 600.0, full]),
        (_LIST_WAITING, ("prediction_version",), [[queue, "custom"]]),
        (_AHEAD, ("prediction_claim",), [[queue], 1000]),
    ]
    for statement, indexes, values in statements:
        plan = await rows(f"EXPLAIN (FORMAT JSON) {statement}", *values)
        text = json.dumps(plan[0]["QUERY PLAN"])
        for index in indexes:
            assert index in text, (index, text)
        # These count, or compare, the few that they have taken by version
        if statement not in (_CLAIM_ALONE, _CLAIM_OLDEST):
            assert '\\"Sort\\"' not in text
            assert '"Sort"' not in text
    # Functions do not show their plans: what they read tells
    flows: list[tuple[str, list[object], int]] = [
        (_FLOW_OF_ONE, [queue, "user:5", version.id, uuid4()], 1),
        (_FLOWS, [[queue] * 2, ["user:5", "user:new"], [version.id] * 2, [uuid4(), uuid4()]], 2),
    ]
    for statement, values, number in flows:
        await rows(statement, *values)
        plan = await rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *values)
        (outcome,) = json.loads(plan[0]["QUERY PLAN"])
        assert outcome["Plan"]["Actual Rows"] == number
        assert outcome["Plan"]["Shared Hit Blocks"] + outcome["Plan"]["Shared Read Blocks"] < 100
    began = asyncio.get_running_loop().time()
    assert len(await claim(queue, uuid4(), LEASE, 4, WarmVersions((version.id,), (uuid4(),)))) == 4
    waiting = await list_waiting((queue,))
    assert len(await claim_oldest(queue, uuid4(), LEASE, 1, waiting)) == 1
    assert asyncio.get_running_loop().time() - began < 1
    await rows("DELETE FROM prediction WHERE queue = $1", queue)


async def test_a_claim_takes_no_more_of_a_version_than_it_can_begin_and_skips_to_the_next(queue: str) -> None:
    at = now()
    serial, other = await add_version(), await add_version()
    await Version.filter(id=other.id).update(predictor="wide")
    mine = [await add(serial, queue, run_at=at - timedelta(seconds=90 - n)) for n in range(4)]
    behind = [await add(other, queue, run_at=at - timedelta(seconds=9 - n)) for n in range(4)]
    room = Room({"echo": 1, "wide": 3})
    taken = await claim(queue, uuid4(), LEASE, 32, room=room)
    assert {claimed.id for claimed in taken} == {mine[0].id, *(made.id for made in behind[:3])}
    assert await claim(queue, uuid4(), LEASE, 32, room=room.less(claimed.version_id for claimed in taken)) == []
    # Another worker has room of its own, and a predictor that it does not know runs one
    taken = await claim(queue, uuid4(), LEASE, 32, room=Room())
    assert {claimed.id for claimed in taken} == {mine[1].id, behind[3].id}
    hints = [made.id for made in (mine[3], mine[2])]
    (taken_by_hint,) = await claim_hinted(hints, queue, uuid4(), LEASE, room=room)
    assert taken_by_hint.id == mine[2].id
    assert await claim_hinted(hints, queue, uuid4(), LEASE, room=room.less([serial.id])) == []


async def test_versions_that_wait_together_share_the_slots(queue: str) -> None:
    at = now()
    versions = [await add_version() for _ in range(3)]
    for version in versions:
        for n in range(6):
            await add(version, queue, run_at=at - timedelta(seconds=60 - n))
    taken = Counter(claimed.version_id for claimed in await claim(queue, uuid4(), LEASE, 6))
    assert taken == {version.id: 2 for version in versions}
    late = await add_version()
    await add(late, queue, rank=1)
    # A better rank goes first, and all of it, although its versions have had their share
    assert {claimed.version_id for claimed in await claim(queue, uuid4(), LEASE, 12)} == {each.id for each in versions}
    assert [claimed.version_id for claimed in await claim(queue, uuid4(), LEASE, 9)] == [late.id]


async def test_adapters_of_one_base_share_its_room_and_its_share(queue: str) -> None:
    base, other = await add_version(), await add_version()
    adapters = [await add_version() for _ in range(3)]
    await Version.filter(id__in=[each.id for each in adapters]).update(base_id=base.id)
    made = {each.id: [await add(each, queue) for _ in range(6)] for each in (*adapters, other)}
    room = Room({"echo": 4})
    taken = await claim(queue, uuid4(), LEASE, 6, room=room)
    assert Counter(claimed.runs_on for claimed in taken) == {base.id: 3, other.id: 3}
    assert {claimed.version_id for claimed in taken if claimed.base_id} == {each.id for each in adapters}
    room = room.less(claimed.runs_on for claimed in taken)
    hints = [each.id for adapter in adapters for each in made[adapter.id]]
    (hinted,) = await claim_hinted(hints, queue, uuid4(), LEASE, room=room)
    assert hinted.runs_on == base.id
    (last,) = await claim(queue, uuid4(), LEASE, 32, room=room.less([base.id]))
    assert last.version_id == other.id


async def test_what_is_to_run_alone_is_claimed_alone(version: Version, queue: str) -> None:
    at = now()
    suspects = [await add(version, queue, alone=True, run_at=at - timedelta(seconds=9 - n)) for n in range(2)]
    other = await add(version, queue, run_at=at)
    (waiting, alone) = await list_waiting((queue,))
    assert (waiting.version_id, waiting.queue, waiting.alone) == (version.id, queue, False)
    assert alone.alone
    assert 8 < alone.seconds < 60
    assert await claim_hinted([suspects[0].id], queue, uuid4(), LEASE) == []
    assert [claimed.id for claimed in await claim(queue, uuid4(), LEASE, 9)] == [other.id]
    assert await claim_alone(queue, uuid4(), LEASE, 60) == []
    for suspect in suspects:
        (lease,) = await claim_alone(queue, uuid4(), LEASE, limit=9)
        assert (lease.id, lease.alone, lease.suspect_group) == (suspect.id, True, None)
    assert await claim_alone(queue, uuid4(), LEASE) == []


async def test_a_group_of_suspects_is_claimed_together_as_far_as_there_is_room(version: Version, queue: str) -> None:
    at, group, other = now(), uuid4(), await add_version()
    ages = iter(range(90, 0, -1))

    async def suspect(of: Version, in_group: UUID | None) -> UUID:
        since = at - timedelta(seconds=next(ages))
        return (await add(of, queue, alone=True, suspect_group=in_group, run_at=since)).id

    first = [await suspect(version, group) for _ in range(4)]
    await suspect(version, uuid4())
    await suspect(version, None)
    second = [await suspect(other, group) for _ in range(2)]
    future = await add(other, queue, alone=True, suspect_group=group, run_at=at + timedelta(hours=1))
    leases = await claim_alone(queue, uuid4(), LEASE, limit=5, room=Room({"echo": 3}))
    assert {lease.id for lease in leases} == {*first[:3], second[0]}
    assert {lease.suspect_group for lease in leases} == {group}
    # No room at all: the first begins all the same
    full = Room({"echo": 1}, {version.id: 1, other.id: 1})
    (lease,) = await claim_alone(queue, uuid4(), LEASE, limit=5, room=full)
    assert lease.id == first[3]
    rest = [lease.id for _ in range(4) for lease in await claim_alone(queue, uuid4(), LEASE, limit=5)]
    assert len(rest) == 3
    assert second[1] in rest
    assert future.id not in rest


async def test_workers_that_claim_a_group_at_once_share_it(version: Version, queue: str) -> None:
    group = uuid4()
    made = {(await add(version, queue, alone=True, suspect_group=group)).id for _ in range(12)}
    claims = await asyncio.gather(*(claim_alone(queue, uuid4(), LEASE, limit=32) for _ in range(6)))
    taken = [lease.id for leases in claims for lease in leases]
    taken += [lease.id for lease in await claim_alone(queue, uuid4(), LEASE, limit=32)]
    assert sorted(taken) == sorted(made)


async def test_a_heartbeat_says_what_is_outside_of_the_runner(version: Version, queue: str) -> None:
    worker = uuid4()
    made = [await add(version, queue) for _ in range(2)]
    attempts = {claimed.id: claimed.attempt for claimed in await claim(queue, worker, LEASE, 2)}
    outside, inside = (prediction.id for prediction in made)
    assert not any([(await row(key))["outside_runner"] for key in attempts])
    await heartbeat(worker, attempts, LEASE, {outside})
    assert [(await row(key))["outside_runner"] for key in (outside, inside)] == [True, False]
    await enter_runner(outside, 9)
    assert (await row(outside))["outside_runner"]
    await enter_runner(outside, attempts[outside])
    assert not (await row(outside))["outside_runner"]


async def test_what_is_warm_here_goes_first_within_a_rank(version: Version, queue: str) -> None:
    warm, at = await add_version(), now()
    worse = await add(warm, queue, rank=1, run_at=at - timedelta(seconds=9))
    cold = [await add(version, queue, run_at=at - timedelta(seconds=n)) for n in (4, 3)]
    mine = [await add(warm, queue, run_at=at - timedelta(seconds=n)) for n in (2, 1)]
    taken = [(await claim(queue, uuid4(), LEASE, 1, WarmVersions((warm.id,))))[0].id for _ in range(5)]
    assert taken == [made.id for made in (*mine, *cold, worse)]


async def test_what_waited_too_long_goes_before_what_is_warm(version: Version, queue: str) -> None:
    warm, warmth = await add_version(), WarmVersions((uuid4(),))
    await add(warm, queue)
    starved = await add(version, queue, run_at=now() - timedelta(seconds=warmth.starve_seconds + 1))
    (taken,) = await claim(queue, uuid4(), LEASE, 1, WarmVersions((warm.id,)))
    assert taken.id == starved.id


async def test_what_is_warm_elsewhere_is_left_there_for_a_while(version: Version, queue: str) -> None:
    made = await add(version, queue)
    elsewhere = WarmVersions((), (version.id,), 60)
    assert await claim(queue, uuid4(), LEASE, 1, elsewhere) == []
    assert await claim_hinted([made.id], queue, uuid4(), LEASE, elsewhere) == []
    cold = await add(await add_version(), queue)
    assert [taken.id for taken in await claim(queue, uuid4(), LEASE, 9, elsewhere)] == [cold.id]
    await rows("UPDATE prediction SET run_at = now() - interval '61 s' WHERE id = $1", made.id)
    assert [taken.id for taken in await claim(queue, uuid4(), LEASE, 9, elsewhere)] == [made.id]


async def test_a_heartbeat_says_what_a_worker_holds(version: Version) -> None:
    worker, other = (WorkerInfo(uuid4(), "host", 1, "cpu") for _ in range(2))
    for found in (worker, other):
        await catalogue.announce(found, [])
    await catalogue.heartbeat(worker, [], WorkerState((str(version.id),), 70, 100, 3, 2, "a CPU", 1000, 500))
    found = await catalogue.others(other.id)
    assert found.versions == {version.id}
    assert found.count >= 1
    assert (await catalogue.others(worker.id)).versions == set()
    with pytest.raises(ForbiddenError):
        await catalogue.workers(Viewer())
    (seen,) = [row for row in await catalogue.workers(Viewer(is_admin=True)) if row.id == worker.id]
    assert (seen.versions, seen.model_bytes, seen.budget_bytes) == ([str(version.id)], 70, 100)
    assert (seen.evictions, seen.in_flight, seen.device_name) == (3, 2, "a CPU")
    shown = Worker.of(seen)
    assert (shown.total_bytes, shown.free_bytes, len(shown.versions)) == (1000, 500, 1)
    for found in (worker, other):
        await catalogue.leave(found.id)


async def test_a_heartbeat_renews_what_is_held(version: Version, queue: str) -> None:
    worker = uuid4()
    made = [await add(version, queue) for _ in range(5)]
    held = {claimed.id: claimed.attempt for claimed in await claim(queue, worker, 1, 5)}
    kept, canceled, late, handed, other = (prediction.id for prediction in made)
    await rows("UPDATE prediction SET cancel_requested_at = now() WHERE id = $1", canceled)
    await rows("UPDATE prediction SET deadline_at = now() - interval '1 s' WHERE id = $1", late)
    await rows("UPDATE prediction SET status = 'starting', worker_id = NULL, lease_until = NULL WHERE id = $1", handed)
    await rows("UPDATE prediction SET attempt = 2, worker_id = $2 WHERE id = $1", other, uuid4())
    found = await heartbeat(worker, {**held, uuid4(): 1}, LEASE)
    assert set(found) == {kept, canceled, late}
    assert (found[kept].cancel, found[kept].past_deadline) == (False, False)
    assert (found[canceled].cancel, found[late].past_deadline) == (True, True)
    assert ((await row(kept))["lease_until"] - now()).total_seconds() > 20


async def test_a_finish_is_written_once_with_its_ledger_line(version: Version, queue: str) -> None:
    made = await add(version, queue)
    claimed = await one(queue)
    assert await finish(claimed, DONE)
    ended = await row(made.id)
    assert (ended["status"], ended["output"], ended["lease_until"]) == ("succeeded", '"words"', None)
    assert ended["completed_at"] is not None
    # The reply of the first may be lost: the second says that it was ours, and changes nothing
    assert await finish(claimed, Result(PredictionStatus.FAILED))
    assert await row(made.id) == ended
    (line,) = await rows("SELECT * FROM usage WHERE prediction_id = $1", made.id)
    assert (line["owner"], line["predict_seconds"], line["output_tokens"]) == ("anon:test", 1.5, 3)


async def test_an_older_attempt_finishes_nothing(version: Version, queue: str) -> None:
    made = await add(version, queue)
    older = await one(queue)
    assert await hand_back(older)
    newer = await one(queue)
    assert newer.attempt == older.attempt + 1
    assert not await finish(older, DONE)
    assert not await hand_back(older)
    assert (await row(made.id))["status"] == "processing"
    assert await finish(newer, DONE)
    assert not await finish(older, DONE)
    assert await count("SELECT count(*) FROM usage WHERE prediction_id = $1", made.id) == 1


@pytest.mark.parametrize("status", ["succeeded", "failed", "canceled", "aborted"])
async def test_what_others_ended_is_not_ours(version: Version, queue: str, status: str) -> None:
    """The sweeper ends a row without changing its attempt; the worker that lost it must remove its files."""
    made = await add(version, queue)
    claimed = await one(queue)
    sql = """UPDATE prediction SET status = $2::varchar, worker_id = NULL, lease_until = NULL, completed_at = now(),
      canceled_at = CASE WHEN $2 = 'canceled' THEN now() END WHERE id = $1"""
    await rows(sql, made.id, status)
    assert not await finish(claimed, DONE)
    assert not await hand_back(claimed)
    assert (await row(made.id))["status"] == status
    assert await count("SELECT count(*) FROM usage WHERE prediction_id = $1", made.id) == 0


@pytest.mark.parametrize("status", ["starting", "processing", "aborted"])
async def test_no_run_ends_otherwise(version: Version, queue: str, status: str) -> None:
    made = await add(version, queue)
    claimed = await one(queue)
    with pytest.raises(ValueError, match=status):
        await finish(claimed, Result(PredictionStatus(status)))
    assert (await row(made.id))["status"] == "processing"


async def test_a_failure_is_kept_with_its_code(version: Version, queue: str) -> None:
    made = await add(version, queue)
    failure = Failure(PredictionErrorCode.OUT_OF_MEMORY, "m" * 9000)
    assert await finish(await one(queue), Result(PredictionStatus.FAILED, "part", failure=failure, logs="l\n"))
    ended = await row(made.id)
    assert (ended["status"], ended["error_code"], ended["logs"]) == ("failed", "OUT_OF_MEMORY", "l\n")
    assert ended["error_message"] == "m" * MAX_ERROR_MESSAGE
    assert ended["output"] == '"part"'


async def test_a_cancel_is_kept_with_its_times(version: Version, queue: str) -> None:
    made = await add(version, queue)
    claimed = await one(queue)
    await rows("UPDATE prediction SET cancel_requested_at = now() - interval '2 s' WHERE id = $1", made.id)
    assert await finish(claimed, Result(PredictionStatus.CANCELED, "part"))
    ended = await row(made.id)
    assert ended["canceled_at"] == ended["completed_at"]
    assert 2 <= ended["stop_seconds"] < 10


async def test_a_hand_back_keeps_the_attempt(version: Version, queue: str) -> None:
    made = await add(version, queue)
    claimed = await one(queue)
    assert await hand_back(claimed)
    waiting = await row(made.id)
    assert (waiting["status"], waiting["attempt"], waiting["losses"]) == ("starting", 1, 0)
    assert (waiting["worker_id"], waiting["lease_until"], waiting["rung_at"]) == (None, None, None)
    again = await one(queue)
    assert again.attempt == 2
    assert again.started_at == claimed.started_at
    assert await hand_back(again, delay_seconds=60, lost=True, alone=True)
    waiting = await row(made.id)
    assert (waiting["losses"], waiting["alone"], waiting["attempt"]) == (1, True, 2)
    assert await claim(queue, uuid4(), LEASE, 1) == []
    assert await count_losses(made.id) == 1
