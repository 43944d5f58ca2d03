"""Values that are read now and then."""

from __future__ import annotations

import asyncio

from server.adapters.kept_counts import KeptValues


async def test_what_was_being_read_when_all_was_forgotten_is_not_kept() -> None:
    values: KeptValues[str] = KeptValues()
    is_read = asyncio.Event()

    async def slowly(_: str) -> str:
        await is_read.wait()
        return "old"

    async def at_once(_: str) -> str:
        return "new"

    reading = asyncio.create_task(values.get("a", slowly))
    await asyncio.sleep(0)
    values.clear()
    is_read.set()
    assert await reading == "old"
    assert await values.get("a", at_once) == "new"
    assert await values.get("a", slowly) == "new"
