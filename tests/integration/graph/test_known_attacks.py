"""One row for each check of graphql-cop, the auditing tool for GraphQL servers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.api import Client
from tests.support.operations import post

JSON = "application/json"


async def ask(client: Client, query: str) -> dict[str, Any]:
    answer = await post(client, json.dumps({"query": query}))
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: dict[str, Any]) -> bool:
    return "data" not in answer and len(answer["errors"]) == 1


async def test_alias_overloading(nobody: Client) -> None:
    aliases = " ".join(f"alias{n}: __typename" for n in range(101))
    assert refused(await ask(nobody, f"query cop {{ {aliases} }}"))


async def test_array_based_batching(nobody: Client) -> None:
    answer = await post(nobody, json.dumps([{"query": "query cop { __typename }"}] * 10))
    assert answer.status_code == 400
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_REQUEST"]


async def test_directive_overloading(nobody: Client) -> None:
    assert refused(await ask(nobody, "query cop { __typename " + "@aa" * 10 + " }"))


async def test_field_duplication(nobody: Client) -> None:
    assert refused(await ask(nobody, "query cop { " + "__typename \n" * 500 + " }"))


async def test_circular_introspection(nobody: Client) -> None:
    answer = await ask(nobody, "query cop { __schema { types " + "{ name fields { type " * 4 + "{ name }" + " } }" * 5)
    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_mutations_by_get(nobody: Client) -> None:
    for query in ("mutation cop { __typename }", 'mutation { cancelPrediction(input: {id: "x"}) { __typename } }'):
        answer = await nobody.http.get(f"{nobody.url}/graphql", params={"query": query}, headers={"accept": JSON})
        assert answer.status_code == 400
        assert "data" not in answer.json()


async def test_queries_by_get_cannot_be_read_by_foreign_pages(nobody: Client) -> None:
    headers = {"accept": JSON, "origin": "https://elsewhere.example"}
    answer = await nobody.http.get(
        f"{nobody.url}/graphql", params={"query": "query cop { __typename }"}, headers=headers
    )
    assert answer.json()["data"] == {"__typename": "Query"}
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
async def test_post_with_a_type_that_forms_send(nobody: Client, kind: str) -> None:
    for body in ("query=query+cop+%7B__typename%7D", '{"query": "query cop { __typename }"}'):
        answer = await post(nobody, body, content_type=kind)
        assert answer.status_code == 400
        assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_REQUEST"]


async def test_trace_mode(nobody: Client) -> None:
    answer = await post(nobody, json.dumps({"query": "query cop { __typename }"}), apollo_tracing="1")
    assert set(answer.json()["extensions"]) == {"cost"}


async def test_unhandled_errors(nobody: Client) -> None:
    for query in ("qwerty cop { abc }", "query cop { abc", '{ node(id: "\\u0000") { id } }'):
        answer = await post(nobody, json.dumps({"query": query}))
        assert answer.status_code < 500
        for word in ("Traceback", "exception", "stack", ".py", "INTERNAL_SERVER_ERROR"):
            assert word not in answer.text


async def test_nothing_of_an_ide_is_loaded_from_elsewhere(nobody: Client) -> None:
    answer = await nobody.http.get(f"{nobody.url}/graphql", headers={"accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    for path in ("/graphiql", "/playground", "/console", "/v1/graphql", "/api/graphql"):
        assert (await nobody.http.get(f"{nobody.url}{path}")).status_code == 404


async def test_fragments_that_double_a_document(nobody: Client) -> None:
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    query = f"{{ ...F0 }} {chain} fragment F60 on Query {{ __typename }}"
    answer: httpx.Response = await nobody.http.post(f"{nobody.url}/graphql", json={"query": query}, timeout=5)
    assert answer.json()["data"] == {"__typename": "Query"}
