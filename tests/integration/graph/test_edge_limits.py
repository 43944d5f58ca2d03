"""Rates, costs and sockets at an API whose limits are small."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import httpx
import pytest
import websockets

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.support.api import EVENTS, Client
from tests.support.operations import RawClient, post, somebody

RESPONSE, JSON = "application/graphql-response+json", "application/json"
RATE = "{ rateLimit { limit remaining resetAt seconds } }"
USER_POINTS, ADDRESS_POINTS = 400, 300


@pytest.fixture(scope="module")
def small(
    live_server: LiveServer, local_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A second API over the same database, with a Redis database of its own; the worker belongs to the first."""
    limits = {
        "RATE_LIMIT_USER": str(USER_POINTS),
        "RATE_LIMIT_ADDRESS": str(ADDRESS_POINTS),
        "MAX_QUERY_COST": "200",
        "MAX_SOCKETS_PER_ADDRESS": "8",
        "MAX_SUBSCRIPTIONS_PER_SOCKET": "3",
        "MAX_SUBSCRIPTIONS_PER_USER": "5",
        "SOCKET_IDLE_SECONDS": "0.5",
        "ALLOWED_ORIGINS": "https://page.example",
        "INTROSPECTION": "false",
        "SUGGESTIONS": "false",
        "REDIS_URL": local_servers.redis_url.replace("db=0", "db=2"),
    }
    with running(local_servers, tmp_path_factory.mktemp("small"), workers=0, **limits) as live:
        yield live


@pytest.fixture
async def user(small: LiveServer) -> AsyncIterator[Client]:
    """A user whose points are all there; their registration is paid by the address, whose points are given back."""
    client, _ = await somebody(small.url)
    await forget(small)
    yield client
    await forget(small)
    await client.close()


async def forget(live: LiveServer) -> None:
    """Let everybody begin anew."""
    import redis.asyncio

    client = redis.asyncio.Redis.from_url(live.environment["REDIS_URL"])
    keys = [key async for key in client.scan_iter("rate*")]
    if keys:
        await client.delete(*keys)
    await client.aclose()


def ratelimit(answer: httpx.Response) -> tuple[str, int, int]:
    """Name, remaining points and seconds of the RateLimit header."""
    found = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found, answer.headers
    return found[1], int(found[2]), int(found[3])


def asking(query: str, **variables: Any) -> str:
    return json.dumps({"query": query, "variables": variables})


async def test_every_answer_says_what_is_left(user: Client) -> None:
    answers = [await post(user, asking("{ __typename }")) for _ in range(3)]
    found = [ratelimit(answer) for answer in answers]
    assert [(name, left) for name, left, _ in found] == [("user", USER_POINTS - n) for n in (1, 2, 3)]
    assert all(0 < seconds <= 120 for _, _, seconds in found)
    assert answers[0].headers["ratelimit-policy"] == f'"user";q={USER_POINTS};w=60'
    assert "retry-after" not in answers[0].headers
    assert answers[0].json()["extensions"] == {"cost": {"requested": 1, "actual": 1}}


async def test_pages_of_allowed_origins_may_read_what_is_left(user: Client) -> None:
    answer = await post(user, asking("{ __typename }"), origin="https://page.example")
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    shown = answer.headers["access-control-expose-headers"].split(", ")
    assert {"ratelimit", "ratelimit-policy", "retry-after"} <= set(shown)


async def test_points_are_what_an_operation_may_cost(user: Client) -> None:
    answer = await post(user, asking("{ models(first: 50) { nodes { id owner { id } } } }"))
    cost = answer.json()["extensions"]["cost"]
    assert cost["requested"] == 100
    assert 1 <= cost["actual"] <= 100
    assert ratelimit(answer)[1] == USER_POINTS - 100
    left = (await user.run(RATE))["rateLimit"]
    assert (left["limit"], left["remaining"], left["seconds"]) == (USER_POINTS, USER_POINTS - 101, 60)


