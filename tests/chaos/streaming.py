"""A subscriber by server-sent events that hangs up, comes back by Last-Event-ID and notices what is missing."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from tests.chaos.watching import AGAIN_SECONDS, SILENCE_SECONDS, CutOffError, Held

# What an API answers that stops or has lost its database: a client of server-sent events comes back
AGAIN = frozenset({502, 503, 504})
LOGS = "counting to {}\ncounted\n"


class Sent(NamedTuple):
    """One event."""

    event: str
    data: str
    id: str


@dataclass
class StreamWatcher:
    """Follows one count from any API, in pieces that only ever add up; `problems` are what must not happen."""

    urls: Sequence[str]
    prediction_id: str
    rng: random.Random
    body: str
    last_number: int
    token: str
    drops: float = 0.06
    held: Held = field(default_factory=Held)
    problems: list[str] = field(default_factory=list)
    events: int = 0
    resumed: int = 0
    ended_at: float | None = None
    last: Sent | None = None

    async def watch(self) -> None:
        """Until the event `done`, however often the line breaks."""
        while self.last is None:
            try:
                await self._once()
            except (CutOffError, TimeoutError, httpx.HTTPError):
                self.resumed += 1
                await asyncio.sleep(AGAIN_SECONDS)

    async def _once(self) -> None:
        headers = {"authorization": f"Bearer {self.token}"}
        if self.held.cursor is not None:
            headers["last-event-id"] = self.held.cursor
        url = f"{self.rng.choice(list(self.urls))}/v1/predictions/{self.prediction_id}/stream"
        async with (
            asyncio.timeout(SILENCE_SECONDS),
            httpx.AsyncClient(trust_env=False, timeout=SILENCE_SECONDS) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code in AGAIN:
                raise CutOffError(str(response.status_code))
            if response.status_code != 200:
                self._complain(f"is answered with {response.status_code} {(await response.aread())[:200]!r}")
                raise CutOffError(str(response.status_code))
            async with aclosing(_events(response)) as events:
                async for event in events:
                    self.see(event)
                    if self.last is not None:
                        return
                    if self.rng.random() < self.drops:
                        raise CutOffError("dropped on purpose")
        raise CutOffError("the line ended")

    def see(self, event: Sent) -> None:
        """Take one event in."""
        self.events += 1
        self.held.cursor = event.id
        match event.event:
            case "output":
                self.held.text += event.data
                if not self.body.startswith(self.held.text):
                    self._complain(f"the text is not the beginning of what was to come: …{self.held.text[-40:]!r}")
            case "logs":
                self.held.logs += event.data
            case "done":
                self.last, self.ended_at = event, time.time()
                if json.loads(event.data) or self.held.text != self.body:
                    self._complain(f"ends by {event.data} with {self.held.text[-40:]!r}")
                if self.held.logs != LOGS.format(self.last_number):
                    self._complain(f"holds the log {self.held.logs!r} at the end")
            case _:
                self._complain(f"got {event}")

    def _complain(self, problem: str) -> None:
        if len(self.problems) < 3:
            self.problems.append(f"{self.prediction_id}: {problem}")


async def _events(response: httpx.Response) -> AsyncIterator[Sent]:
    event, number, lines = "message", "", list[str]()
    async for line in response.aiter_lines():
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                event = value
            case "id":
                number = value
            case "data":
                lines.append(value)
            case "" if not line and lines:
                yield Sent(event, "\n".join(lines), number)
                event, lines = "message", []
