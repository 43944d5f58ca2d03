"""Sends that are done at once, that take a while, that never end, and that somebody gives up."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message

from server.routes.stalls import TRY_AGAIN_LATER, ClientStalledError, _Connection

SCOPE = {"type": "websocket", "path": "/graphql", "client": ("127.0.0.1", 1)}
MESSAGE = {"type": "websocket.send", "text": "x"}


class Peer:
    """A connection whose buffer is full while `room` is not set."""

    def __init__(self) -> None:
        self.room = asyncio.Event()
        self.sent: list[Message] = []
        self.arrived: asyncio.Queue[Message] = asyncio.Queue()
        self.given_up = 0

    async def send(self, message: Message) -> None:
        try:
            await self.room.wait()
            await self.room.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        if message.get("text") == "fail":
            raise ConnectionResetError("gone")
        self.sent.append(message)

    async def receive(self) -> Message:
        return await self.arrived.get()

    def connection(self, seconds: float) -> _Connection:
        return _Connection(SCOPE, self.receive, self.send, seconds)


async def test_what_fits_is_sent_without_waiting() -> None:
    peer = Peer()
    peer.room.set()
    connection = peer.connection(0)
    await connection.send(MESSAGE)
    with pytest.raises(ConnectionResetError):
        await connection.send({**MESSAGE, "text": "fail"})
    await connection.send(MESSAGE)
    assert peer.sent == [MESSAGE, MESSAGE]
    assert not connection.is_stalled


async def test_what_waits_is_sent_when_there_is_room() -> None:
    peer = Peer()
    connection = peer.connection(30)
    sending = [asyncio.create_task(connection.send({**MESSAGE, "text": text})) for text in ("a", "b", "fail")]
    await asyncio.sleep(0)
    assert peer.sent == []
    peer.room.set()
    found = await asyncio.gather(*sending, return_exceptions=True)
    assert [type(result) for result in found] == [type(None), type(None), ConnectionResetError]
    assert [message["text"] for message in peer.sent] == ["a", "b"]


async def test_one_that_never_ends_is_given_up_and_ends_the_connection() -> None:
    peer = Peer()
    connection = peer.connection(0.05)
    receiving = asyncio.create_task(connection.receive())
    stuck = await asyncio.gather(connection.send(MESSAGE), connection.send(MESSAGE), return_exceptions=True)
    assert [type(result) for result in stuck] == [ClientStalledError, ClientStalledError]
    assert peer.given_up == 2
    assert connection.is_stalled
    left = {"type": "websocket.disconnect", "code": TRY_AGAIN_LATER}
    assert await receiving == left
    assert await connection.receive() == left
    with pytest.raises(ClientStalledError):
        await connection.send(MESSAGE)


async def test_a_cancel_reaches_the_send() -> None:
    peer = Peer()
    connection = peer.connection(30)
    sending = asyncio.create_task(connection.send(MESSAGE))
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert peer.given_up == 1
    assert not connection.is_stalled


async def test_messages_are_received_as_they_come() -> None:
    peer = Peer()
    connection = peer.connection(30)
    peer.arrived.put_nowait(MESSAGE)
    assert await connection.receive() == MESSAGE
    receiving = asyncio.create_task(connection.receive())
    await asyncio.sleep(0)
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    peer.arrived.put_nowait(MESSAGE)
    assert await connection.receive() == MESSAGE