async def test_an_operation_that_may_cost_too_much_is_refused_and_costs_one(user: Client) -> None:
    answer = await post(user, asking("{ models(first: 100) { nodes { id owner { id } samples { id } } } }"))
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "COST_EXCEEDED", "cost": {"requested": 1200, "allowed": 200}}
    assert "data" not in answer.json()
    assert ratelimit(answer)[1] == USER_POINTS - 1


async def test_over_a_socket_points_are_counted_once_whatever_becomes_of_an_operation(user: Client) -> None:
    asked = {
        "{ models(first: 50) { nodes { id owner { id } } } }": 100,
        "{ models(first: 100) { nodes { id owner { id } samples { id } } } }": 1,
        "{ nothing }": 1,
        "{ viewer { id }": 1,
    }
    async with user.socket() as socket:
        left = USER_POINTS
        for number, (query, points) in enumerate(asked.items()):
            await socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": {"query": query}}))
            # What cannot be parsed closes the socket
            with suppress(websockets.ConnectionClosed):
                while json.loads(await socket.recv())["type"] not in {"complete", "error"}:
                    pass
            left -= points
            found = (await user.run(RATE))["rateLimit"]["remaining"]
            left -= 1
            assert found == left, query


async def test_who_spent_all_is_told_when_to_come_again(user: Client, small: LiveServer) -> None:
    dear = asking("{ models(first: 100) { nodes { id owner { id } } } }")
    for _ in range(2):
        assert "errors" not in (await post(user, dear)).json()
    for accept, status in ((RESPONSE, 429), (JSON, 200)):
        answer = await post(user, asking("{ viewer { id } }"), accept=accept)
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert 1 <= error["extensions"]["retryAfter"] <= 120
        assert answer.headers["retry-after"] == str(error["extensions"]["retryAfter"])
        assert answer.status_code == status
        assert ratelimit(answer)[1] == 0
    async with user.socket() as socket:
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}))
        message = json.loads(await socket.recv())
    assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    other = RawClient(small.url)
    assert (await other.run("{ __typename }")) == {"__typename": "Query"}
    await other.close()


async def test_every_answer_of_rest_says_what_is_left(user: Client, small: LiveServer) -> None:
    headers = {"authorization": f"Bearer {user.token}"}
    async with httpx.AsyncClient(base_url=small.url, headers=headers, trust_env=False) as client:
        requests = [
            ("GET", "/v1/account", None, 200, 1),
            ("GET", "/v1/predictions/nonsense", None, 404, 1),
            ("POST", "/v1/predictions", {"version": "demo/nothing", "input": {}}, 404, 11),
            ("POST", "/v1/predictions", {"version": 1}, 422, 11),
        ]
        left = USER_POINTS
        for method, path, body, status, points in requests:
            answer = await client.request(method, path, json=body)
            left -= points
            assert (answer.status_code, ratelimit(answer)[:2]) == (status, ("user", left)), path
            assert answer.headers["ratelimit-policy"] == f'"user";q={USER_POINTS};w=60'
        while answer.status_code != 429:
            answer = await client.post("/v1/predictions", json={"version": "demo/nothing", "input": {}})
        seconds = int(answer.headers["retry-after"])
        assert answer.json()["detail"].endswith(f"Your rate limit resets in ~{seconds}s.")
        name, left, _ = ratelimit(answer)
        assert (name, left < 11) == ("user", True), "less than it costs"
        stranger = await client.get("/v1/account", headers={"authorization": "Bearer nonsense"})
        assert (stranger.status_code, ratelimit(stranger)[:2]) == (401, ("address", ADDRESS_POINTS - 1))


async def test_strangers_share_the_points_of_their_address(small: LiveServer, user: Client) -> None:
    one, other = RawClient(small.url), RawClient(small.url)
    await post(one, asking("{ models(first: 100) { nodes { id } } }"))
    name, left, _ = ratelimit(await post(other, asking("{ __typename }")))
    assert (name, left) == ("address", ADDRESS_POINTS - 101)
    assert ratelimit(await post(user, asking("{ __typename }")))[0] == "user"
    await one.close()
    await other.close()


