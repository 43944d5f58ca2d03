from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import websockets

from tests.support.api import Client
from tests.support.operations import (
    VIEWER,
    harmless,
    post,
)

RESPONSE, JSON = "application/graphql-response+json", "application/json"
OK = json.dumps({"query": "{ __typename }"})


BODIES: dict[str, bytes | str] = {
    "empty": "",
    "no JSON": "{",
    "list": "[]",
    "list of requests": f"[{OK}]",
    "null": "null",
    "number": "1",
    "text": '"query"',
    "true": "true",
    "no query": "{}",
    "null query": '{"query": null}',
    "number query": '{"query": 1}',
    "list query": '{"query": ["{ __typename }"]}',
    "object query": '{"query": {}}',
    "empty query": '{"query": ""}',
    "list variables": '{"query": "{ __typename }", "variables": []}',
    "text variables": '{"query": "{ __typename }", "variables": "x"}',
    "number operation name": '{"query": "{ __typename }", "operationName": 1}',
    "list operation name": '{"query": "{ __typename }", "operationName": []}',
    "unknown operation name": '{"query": "query a { __typename }", "operationName": "b"}',
    "list extensions": '{"query": "{ __typename }", "extensions": []}',
    "persisted query": '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}}',
    "not UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": OK.encode("utf-16"),
    "NUL": b"\0",
    "byte order mark": b"\xef\xbb\xbf" + OK.encode(),
    "NaN": '{"query": "{ __typename }", "variables": {"a": NaN, "b": Infinity}}',
    "huge integer": '{"query": "{ __typename }", "variables": {"a": ' + "9" * 5000 + "}}",
    "huge float": '{"query": "{ __typename }", "variables": {"a": 1e999999}}',
    "deep JSON": '{"query": "{ __typename }", "variables": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep open JSON": "[" * 900_000,
    "deep objects": '{"a":' * 50_000,
    "deep document": json.dumps({"query": "{ a" * 5000 + "}" * 5000}),
    "deep list literal": json.dumps({"query": "{ nodes(ids: " + "[" * 900 + "]" * 900 + ") { id } }"}),
    "huge int literal": json.dumps({"query": "{ predictions(first: " + "9" * 5000 + ") { totalCount } }"}),
    "many aliases": json.dumps({"query": "{" + " ".join(f"a{n}: __typename" for n in range(900)) + "}"}),
    "fragment of itself": json.dumps({"query": "{ ...a } fragment a on Query { ...a }"}),
    "surrogate in the document": '{"query": "{ node(id: \\"\\ud800\\") { id } }"}',
    "surrogate as the document": '{"query": "\\ud800"}',
    "NUL in the document": '{"query": "{ __typename \\u0000 }"}',
    "surrogate escape in a literal": json.dumps({"query": '{ model(slug: "\\ud800") { id } }'}),
    "NUL escape in a literal": json.dumps({"query": '{ model(slug: "\\u0000") { id } }'}),
    "surrogate as a variable's name": '{"query": "{ __typename }", "variables": {"\\ud800": 1}}',
    "surrogate as an operation's name": '{"query": "{ __typename }", "operationName": "\\ud800"}',
    "a surrogate as an enum": '{"query": "query ($k: ModelKind) { models(filter: {kind: $k}) { totalCount } }", '
    '"variables": {"k": "\\ud800"}}',
    "a surrogate as a number": '{"query": "query ($n: Int) { models(first: $n) { totalCount } }", '
    '"variables": {"n": "\\ud800"}}',
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_malformed_bodies(nobody: Client, name: str, accept: str) -> None:
    answer = await post(nobody, BODIES[name], accept=accept)
    harmless(answer)
    assert all(error["extensions"]["code"] for error in answer.json().get("errors", []))
    if answer.status_code != 200:
        assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
        assert answer.json()["errors"]


async def test_a_body_of_two_megabytes(nobody: Client) -> None:
    answer = await post(nobody, json.dumps({"query": "{ __typename }", "variables": {"a": "x" * 2_000_000}}))
    assert answer.status_code == 413

    async def pieces() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    headers = {"content-type": JSON}
    answer = await nobody.http.post(f"{nobody.url}/graphql", content=pieces(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["text/html", "", "x"])
async def test_other_content_types_are_refused(nobody: Client, kind: str) -> None:
    answer = await post(nobody, OK, content_type=kind)
    assert 400 <= answer.status_code < 500


async def test_an_upload_is_refused(nobody: Client) -> None:
    files = {"operations": (None, OK), "map": (None, "{}"), "0": ("a.txt", b"x")}
    answer = await nobody.http.post(f"{nobody.url}/graphql", files=files)
    assert 400 <= answer.status_code < 500


async def test_a_compressed_body_is_no_json(nobody: Client) -> None:
    harmless(await post(nobody, gzip.compress(OK.encode()), content_encoding="gzip"))


async def test_queries_by_get_run_and_mutations_do_not(nobody: Client) -> None:
    get = nobody.http.get
    answer = await get(f"{nobody.url}/graphql", params={"query": "{ __typename }"}, headers={"accept": JSON})
    assert answer.json()["data"] == {"__typename": "Query"}
    mutation = 'mutation { login(input: {email: "a", password: "b"}) { __typename } }'
    answer = await get(f"{nobody.url}/graphql", params={"query": mutation}, headers={"accept": JSON})
    assert 400 <= answer.status_code < 500
    assert "CredentialsError" not in answer.text


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"query": ""},
        {"query": "{"},
        {"query": "\0"},
        {"query": "{ __typename }", "variables": "{"},
        {"query": "{ __typename }", "variables": "[]"},
        {"query": "{ __typename }", "variables": "1"},
        {"query": "{ __typename }", "variables": "[" * 5000},
        {"query": "{ __typename }", "variables": '{"a": ' + "9" * 5000 + "}"},
        {"query": "{ __typename }", "extensions": "x"},
        {"query": "{ __typename }", "operationName": "x"},
        {"query": "subscription { predictionEvents(id: 1) { seq } }"},
    ],
    ids=range(12),
)
async def test_malformed_gets(nobody: Client, params: dict[str, str]) -> None:
    harmless(await nobody.http.get(f"{nobody.url}/graphql", params=params, headers={"accept": JSON}))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
