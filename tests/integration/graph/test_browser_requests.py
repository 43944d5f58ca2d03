"""What a browser, or a client, gets at /graphql; and documents of several operations."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.api import Client
from tests.support.operations import post

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
QUERY = 'query Q($s: String!) { model(slug: $s) { name } } # é & "#"'
TWO = "query A { a: __typename } query B { b: __typename }"
NO_NAME = "Must provide operation name if query contains multiple operations."


async def get(client: Client, accept: str, **params: str) -> httpx.Response:
    return await client.http.get(f"{client.url}/graphql", params=params, headers={"accept": accept})


async def test_a_query_in_a_browsers_address_is_shown_not_run(nobody: Client) -> None:
    params = {"query": QUERY, "variables": '{"s": "a/b"}', "operationName": "Q"}
    answer = await get(nobody, BROWSER, **params)
    assert (answer.status_code, answer.content, answer.headers["vary"]) == (303, b"", "accept")
    place = urlsplit(str(httpx.URL(f"{nobody.url}/graphql").join(answer.headers["location"])))
    assert (f"{place.scheme}://{place.netloc}{place.path}", place.query) == (f"{nobody.url}/graphql", "")
    # The page reads them as URLSearchParams of what stands behind the #
    assert {name: values[0] for name, values in parse_qs(place.fragment).items()} == params
    page = await nobody.http.get(
        answer.headers["location"] and f"{nobody.url}{place.path}", headers={"accept": BROWSER}
    )
    assert page.status_code in (200, 503)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["vary"] == "accept"


async def test_a_mutation_in_a_browsers_address_is_shown_not_refused(nobody: Client) -> None:
    answer = await get(nobody, BROWSER, query='mutation { login(input: {email: "a", password: "b"}) { __typename } }')
    assert answer.status_code == 303


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/html;q=0.9", "text/plain"])
async def test_a_query_in_a_clients_address_is_run(nobody: Client, accept: str) -> None:
    answer = await get(nobody, accept, query="{ __typename }")
    assert answer.json()["data"] == {"__typename": "Query"}


async def test_a_page_without_a_query_stays_where_it_is(nobody: Client) -> None:
    answer = await get(nobody, BROWSER)
    assert answer.headers["content-type"].startswith("text/html")


def is_refused(answer: dict[str, Any]) -> bool:
    (error,) = answer["errors"]
    return "data" not in answer and (error["message"], error["extensions"]) == (
        NO_NAME,
        {"code": "GRAPHQL_VALIDATION_FAILED"},
    )


@pytest.mark.parametrize("name", [{}, {"operationName": None}])
async def test_two_operations_need_a_name_over_http(nobody: Client, name: dict[str, Any]) -> None:
    body = json.dumps({"query": TWO, **name})
    old = await post(nobody, body)
    new = await post(nobody, body, accept="application/graphql-response+json")
    assert (old.status_code, new.status_code) == (200, 400)
    assert is_refused(old.json())
    assert is_refused(new.json())
    assert is_refused((await get(nobody, "application/json", query=TWO)).json())
    answer = await post(nobody, json.dumps({"query": TWO, "operationName": "B"}))
    assert answer.json()["data"] == {"b": "Query"}


async def test_two_operations_need_a_name_over_the_socket(nobody: Client) -> None:
    events = 'predictionEvents(id: "x") { seq }'
    subscriptions = f"subscription A {{ {events} }} subscription B {{ {events} }}"
    async with nobody.socket() as socket:
        for number, query in enumerate([TWO, subscriptions]):
            await socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": {"query": query}}))
            message = json.loads(await socket.recv())
            assert (message["type"], message["id"]) == ("error", str(number))
            assert is_refused({"errors": message["payload"]})
        payload = {"query": TWO, "operationName": "A"}
        await socket.send(json.dumps({"type": "subscribe", "id": "9", "payload": payload}))
        assert json.loads(await socket.recv())["payload"]["data"] == {"a": "Query"}
