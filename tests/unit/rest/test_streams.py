"""What a stream of server-sent events says to an event of the prediction."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from server.domain.accounts import ANONYMOUS
from server.domain.events import Cursor, Event, EventType
from server.live.prediction_events import SubscriberEvent
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
