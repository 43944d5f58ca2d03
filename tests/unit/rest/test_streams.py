"""What a stream of server-sent events says to an event of the prediction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import ClientDisconnect

from server.domain.accounts import ANONYMOUS
from server.domain.events import Cursor, Event, EventType
from server.live.prediction_events import SubscriberEvent
from server.rest.event_streams import EventStream
from server.rest.v1.streams import _Place, _Stream
from server.tables import Prediction


@pytest.mark.parametrize(("status", "events"), [("processing", []), ("canceled", ["done"])])
async def test_a_stream_ends_by_the_last_event_and_not_by_the_row(status: str, events: list[str]) -> None:
    """The row may have its end while the events before it are on their way."""
    caller: Any = None
    stream = _Stream(caller, ANONYMOUS, uuid4(), _Place())
    event = Event(EventType.STATUS, Cursor("e", 1), 0.0, {"status": status})
    sent = await stream._sent(SubscriberEvent(event, Prediction(status="canceled", output=None)))
    assert [line.decode().partition("\n")[0].removeprefix("event: ") for line in sent] == events


@pytest.mark.parametrize("sent_before", [0, 1, 2])
async def test_a_client_that_is_gone_frees_its_stream_once(sent_before: int) -> None:
    left = []
    closed = []

    async def pieces() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b": keep-alive\n\n"
        finally:
            closed.append(True)

    async def leave() -> None:
        left.append(True)

    sent = 0

    async def send(_: Any) -> None:
        nonlocal sent
        if sent == sent_before:
            raise OSError("the client is gone")
        sent += 1

    async def receive() -> Any:
        await asyncio.Event().wait()

    stream = EventStream(pieces(), {}, leave)
    scope: Any = {"type": "http", "asgi": {"spec_version": "2.4"}}
    with pytest.raises(ClientDisconnect):
        await stream(scope, receive, send)
    assert left == [True]
    # The first thing sent is the head, before anything of the pieces is asked for
    assert closed == ([True] if sent_before else [])


def place_of(event: bytes) -> _Place:
    """Where a client goes on that has received an event."""
    (line,) = [line for line in event.decode().splitlines() if line.startswith("id: ")]
    return _Place.of(line.removeprefix("id: "))


def names(events: list[bytes]) -> list[str]:
    return [event.decode().partition("\n")[0].removeprefix("event: ") for event in events]


async def test_a_client_that_got_half_of_a_snapshot_gets_the_rest() -> None:
    caller: Any = None
    row = Prediction(status="succeeded", output='"text"', logs="log\n")
    snapshot = SubscriberEvent(Event(EventType.SNAPSHOT, Cursor("e", 7), 0.0, {"attempt": 1}), row)
    first, second = await _Stream(caller, ANONYMOUS, uuid4(), _Place())._sent(snapshot)
    assert names([first, second]) == ["output", "logs"]
    again = place_of(first)
    # What is behind the snapshot would come without its log
    assert again.cursor is None
    assert names(await _Stream(caller, ANONYMOUS, uuid4(), again)._sent(snapshot)) == ["logs"]
    assert place_of(second).cursor == "e:7"
    assert await _Stream(caller, ANONYMOUS, uuid4(), place_of(second))._sent(snapshot) == []


@pytest.mark.parametrize("has", [0, 1, 2, 3])
async def test_a_client_that_got_some_of_the_last_events_gets_the_others(has: int) -> None:
    caller: Any = SimpleNamespace(rt=None, base_url="")
    row = Prediction(status="failed", output=[1, 2], error_message="it broke")
    end = SubscriberEvent(Event(EventType.STATUS, Cursor("end.1", 9), 0.0, {"status": "failed"}), row)
    before = _Place("e:8")
    events = await _Stream(caller, ANONYMOUS, uuid4(), before)._sent(end)
    assert names(events) == ["output", "output", "error", "done"]
    place = place_of(events[has - 1]) if has else _Place("e:8")
    assert place.cursor == "e:8"
    assert names(await _Stream(caller, ANONYMOUS, uuid4(), place)._sent(end)) == names(events)[has:]
    assert place_of(events[3]).cursor == "end.1:9"
