"""What users see of fair shares: places and forecasts while they wait, priorities, and limits set by administrators."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from tests.support.api import Client
from tests.support.operations import code_of, echo_model, ended, handle_of

CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename
  ... on Prediction { id priority } ... on QueueFull { code message retryAfter } ... on UserError { message } } }"""
PLACE = """query ($id: ID!) { prediction(id: $id) { status priority
  queue { position aheadSeconds etaSeconds { p50 p90 } reason } } }"""
PLACES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Prediction { queue { position } } } }"
SET = """mutation ($input: SetUserLimitsInput!) { setUserLimits(input: $input) { __typename
  ... on User { handle limits { weight mostWaiting mostRunning mostWaitingPerModel } }
  ... on InvalidInput { violations { path code } } ... on UserError { message code } } }"""
MOVES = """subscription ($id: ID!) { predictionEvents(id: $id) { __typename cursor
  ... on QueueMoved { queue { position aheadSeconds etaSeconds { p50 p90 } reason } }
  ... on StatusChanged { status } } }"""
CROWD = 24
SECONDS = 0.6
LONG = {"text": "w " * 50, "delay_seconds": 1}


async def create(client: Client, slug: str, values: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The answer to a new prediction."""
    answer = await client.run(CREATE, input={"model": slug, "input": values, **options})
    created: dict[str, Any] = answer["createPrediction"]
    return created


async def place(client: Client, prediction_id: str) -> dict[str, Any]:
    """A prediction with where it waits."""
    found: dict[str, Any] = (await client.run(PLACE, id=prediction_id))["prediction"]
    return found


async def known_place(client: Client, prediction_id: str) -> dict[str, Any] | None:
    """Where a prediction waits, once that was looked at since it came; None where it has begun."""
    deadline = time.monotonic() + 30
    while (queue := (await place(client, prediction_id))["queue"]) is not None and queue["position"] is None:
        assert time.monotonic() < deadline, queue
        await asyncio.sleep(0.2)
    found: dict[str, Any] | None = queue
    return found


@asynccontextmanager
async def crowd(client: Client, slug: str, count: int = CROWD, seconds: float = SECONDS) -> AsyncIterator[list[str]]:
    """More than the workers can run; canceled at the end."""
    values = {"text": "w " * 5, "delay_seconds": seconds / 5}
    ids = [(await create(client, slug, values))["id"] for _ in range(count)]
    try:
        yield ids
    finally:
        for prediction_id in ids:
            await client.cancel(prediction_id)


async def test_who_waits_sees_place_and_forecast(admin: Client) -> None:
    slug = await echo_model(admin)
    first = await create(admin, slug, {"text": "w " * 5, "delay_seconds": SECONDS / 5})
    await ended(admin, first["id"])
    async with crowd(admin, slug, seconds=3) as ids:
        last = ids[-1]
        deadline = time.monotonic() + 30
        while True:
            found = await place(admin, last)
            queue = found["queue"]
            if queue is None or (queue["etaSeconds"] and queue["aheadSeconds"]):
                break
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.3)
        assert queue is not None, found
        assert 1 <= queue["position"] <= CROWD
        assert queue["reason"] == "WAITING_FOR_SLOT"
        assert 0 <= queue["etaSeconds"]["p50"] <= queue["etaSeconds"]["p90"] < 60
        nodes = (await admin.run(PLACES, ids=ids))["nodes"]
        known = [each["queue"]["position"] for each in nodes if each["queue"]]
        assert known == sorted(known)
        await ended(admin, ids[0])
        assert (await place(admin, ids[0]))["queue"] is None


async def test_moves_come_while_somebody_selects_them(admin: Client) -> None:
    slug = await echo_model(admin)
    async with crowd(admin, slug, seconds=2) as ids, admin.socket() as socket:
        payload = {"query": MOVES, "variables": {"id": ids[-1]}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        events = []
        async for raw in socket:
            message = json.loads(raw)
            if message["type"] == "complete":
                break
            events.append(message["payload"]["data"]["predictionEvents"])
            assert len(events) < 300
    moves = [each for each in events if each["__typename"] == "QueueMoved"]
    positions = [place for each in moves if (place := each["queue"]["position"]) is not None]
    assert len(positions) >= 2
    assert positions == sorted(positions, reverse=True)
    assert len({each["__typename"] for each in events} & {"PredictionSnapshot", "StatusChanged"}) == 2
    assert events[-1]["__typename"] == "StatusChanged"
    # Who does not select them gets none
    plain = [event["__typename"] async for event in admin.events(ids[0])]
    assert "QueueMoved" not in plain


async def test_priorities_order_what_one_user_has(ada: Client, admin: Client) -> None:
    slug = await echo_model(admin)
    assert (await create(ada, slug, {"text": "a"}))["priority"] == "NORMAL"
    async with crowd(ada, slug) as ids:
        low = await create(ada, slug, {"text": "low"}, priority="LOW")
        high = await create(ada, slug, {"text": "high"}, priority="HIGH")
        assert (low["priority"], high["priority"]) == ("LOW", "HIGH")
        places = {name: await known_place(ada, each) for name, each in
                  (("low", low["id"]), ("high", high["id"]), ("last", ids[-1]))}  # fmt: skip
        # The highest may have begun by now
        assert places["high"] is None or places["high"]["position"] <= places["last"]["position"]
        assert places["last"] is not None
        assert places["low"] is not None
        assert places["last"]["position"] < places["low"]["position"]
        await admin.cancel(low["id"])
    answer = await ada.raw(CREATE, input={"model": slug, "input": {"text": "a"}, "priority": "HIGHEST"})
    assert answer["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")


async def test_a_key_is_of_one_priority(ada: Client, admin: Client) -> None:
    slug, key = await echo_model(admin), uuid4().hex
    once = await create(ada, slug, {"text": "a"}, idempotencyKey=key, priority="LOW")
    assert (await create(ada, slug, {"text": "a"}, idempotencyKey=key, priority="LOW"))["id"] == once["id"]
    other = await create(ada, slug, {"text": "a"}, idempotencyKey=key, priority="HIGH")
    assert other["__typename"] == "ConflictError"


async def test_too_many_that_wait_are_refused_with_the_time_to_come_back(ada: Client, admin: Client) -> None:
    slug, other = await echo_model(admin), await echo_model(admin)
    handle = await handle_of(ada)
    answer = (await admin.run(SET, input={"user": handle, "mostWaitingPerModel": 3}))["setUserLimits"]
    assert answer["limits"] == {"weight": 1, "mostWaiting": None, "mostRunning": None, "mostWaitingPerModel": 3}
    ids = []
    try:
        while (created := await create(ada, slug, LONG))["__typename"] == "Prediction":
            ids.append(created["id"])
            assert len(ids) < 60
        assert created["__typename"] == "QueueFull"
        assert created["code"] == "QUEUE_FULL"
        assert created["retryAfter"] >= 1
        assert "3 of your predictions of this model are waiting" in created["message"]
        elsewhere = await create(ada, other, {"text": "w"})
        assert elsewhere["__typename"] == "Prediction"
        ids.append(elsewhere["id"])
        # The same by REST
        body, headers = {"version": slug, "input": {"text": "w"}}, {"authorization": f"Bearer {ada.token}"}
        answer = await ada.http.post(f"{ada.url}/v1/predictions", json=body, headers=headers)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["code"] == "QUEUE_FULL"
        await admin.run(SET, input={"user": handle, "mostWaitingPerModel": 0, "mostWaiting": 1})
        for _ in range(60):
            full = await create(ada, slug, LONG)
            if full["__typename"] == "QueueFull":
                break
            ids.append(full["id"])
        assert full["__typename"] == "QueueFull", full
    finally:
        for each in ids:
            await ada.cancel(each)


async def test_no_more_of_a_user_run_than_may_and_all_of_them_end(ada: Client, admin: Client) -> None:
    slug = await echo_model(admin)
    await admin.run(SET, input={"user": await handle_of(ada), "mostRunning": 2})
    ids = [(await create(ada, slug, {"text": "w " * 5, "delay_seconds": 0.15}))["id"] for _ in range(8)]
    reasons, most, deadline = set(), 0, time.monotonic() + 200
    while True:
        states = [await place(ada, each) for each in ids]
        most = max(most, sum(state["status"] == "PROCESSING" for state in states))
        reasons |= {state["queue"]["reason"] for state in states if state["queue"]}
        if all(state["status"] == "SUCCEEDED" for state in states):
            break
        assert time.monotonic() < deadline, states
        await asyncio.sleep(0.05)
    assert most <= 2
    assert "RATE" in reasons
    # Without the limit, what is held runs too
    ids = [(await create(ada, slug, {"text": "w " * 5, "delay_seconds": 0.15}))["id"] for _ in range(5)]
    await admin.run(SET, input={"user": await handle_of(ada), "mostRunning": 0})
    assert {(await ended(ada, each))["status"] for each in ids} == {"SUCCEEDED"}


@pytest.mark.parametrize(
    "changes",
    [{"weight": 0}, {"weight": -1}, {"weight": 1e9}, {"mostWaiting": -1}, {"mostRunning": 10**7},
     {"mostWaitingPerModel": -5}],
)  # fmt: skip
async def test_limits_are_in_their_ranges(ada: Client, admin: Client, changes: dict[str, Any]) -> None:
    answer = (await admin.run(SET, input={"user": await handle_of(ada), **changes}))["setUserLimits"]
    assert answer["__typename"] == "InvalidInput"
    assert answer["violations"] == [{"path": f"/{next(iter(changes))}", "code": "range"}]


async def test_only_administrators_set_limits_and_others_do_not_see_them(
    ada: Client, admin: Client, nobody: Client
) -> None:
    handle = await handle_of(ada)
    for client in (ada, nobody):
        answer = await client.raw(SET, input={"user": handle, "weight": 50})
        assert answer["data"]["setUserLimits"]["code"] == "FORBIDDEN"
    assert (await admin.run(SET, input={"user": "no-such", "weight": 1}))["setUserLimits"]["code"] == "NOT_FOUND"
    assert (await admin.run(SET, input={"user": "no\x00such", "weight": 1}))["setUserLimits"]["code"] == "NOT_FOUND"
    answer = (await admin.run(SET, input={"user": handle, "weight": 2.5}))["setUserLimits"]
    assert answer["limits"]["weight"] == 2.5
    assert (await ada.run("{ viewer { limits { weight } } }"))["viewer"]["limits"]["weight"] == 2.5
    assert await code_of(nobody, "{ users { edges { node { limits { weight } } } } }") == "FORBIDDEN"
    log = await admin.run("{ auditEvents(first: 50) { nodes { action subject } } }")
    assert {"action": "USER_LIMITS_SET", "subject": handle} in log["auditEvents"]["nodes"]
