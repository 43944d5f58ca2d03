"""A runner as the tests hold it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from workers.contract.protocol import Cancel, Canceled, Done, Failed, Message, Output, Run, VersionSpec
from workers.supervisor.runner_client import RunnerClient

SECONDS = 60


class Running:
    """A runner and everything it said."""

    def __init__(self) -> None:
        self.client: RunnerClient
        self.messages: list[Message] = []
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    def on_message(self, message: Message) -> None:
        self.messages.append(message)
        for found, future in self._waiting:
            if not future.done() and (value := found()):
                future.set_result(value)

    def of(self, prediction: str) -> list[Message]:
        return [m for m in self.messages if getattr(m, "prediction", None) == prediction]

    def text(self, prediction: str) -> str:
        return "".join(m.text for m in self.of(prediction) if isinstance(m, Output) and m.text is not None)

    def run(
        self, prediction: str, values: dict[str, Any], version: VersionSpec | None = None, attempt: int = 1
    ) -> None:
        self.client.send(Run(prediction, attempt, version or VersionSpec("v", "sample"), values))

    def cancel(self, prediction: str) -> None:
        self.client.send(Cancel(prediction))

    async def end(self, prediction: str) -> Any:
        """The last message of a prediction."""
        return await self.until(
            lambda: next((m for m in self.of(prediction) if isinstance(m, (Done, Failed, Canceled))), None)
        )

    async def seen(self, prediction: str, kind: type[Any]) -> Any:
        """The first message of a type about a prediction."""
        return await self.until(lambda: next((m for m in self.of(prediction) if isinstance(m, kind)), None))

    async def until(self, found: Callable[[], Any]) -> Any:
        if value := found():
            return value
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((found, future))
        return await asyncio.wait_for(future, SECONDS)

    async def ended(self) -> int:
        return await asyncio.wait_for(asyncio.shield(self.client.exited), SECONDS)


Starter = Callable[..., Awaitable[Running]]


async def gone(pid: int) -> None:
    """Wait until a process that is not our child has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), SECONDS)
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def make_gate(folder: Path) -> Path:
    """A FIFO: who reads it waits until somebody writes, without looking at a clock."""
    gate = folder / "gate"
    os.mkfifo(gate)
    return gate


def open_gate(gate: Path, word: str) -> None:
    gate.write_text(word)
