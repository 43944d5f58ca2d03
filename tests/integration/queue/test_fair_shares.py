"""Who runs next: ranks, priorities, weights and what waited too long, by the statements of the queue themselves."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from server.adapters.database import now, rows
from server.domain.predictions import Priority
from server.queue.claim import WarmVersions, claim, claim_hinted
from server.queue.finish import hand_back
from server.queue.recover import expire_leases
from server.queue.shares import LAST_RANK, UNITS_PER_SECOND, Charge, catch_up, share_of
from server.tables import Model, User, Version
from tests.integration.queue.store import add, add_version, row
from tests.support.fair_queue import SimulatedWorkers, ranks_of

A, B, C = "user:a", "user:b", "user:c"


@pytest.fixture
async def queue(database: str) -> AsyncIterator[str]:
    """A queue that no other test uses, of which nothing is left for those that count rows."""
    name = uuid4().hex[:12]
    yield name
    await rows("DELETE FROM prediction WHERE queue = $1", name)


async def new_user() -> tuple[UUID, str]:
    """The id and owner key of a new user."""
    user = await User.create(handle=f"u{uuid4().hex[:12]}", email=f"{uuid4().hex}@example.com")
    return user.id, f"user:{user.id}"


@pytest.mark.parametrize("slots", [1, 4])
async def test_one_begins_behind_what_runs_although_500_wait(version: Version, queue: str, slots: int) -> None:
    workers = SimulatedWorkers(queue, slots)
    for _ in range(500):
        await workers.ask(version, A)
    await workers.fill()
    for _ in range(3):
        await workers.step()
        await workers.fill()
    mine = await workers.ask(version, B)
    before = len(workers.begun)
    while mine.id not in {lease.id for _, lease in workers.begun}:
        await workers.step()
        await workers.fill()
    # What came to the head before it has the same rank
    assert len(workers.begun) - before <= 2


@pytest.mark.slow
async def test_shares_are_those_of_weights_whatever_the_rates(version: Version, queue: str) -> None:
    """20 users who keep many or few waiting and ask for short or long runs: their parts of a saturated minute."""
    chance = random.Random(7)
    workers = SimulatedWorkers(queue, 8)
    users = []
    for number in range(20):
        user_id, owner = await new_user()
        users.append((user_id, owner, (1.0, 2.0, 3.0, 1.0)[number % 4], (40, 25, 12, 6)[number % 4],
                      (0.25, 0.5, 0.75)[number % 3]))  # fmt: skip

    async def ask(user: tuple[UUID, str, float, int, float]) -> None:
        user_id, owner, weight, _, mean = user
        seconds = mean * chance.uniform(0.9, 1.1)
        await workers.ask(version, owner, seconds, weight, user_id=user_id, expected=mean)

    for user in users:
        for _ in range(user[3]):
            await ask(user)
    by_owner = {user[1]: user for user in users}
    await workers.fill()
    while workers.time < 70 and (lease := await workers.step()) is not None:
        await ask(by_owner[lease.owner])
        await workers.fill()
    used = workers.seconds_by_owner(10.0)
    total, weights = sum(used.values()), sum(user[2] for user in users)
    parts = {owner: used[owner] / total / (weight / weights) for _, owner, weight, _, _ in users}
    assert all(0.9 <= part <= 1.1 for part in parts.values()), parts


async def test_who_waits_for_each_answer_gets_a_share_and_no_more(version: Version, queue: str) -> None:
    """A loop of one at a time, against five who queue many: a sixth of one slot, not every second run."""
    user_id, loop = await new_user()
    workers = SimulatedWorkers(queue, 1)
    others = [f"user:{name}" for name in "vwxyz"]
    for owner in others:
        for _ in range(60):
            await workers.ask(version, owner)
    await workers.ask(version, loop, user_id=user_id)
    await workers.fill()
    for _ in range(120):
        lease = await workers.step()
        assert lease is not None
        if lease.owner == loop:
            await workers.ask(version, loop, user_id=user_id)
        await workers.fill()
    counts = Counter(lease.owner for _, lease in workers.begun)
    assert 18 <= counts[loop] <= 22, counts
    assert all(18 <= counts[owner] <= 22 for owner in others), counts


async def test_many_owners_each_run_in_turn(version: Version, queue: str) -> None:
    workers = SimulatedWorkers(queue, 8)
    for number in range(300):
        await workers.ask(version, f"user:{number}")
    first = await workers.ask(version, "user:0")
    late = await workers.ask(version, B)
    ranks = await ranks_of([first, late])
    assert ranks[1] < ranks[0], "whoever has run nothing goes before the second of anybody"


async def test_callers_of_one_network_without_an_account_share(version: Version, queue: str) -> None:
    assert share_of("anon:2001:db8:1:2:3:4:5:6") == share_of("anon:2001:db8:1:2::9") != share_of("anon:2001:db8:1:3::9")
    assert share_of("anon:192.0.2.1") != share_of("anon:192.0.2.2")
    workers = SimulatedWorkers(queue, 1)
    crowd = [await workers.ask(version, f"anon:2001:db8::{number:x}") for number in range(1, 30)]
    other = await workers.ask(version, "anon:2001:db8:9::1")
    ranks = await ranks_of([*crowd, other])
    assert ranks[:-1] == sorted(set(ranks[:-1]))
    assert ranks[-1] == ranks[0]


async def test_high_goes_first_of_its_owner_and_costs_the_owner_alone(version: Version, queue: str) -> None:
    workers = SimulatedWorkers(queue, 1)
    mine = [await workers.ask(version, A) for _ in range(6)]
    low = [await workers.ask(version, A, priority=Priority.LOW) for _ in range(3)]
    theirs = [await workers.ask(version, B) for _ in range(6)]
    before, of_others = sorted(await ranks_of([*mine, *low])), await ranks_of(theirs)
    high = [await workers.ask(version, A, priority=Priority.HIGH) for _ in range(2)]
    late = await workers.ask(version, A)
    everything = [*mine, *low, *high, late]
    ranks = await ranks_of(everything)
    # The places of its owner are those that three more of any priority would have made
    assert sorted(ranks) == [*before, *(before[-1] + UNITS_PER_SECOND * n for n in (1, 2, 3))]
    assert await ranks_of(theirs) == of_others
    of = dict(zip([each.id for each in everything], ranks, strict=True))
    highs, normals, lows = ([of[each.id] for each in group] for group in (high, [*mine, late], low))
    assert max(highs) < min(normals) < max(normals) < min(lows)
    assert highs == sorted(highs)


async def test_who_asks_for_high_only_gets_no_more_than_others(version: Version, queue: str) -> None:
    chance = random.Random(3)
    workers = SimulatedWorkers(queue, 2)
    for _ in range(80):
        await workers.ask(version, A, priority=chance.choice(list(Priority)))
        await workers.ask(version, B)
        await workers.ask(version, C, priority=Priority.LOW)
    await workers.fill()
    for _ in range(120):
        lease = await workers.step()
        assert lease is not None
        await workers.ask(version, lease.owner, priority=Priority.HIGH if lease.owner == A else Priority.NORMAL)
        await workers.fill()
    counts = Counter(lease.owner for _, lease in workers.begun)
    assert max(counts.values()) - min(counts.values()) <= 3, counts


@pytest.mark.parametrize(("weight", "seconds"), [(0.0, 1.0), (-5.0, 1.0), (1e308, 1.0), (1.0, -3.0), (1.0, 1e308)])
async def test_no_weight_and_no_duration_breaks_the_order(
    version: Version, queue: str, weight: float, seconds: float
) -> None:
    workers = SimulatedWorkers(queue, 1)
    odd = [await workers.ask(version, A, 1.0, weight, expected=seconds) for _ in range(5)]
    other = await workers.ask(version, B)
    ranks = await ranks_of([*odd, other])
    assert ranks == [*sorted(ranks[:-1]), ranks[-1]]
    assert all(0 <= rank <= LAST_RANK for rank in ranks)
    assert ranks[-1] == ranks[0]


async def test_ranks_that_find_no_room_wait_in_the_order_of_time(version: Version, queue: str) -> None:
    workers = SimulatedWorkers(queue, 1)
    at = now()
    full = await add(version, queue, rank=LAST_RANK - 5, share=A, owner=A, run_at=at - timedelta(seconds=9))
    after = [await workers.ask(version, A) for _ in range(3)]
    assert await ranks_of(after) == [LAST_RANK] * 3
    order = [(await claim(queue, uuid4(), 30, 1))[0].id for _ in range(4)]
    assert order == [full.id, *(each.id for each in after)]


async def test_nobody_collects_credit_and_nobody_pays_for_ever(version: Version, queue: str) -> None:
    user_id, returning = await new_user()
    workers = SimulatedWorkers(queue, 1)
    for _ in range(40):
        await workers.ask(version, returning, user_id=user_id)
    while await workers.fill():
        await workers.step()
    # The queue was empty: time began anew, far below the last rank of who used it alone
    others = [await workers.ask(version, B) for _ in range(10)]
    again = await workers.ask(version, returning, user_id=user_id)
    ranks = await ranks_of([*others, again])
    assert ranks[-1] <= ranks[0] + UNITS_PER_SECOND, "at most one of its own behind the head"
    # Another was away all the time, and has no more of it than its turn
    third = [await workers.ask(version, C) for _ in range(3)]
    assert await ranks_of(third) == [ranks[0] + UNITS_PER_SECOND * n for n in range(3)]


async def test_a_version_that_nobody_runs_holds_no_time_back(version: Version, queue: str) -> None:
    stuck = await add_version()
    workers = SimulatedWorkers(queue, 1)
    await workers.ask(stuck, B)
    for _ in range(30):
        await workers.ask(version, A)
    for _ in range(20):
        (lease,) = [each for each in await claim_of(queue, version)]
        workers.begun.append((0.0, lease))
    late = [await workers.ask(version, C) for _ in range(5)]
    (head,) = await rows("SELECT min(rank) AS rank FROM prediction WHERE version_id = $1 AND status = 'starting'",
                         version.id)  # fmt: skip
    assert (await ranks_of(late))[0] == head["rank"]
    # Of a version of which nothing waits, too
    other = await add_version()
    (rank,) = await ranks_of([await workers.ask(other, "user:d")])
    assert rank >= head["rank"] - UNITS_PER_SECOND


async def claim_of(queue: str, version: Version) -> list:  # type: ignore[type-arg]
    """The next of one version."""
    (first,) = await rows(
        "SELECT id FROM prediction WHERE version_id = $1 AND status = 'starting' ORDER BY rank, run_at LIMIT 1",
        version.id,
    )
    return await claim_hinted([first["id"]], queue, uuid4(), 600)


async def test_what_waits_of_a_paused_model_takes_no_turns(version: Version, queue: str) -> None:
    paused = await add_version()
    await Model.filter(id=paused.model_id).update(paused_at=now())
    workers = SimulatedWorkers(queue, 1, starve_seconds=600)
    held = [await workers.ask(paused, A) for _ in range(30)]
    # Among themselves they have their turns, for the time when it goes on
    assert await ranks_of(held) == [UNITS_PER_SECOND * n for n in range(30)]
    assert await ranks_of([await workers.ask(paused, B)]) == [0]
    mine = [await workers.ask(version, A) for _ in range(3)]
    theirs = [await workers.ask(version, C) for _ in range(3)]
    assert await ranks_of(mine) == await ranks_of(theirs) == [UNITS_PER_SECOND * n for n in range(3)]
    old = await add(paused, queue, share=A, owner=A, rank=0, run_at=now() - timedelta(seconds=9000))
    while await workers.fill():
        await workers.step()
    assert {lease.id for _, lease in workers.begun} == {each.id for each in [*mine, *theirs]}
    await Model.filter(id=paused.model_id).update(paused_at=None)
    assert [lease.id for lease in await workers.fill()] == [old.id]


async def test_what_waited_of_a_paused_model_goes_on_in_the_turns_of_now(version: Version, queue: str) -> None:
    paused = await add_version()
    workers = SimulatedWorkers(queue, 1)
    held = [await workers.ask(paused, A) for _ in range(20)]
    late = await workers.ask(paused, C)
    full = await add(paused, queue, rank=LAST_RANK - 1, share=A, owner=A)
    await add(version, queue, status="processing", rank=5000, share=B, owner=B)
    theirs = [await add(version, queue, rank=5000 + UNITS_PER_SECOND * n, share=B, owner=B) for n in range(1, 4)]
    await catch_up(paused.model_id)
    assert await ranks_of(held) == [5000 + UNITS_PER_SECOND * n for n in range(20)]
    assert await ranks_of([late, full]) == [5000, LAST_RANK]
    assert await ranks_of(theirs) == [5100, 5200, 5300]
    await catch_up(paused.model_id)
    assert await ranks_of(held) == [5000 + UNITS_PER_SECOND * n for n in range(20)], "once is enough"


async def test_high_goes_before_nobody_who_waits_of_a_model_that_runs(version: Version, queue: str) -> None:
    """What its owner has waiting of a version that nobody runs has old ranks, which are no places to take."""
    stuck = await add_version()
    workers = SimulatedWorkers(queue, 1)
    old = [await workers.ask(stuck, A) for _ in range(5)]
    theirs = await add(version, queue, rank=9000, share=B, owner=B)
    late = [await workers.ask(version, A) for _ in range(2)]
    high = await workers.ask(version, A, priority=Priority.HIGH)
    assert await ranks_of(old) == [UNITS_PER_SECOND * n for n in range(5)]
    (rank,) = await ranks_of([high])
    assert rank == 9000
    assert (await claim_of(queue, version))[0].id == theirs.id, "they came before, at the same rank"
    assert min(await ranks_of(late)) > rank


async def test_what_is_handed_back_or_lost_keeps_its_place_and_moves_nobody(version: Version, queue: str) -> None:
    workers = SimulatedWorkers(queue, 1)
    mine = [await workers.ask(version, A) for _ in range(20)]
    taken = [(await claim(queue, uuid4(), 30, 1))[0] for _ in range(10)]
    await hand_back(taken[0], delay_seconds=60)
    assert await hand_back(taken[1])
    await rows("UPDATE prediction SET lease_until = now() - interval '1 s' WHERE id = $1", taken[2].id)
    await expire_leases(3)
    suspect = await row(taken[2].id)
    assert (suspect["status"], suspect["alone"]) == ("starting", True)
    assert await ranks_of(mine[:3]) == [0, UNITS_PER_SECOND, 2 * UNITS_PER_SECOND]
    # Who comes now begins at what can run, neither at the delayed one nor at the suspect
    others = [await workers.ask(version, B) for _ in range(3)]
    assert (await ranks_of(others))[0] == UNITS_PER_SECOND
    assert (await claim(queue, uuid4(), 30, 1))[0].id == taken[1].id
    late = await workers.ask(version, C)
    assert (await ranks_of([late]))[0] == (await ranks_of(others))[0]


async def test_what_waited_too_long_goes_first(version: Version, queue: str) -> None:
    workers = SimulatedWorkers(queue, 1, starve_seconds=600)
    at = now()
    for n in range(5):
        await add(version, queue, rank=5, share=B, owner=B, run_at=at - timedelta(seconds=n))
    starved = await add(version, queue, rank=900, share=A, owner=A, run_at=at - timedelta(seconds=601))
    patient = await add(version, queue, rank=800, share=A, owner=A, run_at=at - timedelta(seconds=599))
    assert [lease.id for lease in await workers.fill()] == [starved.id]
    await workers.step()
    (lease,) = await workers.fill()
    assert lease.owner == B
    assert (await row(patient.id))["status"] == "starting"


async def test_warm_models_overtake_within_the_window_alone(queue: str) -> None:
    warm, cold = await add_version(), await add_version()
    here = WarmVersions((warm.id,))
    workers = SimulatedWorkers(queue, 1, window_seconds=5.0, warm=here)
    await add(cold, queue, rank=100, share=B, owner=B)
    for rank in (300, 500, 550, 700):
        await add(warm, queue, rank=rank, share=A, owner=A)
    order = []
    while leases := await workers.fill():
        order += [("cold" if lease.version_id == cold.id else "warm") for lease in leases]
        await workers.step()
    # 600 is the end of the window behind 100
    assert order == ["warm", "warm", "warm", "cold", "warm"]


async def test_one_charge_is_what_a_run_probably_takes_by_the_weight() -> None:
    assert Charge(2.5, 5.0).units == 0.5 * UNITS_PER_SECOND
    assert Charge(None, 1.0).units == UNITS_PER_SECOND
