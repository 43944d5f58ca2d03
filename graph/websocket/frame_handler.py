"""The socket's handler that sends ready-made frames."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import structlog
from graphql import OperationType, get_operation_ast, parse
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation, _OperationStreamClosed
from strawberry.types import ExecutionResult

from graph.context import Context
from graph.errors import DATABASE_AWAY, is_bug, is_outage
from graph.websocket.frames import HANDOVER, ClientOperation, Frames, Handover
from graph.websocket.limits import BoundedSocketHandler
from graph.websocket.sockets import TRY_AGAIN_LATER
from server.adapters import wire
from server.adapters.database import CONNECTION_ERRORS
from server.errors import BusyError, ResponseTooLargeError
from server.live.answer_memory import AnswerMemory, hold, release

if TYPE_CHECKING:
    from strawberry.schema.schema import StreamResult
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

    from graph.websocket.sockets import SocketAdapter

logger = structlog.get_logger(__name__)

BUG_REASON = "Something went wrong on our side (incident {})."


class FrameHandler(BoundedSocketHandler):
    """Begins operations as usual, and sends what is common to all subscribers of a prediction as text made once."""

    async def handle_message(self, message: Message) -> None:
        """Answer a message, and let go of it: Strawberry would hold it until the next one comes."""
        await super().handle_message(message)
        cast("dict[str, object]", message).clear()

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run one operation; the resolver of a prediction's events leaves them in its handover."""
        handover = Handover()
        HANDOVER.set(handover)
        memory: AnswerMemory = self.view.memory  # type: ignore[attr-defined]
        try:
            with memory.account(self.context.viewer.owner_key):
                await super().run_operation(operation)
        finally:
            handover.on_end(handover.errors)
            await handover.close()

    async def handle_task_exception(self, error: Exception) -> None:
        """Log what went wrong, and close the socket: Strawberry would complete the operation as if it had ended."""
        if isinstance(error, WebSocketDisconnected):
            return
        if isinstance(error, (*CONNECTION_ERRORS, BusyError)):
            logger.warning("socket.unavailable", error=str(error) or type(error).__name__)
            reason = error.message if isinstance(error, BusyError) else DATABASE_AWAY
        else:
            incident = uuid4().hex
            logger.error("socket.bug", incident=incident, exc_info=error)
            reason = BUG_REASON.format(incident)
        await self.websocket.close(TRY_AGAIN_LATER, reason)

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: StreamResult) -> None:
        handover = HANDOVER.get()
        results = result_source if handover is None else self._with_frames(operation, result_source, handover)
        await super()._send_result_stream(operation, self._until_outage(operation, results))

    async def _until_outage(self, operation: Operation[Context, None], results: StreamResult) -> StreamResult:
        """What a subscription is to send; the socket is closed where an event cannot be read for an outage or a bug.

        Completed, a client would take it for the end of its events. Closed, it connects again and resumes.
        """
        async for result in results:
            errors = getattr(result, "errors", None) or ()
            is_empty = getattr(result, "data", None) is None
            error = next((error for error in errors if is_outage(error) or (is_empty and is_bug(error))), None)
            if error is not None and is_subscription(operation):
                self.operations.pop(operation.id, None)
                await self.websocket.close(TRY_AGAIN_LATER, error.message)
                raise _OperationStreamClosed
            yield result
            release()

    async def _with_frames(
        self, operation: Operation[Context, None], results: StreamResult, handover: Handover
    ) -> StreamResult:
        """What Strawberry is to send; frames are sent while it waits for more of that."""
        async for result in results:
            yield result
            _release(result)
            if _is_too_large(result):
                # What was left out of it is missing: a stream without gaps cannot go on
                await results.aclose()
                return
            if handover.info is not None:
                break
        if handover.info is None or handover.events is None:
            return
        frames: Frames = self.view.frames  # type: ignore[attr-defined]
        request = ClientOperation(operation.query, operation.operation_name, operation.variables)
        selection = frames.selection(handover.info, request)
        # One text for all who sent the same
        operation.query = selection.query
        request = request._replace(query=selection.query)
        handover.info = None
        # The surprising place. The resolver has given its first event and waits at its `yield`; it is closed here with
        # all that graphql-core and Strawberry keep around it, and never goes on. Its events do: they are another
        # generator, which it left in the handover, and which is read below instead of by its own loop.
        await results.aclose()
        head = f'{{"id":{wire.encode(operation.id)},"type":"next","payload":'
        socket = cast("SocketAdapter", self.websocket)
        while True:
            try:
                update = await anext(handover.events)
                payload = selection.payload(update, handover.root_of)
                if isinstance(payload, asyncio.Task):
                    # Others wait for it too
                    payload = await asyncio.shield(payload)
            except StopAsyncIteration:
                return
            except Exception as error:
                yield handover.note_errors(selection.failure(error))
                return
            if payload is not None:
                await hold(len(payload))
                await socket.send_text(f"{head}{payload}}}")
                release()
            else:
                own = handover.note_errors(await selection.result(self.context, request, handover.root_of(update)))
                yield own
                _release(own)
                if _is_too_large(own):
                    return


def _release(result: object) -> None:
    """Drop the data of a result that was sent: it would be held while the next is waited for, perhaps for hours."""
    if isinstance(result, ExecutionResult):
        result.data = None


def _is_too_large(result: object) -> bool:
    errors = (result.errors or []) if isinstance(result, ExecutionResult) else []
    return any(isinstance(error.original_error, ResponseTooLargeError) for error in errors)


def is_subscription(operation: Operation[Context, None]) -> bool:
    """Whether an operation that began to run is a subscription."""
    node = get_operation_ast(parse(operation.query), operation.operation_name)
    return node is not None and node.operation is OperationType.SUBSCRIPTION
