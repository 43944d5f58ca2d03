"""Whatever is sent for whichever field: an answer with a code, never a bug, and nothing logged as an error."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets

from tests.conftest import LiveServer
from tests.integration.graph.hostile_values import FIELDS, Request, requests
from tests.support.api import Client
from tests.support.operations import post

AT_ONCE = 4
# A list that is watched says nothing until something changes; a bug is in the log all the same
LISTEN_SECONDS = 0.1


def judge(request: Request, status: int, answer: dict[str, Any]) -> None:
    said = f"{request.body[:600]}\n{json.dumps(answer)[:600]}"
    assert status < 500, said
    for error in answer.get("errors", []):
        code = error.get("extensions", {}).get("code")
        assert code, said
        assert code != "INTERNAL_SERVER_ERROR", said


async def over_http(client: Client, request: Request) -> None:
    answer = await post(client, request.body)
    judge(request, answer.status_code, answer.json())


async def first_message(socket: Any) -> dict[str, Any]:
    """The first message; the code of the close frame where there is none, and silence where it only waits."""
    try:
        async with asyncio.timeout(LISTEN_SECONDS):
            message: dict[str, Any] = json.loads(await socket.recv())
    except TimeoutError:
        return {"type": "silence"}
    except websockets.ConnectionClosed as closed:
        return {"type": "closed", "code": closed.rcvd.code if closed.rcvd else 1006}
    return message


async def over_a_socket(client: Client, request: Request) -> None:
    """One operation on a socket of its own; the first answer is enough."""
    async with client.socket() as socket:
        await socket.send(f'{{"type": "subscribe", "id": "1", "payload": {request.body}}}')
        message = await first_message(socket)
    if message["type"] == "closed":
        # A document that cannot be read, or a message that is no JSON
        assert message["code"] == 4400, request.body[:600]
    elif message["type"] == "error":
        judge(request, 200, {"errors": message["payload"]})
    elif message["type"] == "next":
        judge(request, 200, message["payload"])


def logged_errors(live: LiveServer, since: int) -> list[str]:
    text = (live.data_dir / "api.log").read_bytes()[since:].decode(errors="replace")
    return [line for line in text.splitlines() if '"level": "error"' in line or "Traceback" in line]


@pytest.mark.parametrize("share", [pytest.param(3, id="third"), pytest.param(1, id="all", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("operation", "name"), FIELDS, ids=[f"{kind}-{name}" for kind, name in FIELDS])
async def test_hostile_values(
    live_server: LiveServer, ada: Client, nobody: Client, operation: str, name: str, share: int
) -> None:
    since = (live_server.data_dir / "api.log").stat().st_size
    send = over_a_socket if operation == "subscription" else over_http
    waiting = list(requests(operation, name))[::share]

    async def some(part: list[Request]) -> None:
        for request in part:
            await send(ada, request)

    async with asyncio.TaskGroup() as group:
        for n in range(AT_ONCE):
            group.create_task(some(waiting[n::AT_ONCE]))
    for request in waiting[:40]:
        await send(nobody, request)
    assert logged_errors(live_server, since) == []
