"""A webhook's receiver that fails the first time in every way there is, and remembers who told it what."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.audit import TERMINAL
from tests.support.receiver import OK, Answering, Receiver, Told, answer, hang, listening

FAILURES = 0.3
ENDS = ("COMPLETED", "BATCH_COMPLETED")


async def reset(told: Told, writer: asyncio.StreamWriter) -> None:
    """Hang up without a word."""
    writer.transport.abort()


async def garbage(told: Told, writer: asyncio.StreamWriter) -> None:
    """Say what is no HTTP."""
    writer.write(b"\0\0 hello \r\n\r\n")
    await writer.drain()


WAYS: tuple[Answering, ...] = (
    *(answer(code) for code in (404, 429, 500, 503)),
    answer(302, location="http://127.0.0.1:9/"),
    *(reset, garbage, hang),
)


@dataclass
class Hooks:
    """What receivers were told of one run's predictions, by the prediction's id."""

    rng: random.Random
    receiver: Receiver | None = None
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))

    @property
    def url(self) -> str:
        """Where to tell."""
        assert self.receiver is not None
        return self.receiver.url()

    async def take(self, told: Told, writer: asyncio.StreamWriter) -> None:
        """Fail sometimes, at the first message of an end; else take it."""
        held = self.told[told.json["id"]]
        held.append(told)
        ends = [one for one in held if one.event in ENDS]
        fails = told.event in ENDS and len(ends) == 1 and self.rng.random() < FAILURES
        await (self.rng.choice(WAYS) if fails else OK)(told, writer)

    def problems(self, prediction_id: str, rows: list[dict[str, Any]], status: str) -> list[str]:
        """Why one prediction's receiver was not told of its end once, in order, and of the right one."""
        held = self.told[prediction_id]
        ends = [told for told in held if told.event == "COMPLETED"]
        ids, completed = {told.id for told in ends}, [row for row in rows if row["event"] == "completed"]
        if len(completed) != 1 or completed[0]["state"] != "delivered":
            return [f"has the deliveries {[(row['event'], row['state'], row['tries']) for row in rows]}"]
        found = []
        if ids != {f"msg_{completed[0]['id'].hex}"}:
            found.append(f"was told of under the ids {ids}")
        if {told.json["status"].lower() for told in ends} != {status} or status not in TERMINAL:
            found.append(f"ended as {status}, and its receiver heard {[told.json['status'] for told in ends]}")
        if ends and any(told.event != "COMPLETED" for told in held[held.index(ends[0]) :]):
            found.append(f"was told of in the order {[told.event for told in held]}")
        return found


@asynccontextmanager
async def receiving(rng: random.Random) -> AsyncIterator[Hooks]:
    """A receiver for the time of the context."""
    hooks = Hooks(rng)
    async with listening(otherwise=hooks.take) as receiver:
        hooks.receiver = receiver
        yield hooks
