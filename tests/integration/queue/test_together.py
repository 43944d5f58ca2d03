"""What several predictions share: one statement accepts, ends or reads them, and none pays for its neighbours."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from server.domain.predictions import NewPrediction, PredictionStatus
from server.live import prediction_rows
from server.queue.accept import accept
from server.queue.claim import PredictionLease, claim, heartbeat
from server.queue.finish import Result, _finish_all, finish, hand_back
from server.tables import Prediction, Version
from tests.integration.graph.conftest import counted
from tests.integration.queue.store import add, count, new_row, row

LEASE = 30.0
NEW = NewPrediction("a/b", {})


async def claimed(version: Version, queue: str, number: int) -> list[PredictionLease]:
    for _ in range(number):
        await add(version, queue)
    return await claim(queue, uuid4(), LEASE, number)


def succeeded(text: str) -> Result:
    return Result(PredictionStatus.SUCCEEDED, text, logs=text, metrics={"output_tokens": len(text)})


async def test_many_that_end_at_once_are_one_statement_each_with_its_own(version: Version, queue: str) -> None:
    held = await claimed(version, queue, 20)
    with counted() as statements:
        ends = await asyncio.gather(*(finish(lease, succeeded("x" * n)) for n, lease in enumerate(held)))
    assert ends == [True] * 20
    assert len(statements) == 1, statements
    for n, lease in enumerate(held):
        ended = await row(lease.id)
        assert (ended["status"], ended["logs"]) == ("succeeded", "x" * n)
        assert await count("SELECT output_tokens FROM usage WHERE prediction_id = $1", lease.id) == n


async def test_of_those_that_end_at_once_only_the_newest_attempts_do(version: Version, queue: str) -> None:
    mine, lost = await claimed(version, queue, 2)
    await hand_back(lost)
    assert await asyncio.gather(finish(mine, succeeded("a")), finish(lost, succeeded("b"))) == [True, False]
    assert [(await row(lease.id))["status"] for lease in (mine, lost)] == ["succeeded", "starting"]
    assert await count("SELECT count(*) FROM usage WHERE prediction_id = $1", lost.id) == 0


async def test_an_older_attempt_did_not_end_what_the_newer_one_ends_beside_it(version: Version, queue: str) -> None:
    (older,) = await claimed(version, queue, 1)
    await hand_back(older)
    (newer,) = await claim(queue, uuid4(), LEASE, 1)
    found = await _finish_all([(older, succeeded("old")), (newer, succeeded("new"))])
    assert (newer.id, found) == (older.id, [False, True])
    assert (await row(newer.id))["logs"] == "new"


async def test_an_output_that_cannot_be_stored_fails_alone(version: Version, queue: str) -> None:
    good, bad, other = await claimed(version, queue, 3)
    found = await asyncio.gather(
        finish(good, succeeded("a")), finish(bad, succeeded("\0")), finish(other, succeeded("c")),
        return_exceptions=True,
    )  # fmt: skip
    assert [found[0], found[2]] == [True, True]
    assert isinstance(found[1], Exception)
    assert [(await row(lease.id))["status"] for lease in (good, bad, other)] == ["succeeded", "processing", "succeeded"]


async def test_ends_and_heartbeats_of_the_same_rows_never_wait_for_each_other(version: Version, queue: str) -> None:
    worker = uuid4()
    for _ in range(10):
        for _ in range(16):
            await add(version, queue)
        held = await claim(queue, worker, LEASE, 16)
        leases = {lease.id: lease.attempt for lease in reversed(held)}
        async with asyncio.timeout(10):
            ends = await asyncio.gather(
                *(finish(lease, succeeded("x")) for lease in held[:8]), heartbeat(worker, leases, LEASE),
                *(finish(lease, succeeded("x")) for lease in held[8:]), heartbeat(worker, leases, LEASE),
            )  # fmt: skip
        assert [end for end in ends if isinstance(end, bool)] == [True] * 16


async def test_rows_that_come_at_once_are_one_commit(version: Version, queue: str) -> None:
    new = [new_row(version, queue) for _ in range(20)]
    with counted() as statements:
        assert await asyncio.gather(*(accept(made, {}, NEW) for made in new)) == [True] * 20
    assert len(statements) == 1, statements
    stored = await row(new[7].id)
    assert (stored["run_at"], stored["created_at"]) == (new[7].run_at, new[7].created_at)
    assert (await Prediction.get(id=new[7].id)).input == new[7].input


async def test_of_many_with_one_key_one_is_accepted_and_strangers_are_too(version: Version, queue: str) -> None:
    key = uuid4().hex
    same = [new_row(version, queue, idempotency_key=key) for _ in range(10)]
    others = [new_row(version, queue, idempotency_key=uuid4().hex) for _ in range(5)]
    found = await asyncio.gather(*(accept(made, {}, NEW) for made in [*same, *others]))
    assert (sum(found[:10]), found[10:]) == (1, [True] * 5)
    assert await count("SELECT count(*) FROM prediction WHERE idempotency_key = $1", key) == 1


async def test_a_row_that_breaks_a_rule_is_refused_alone(version: Version, queue: str) -> None:
    bad = new_row(version, queue, version_id=uuid4())
    new = [new_row(version, queue), bad, new_row(version, queue)]
    found = await asyncio.gather(*(accept(made, {}, NEW) for made in new), return_exceptions=True)
    assert [found[0], found[2]] == [True, True]
    assert isinstance(found[1], Exception)


async def test_deadlines_are_each_their_own(version: Version, queue: str) -> None:
    late, none = new_row(version, queue), new_row(version, queue)
    await asyncio.gather(accept(late, {}, NewPrediction("a/b", {}, deadline_seconds=60)), accept(none, {}, NEW))
    stored = await row(late.id)
    assert (stored["deadline_at"] - stored["created_at"]).total_seconds() == pytest.approx(60)
    assert (await row(none.id))["deadline_at"] is None


async def test_rows_are_read_together_and_each_reader_gets_its_own(version: Version, queue: str) -> None:
    made = [await add(version, queue) for _ in range(5)]
    asked = [made[0].id, *(each.id for each in made), uuid4()]
    with counted() as statements:
        found = await asyncio.gather(*map(prediction_rows.read, asked))
    assert len(statements) == 1, statements
    assert [each.id if each else None for each in found] == [*asked[:-1], None]
    assert found[0] is not found[1]
    assert found[1] is not None
    assert dict(found[1]) == dict(await Prediction.get(id=made[0].id))
