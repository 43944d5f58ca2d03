"""Answers have a bound of bytes, kept before memory is used; rows are read as far as somebody wants them."""

from __future__ import annotations

import random
import re
import string
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from strawberry.types import ExecutionResult

from graph.context import Context
from graph.schema import SchemaOptions, make_schema
from graph.types.ids import global_id
from server.adapters.database import rows, to_json
from server.adapters.event_log import NewEvent
from server.domain.accounts import Viewer
from server.domain.events import EventType
from server.embedded.servers import LocalServers
from server.live import prediction_events
from server.live.hubs import Hubs
from server.runtime import Runtime
from server.tables import Prediction, Version
from tests.integration.graph.conftest import counted
from tests.integration.graph.serving import Listener, Told, served
from tests.integration.queue import store

LIMIT = 1_000_000
SCHEMA = make_schema(SchemaOptions())
SIX = " ".join(f"a{n}: nodes(ids: $ids) {{ ... on Prediction {{ output }} }}" for n in range(6))
LARGE = re.compile(r'SELECT id, "(\w+)" AS value FROM')


@pytest.fixture
async def rt(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    url = schema_servers.redis_url.replace("db=0", "db=1")
    async with store.runtime(url, tmp_path, max_response_bytes=LIMIT, max_output_text_bytes=LIMIT) as made:
        yield made


@pytest.fixture
async def version(database: str) -> Version:
    return await store.add_version()


def noise(size: int) -> str:
    """Text that cannot be compressed much."""
    return "".join(random.choices(string.ascii_letters + string.digits, k=size))


async def ended(version: Version, output: Any = None, **fields: Any) -> Prediction:
    """A prediction that succeeded; it is its model's owner's."""
    owner = {"user_id": (await version.model).owner_id}
    row = await store.add(version, status="succeeded", queue=uuid4().hex[:8], **{**owner, **fields})
    if output is not None:
        # The ORM would take text for JSON
        await rows("UPDATE prediction SET output = $2::jsonb WHERE id = $1 RETURNING id", row.id, to_json(output))
        row.output = output
    return row


async def ask(rt: Runtime, version: Version, query: str, **variables: Any) -> tuple[ExecutionResult, list[str]]:
    """The answer to the owner, and the statements that read large columns."""
    viewer = Viewer((await version.model).owner_id)
    context = Context(rt, Hubs(rt.event_log, rt.wakeups), "http://here", "local", viewer=viewer)
    with counted() as statements:
        result = await SCHEMA.execute(query, variables, context)
    assert isinstance(result, ExecutionResult)
    return result, [match[1] for text in statements for match in LARGE.finditer(text)]


def codes(result: ExecutionResult) -> list[str]:
    return [(error.extensions or {})["code"] for error in result.errors or []]


async def test_one_node_under_many_names_is_read_once_and_written_within_the_bound(
    rt: Runtime, version: Version
) -> None:
    row = await ended(version, output=noise(300_000))
    ids = [global_id("Prediction", row.id)] * 10
    result, reads = await ask(rt, version, f"query ($ids: [ID!]!) {{ {SIX} }}", ids=ids)
    assert codes(result) == ["RESPONSE_TOO_LARGE"]
    assert result.data is None
    assert reads == ["output"]
    result, reads = await ask(rt, version, f"query ($ids: [ID!]!) {{ {SIX} }}", ids=ids[:1])
    assert codes(result) == ["RESPONSE_TOO_LARGE"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Prediction { output a: output text } } }"
    result, reads = await ask(rt, version, query, ids=ids[:1])
    assert result.data == {"nodes": [{"output": row.output, "a": row.output, "text": row.output}]}
    assert reads == ["output"]


async def test_a_list_of_large_outputs_is_read_only_as_far_as_an_answer_goes(rt: Runtime, version: Version) -> None:
    for _ in range(20):
        await ended(version, output=noise(400_000))
    result, reads = await ask(rt, version, "{ predictions(first: 20) { nodes { id output } } }")
    assert codes(result) == ["RESPONSE_TOO_LARGE"]
    # Two of 400 kB at a time: the third is one too many, and the other sixteen stay where they are
    assert len(reads) <= 2
    result, reads = await ask(rt, version, "{ predictions(first: 2) { nodes { output } } }")
    assert [len(node["output"]) for node in result.data["predictions"]["nodes"]] == [400_000] * 2  # type: ignore[index]
    result, reads = await ask(rt, version, "{ predictions(first: 20) { nodes { id status seed } } }")
    assert not result.errors
    assert reads == []


async def test_what_compresses_well_counts_with_all_its_bytes(rt: Runtime, version: Version) -> None:
    for _ in range(5):
        await ended(version, output={"text": "a" * 400_000})
    result, _ = await ask(rt, version, "{ predictions(first: 5) { nodes { output } } }")
    assert codes(result) == ["RESPONSE_TOO_LARGE"]


async def test_lists_give_all_columns_as_they_are(rt: Runtime, version: Version) -> None:
    values = {"text": "ä\u2028", "seed": 7, "deep": [{"a": [1, None, 2.5]}]}
    big = {**values, "more": noise(5_000)}
    outputs: list[Any] = [None, "text", ["a", {"b": 1}], {"c": "x" * 4_000}, [], 0]
    for output in outputs:
        await ended(version, input=big if output == "text" else values, output=output, logs="a\nb" * (output is None))
    result, _ = await ask(rt, version, "{ predictions(first: 6) { nodes { input output text logs seed } } }")
    nodes = result.data["predictions"]["nodes"][::-1]  # type: ignore[index]
    assert [node["output"] for node in nodes] == outputs
    assert [node["text"] for node in nodes] == [None, "text", None, None, None, None]
    assert [node["input"] for node in nodes] == [values, big, *[values] * 4]
    assert [node["logs"] for node in nodes] == ["a\nb", "", "", "", "", ""]
    assert {node["seed"] for node in nodes} == {7}


