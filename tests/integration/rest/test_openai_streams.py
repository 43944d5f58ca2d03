"""Streams of OpenAI's door where the server is not as it should be: killed runners, failures, too many at once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import openai
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.rest.calling import calling, signed_in
from tests.support.processes import runner_of

ASK: dict[str, Any] = {
    "model": "demo/prose", "prompt": "The function", "max_tokens": 300, "seed": 1, "stream": True, "ignore_eos": True,
}  # fmt: skip


@asynccontextmanager
async def pieces(client: httpx.AsyncClient, body: dict[str, Any]) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """What a stream sends, event by event."""

    async def read(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))

    async with client.stream("POST", "/openai/v1/completions", json=body) as response:
        assert response.status_code == 200, await response.aread()
        yield read(response)


@pytest.fixture(scope="module")
def own_live_server(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One whose runner is killed, and where one user has two streams at most."""
    chosen = {"MAX_SUBSCRIPTIONS_PER_USER": "2", "OPENAI_ALIASES": "gpt-4o-mini=demo/prose, old=demo/prose:1"}
    with running(own_servers, tmp_path_factory.mktemp("data"), **chosen) as live:
        yield live


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_next_attempt_goes_on_with_a_stream(own_live_server: LiveServer) -> None:
    async with calling(own_live_server, await signed_in(own_live_server)) as client:
        whole = (await client.post("/openai/v1/completions", json={**ASK, "stream": False})).json()
        texts: list[str] = []
        async with pieces(client, ASK) as stream:
            async for piece in stream:
                texts.append(piece["choices"][0]["text"])
                if len(texts) == 5:
                    os.kill(runner_of(own_live_server).pid, signal.SIGKILL)
    assert "".join(texts) == whole["choices"][0]["text"]
    assert len(texts) > 6


@pytest.mark.slow
async def test_a_user_has_so_many_streams_at_once(own_live_server: LiveServer) -> None:
    token = await signed_in(own_live_server)
    long = {**ASK, "max_tokens": 900}
    async with calling(own_live_server, token) as client, pieces(client, long), pieces(client, long):
        base_url = f"{own_live_server.url}/openai/v1"
        async with openai.AsyncOpenAI(api_key=token, base_url=base_url, max_retries=0) as stock:
            with pytest.raises(openai.RateLimitError) as refused:
                await stock.completions.create(model="demo/prose", prompt="The function", stream=True)
        assert refused.value.code == "rate_limit_exceeded"
        assert int(refused.value.response.headers["retry-after"]) > 0
        # It has made no prediction
        assert len((await client.get("/v1/predictions")).json()["results"]) == 2
    async with calling(own_live_server, token) as client:
        for prediction in (await client.get("/v1/predictions")).json()["results"]:
            while (await client.get(f"/v1/predictions/{prediction['id']}")).json()["status"] != "canceled":
                await asyncio.sleep(0.05)
        async with pieces(client, {**ASK, "max_tokens": 2}) as stream:
            assert [piece async for piece in stream]


@pytest.mark.slow
async def test_a_model_has_the_names_that_the_operator_gives_it(own_live_server: LiveServer) -> None:
    async with calling(own_live_server, await signed_in(own_live_server)) as client:
        listed = [model["id"] for model in (await client.get("/openai/v1/models")).json()["data"]]
        assert listed[:2] == ["gpt-4o-mini", "old"]
        for name in listed[:2]:
            assert (await client.get(f"/openai/v1/models/{name}")).json()["id"] == name
            body = {**ASK, "model": name, "stream": False, "max_tokens": 2}
            answer = await client.post("/openai/v1/completions", json=body)
            assert answer.json()["model"] == "demo/prose:1"


async def test_what_is_canceled_elsewhere_ends_a_stream_with_an_error(live_server: LiveServer) -> None:
    async with (
        calling(live_server, await signed_in(live_server)) as client,
        client.stream("POST", "/openai/v1/completions", json={**ASK, "max_tokens": 900}) as response,
    ):
        assert response.status_code == 200
        lines = response.aiter_lines()
        await anext(lines)
        await client.post(f"/v1/predictions/{response.headers['x-prediction-id']}/cancel")
        last = [line async for line in lines if line][-1]
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "prediction_canceled"
