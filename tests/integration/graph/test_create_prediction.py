"""What createPrediction takes: keys, options, inputs and models."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.support.api import CREATE, Client
from tests.support.operations import harmless, post, unique

ECHO = "demo/echo"


async def test_twenty_creates_with_one_key_make_one_prediction(ada: Client, bob: Client) -> None:
    key = unique("key ")
    made = await asyncio.gather(*(ada.create(ECHO, {"text": "a", "repeat": 2}, idempotencyKey=key) for _ in range(20)))
    assert len({m["id"] for m in made}) == 1
    mine = await ada.run("{ predictions { totalCount } }")
    assert mine["predictions"]["totalCount"] == 1
    same = await ada.create(ECHO, {"repeat": 2, "text": "a"}, idempotencyKey=key)
    assert same["id"] == made[0]["id"]
    for other in ({"text": "b"}, {"text": "a"}, {"text": "a", "repeat": 3}):
        conflict = await ada.create(ECHO, other, idempotencyKey=key)
        assert (conflict["__typename"], conflict["code"]) == ("ConflictError", "CONFLICT")
    other_deadline = await ada.create(ECHO, {"text": "a", "repeat": 2}, idempotencyKey=key, deadlineSeconds=60)
    assert other_deadline["code"] == "CONFLICT"
    assert (await bob.create(ECHO, {"text": "b"}, idempotencyKey=key))["id"] != made[0]["id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "a\0b", "a\nb", "\ud800"])
async def test_hostile_keys(ada: Client, key: str) -> None:
    made = await ada.create(ECHO, {"text": "a"}, idempotencyKey=key)
    assert [v["path"] for v in made["violations"]] == ["/idempotencyKey"]


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"deadlineSeconds": 0}, "/deadlineSeconds"),
        ({"deadlineSeconds": -1}, "/deadlineSeconds"),
        ({"deadlineSeconds": 2**31 - 1}, "/deadlineSeconds"),
        ({"wait": -1}, "/wait"),
        ({"wait": 61}, "/wait"),
    ],
)
async def test_hostile_options(ada: Client, options: dict[str, Any], path: str) -> None:
    made = await ada.create(ECHO, {"text": "a"}, **options)
    assert [v["path"] for v in made["violations"]] == [path]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


async def test_metadata_is_given_back(ada: Client) -> None:
    note = {"order": 17, "tags": ["a", {"b": None}]}
    key = unique("key")
    made = await ada.create(ECHO, {"text": "a"}, metadata=note, idempotencyKey=key)
    read = await ada.run("query ($id: ID!) { prediction(id: $id) { metadata } }", id=made["id"])
    assert read["prediction"]["metadata"] == note
    listed = await ada.run("{ predictions(first: 1) { nodes { id metadata } } }")
    assert listed["predictions"]["nodes"] == [{"id": made["id"], "metadata": note}]
    assert (await ada.create(ECHO, {"text": "a"}, metadata=note, idempotencyKey=key))["id"] == made["id"]
    assert (await ada.create(ECHO, {"text": "a"}, metadata={}, idempotencyKey=key))["code"] == "CONFLICT"


@pytest.mark.parametrize("note", [1, "x", [], {"a": "\0"}, {"\ud800": 1}, {"a": 10**30}, {"a": "x" * 16_000}])
async def test_hostile_metadata(ada: Client, note: Any) -> None:
    made = await ada.create(ECHO, {"text": "a"}, metadata=note)
    assert [v["path"] for v in made["violations"]] == ["/metadata"]


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        (None, None),
        (1, ["/input"]),
        ("x", ["/input"]),
        ([], ["/input"]),
        ({}, ["/input/text"]),
        ({"text": 1, "repeat": 0, "delay_seconds": "x", "colour": 1}, None),
        ({"text": "a\0b"}, ["/input/text"]),
        ({"text": "\ud800"}, ["/input/text"]),
        ({"text": "a", "\0": 1}, ["/input"]),
        ({"text": "x" * 10_001}, ["/input/text"]),
        ({"text": "a", "repeat": 10**30}, ["/input/repeat"]),
        ({"text": "a", "repeat": -(10**30)}, ["/input/repeat"]),
        ({"text": "a", "repeat": 1e300}, ["/input/repeat"]),
        ({"text": "a", "repeat": 1.5}, ["/input/repeat"]),
        ({"text": "a", "a/b~c": 1}, ["/input/a~1b~0c"]),
        ({"text": nested(100)}, None),
    ],
    ids=range(16),
)
async def test_invalid_inputs(ada: Client, values: Any, paths: list[str] | None) -> None:
    answer = await ada.raw(CREATE, input={"model": ECHO, "input": values})
    if values is None:
        assert answer["errors"][0]["extensions"]["code"] != "INTERNAL_SERVER_ERROR"
        return
    made = answer["data"]["createPrediction"]
    assert made["code"] == "INVALID_INPUT"
    if paths:
        assert [v["path"] for v in made["violations"]] == paths
    elif isinstance(values["text"], int):
        assert [(v["path"], v["code"]) for v in made["violations"]] == [
            ("/input/colour", "additionalProperties"),
            ("/input/delay_seconds", "type"),
            ("/input/repeat", "minimum"),
            ("/input/text", "type"),
        ]
    else:
        assert [v["code"] for v in made["violations"]] == ["depth"]


@pytest.mark.parametrize("model", ["", "x", "no/such", "\0", "\ud800/\ud800", "a/b:0", "x" * 10_000, "demo/echo:X"])
async def test_models_that_are_not(ada: Client, model: str) -> None:
    made = await ada.create(model, {"text": "a"})
    assert (made["__typename"], made["code"]) == ("NotFoundError", "NOT_FOUND")
    assert len(made["message"]) < 700


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 2**53, 10**30, 10**400, 1e308, 1.5, "1", True, [], {}])
async def test_hostile_numbers(ada: Client, value: Any) -> None:
    page = "query ($n: Int) { predictions(first: $n) { nodes { id } } }"
    for query, variables in (
        (page, {"n": value}),
        (CREATE, {"input": {"model": "demo/echo", "input": {"text": "a", "repeat": value}, "wait": 0}}),
        (CREATE, {"input": {"model": "demo/echo", "input": {"text": "a", "delay_seconds": value, "repeat": 0}}}),
        (CREATE, {"input": {"model": "demo/echo", "input": {"text": "a"}, "deadlineSeconds": value}}),
        (CREATE, {"input": {"model": "demo/echo", "input": {"text": value}, "wait": value}}),
    ):
        harmless(await post(ada, json.dumps({"query": query, "variables": variables})))


@pytest.mark.parametrize("literal", ["9" * 30, "9" * 5000, "-" + "9" * 5000, "1e400", "1e99999", "0." + "1" * 5000])
async def test_hostile_literals_of_json(ada: Client, literal: str) -> None:
    query = (
        'mutation { createPrediction(input: {model: "demo/echo", input: {text: "a", repeat: %s}})'
        " { __typename ... on InvalidInput { violations { path } } } }"
    )
    harmless(await post(ada, json.dumps({"query": query % literal})))


async def test_a_name_that_is_longer_than_any_is_refused_before_it_is_looked_for(ada: Client) -> None:
    answer = await ada.raw(CREATE, input={"model": "x" * 100_000, "input": {"text": "a"}})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == "`CreatePredictionInput.model` has 100000 characters; 10000 are allowed."
