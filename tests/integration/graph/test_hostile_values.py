"""Strings and numbers that mean harm, in every argument."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.graph.asking import (
    CREATE_MODEL,
    DELETE_MODEL,
    LOGIN,
    MODEL,
    PUBLISH,
    UPDATE_MODEL,
    harmless,
    post,
)
from tests.support.api import CANCEL, CREATE, GET, Client

STRINGS = [
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "'; DROP TABLE prediction; --",
    "%",
    "\\",
    "🐍" * 3000,
    "\u202e",
    "\n",
]
OPERATIONS: list[tuple[str, Any]] = [
    (GET, lambda s: {"id": s}),
    (MODEL, lambda s: {"slug": s}),
    (MODEL, lambda s: {"slug": f"{s}/{s}"}),
    ("query ($s: String) { models(after: $s) { totalCount } }", lambda s: {"s": s}),
    ("query ($s: String) { models(filter: {owner: $s}) { nodes { id } } }", lambda s: {"s": s}),
    ("query ($s: String) { models(filter: {search: $s}) { nodes { id } totalCount } }", lambda s: {"s": s}),
    ("query ($s: String) { predictions(filter: {model: $s}) { nodes { id } } }", lambda s: {"s": s}),
    ("query ($s: String) { predictions(before: $s) { nodes { id } } }", lambda s: {"s": s}),
    ("query ($s: ID!) { nodes(ids: [$s, $s]) { id } }", lambda s: {"s": s}),
    (LOGIN, lambda s: {"input": {"email": s, "password": s}}),
    (LOGIN, lambda s: {"input": {"email": f"{s}@example.com", "password": s}}),
    (CANCEL, lambda s: {"input": {"id": s}}),
    (CREATE, lambda s: {"input": {"model": s, "input": {"text": s}}}),
    (CREATE, lambda s: {"input": {"model": f"{s}/{s}:1", "input": s}}),
    (CREATE, lambda s: {"input": {"model": "demo/echo", "input": {s: s}}}),
    (CREATE, lambda s: {"input": {"model": "demo/echo", "input": s, "idempotencyKey": s}}),
    (CREATE_MODEL, lambda s: {"input": {"name": s, "kind": "CUSTOM", "source": {"predictor": s}, "description": s}}),
    (CREATE_MODEL, lambda s: {"input": {"name": s, "kind": "TEXT_GENERATION", "source": {"demo": s}}}),
    (CREATE_MODEL, lambda s: {"input": {"name": s, "kind": s, "source": {"local": {"path": s}}}}),
    (
        CREATE_MODEL,
        lambda s: {
            "input": {
                "name": s,
                "kind": "TEXT_GENERATION",
                "source": {"huggingface": {"repo": s, "revision": s}},
                "inputSchema": {"type": "object", "properties": {s: {"title": s}}, s: s},
            }
        },
    ),
    (PUBLISH, lambda s: {"input": {"model": s, "source": {"predictor": s}, "inputSchema": s}}),
    (UPDATE_MODEL, lambda s: {"input": {"model": s, "description": s, "visibility": s}}),
    (UPDATE_MODEL, lambda s: {"input": {"model": s, "description": s}}),
    (DELETE_MODEL, lambda s: {"input": {"model": s}}),
    (
        "mutation ($s: String!) { register(input: {handle: $s, email: $s, password: $s}) { __typename } }",
        lambda s: {"s": s},
    ),
]


@pytest.mark.parametrize("number", range(len(OPERATIONS)))
async def test_hostile_strings_in_every_argument(ada: Client, number: int) -> None:
    query, variables = OPERATIONS[number]
    for text in STRINGS:
        harmless(await post(ada, json.dumps({"query": query, "variables": variables(text)})))


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
