"""SIGTERM under load: what was asked is answered, watchers are told to come again, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import websockets

from tests.conftest import LiveServer, running
from tests.support.api import CREATE, EVENTS, TERMINAL, Client, wait_for
from tests.support.prepared import StartServers

REQUESTS, SOCKETS, SERVICE_RESTART = 20, 20, 1012


async def created(client: Client, *, wait: int) -> dict[str, Any]:
    """Make a prediction that runs for a while, and the whole answer."""
    values = {"text": "one two three four", "delay_seconds": 0.2}
    return await client.raw(CREATE, input={"model": "demo/echo", "input": values, "wait": wait})


async def watch_to_the_close(client: Client, prediction_id: str, seen: asyncio.Event) -> int | None:
    """Watch until the socket is closed; its code."""
    async with client.socket() as socket:
        payload = {"query": EVENTS, "variables": {"id": prediction_id}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        try:
            while True:
                assert json.loads(await socket.recv())["type"] == "next"
                seen.set()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


@pytest.fixture
def live(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with start_servers() as servers, running(servers, tmp_path_factory.mktemp("ending")) as server:
        yield server


@pytest.mark.slow
async def test_sigterm_under_load(live: LiveServer) -> None:
    client = Client(live.url)
    await client.sign_up("ending")
    slow = (await client.create("demo/echo", {"text": "a b c d e f g h", "delay_seconds": 20}))["id"]
    signs = [asyncio.Event() for _ in range(SOCKETS)]
    watchers = [asyncio.create_task(watch_to_the_close(client, slow, sign)) for sign in signs]
    await asyncio.gather(*(sign.wait() for sign in signs))
    # They are answered at once, with what there is, however long they would have waited
    asked = [asyncio.create_task(created(client, wait=60)) for _ in range(REQUESTS)]
    query = "{ predictions(first: 100) { nodes { id } } }"
    while len((await client.run(query))["predictions"]["nodes"]) < REQUESTS + 1:
        await asyncio.sleep(0.05)

    process = live.processes.pop("api")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.gather(*watchers) == [SERVICE_RESTART] * SOCKETS
    answers = await asyncio.gather(*asked)
    assert all("errors" not in answer for answer in answers)
    made = [answer["data"]["createPrediction"] for answer in answers]
    assert {each["status"] for each in made} & {"STARTING", "PROCESSING"}
    assert time.monotonic() - began < 10
    assert await asyncio.to_thread(process.wait, 40) in (0, -signal.SIGTERM)
    with pytest.raises(httpx.ConnectError):
        await client.raw("{ __typename }")
    await client.close()
    assert "Traceback" not in (live.data_dir / "api.log").read_text()

    live.start("api", "serve")
    wait_for(lambda: _is_up(live.url), 60)
    again = Client(live.url, client.token)
    for each in made:
        while (found := await again.get(each["id"])) and found["status"] not in TERMINAL:
            await asyncio.sleep(0.1)
        assert found is not None
        assert found["status"] == "SUCCEEDED"
    await again.cancel(slow)
    await again.close()


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
