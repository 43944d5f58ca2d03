"""The lines of the log: JSON, with ids that lead from a request to the attempt of its prediction, and no secrets."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any
from uuid import UUID

import httpx
import pytest

from server.domain.ids import parse_id
from tests.conftest import LiveServer
from tests.support.api import CREATE, wait_for
from tests.support.operations import somebody


def lines(live: LiveServer, process: str, **wanted: Any) -> list[dict[str, Any]]:
    """The lines of a process's log that hold these values; every line of an API is JSON."""
    text = (live.data_dir / f"{process}.log").read_text()
    whole = text[: text.rfind("\n") + 1]
    # What else a worker's children write there, such as a library's warning, is no line of ours
    found = [json.loads(line) for line in whole.splitlines() if process == "api" or line.startswith("{")]
    return [line for line in found if wanted.items() <= line.items()]


def eventually(live: LiveServer, process: str, **wanted: Any) -> dict[str, Any]:
    """The one line that holds these values, once it is written."""
    wait_for(lambda: bool(lines(live, process, **wanted)))
    (line,) = lines(live, process, **wanted)
    return line


def ask(live: LiveServer, **headers: str) -> httpx.Response:
    return httpx.post(f"{live.url}/graphql", json={"query": "{ __typename }"}, headers=headers, trust_env=False)


def test_a_request_keeps_the_id_it_came_with(live_server: LiveServer) -> None:
    mine = f"proxy-{secrets.token_hex(8)}"
    assert ask(live_server, **{"x-request-id": mine}).headers["x-request-id"] == mine
    line = eventually(live_server, "api", request=mine, event="request.ended")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/graphql", 200)
    assert 0 < line["seconds"] < 60
    assert "user" not in line


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, '{"a":1}', "-", "a;b"])
def test_what_is_no_id_is_replaced(live_server: LiveServer, given: str) -> None:
    made = ask(live_server, **{"x-request-id": given}).headers["x-request-id"]
    assert UUID(made).version == 7
    assert eventually(live_server, "api", request=made, event="request.ended")


def test_every_answer_has_an_id(live_server: LiveServer) -> None:
    for path in ("/", "/health/live", "/nothing", "/files/x"):
        assert UUID(httpx.get(f"{live_server.url}{path}", trust_env=False).headers["x-request-id"])


async def test_requests_side_by_side_keep_their_ids(live_server: LiveServer) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        body = {"query": "{ models { nodes { slug } } }"}
        ids = [f"r{secrets.token_hex(8)}" for _ in range(20)]
        url = f"{live_server.url}/graphql"
        answers = await asyncio.gather(*(http.post(url, json=body, headers={"x-request-id": i}) for i in ids))
    assert [answer.headers["x-request-id"] for answer in answers] == ids
    for each in ids:
        assert eventually(live_server, "api", request=each, event="request.ended")


async def test_ids_lead_from_the_request_to_the_attempt(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    user_id = parse_id((await client.run("{ viewer { id } }"))["viewer"]["id"], "User")
    request = f"r{secrets.token_hex(8)}"
    headers = {"authorization": f"Bearer {client.token}", "x-request-id": request}
    variables = {"input": {"model": "demo/echo", "input": {"text": "a"}, "wait": 20}}
    answer = await client.http.post(
        f"{live_server.url}/graphql", json={"query": CREATE, "variables": variables}, headers=headers
    )
    assert answer.json()["data"]["createPrediction"]["status"] == "SUCCEEDED"
    accepted = eventually(live_server, "api", request=request, event="prediction.accepted")
    assert accepted["user"] == str(user_id)
    assert eventually(live_server, "api", request=request, event="request.ended")["user"] == str(user_id)
    ended = eventually(live_server, "worker-0", prediction=accepted["prediction"], event="prediction.ended")
    assert (ended["attempt"], ended["user"], ended["status"]) == (1, str(user_id), "succeeded")
    await client.close()


async def test_a_socket_has_an_id_and_its_user(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    async with client.socket() as socket:
        request = socket.response.headers["x-request-id"]
    line = eventually(live_server, "api", request=request, event="request.ended")
    assert (line["method"], line["status"]) == ("WEBSOCKET", 101)
    assert UUID(line["user"])
    await client.close()


async def test_the_log_holds_no_secret(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    token, signature = str(client.token), secrets.token_hex(16)
    await client.http.get(f"{live_server.url}/files/some/key.png?exp=99999999999&sig={signature}")
    await client.http.get(f"{live_server.url}/graphql", params={"query": "{ viewer { id } }", "token": signature})
    await client.raw(f'mutation {{ login(input: {{email: "a@example.com", password: "{signature}"}}) {{ nothing }} }}')
    async with client.socket():
        pass
    last = ask(live_server, authorization=f"Bearer {token}x").headers["x-request-id"]
    eventually(live_server, "api", request=last, event="request.ended")
    await client.close()
    for log in live_server.data_dir.glob("*.log"):
        text = log.read_text()
        for secret in (token, signature, "correct horse battery", *_secrets(live_server)):
            assert secret not in text, log.name


def _secrets(live: LiveServer) -> list[str]:
    return [live.environment["SECRET_KEY"], live.environment["METRICS_TOKEN"]]
