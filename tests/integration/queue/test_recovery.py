"""The sweeper: what became of predictions whose worker, doorbell or time was lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import dramatiq
import pytest
import redis

from server.adapters.database import now, rows
from server.adapters.metrics import REGISTRY
from server.domain.accounts import Viewer
from server.domain.predictions import PredictionStatus
from server.maintenance import recovery
from server.queue.claim import PredictionLease, claim, claim_alone, heartbeat
from server.queue.finish import Result, finish, hand_back
from server.queue.recover import INNOCENT_ATTEMPTS
from server.runtime import Runtime
from server.services import predictions
from server.tables import Version
from tests.integration.queue.store import add, count, row

NOBODY = Viewer()


async def claimed_by_a_dead_worker(
    version: Version, *, alone: bool = True, outside: bool = False, **fields: object
) -> PredictionLease:
    """A prediction that ran alone, or beside others, or had not begun, when its worker was lost."""
    queue, worker = uuid4().hex[:12], uuid4()
    await add(version, queue, alone=alone, **fields)
    (claimed,) = await claim_alone(queue, worker, 30) if alone else await claim(queue, worker, 30, 1)
    if outside:
        await heartbeat(worker, {claimed.id: claimed.attempt}, 30, {claimed.id})
    await expire(claimed.id)
    return claimed


async def expire(prediction_id: UUID) -> None:
    sql = "UPDATE prediction SET lease_until = now() - interval '1 s' WHERE id = $1 AND status = 'processing'"
    await rows(sql, prediction_id)


@pytest.mark.parametrize(
    ("alone", "outside", "losses", "expected", "backoff"),
    [
        # Beside others in the runner: a suspect, which runs alone from now on
        (False, False, 0, (True, 0), 1),
        (True, False, 0, (True, 1), 1),
        (True, False, 1, (True, 2), 2),
        # Not begun: it had no part in it
        (False, True, 0, (False, 0), 0),
        (True, True, 2, (True, 2), 0),
    ],
)
async def test_an_expired_lease_waits_again(
    rt: Runtime, version: Version, alone: bool, outside: bool, losses: int, expected: tuple[bool, int], backoff: float
) -> None:
    claimed = await claimed_by_a_dead_worker(version, alone=alone, outside=outside, losses=losses)
    await recovery.sweep(rt)
    found = await row(claimed.id)
    assert (found["status"], found["attempt"]) == ("starting", 1)
    assert (found["alone"], found["losses"]) == expected
    assert (found["worker_id"], found["lease_until"]) == (None, None)
    assert backoff - 0.5 < (found["run_at"] - found["updated_at"]).total_seconds() <= backoff
    assert not await finish(claimed, Result(PredictionStatus.SUCCEEDED, "late"))
    labels = {"kind": claimed.queue, "cause": "lease"}
    for name in ("inference_losses_total", "inference_reruns_total"):
        assert REGISTRY.get_sample_value(name, labels) == 1


async def test_suspects_run_in_halves_until_one_is_left(rt: Runtime, version: Version, queue: str) -> None:
    made = {(await add(version, queue)).id for _ in range(11)}
    culprit, lost, sizes = min(made), 0, []
    leases = await claim(queue, uuid4(), 30, 11)
    while lost < 20:
        sizes.append(len(leases))
        if culprit not in {lease.id for lease in leases}:
            for lease in leases:
                assert await finish(lease, Result(PredictionStatus.SUCCEEDED, "innocent"))
        else:
            lost += 1
            for lease in leases:
                await expire(lease.id)
            await recovery.sweep(rt)
            await rows("UPDATE prediction SET run_at = now() WHERE queue = $1 AND status = 'starting'", queue)
        if not (leases := await claim_alone(queue, uuid4(), 30, limit=32)):
            break
    found = {str(each["id"]): each for each in await rows("SELECT * FROM prediction WHERE queue = $1", queue)}
    assert found.pop(str(culprit))["error_code"] == "WORKER_LOST"
    assert {each["status"] for each in found.values()} == {"succeeded"}
    assert {each["losses"] for each in found.values()} == {0}
    # 11, 6, 3, 2 and 1 three times, and the other halves in between
    assert lost == 7
    assert sorted(sizes) == [1, 1, 1, 1, 1, 2, 3, 3, 5, 6, 11]


async def test_the_suspects_of_two_workers_are_no_group(rt: Runtime, version: Version, queue: str) -> None:
    workers = [uuid4(), uuid4()]
    for _ in range(8):
        await add(version, queue)
    for worker in workers:
        for lease in await claim(queue, worker, 30, 4):
            await expire(lease.id)
    await recovery.sweep(rt)
    groups = Counter(each["suspect_group"] for each in await rows("SELECT * FROM prediction WHERE queue = $1", queue))
    assert sorted(groups.values()) == [2, 2, 2, 2]
    assert None not in groups


@pytest.mark.parametrize(("alone", "losses", "expected"), [(False, 0, (True, 0)), (True, 0, (True, 1))])
async def test_what_is_never_begun_is_no_innocent_for_ever(
    rt: Runtime, version: Version, alone: bool, losses: int, expected: tuple[bool, int]
) -> None:
    claimed = await claimed_by_a_dead_worker(
        version, alone=alone, outside=True, losses=losses, attempt=INNOCENT_ATTEMPTS
    )
    assert claimed.attempt == INNOCENT_ATTEMPTS + 1
    await recovery.sweep(rt)
    found = await row(claimed.id)
    assert (found["status"], found["alone"], found["losses"]) == ("starting", *expected)


async def test_a_living_lease_is_left_alone(rt: Runtime, version: Version, queue: str) -> None:
    made = await add(version, queue)
    await claim(queue, uuid4(), 30, 1)
    await recovery.sweep(rt)
    assert (await row(made.id))["status"] == "processing"


async def test_too_many_losses_fail(rt: Runtime, version: Version) -> None:
    claimed = await claimed_by_a_dead_worker(version, losses=2)
    await recovery.sweep(rt)
    found = await row(claimed.id)
    assert (found["status"], found["error_code"], found["losses"]) == ("failed", "WORKER_LOST", 3)
    assert found["completed_at"] is not None
    assert "3 times" in found["error_message"]
    assert await lines(claimed.id) == 1
    assert not await finish(claimed, Result(PredictionStatus.SUCCEEDED, "late"))


@pytest.mark.parametrize("losses", [0, 2])
async def test_a_lost_one_that_was_to_be_canceled_is(rt: Runtime, version: Version, losses: int) -> None:
    claimed = await claimed_by_a_dead_worker(version, losses=losses)
    await predictions.cancel(rt, NOBODY, claimed.id)
    await recovery.sweep(rt)
    found = await row(claimed.id)
    assert (found["status"], found["error_code"]) == ("canceled", None)
    assert found["canceled_at"] is not None
    assert found["stop_seconds"] >= 0
    assert await lines(claimed.id) == 1


async def test_a_deadline_that_passes_while_waiting_aborts(rt: Runtime, version: Version, queue: str) -> None:
    late = await add(version, queue, deadline_at=now() - timedelta(seconds=1))
    in_time = await add(version, queue, deadline_at=now() + timedelta(hours=1))
    await recovery.sweep(rt)
    found = await row(late.id)
    assert (found["status"], found["error_code"]) == ("aborted", "DEADLINE_EXCEEDED")
    assert found["completed_at"] is not None
    assert await lines(late.id) == 1
    assert await lines(in_time.id) == 0
    assert (await row(in_time.id))["status"] == "starting"


async def test_what_nobody_was_told_of_is_rung(rt: Runtime, version: Version) -> None:
    at = now()
    forgotten = await add(version, "image", rung_at=None)
    old = await add(version, "image", rung_at=at - timedelta(minutes=1))
    fresh = await add(version, "image", rung_at=at)
    early = await add(version, "image", rung_at=None, run_at=at + timedelta(hours=1))
    connection = redis.Redis.from_url(rt.settings.redis_dsn or "")
    connection.delete("dramatiq:image", "dramatiq:image.msgs")
    await recovery.sweep(rt)
    (message,) = map(dramatiq.Message.decode, connection.hvals("dramatiq:image.msgs"))
    assert set(message.args) == {"image", str(forgotten.id), str(old.id)}
    connection.close()
    for made in (forgotten, old):
        assert (await row(made.id))["rung_at"] >= at
    assert (await row(fresh.id))["rung_at"] == at
    assert (await row(early.id))["rung_at"] is None


async def test_sweepers_at_once_count_one_loss(rt: Runtime, version: Version) -> None:
    lost = [await claimed_by_a_dead_worker(version) for _ in range(30)]
    await asyncio.gather(*(recovery.sweep(rt) for _ in range(6)))
    assert {(await row(claimed.id))["losses"] for claimed in lost} == {1}


async def test_what_is_canceled_before_it_runs_is_in_the_ledger(rt: Runtime, version: Version, queue: str) -> None:
    made = await add(version, queue)
    await predictions.cancel(rt, NOBODY, made.id)
    await predictions.cancel(rt, NOBODY, made.id)
    (line,) = await rows("SELECT * FROM usage WHERE prediction_id = $1", made.id)
    assert (line["owner"], line["predict_seconds"], line["output_tokens"]) == ("anon:test", 0, 0)


async def lines(prediction_id: UUID) -> int:
    """How many lines of the ledger a prediction has."""
    return await count("SELECT count(*) FROM usage WHERE prediction_id = $1", prediction_id)


async def check_ends(queue: str, expected: int) -> None:
    """All ended with one usage line, those that succeeded with the output of the attempt that ended them."""
    left = await rows("SELECT id, status, output, attempt FROM prediction WHERE queue = $1", queue)
    assert len(left) == expected
    for found in left:
        succeeded = found["status"] == "succeeded"
        assert PredictionStatus(found["status"]).is_terminal
        assert await lines(found["id"]) == 1
        assert not succeeded or found["output"] == f'"of {found["attempt"]}"'


class Ends:
    """Terminal rows as they were first seen; `look` fails when one changed."""

    KEPT = ("status", "output", "error_code", "completed_at", "attempt", "canceled_at")

    def __init__(self) -> None:
        self.seen: dict[UUID, dict[str, object]] = {}

    async def look(self, prediction_id: UUID) -> None:
        found = await row(prediction_id)
        if PredictionStatus(found["status"]).is_terminal:
            now_is = {name: found[name] for name in self.KEPT}
            assert self.seen.setdefault(prediction_id, now_is) == now_is


async def test_the_first_end_stands(rt: Runtime, version: Version, queue: str) -> None:
    """Finish, cancel, sweep and hand-back at once: a terminal row never changes, and has one ledger line."""
    dice = random.Random(7)
    ends = Ends()
    look = ends.look

    async def finish_run(claimed: PredictionLease) -> bool:
        ours = await finish(claimed, Result(PredictionStatus.SUCCEEDED, f"of {claimed.attempt}"))
        await look(claimed.id)
        return ours

    async def cancel(claimed: PredictionLease) -> bool:
        await predictions.cancel(rt, NOBODY, claimed.id)
        await look(claimed.id)
        return False

    async def sweep(claimed: PredictionLease) -> bool:
        await expire(claimed.id)
        await rows("UPDATE prediction SET run_at = now() WHERE id = $1 AND status = 'starting'", claimed.id)
        await recovery.sweep(rt)
        await look(claimed.id)
        return False

    async def hand_back_run(claimed: PredictionLease) -> bool:
        await hand_back(claimed)
        await look(claimed.id)
        return False

    acts = (finish_run, cancel, sweep, hand_back_run, finish_run)
    for _ in range(200):
        await add(version, queue)
    while claims := await claim(queue, uuid4(), 30, 50):
        for start in range(0, len(claims), 10):
            work = [act(c) for c in claims[start : start + 10] for act in acts]
            dice.shuffle(work)
            await asyncio.gather(*work)
        # Alone or not is another test's subject
        sql = "UPDATE prediction SET run_at = now(), alone = false WHERE queue = $1 AND status = 'starting'"
        await rows(sql, queue)
    await check_ends(queue, 200)
    assert len(ends.seen) == 200
    for prediction_id in list(ends.seen):
        await look(prediction_id)
