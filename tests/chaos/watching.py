"""A subscriber that comes late, hangs up and comes back at random, and notices whatever is missing or out of order."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import websockets

from tests.support.api import EVENTS, TERMINAL

AGAIN_SECONDS = 0.1
SILENCE_SECONDS = 90.0
OPEN_SECONDS = 10.0


class CutOffError(Exception):
    """The line broke; the subscriber comes back with its cursor."""


class EarlyEndError(Exception):
    """The stream was ended before its terminal event: a stock client would not come back."""


@dataclass
class Held:
    """What a client has in its hands: snapshots replace, pieces append."""

    text: str = ""
    logs: str = ""
    attempt: int = 0
    cursor: str | None = None
    epoch: str | None = None
    seq: int = -1
    status: str | None = None


@dataclass
class Watcher:
    """Watches one prediction from any API; `problems` are what must not happen.

    `body` is what the text says behind the mark of its attempt, by which a piece that is missing, doubled or too early
    shows at once.
    """

    urls: Sequence[str]
    prediction_id: str
    rng: random.Random
    body: str | None = None
    token: str | None = None
    drops: float = 0.06
    held: Held = field(default_factory=Held)
    problems: list[str] = field(default_factory=list)
    events: int = 0
    resumed: int = 0
    ended_at: float | None = None
    last: dict[str, Any] | None = None

    async def watch(self) -> None:
        """Until the terminal event, however often the line breaks."""
        while self.last is None:
            try:
                await self._once()
            except EarlyEndError as error:
                self._complain(f"the stream ended before the terminal event: {error}")
                await asyncio.sleep(AGAIN_SECONDS)
            except (OSError, CutOffError, TimeoutError, websockets.WebSocketException, json.JSONDecodeError):
                self.resumed += 1
                await asyncio.sleep(AGAIN_SECONDS)

    async def _once(self) -> None:
        url = self.rng.choice(list(self.urls))
        # Now and then somebody comes as if for the first time: a page that was loaded again
        if self.rng.random() < 0.1:
            self.held = Held()
        async with (
            asyncio.timeout(SILENCE_SECONDS),
            aclosing(_events(url, self.token, self.prediction_id, self.held.cursor)) as came,
        ):
            async for event in came:
                self.see(event)
                if self.last is not None:
                    return
                if self.rng.random() < self.drops:
                    raise CutOffError("dropped on purpose")

    def see(self, event: dict[str, Any]) -> None:
        """Take one event in."""
        self.events += 1
        kind = event["__typename"]
        if self.last is not None:
            self._complain(f"{kind} came behind the terminal event")
        if kind == "EventsLost":
            self._complain("EventsLost")
            return
        self._advance(event, kind)
        match kind:
            case "PredictionSnapshot":
                self.held.text = event["prediction"]["text"] or ""
                self.held.logs = event["prediction"]["logs"] or ""
                self.held.attempt = event["attempt"]
            case "OutputAppended":
                self.held.text += event["text"] or ""
            case "Logged":
                self.held.logs += event["line"] + "\n"
            case "StatusChanged":
                self.held.status = event["status"]
                if event["status"] in TERMINAL:
                    self._end(event)
        self._check_text()

    def _advance(self, event: dict[str, Any], kind: str) -> None:
        """Sequence numbers only rise within an epoch, and another epoch begins with a snapshot."""
        epoch, _, number = event["cursor"].rpartition(":")
        held, seq = self.held, int(number)
        is_end = epoch.startswith("end.")
        if epoch == held.epoch and kind != "PredictionSnapshot" and seq <= held.seq:
            self._complain(f"{kind} {epoch}:{seq} came after {held.seq}")
        if epoch != held.epoch and kind != "PredictionSnapshot" and not is_end:
            self._complain(f"{kind} {event['cursor']} began an epoch after {held.cursor}")
        held.epoch, held.seq, held.cursor = epoch, seq, event["cursor"]

    def _check_text(self) -> None:
        if self.body is None:
            return
        _, _, told = self.held.text.partition(" ")
        if not self.body.startswith(told):
            self._complain(f"the text is not the beginning of what was to come: …{told[-40:]!r}")

    def _end(self, event: dict[str, Any]) -> None:
        prediction = event["prediction"]
        self.last, self.ended_at = event, time.time()
        if self.held.text != (prediction["text"] or ""):
            self._complain(f"holds {self.held.text[-40:]!r} at the end instead of {(prediction['text'] or '')[-40:]!r}")
        if self.held.logs != (prediction["logs"] or ""):
            self._complain(f"holds the log {self.held.logs!r} at the end instead of {prediction['logs']!r}")

    def _complain(self, problem: str) -> None:
        if len(self.problems) < 3:
            self.problems.append(f"{self.prediction_id}: {problem}")


async def _events(
    url: str, token: str | None, prediction_id: str, after: str | None
) -> AsyncGenerator[dict[str, Any], None]:
    """The events of one connection; CutOffError where it ends before the stream does."""
    socket = await _connected(url, token)
    try:
        operation = {"query": EVENTS, "variables": {"id": prediction_id, "after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
        async for raw in socket:
            message = json.loads(raw)
            if message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong"}))
            elif message["type"] != "next" or message["payload"].get("errors"):
                raise EarlyEndError(str(message)[:300])
            else:
                yield message["payload"]["data"]["predictionEvents"]
    finally:
        # No closing handshake: who walks into a tunnel does not say goodbye
        socket.transport.abort()
        await socket.wait_closed()
    raise CutOffError("the line ended")


async def _connected(url: str, token: str | None) -> websockets.ClientConnection:
    async with asyncio.timeout(OPEN_SECONDS):
        protocol = websockets.Subprotocol("graphql-transport-ws")
        socket = await websockets.connect(
            f"{url.replace('http', 'ws', 1)}/graphql", subprotocols=[protocol], proxy=None, ping_interval=None
        )
        payload = {"authorization": f"Bearer {token}"} if token else {}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        if json.loads(await socket.recv())["type"] != "connection_ack":
            raise CutOffError("not let in")
        return socket
