"""Frames that are made once for all: the same bytes as graphql-core makes for each, and every promise kept."""

from __future__ import annotations

import asyncio
import gc
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from graph.websocket.frames import Selection
from server.adapters import wire
from server.adapters.event_log import NewEvent
from server.adapters.metrics import OPERATIONS
from server.domain.accounts import Viewer
from server.domain.events import EventType
from server.live.hubs import QUEUE_BOUND
from server.runtime import Runtime
from server.tables import Prediction, User
from tests.integration.events.watching import finish_run
from tests.integration.graph.documents import documents
from tests.integration.graph.serving import Listener, Served, Told, line, served
from tests.integration.queue import store

NOBODY = Viewer(address="127.0.0.1")
PIXEL = "data:image/jpeg;base64,AAAA"
STEP = {"step": 1, "total": 4, "fraction": 0.25, "etaSeconds": 1.5}
PICTURE = {"width": 8, "height": 8, "step": 1, "bytes": 3}
PLAIN = """subscription ($id: ID!, $after: String) { predictionEvents(id: $id, after: $after) { __typename cursor seq
  ... on PredictionSnapshot { attempt prediction { status text logs } } ... on OutputAppended { text index }
  ... on Logged { line } ... on StatusChanged { status prediction { text } } } }"""


@pytest.fixture
async def server(rt: Runtime) -> AsyncIterator[Served]:
    async with served(rt) as found:
        yield found


