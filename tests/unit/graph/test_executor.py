"""What is executed for each event of a subscription leaves nothing behind."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from graphql import map_source_to_response_event, parse

from graph.schema import make_schema
from graph.types.events import event_of
from server.domain.events import Cursor, Event, EventType
from server.live.prediction_events import SubscriberEvent

SELECTION = parse("""subscription ($id: ID!) { predictionEvents(id: $id) { __typename cursor
  ... on PredictionSnapshot { prediction { status text } } ... on OutputAppended { text index }
  ... on StatusChanged { status prediction { text } } } }""")
EVENTS, WARM_UP = 2000, 20
# Each event left an entry of the memo, of several objects; what else this process does at the same time makes some, too
PREDICTION = uuid4()


def _executor() -> Any:
    schema = make_schema()
    return schema.execution_context_class.build(
        schema._schema, SELECTION, raw_variable_values={"id": "x"}, operation_extensions=None
    )


def _event(number: int) -> Any:
    event = Event(EventType.OUTPUT, Cursor("e", number), 1.0, {"index": number, "text": "t"})
    return event_of(SubscriberEvent(event), PREDICTION)


def _objects() -> int:
    gc.collect()
    return len(gc.get_objects())


@pytest.mark.slow
def test_events_of_one_selection_leave_nothing_in_memory() -> None:
    executor = _executor()
    for number in range(WARM_UP):
        executor.build_per_event_executor(_event(number)).execute_operation(False)
    before = _objects()
    for number in range(EVENTS):
        result = executor.build_per_event_executor(_event(number)).execute_operation(False)
        assert result.data["predictionEvents"]["index"] == number
    assert _objects() < before + EVENTS / 2


@pytest.mark.slow
async def test_events_of_one_stream_leave_nothing_in_memory() -> None:
    async def events() -> AsyncIterator[Any]:
        for number in range(EVENTS):
            # What graphql-core passes on to the resolver of the subscribed field
            yield _event(number)

    executor = _executor()
    stream = map_source_to_response_event(executor, events())
    before = 0
    async for result in stream:
        assert result.errors is None
        before = before or _objects()
    assert _objects() < before + EVENTS / 2