async def test_other_methods(nobody: Client, method: str) -> None:
    answer = await nobody.http.request(method, f"{nobody.url}/graphql", content=OK)
    assert answer.status_code < 500


# --- which status and media type an answer has ---


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [(JSON, JSON), (RESPONSE, RESPONSE), ("*/*", JSON), (f"{JSON};q=0.5, {RESPONSE}", RESPONSE), ("text/html", JSON)],
)
async def test_an_answer_has_the_preferred_type(nobody: Client, accept: str, media_type: str) -> None:
    answer = await post(nobody, OK, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["vary"] == "accept"


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("{", "GRAPHQL_PARSE_FAILED", 400),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED", 400),
        ("query ($a: Int!) { models(first: $a) { totalCount } }", None, 400),
        ("{ predictions { totalCount } }", "UNAUTHENTICATED", 200),
    ],
)
async def test_statuses(nobody: Client, query: str, code: str | None, status: int) -> None:
    old = await post(nobody, json.dumps({"query": query}), accept=JSON)
    new = await post(nobody, json.dumps({"query": query}), accept=RESPONSE)
    assert old.status_code == 200
    assert new.status_code in ({status} if status == 400 else {200, 401})
    for answer in (old, new):
        found = {error["extensions"]["code"] for error in answer.json()["errors"]}
        assert found == {code} if code else "INTERNAL_SERVER_ERROR" not in found
        if status == 400:
            assert "data" not in answer.json()


async def test_the_answer_of_a_partial_failure_is_200_with_data(nobody: Client) -> None:
    query = '{ viewer { id } node(id: "x") { id } }'
    answer = await post(nobody, json.dumps({"query": query}), accept=RESPONSE)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"viewer": None, "node": None}
    assert [e["extensions"]["code"] for e in answer.json()["errors"]] == ["BAD_USER_INPUT"]


async def test_a_browser_gets_the_page_and_its_policy(nobody: Client) -> None:
    answer = await nobody.http.get(f"{nobody.url}/graphql", headers={"accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_introspection_works(nobody: Client) -> None:
    answer = await post(nobody, json.dumps({"query": "{ __schema { queryType { name } types { name } } }"}))
    assert answer.json()["data"]["__schema"]["queryType"] == {"name": "Query"}


# --- malformed messages over the socket ---


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        "1",
        "null",
        "\0",
        "{}",
        '{"type": 1}',
        '{"type": "nonsense"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "\\ud800"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": ' + "9" * 5000 + "}}",
        '{"type": "subscribe", "id": "1", "payload": {"query": ""}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": "'
        + "x" * 200
        + '"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": "nobody"}}',
        '{"type": "' + "x" * 200 + '"}',
        '{"type": ["subscribe"]}',
        '{"type": "complete"}',
        '{"type": "connection_init"}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
    ids=range(25),
)
async def test_malformed_messages(nobody: Client, message: str | bytes) -> None:
    async with nobody.socket() as socket:
        await socket.send(message)
        try:
            answer = await socket.recv()
        except websockets.ConnectionClosed as closed:
            answer = f"closed with {closed.rcvd.code if closed.rcvd else 1006}"
    assert not {"INTERNAL_SERVER_ERROR", "closed with 1006", "closed with 1011"} & {answer, *answer.split('"')}
    assert (await nobody.run(VIEWER))["viewer"] is None