@pytest.fixture
async def told(rt: Runtime, database: str) -> Told:
    return await Told.begun(rt, await store.add_version())


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of events that were executed for all."""
    found: list[str] = []
    execute = Selection._execute

    def counted(selection: Selection, event: Any, root: object) -> Any:
        found.append(event.type.value)
        return execute(selection, event, root)

    monkeypatch.setattr(Selection, "_execute", counted)
    return found


@pytest.mark.parametrize("seed", range(2))
async def test_random_documents_give_the_same_bytes_on_both_paths(
    server: Served, told: Told, seed: int, executed: list[str]
) -> None:
    asked = [(query, {**variables, "id": told.id}) for query, variables in documents(seed, 30)]
    listener = await Listener.at(server.url)
    keys = [listener.subscribe(query, variables) for query, variables in asked]
    ordinary = [asyncio.create_task(server.ordinary(query, NOBODY, variables)) for query, variables in asked]
    hub = server.hubs._hubs
    await listener.until(lambda: all(listener.frames.values()))
    while len(hub[told.claim.id]._watchers) < 2 * len(asked):
        await asyncio.sleep(0.01)
    chunk = NewEvent(EventType.OUTPUT, {"index": 1, "chunk": {"a": [1, "ä"]}}, chunks=({"a": [1, "ä"]},))
    events = [
        NewEvent(EventType.STATUS, {"status": "processing"}),
        NewEvent(EventType.LOADING, {"phase": "read", "bytes": 5, "totalBytes": None}),
        told.text('one "ä" \u2028 '), chunk, NewEvent(EventType.PROGRESS, STEP, progress=STEP), line("a\tline"),
        NewEvent(EventType.PREVIEW, PICTURE, preview=PIXEL), told.text("two"),
    ]  # fmt: skip
    for number, event in enumerate(events):
        await told.append(event)
        await listener.until(lambda: all(len(frames) >= number + 2 for frames in listener.frames.values()))  # noqa: B023
    await finish_run(server.rt, told.claim, 'one "ä" \u2028 two', "a\tline\n")
    results = await asyncio.gather(*ordinary)
    await listener.until(lambda: all(map(listener.is_complete, keys)))
    for (query, _), key, payloads in zip(asked, keys, results, strict=True):
        expected = [wire.encode({"id": key, "type": "next", "payload": payload}).encode() for payload in payloads]
        assert listener.frames[key] == [*expected, wire.encode({"id": key, "type": "complete"}).encode()], query
        assert len(payloads) >= len(events) + 2
    assert {"OutputAppended", "Logged", "Progressed", "PreviewReady", "ModelLoading", "StatusChanged"} <= set(executed)


async def test_an_event_is_executed_once_for_each_selection(server: Served, told: Told, executed: list[str]) -> None:
    """300 subscribers on one socket and 700 on others, with ids of their own, and two selections."""
    directed = "subscription ($id: ID!, $x: Boolean!) { predictionEvents(id: $id) { seq @include(if: $x) cursor } }"
    subscriptions = len(await server.rt.event_log.client.client_list(_type="pubsub"))
    listeners = [await Listener.at(server.url) for _ in range(5)]
    keys = []
    for number in range(1000):
        listener = listeners[number % 5]
        asked = (PLAIN, {}) if number % 2 else (directed, {"x": True})
        keys.append((listener, listener.subscribe(asked[0], {**asked[1], "id": told.id})))
    for listener in listeners:
        await listener.until(lambda: all(listener.frames.values()))  # noqa: B023
    # One for wake-ups, however many watch
    assert len(await server.rt.event_log.client.client_list(_type="pubsub")) == subscriptions
    executed.clear()
    for number in range(5):
        await told.append(told.text(f"{number} "))
        for listener in listeners:
            await listener.until(lambda: all(len(f) >= number + 2 for f in listener.frames.values()))  # noqa: B023
    assert executed == ["OutputAppended"] * 10
    await finish_run(server.rt, told.claim, "0 1 2 3 4 ")
    for listener, key in keys:
        await listener.until(lambda: listener.is_complete(key))  # noqa: B023
        seqs = [event["cursor"] for event in listener.events(key)]
        assert len(seqs) == len(set(seqs)) == 7
    assert executed.count("StatusChanged") == 2


async def test_other_variables_are_another_selection(server: Served, told: Told, executed: list[str]) -> None:
    query = "subscription ($id: ID!, $x: Boolean!) { predictionEvents(id: $id) { cursor seq @include(if: $x) } }"
    listener = await Listener.at(server.url)
    keys = {x: listener.subscribe(query, {"id": told.id, "x": x}) for x in (True, False)}
    await listener.until(lambda: all(listener.frames.values()))
    await told.append(told.text("x"))
    await listener.until(lambda: all(len(frames) == 2 for frames in listener.frames.values()))
    assert {x: "seq" in listener.events(key)[-1] for x, key in keys.items()} == {True: True, False: False}
    assert len(executed) == 2


@pytest.mark.parametrize("value", ["\ud800", "\0", "x" * 10_000])
async def test_variables_that_no_field_takes_leave_the_events_as_they_are(
    server: Served, told: Told, value: str
) -> None:
    query = """subscription ($id: ID!, $x: String) { predictionEvents(id: $id) { cursor
      ... on PredictionSnapshot { prediction { user { webhookDeliveries(after: $x) { totalCount } } } } } }"""
    listener = await Listener.at(server.url)
    hostile, plain = (listener.subscribe(query, {"id": told.id, "x": given}) for given in (value, None))
    await listener.until(lambda: bool(listener.frames[plain]))
    await told.append(told.text("x"))
    await listener.until(lambda: len(listener.frames[plain]) == 2)
    await listener.until(lambda: len(listener.frames[hostile]) == 2)
    assert listener.events(hostile)[-1] == listener.events(plain)[-1]


async def test_late_and_resumed_subscribers_miss_nothing(server: Served, told: Told) -> None:
    listener = await Listener.at(server.url)
    early = listener.subscribe(PLAIN, {"id": told.id})
    await listener.until(lambda: bool(listener.frames[early]))
    for number in range(5):
        await told.append(told.text(f"{number} "))
        await listener.until(lambda: len(listener.frames[early]) == number + 2)  # noqa: B023
    late = listener.subscribe(PLAIN, {"id": told.id})
    after = listener.events(early)[3]["cursor"]
    resumed = listener.subscribe(PLAIN, {"id": told.id, "after": after})
    await listener.until(lambda: all(listener.frames.values()))
    # Several at once are joined, for all alike
    await told.append(told.text("a "), told.text("b "), told.text("c "), line("l"), told.text("d "))
    await finish_run(server.rt, told.claim, "0 1 2 3 4 a b c d ", "l\n")
    await listener.until(lambda: all(map(listener.is_complete, (early, late, resumed))))
    texts = {key: "".join(event.get("text") or "" for event in listener.events(key)) for key in listener.frames}
    assert texts == {early: "0 1 2 3 4 a b c d ", late: "a b c d ", resumed: "3 4 a b c d "}
    assert listener.events(late)[0]["prediction"]["text"] == "0 1 2 3 4 "
    for key in (early, late, resumed):
        seqs = [event["seq"] for event in listener.events(key)]
        assert seqs == sorted(seqs)
        assert listener.events(key)[-1] == listener.events(early)[-1]
        assert [event["line"] for event in listener.events(key) if "line" in event] == ["l"]


async def test_one_that_reads_nothing_holds_up_nobody_and_misses_nothing(server: Served, told: Told) -> None:
    slow, quick = await Listener.at(server.url), await Listener.at(server.url)
    behind, ahead = slow.subscribe(PLAIN, {"id": told.id}), quick.subscribe(PLAIN, {"id": told.id})
    await slow.until(lambda: bool(slow.frames[behind]))
    await quick.until(lambda: bool(quick.frames[ahead]))
    slow.socket.pause()
    # More than its queue and the buffers of both kernels take
    lines = [f"{number} {'x' * 8000}" for number in range(QUEUE_BOUND * 4)]
    for begin in range(0, len(lines), 64):
        await told.append(*(NewEvent(EventType.LOG, {"line": text}) for text in lines[begin : begin + 64]))
        await quick.until(lambda: len(quick.frames[ahead]) >= 1 + min(begin + 64, len(lines)))  # noqa: B023
    assert len(slow.frames[behind]) < len(lines) / 2
    slow.socket.resume()
    await finish_run(server.rt, told.claim, "")
    for listener, key in ((slow, behind), (quick, ahead)):
        await listener.until(lambda: listener.is_complete(key))  # noqa: B023
        assert [event["line"] for event in listener.events(key) if event["__typename"] == "Logged"] == lines


def failed() -> float:
    return float(
        sum(
            s.value
            for m in OPERATIONS.collect()
            for s in m.samples
            if s.labels.get("outcome") in ("error", "invalid") and s.name.endswith("_total")
        )
    )


async def test_whoever_may_not_see_it_any_more_is_told_so_and_the_others_go_on(server: Served, told: Told) -> None:
    listener = await Listener.at(server.url)
    key = listener.subscribe(PLAIN, {"id": told.id})
    await listener.until(lambda: bool(listener.frames[key]))
    owner = await User.create(handle=f"o{told.claim.id.hex[:12]}", email=f"{told.claim.id.hex}@example.com")
    mine = asyncio.create_task(server.ordinary(PLAIN, Viewer(user_id=owner.id, address="127.0.0.2"), {"id": told.id}))
    stranger = asyncio.create_task(server.ordinary(PLAIN, NOBODY, {"id": told.id}))
    while len(server.hubs._hubs[told.claim.id]._watchers) < 3:
        await asyncio.sleep(0.01)
    await told.append(told.text("all "))
    await listener.until(lambda: len(listener.frames[key]) == 2)
    before = failed()
    await Prediction.filter(id=told.claim.id).update(user_id=owner.id)
    await told.append(NewEvent(EventType.STATUS, {"status": "processing"}), told.text("mine"))
    await listener.until(lambda: listener.is_complete(key))
    assert [len(payload.get("errors", [])) for payload in listener.payloads(key)] == [0, 0, 1]
    assert listener.payloads(key)[-1]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert listener.payloads(key)[1:] == (await stranger)[1:]
    assert failed() == before + 2
    await finish_run(server.rt, told.claim, "all mine")
    texts = [payload["data"]["predictionEvents"].get("text") for payload in await mine]
    assert "".join(text or "" for text in texts) == "all mine"


async def test_a_bug_in_one_event_is_masked_and_closes_the_socket(server: Served, told: Told) -> None:
    """Completed, its client would take the stream for ended; it comes back behind what it has."""
    listener = await Listener.at(server.url)
    key = listener.subscribe(PLAIN, {"id": told.id})
    await listener.until(lambda: bool(listener.frames[key]))
    with capture_logs() as lines:
        await told.append(NewEvent(EventType.LOG, {"no line": "of a later release"}))
        closed = await listener.socket.closed
    assert re.fullmatch(r"1013 Something went wrong on our side \(incident \w{32}\)\.", closed)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["graphql.bug"]
    assert [json.loads(frame)["type"] for frame in listener.frames[key]] == ["next"]
    again = await Listener.at(server.url)
    key = again.subscribe(PLAIN, {"id": told.id})
    await again.until(lambda: bool(again.frames[key]))
    assert again.events(key)[0]["__typename"] == "PredictionSnapshot"


async def test_operations_are_counted_when_they_end(server: Served, told: Told) -> None:
    def ended() -> float:
        return float(OPERATIONS.labels("subscription", "predictionEvents", "", "ok")._value.get())

    listener = await Listener.at(server.url)
    before = ended()
    keys = [listener.subscribe(PLAIN, {"id": told.id}) for _ in range(3)]
    await listener.until(lambda: all(listener.frames.values()))
    await told.append(told.text("x"))
    await listener.until(lambda: all(len(frames) == 2 for frames in listener.frames.values()))
    assert ended() == before
    listener.socket.send(f'{{"id": "{keys[0]}", "type": "complete"}}')
    while ended() != before + 1:
        await asyncio.sleep(0.01)
    await finish_run(server.rt, told.claim, "x")
    await listener.until(lambda: all(map(listener.is_complete, keys[1:])))
    assert ended() == before + 3
    # Nothing of them is left
    while told.claim.id in server.hubs._hubs:
        await asyncio.sleep(0.01)
    gc.collect()
    assert len(server.view.frames._selections) == 0


async def test_more_selections_than_are_kept_are_all_served(server: Served, told: Told) -> None:
    listener = await Listener.at(server.url)
    query = "subscription ($id: ID!) { predictionEvents(id: $id) { cursor c: seq } }"
    keys = [listener.subscribe(query.replace("c:", f"c{n}:"), {"id": told.id}) for n in range(40)]
    await listener.until(lambda: all(listener.frames.values()))
    await told.append(told.text("x"))
    await listener.until(lambda: all(len(frames) == 2 for frames in listener.frames.values()))
    assert [listener.events(key)[-1][f"c{n}"] for n, key in enumerate(keys)] == [2] * 40


@pytest.mark.parametrize("error", [ConnectionRefusedError(), RuntimeError("a bug")], ids=["outage", "bug"])
async def test_an_outage_or_a_bug_at_the_beginning_closes_the_socket_and_completes_nothing(
    server: Served, told: Told, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("server.live.prediction_events.live_state", fails)
    listener = await Listener.at(server.url)
    key = listener.subscribe(PLAIN, {"id": told.id})
    assert (await listener.socket.closed).startswith("1013 ")
    assert listener.frames[key] == []


@pytest.mark.parametrize("error", [ConnectionRefusedError(), RuntimeError("a bug")], ids=["outage", "bug"])
async def test_an_outage_or_a_bug_in_the_middle_closes_the_socket_and_completes_nothing(
    server: Served, told: Told, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Each status is read from its row; a client that were told of a completion would not come back for it."""
    listener, other = await Listener.at(server.url), await Listener.at(server.url)
    keys = [listener.subscribe(PLAIN, {"id": told.id}) for _ in range(2)]
    beside = other.subscribe("subscription ($id: ID!) { predictionEvents(id: $id) { cursor } }", {"id": told.id})
    await listener.until(lambda: all(listener.frames.values()))
    await other.until(lambda: all(other.frames.values()))

    async def fails(*_: object) -> None:
        raise error

    with monkeypatch.context() as outage:
        outage.setattr("server.live.prediction_rows.find", fails)
        await told.append(NewEvent(EventType.STATUS, {"status": "processing"}))
        assert (await listener.socket.closed).startswith("1013 ")
        assert (await other.socket.closed).startswith("1013 ")
    assert [json.loads(frame)["type"] for key in keys for frame in listener.frames[key]] == ["next", "next"]
    assert [json.loads(frame)["type"] for frame in other.frames[beside]] == ["next"]
    again = await Listener.at(server.url)
    key = again.subscribe(PLAIN, {"id": told.id, "after": listener.events(keys[0])[-1]["cursor"]})
    await finish_run(server.rt, told.claim, "")
    await again.until(lambda: again.is_complete(key))
    assert again.events(key)[-1]["status"] == "SUCCEEDED"
