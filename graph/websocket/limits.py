"""How many sockets may be open, how many operations may run over them, and how long one may be idle."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage

from graph.errors import finish_error
from graph.websocket.sockets import SocketHandler
from server.errors import RateLimitedError
from server.live.concurrency import ConcurrencyLimit
from server.services import rate_limits
from server.settings import Settings


@dataclass(frozen=True)
class SocketLimits:
    """The sockets of this process by address, the operations over them by user, and how long a socket may be idle."""

    sockets: ConcurrencyLimit
    running: ConcurrencyLimit
    idle_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> SocketLimits:
        """The limits that are set."""
        sockets = ConcurrencyLimit(settings.max_sockets, settings.max_sockets_per_address)
        running = ConcurrencyLimit(settings.max_subscriptions, settings.max_subscriptions_per_user)
        return cls(sockets, running, settings.socket_idle_seconds)


class BoundedSocketHandler(SocketHandler):
    """Bounds what runs over a socket, and closes one that nothing runs over."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        limits: SocketLimits = self.view.limits  # type: ignore[attr-defined]
        self._running, self._idle_seconds = limits.running, limits.idle_seconds
        self._is_over = False
        self._idle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: Any) -> None:
        """Sign in; from now on the socket may be idle for so long."""
        await super().handle_connection_init(message)
        self._wait_for_work()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation, unless too many run or the viewer's points are spent."""
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)
            return
        owner = self.context.viewer.owner_key
        refusal: GraphQLError | None = None
        try:
            rate_limits.check(self.context.rt, self.context.viewer)
        except RateLimitedError as error:
            refusal = GraphQLError(error.message, original_error=error)
        else:
            is_full = len(self.operations) >= (self.max_subscriptions_per_connection or 0)
            if is_full or not self._running.acquire(owner):
                text = "Too many operations run at once; end a subscription first."
                refusal = GraphQLError(text, extensions={"code": "TOO_MANY_SUBSCRIPTIONS"})
        if refusal is not None:
            finish_error(refusal)
            await self.send_message({"id": message["id"], "type": "error", "payload": [refusal.formatted]})
            return
        await super().handle_subscribe(message)
        task = self.operations[message["id"]].task
        if task is None:
            raise LookupError(f"operation {message['id']} has no task")

        def leave(_: object) -> None:
            self._running.release(owner)
            self._wait_for_work()

        task.add_done_callback(leave)
        self._stop_waiting()

    def _wait_for_work(self) -> None:
        """Close the socket after a while, unless something runs until then."""
        self._stop_waiting()
        # Operations that end with the socket end when it is closed already
        if self._is_over:
            return
        if not any(operation.task and not operation.task.done() for operation in self.operations.values()):
            self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._close_idle)

    def _stop_waiting(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None

    def _close_idle(self) -> None:
        self._closing = asyncio.create_task(self.websocket.close(1000, "The socket was idle for too long"))

    async def shutdown(self) -> None:
        """End what still runs, and the waiting."""
        self._is_over = True
        self._stop_waiting()
        await super().shutdown()
        if self._closing:
            await asyncio.wait([self._closing])
