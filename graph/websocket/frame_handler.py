"""The socket's handler that sends ready-made frames."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
from strawberry.types import ExecutionResult

from graph import wire
from graph.context import Context, Info
from graph.websocket.frames import TAP, ClientOperation, Frames, Selection, Tap
from graph.websocket.limits import BoundedSocketHandler

if TYPE_CHECKING:
    from strawberry.schema.schema import StreamResult
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

    from graph.websocket.sockets import SocketAdapter


class FrameHandler(BoundedSocketHandler):
    """Begins operations as usual, and sends what is common to all subscribers of a prediction as text made once."""

    async def handle_message(self, message: Message) -> None:
        """Answer a message, and let go of it: strawberry would hold it until the next one comes."""
        await super().handle_message(message)
        cast("dict[str, object]", message).clear()

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run one operation; the resolver of a prediction's events leaves them in its tap."""
        tap = Tap()
        TAP.set(tap)
        try:
            await super().run_operation(operation)
        finally:
            tap.ended(tap.errors)
            await tap.close()

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: StreamResult) -> None:
        tap = TAP.get()
        results = result_source if tap is None else self._with_frames(operation, result_source, tap)
        await super()._send_result_stream(operation, results)

    async def _with_frames(self, operation: Operation[Context, None], results: StreamResult, tap: Tap) -> StreamResult:
        """What strawberry is to send; frames are sent while it waits for more of that."""
        async for result in results:
            yield result
            _let_go(result)
            if tap.info is not None:
                break
        if tap.info is None or tap.events is None:
            return
        selection, request = self._selection(operation, tap.info)
        tap.info = None
        await results.aclose()
        head = f'{{"id":{wire.encode(operation.id)},"type":"next","payload":'
        socket = cast("SocketAdapter", self.websocket)
        while True:
            try:
                item = await anext(tap.events)
                payload = selection.payload(item, tap.root_of)
                if isinstance(payload, asyncio.Task):
                    # Others wait for it too
                    payload = await asyncio.shield(payload)
            except StopAsyncIteration:
                return
            except Exception as error:
                yield tap.noted(selection.failure(error))
                return
            if payload is not None:
                await socket.send_text(f"{head}{payload}}}")
            else:
                own = tap.noted(await selection.result(self.context, request, tap.root_of(item)))
                yield own
                _let_go(own)

    def _selection(self, operation: Operation[Context, None], info: Info) -> tuple[Selection, ClientOperation]:
        frames: Frames = self.view.frames  # type: ignore[attr-defined]
        request = ClientOperation(operation.query, operation.operation_name, operation.variables)
        selection = frames.selection(info, request)
        # One text for all who sent the same
        operation.query = selection.query
        return selection, request._replace(query=selection.query)


def _let_go(result: object) -> None:
    """What was sent is not to be held while the next is waited for, which may take hours."""
    if isinstance(result, ExecutionResult):
        result.data = None
