from __future__ import annotations

from typing import Any

import pytest

from graph.websocket.sockets import coded, is_well_formed

SUBSCRIBE: dict[str, Any] = {"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { id } }"}}


def of_payload(**changes: Any) -> dict[str, Any]:
    return {**SUBSCRIBE, "payload": {**SUBSCRIBE["payload"], **changes}}


@pytest.mark.parametrize(
    "message",
    [
        SUBSCRIBE,
        of_payload(variables=None, operationName=None, extensions={}),
        of_payload(variables={"a": 1}, operationName="a"),
        {"type": "connection_init"},
        {"type": "connection_init", "payload": {"authorization": "Bearer x"}},
        {"type": "ping"},
        {"type": "complete", "id": "1"},
        {"type": "unknown"},
    ],
)
def test_messages_of_the_protocol(message: object) -> None:
    assert is_well_formed(message)


@pytest.mark.parametrize(
    "message",
    [
        None,
        1,
        "subscribe",
        [SUBSCRIBE],
        {},
        {"type": None},
        {"type": 1},
        {"type": ["subscribe"]},
        {"type": "x" * 81},
        {**SUBSCRIBE, "id": 1},
        {**SUBSCRIBE, "id": None},
        {**SUBSCRIBE, "id": "🐍" * 21},
        {**SUBSCRIBE, "id": "\ud800"},
        {**SUBSCRIBE, "payload": None},
        {**SUBSCRIBE, "payload": []},
        {"type": "subscribe", "id": "1"},
        of_payload(query=None),
        of_payload(query=1),
        of_payload(query=["{ viewer { id } }"]),
        of_payload(variables=[]),
        of_payload(variables="x"),
        of_payload(operationName=1),
        of_payload(operationName="x" * 81),
    ],
    ids=range(23),
)
def test_messages_of_another_shape(message: object) -> None:
    assert not is_well_formed(message)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "Subscription limit reached"}, "TOO_MANY_SUBSCRIPTIONS"),
        ({"message": "Anything else", "extensions": {}}, "BAD_REQUEST"),
        ({"message": "Coded", "extensions": {"code": "COST_EXCEEDED", "cost": 1}}, "COST_EXCEEDED"),
    ],
)
def test_errors_of_strawberry_get_codes(error: dict[str, Any], code: str) -> None:
    assert coded(error) == {**error, "extensions": {**error.get("extensions", {}), "code": code}}