async def test_what_is_not_valid_counts_too(user: Client) -> None:
    for query in ("{", "{ nothing }", "{ viewer { id }"):
        answer = await post(user, asking(query))
    assert ratelimit(answer)[1] == USER_POINTS - 3


async def test_a_token_that_is_not_valid_counts_for_the_address(small: LiveServer, user: Client) -> None:
    stranger = Client(small.url, "nonsense")
    answer = await post(stranger, asking("{ __typename }"), accept=RESPONSE)
    assert answer.status_code == 401
    assert ratelimit(answer)[:2] == ("address", ADDRESS_POINTS - 1)
    await stranger.close()


async def test_the_schema_is_not_told_where_that_is_off(user: Client) -> None:
    for query, said in (
        ("{ __schema { types { name } } }", "GraphQL introspection has been disabled"),
        ("{ viewe { id } }", "Cannot query field 'viewe' on type 'Query'."),
    ):
        answer = await user.raw(query)
        assert "data" not in answer
        assert answer["errors"][0]["message"].startswith(said)
        assert "Did you mean" not in json.dumps(answer)


async def subscribe(socket: Any, name: str, prediction_id: str) -> dict[str, Any]:
    """The first message of a subscription."""
    payload = {"query": EVENTS, "variables": {"id": prediction_id}}
    await socket.send(json.dumps({"type": "subscribe", "id": name, "payload": payload}))
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message.get("id") == name:
            return message


async def lasting_prediction(client: Client) -> str:
    """One that does not end before the test does."""
    made = await client.create("demo/echo", {"text": "a b c d", "delay_seconds": 5})
    prediction_id: str = made["id"]
    return prediction_id


def code(message: dict[str, Any]) -> str | None:
    found: str | None = message["payload"][0]["extensions"]["code"] if message["type"] == "error" else None
    return found


async def test_subscriptions_of_a_socket_and_of_a_user_are_bounded(user: Client) -> None:
    prediction_id = await lasting_prediction(user)
    async with user.socket() as first, user.socket() as second:
        started = [code(await subscribe(first, str(n), prediction_id)) for n in range(4)]
        assert started == [None, None, None, "TOO_MANY_SUBSCRIPTIONS"]
        started = [code(await subscribe(second, str(n), prediction_id)) for n in range(3)]
        assert started == [None, None, "TOO_MANY_SUBSCRIPTIONS"]
        await first.send(json.dumps({"type": "complete", "id": "0"}))
        for _ in range(100):
            if code(await subscribe(second, "again", prediction_id)) is None:
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("a subscription that ended still counts")
    await user.cancel(prediction_id)


async def test_a_socket_that_is_left_alone_is_closed_and_one_that_is_used_is_not(user: Client) -> None:
    prediction_id = await lasting_prediction(user)
    async with user.socket() as idle, user.socket() as used:
        assert code(await subscribe(used, "1", prediction_id)) is None
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await idle.recv()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1000
        await used.send(json.dumps({"type": "ping"}))
        assert json.loads(await used.recv())["type"] == "pong"
        await used.send(json.dumps({"type": "complete", "id": "1"}))
        with pytest.raises(websockets.ConnectionClosed):
            await used.recv()
    await user.cancel(prediction_id)


async def test_sockets_of_an_address_are_bounded(small: LiveServer) -> None:
    url = f"{small.url.replace('http', 'ws', 1)}/graphql"
    options: dict[str, Any] = {"subprotocols": [websockets.Subprotocol("graphql-transport-ws")], "proxy": None}
    async with AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(websockets.connect(url, **options))
        extra = await stack.enter_async_context(websockets.connect(url, **options))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await extra.recv()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1013
    async with AsyncExitStack() as stack:
        # Those that were closed count no more
        for _ in range(100):
            socket = await stack.enter_async_context(websockets.connect(url, **options))
            await socket.send(json.dumps({"type": "connection_init"}))
            try:
                assert json.loads(await socket.recv())["type"] == "connection_ack"
            except websockets.ConnectionClosed:
                await asyncio.sleep(0.01)
                continue
            return
    pytest.fail("closed sockets still count")