async def test_schemas_are_read_where_somebody_selected_them(rt: Runtime, version: Version) -> None:
    schema = {"type": "object", "properties": {"x": {"description": noise(100_000)}}}
    for number in range(2, 30):
        await Version.create(
            model_id=version.model_id, number=number, state="READY" if number < 20 else "REFUSED", source_type="demo",
            source_ref="x", predictor="echo", input_schema=schema, output_schema={"n": number}, info={},
        )  # fmt: skip
    slug = f"{(await (await version.model).owner).handle}/{(await version.model).name}"
    model = "query ($slug: String!) { model(slug: $slug) { latestVersion { number %s } versions { number %s } } }"
    result, reads = await ask(rt, version, model % ("", ""), slug=slug)
    found = result.data["model"]  # type: ignore[index]
    assert [each["number"] for each in found["versions"]] == list(range(29, 0, -1))
    assert found["latestVersion"]["number"] == 19
    assert reads == []
    result, reads = await ask(rt, version, model % ("inputSchema outputSchema", "outputSchema"), slug=slug)
    found = result.data["model"]  # type: ignore[index]
    assert found["latestVersion"] == {"number": 19, "inputSchema": schema, "outputSchema": {"n": 19}}
    assert reads == ["input_schema"]
    result, reads = await ask(rt, version, model % ("", "inputSchema"), slug=slug)
    assert codes(result) == ["RESPONSE_TOO_LARGE"]


async def test_small_values_that_are_many_are_counted_while_they_are_written(rt: Runtime, version: Version) -> None:
    for _ in range(10):
        await ended(version, logs="line\n" * 2_000)
    names = " ".join(f"a{n}: logs" for n in range(15))
    result, _ = await ask(rt, version, f"{{ predictions(first: 10) {{ nodes {{ {names} }} }} }}")
    assert codes(result) == ["RESPONSE_TOO_LARGE"]


async def test_a_socket_is_told_and_its_operation_ends(rt: Runtime, version: Version) -> None:
    row = await ended(version, user_id=None, output=noise(300_000))
    names = " ".join(f"a{n}: output" for n in range(5))
    async with served(rt) as server:
        listener = await Listener.at(server.url)
        variables = {"id": global_id("Prediction", row.id)}
        query = listener.subscribe(f"query ($id: ID!) {{ prediction(id: $id) {{ {names} }} }}", variables)
        events = f"predictionEvents(id: $id) {{ ... on PredictionSnapshot {{ prediction {{ {names} }} }} }}"
        snapshot = listener.subscribe(f"subscription ($id: ID!) {{ {events} }}", variables)
        for key in (query, snapshot):
            await listener.until(lambda: listener.is_complete(key))  # noqa: B023
            (payload,) = listener.payloads(key)
            assert payload["data"] is None
            assert [error["extensions"]["code"] for error in payload["errors"]] == ["RESPONSE_TOO_LARGE"]


async def test_an_event_that_is_too_large_ends_its_subscription_and_no_other(rt: Runtime, version: Version) -> None:
    told = await Told.begun(rt, version)
    names = " ".join(f"a{n}: line" for n in range(15))
    query = "subscription ($id: ID!) { predictionEvents(id: $id) { __typename ... on Logged { %s } } }"
    async with served(rt) as server:
        listener = await Listener.at(server.url)
        greedy, modest = (listener.subscribe(query % text, {"id": told.id}) for text in (names, "line"))
        await listener.until(lambda: bool(listener.frames[greedy]) and bool(listener.frames[modest]))
        await told.append(NewEvent(EventType.LOG, {"line": "x" * 100_000}))
        await listener.until(lambda: listener.is_complete(greedy) and len(listener.frames[modest]) == 2)
        errors = listener.payloads(greedy)[-1]["errors"]
        assert [error["extensions"]["code"] for error in errors] == ["RESPONSE_TOO_LARGE"]
        assert listener.events(modest)[-1]["line"] == "x" * 100_000
        await told.append(NewEvent(EventType.LOG, {"line": "more"}))
        await listener.until(lambda: len(listener.frames[modest]) == 3)
        assert listener.events(modest)[-1]["line"] == "more"


async def test_what_running_predictions_have_made_is_read_only_as_far_as_an_answer_goes(
    rt: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = (await version.model).owner_id
    for _ in range(20):
        told = await Told.begun(rt, version)
        await told.append(told.text("x" * 200_000))
        await Prediction.filter(id=told.claim.id).update(user_id=owner)
    reads: list[Any] = []
    live_state = prediction_events.live_state

    async def counting(rt: Runtime, row_id: Any) -> Any:
        reads.append(row_id)
        return await live_state(rt, row_id)

    monkeypatch.setattr(prediction_events, "live_state", counting)
    result, _ = await ask(rt, version, "{ predictions(first: 20) { nodes { text } } }")
    assert codes(result) == ["RESPONSE_TOO_LARGE"]
    assert len(reads) == 8
    result, _ = await ask(rt, version, "{ predictions(first: 4) { nodes { text logs } } }")
    nodes = result.data["predictions"]["nodes"]  # type: ignore[index]
    assert {len(node["text"]) for node in nodes} == {200_000}
