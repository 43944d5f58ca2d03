"""The gate: many together, or one alone."""

from __future__ import annotations

import asyncio

from workers.supervisor.gate import Gate


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_many_are_inside_together() -> None:
    gate = Gate()
    inside = asyncio.Barrier(10)

    async def one() -> None:
        async with gate.shared():
            await inside.wait()

    async with asyncio.timeout(5):
        await asyncio.gather(*(one() for _ in range(10)))


async def test_one_alone_waits_for_all_and_keeps_all_out() -> None:
    gate, log, leave = Gate(), list[str](), asyncio.Event()

    async def shared(name: str) -> None:
        async with gate.shared():
            log.append(name)
            await leave.wait()

    async def alone() -> None:
        async with gate.alone():
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


async def test_two_who_want_to_be_alone_take_turns() -> None:
    gate, inside = Gate(), 0

    async def alone() -> None:
        nonlocal inside
        async with gate.alone():
            inside += 1
            await settle()
            assert inside == 1
            inside -= 1

    async with asyncio.timeout(5):
        await asyncio.gather(*(alone() for _ in range(5)))


async def test_whoever_gives_up_waiting_blocks_nobody() -> None:
    gate, leave = Gate(), asyncio.Event()

    async def shared() -> None:
        async with gate.shared():
            await leave.wait()

    async def alone() -> None:
        async with gate.alone():
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
        async with gate.alone():
            pass
