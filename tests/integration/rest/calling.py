"""Callers of REST for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.conftest import LiveServer
from tests.support.rest import rest_token


@asynccontextmanager
async def calling(live: LiveServer, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `/v1`."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=live.url, headers=headers, timeout=70, trust_env=False) as client:
        yield client


async def signed_in(live: LiveServer) -> str:
    """The access token of a new user."""
    return await asyncio.to_thread(rest_token, live.url)


async def run(client: httpx.AsyncClient, model: str, values: dict[str, Any], **headers: str) -> dict[str, Any]:
    """A prediction when it has ended."""
    body = {"input": values}
    answer = await client.post(f"/v1/models/{model}/predictions", json=body, headers={"prefer": "wait", **headers})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@dataclass(frozen=True)
class Sent:
    """A server-sent event."""

    event: str
    data: str
    id: str


async def events(client: httpx.AsyncClient, url: str, after: str | None = None, most: int | None = None) -> list[Sent]:
    """The events of a stream until it ends, or the first `most`."""
    headers = {"last-event-id": after} if after else {}
    received: list[Sent] = []
    fields: dict[str, list[str]] = {}
    async with client.stream("GET", url, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        async for line in response.aiter_lines():
            if not line and "event" in fields:
                received.append(Sent(fields["event"][0], "\n".join(fields["data"]), fields["id"][0]))
                if len(received) == most:
                    return received
            if not line:
                fields = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(":")
                fields.setdefault(name, []).append(value.removeprefix(" "))
    return received


def joined(received: list[Sent], name: str = "output") -> str:
    """What came by events of one name."""
    return "".join(each.data for each in received if each.event == name)
