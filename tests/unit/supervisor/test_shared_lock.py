"""The lock of the runner: many together, or one alone."""

from __future__ import annotations

import asyncio

from workers.supervisor.attempt import SharedLock


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_many_are_inside_together() -> None:
    lock = SharedLock()
    inside = asyncio.Barrier(10)

    async def one() -> None:
        async with lock.shared():
            await inside.wait()

    async with asyncio.timeout(5):
        await asyncio.gather(*(one() for _ in range(10)))


async def test_one_alone_waits_for_all_and_keeps_all_out() -> None:
    lock, log, leave = SharedLock(), list[str](), asyncio.Event()

    async def shared(name: str) -> None:
        async with lock.shared():
            log.append(name)
            await leave.wait()

    async def alone() -> None:
        async with lock.alone():
            log.append("alone in")
            await settle()
            log.append("alone out")

    tasks = [asyncio.create_task(shared("a")), asyncio.create_task(shared("b"))]
    await settle()
    tasks.append(asyncio.create_task(alone()))
    await settle()
    # One that comes later waits behind the one who wants to be alone: that one does not starve
    tasks.append(asyncio.create_task(shared("c")))
    await settle()
    assert log == ["a", "b"]
    leave.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks)
    assert log == ["a", "b", "alone in", "alone out", "c"]


async def test_a_group_is_inside_together_and_with_nobody_else() -> None:
    lock, log, leave = SharedLock(), list[str](), asyncio.Event()

    async def shared(name: str, group: object) -> None:
        async with lock.shared(group):
            log.append(name)
            await leave.wait()
            log.append(f"{name} out")

    entering = [("a", "g"), ("b", "g"), ("c", None), ("d", "g")]
    tasks = [asyncio.create_task(shared(*each)) for each in entering]
    await settle()
    # The last is of the group, but came behind one who waits for it to go
    assert log == ["a", "b"]
    leave.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks)
    assert log == ["a", "b", "a out", "b out", "c", "c out", "d", "d out"]


async def test_two_who_want_to_be_alone_take_turns() -> None:
    lock, inside = SharedLock(), 0

    async def alone() -> None:
        nonlocal inside
        async with lock.alone():
            inside += 1
            await settle()
            assert inside == 1
            inside -= 1

    async with asyncio.timeout(5):
        await asyncio.gather(*(alone() for _ in range(5)))


async def test_whoever_gives_up_waiting_blocks_nobody() -> None:
    lock, leave = SharedLock(), asyncio.Event()

    async def shared() -> None:
        async with lock.shared():
            await leave.wait()

    async def alone() -> None:
        async with lock.alone():
            raise AssertionError("others are inside")

    inside = asyncio.create_task(shared())
    await settle()
    waiting = asyncio.create_task(alone())
    behind = asyncio.create_task(shared())
    await settle()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    leave.set()
    async with asyncio.timeout(5):
        await asyncio.gather(inside, behind)
        async with lock.alone():
            pass
