"""Predictions behind a completion: made for a request, waited for or watched, and canceled when its client leaves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any, Protocol, TypeVar

import structlog
from fastapi import Header, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from server.adapters import wire
from server.adapters.database import CONNECTION_ERRORS
from server.adapters.tasks import end
from server.domain.api_keys import Scope
from server.domain.ids import encode_id
from server.domain.predictions import PredictionErrorCode, PredictionStatus
from server.errors import RateLimitedError, ServiceError
from server.live import prediction_events
from server.live.concurrency import ConcurrencyLimit
from server.live.prediction_events import SubscriberEvent
from server.live.text_progress import Piece, TextProgress
from server.rest.caller import Caller
from server.rest.event_streams import (
    KEEP_ALIVE,
    KEEP_ALIVE_SECONDS,
    TOO_MANY,
    CredentialEndedError,
    EventStream,
    ended_row,
    follow,
)
from server.rest.openai.errors import SERVER, RefusedError, error_body
from server.services import predictions
from server.tables import Prediction

logger = structlog.get_logger(__name__)

T = TypeVar("T")
LONGEST_WAIT_SECONDS = 86_400
STOPPING = "This server stops; send the request again."
CREDENTIAL_ENDED = "Your credential has ended, and the stream with it."
# What a worker says of a prompt that its model has no room for
_TOO_LONG = re.compile(r"The prompt has ([0-9]+) tokens; this model's context is ([0-9]+) tokens")
DONE = b"data: [DONE]\n\n"
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=400,
        description="The same request with the same key gives the same answer; it goes on without its client.",
    ),
]


class Run:
    """A prediction behind one answer; it is canceled when its client leaves, unless it `stays`."""

    def __init__(self, caller: Caller, request: Request, row: Prediction, *, stays: bool = False) -> None:
        self._caller, self._request = caller, request
        self.row = row
        self._is_due = not stays
        self.headers = {"x-prediction-id": encode_id("Prediction", row.id)}

    async def result(self) -> Prediction:
        """The prediction when it has succeeded.

        Raises:
            RefusedError: it has not, with the reason.
            ClientDisconnect: the client is gone.
        """
        caller = self._caller
        ending = prediction_events.wait_until_ended(
            caller.rt, caller.hubs, caller.viewer, self.row.id, LONGEST_WAIT_SECONDS
        )
        try:
            row = await while_there(self._request, ending)
            if not PredictionStatus(row.status).is_terminal:
                raise RefusedError(STOPPING, code=SERVER, status=503, type_=SERVER)
            self._is_due = False
            if (failure := failure_of(row)) is not None:
                failure.headers.update(self.headers)
                raise failure
            return row
        finally:
            await self.leave()

    async def updates(self) -> AsyncGenerator[SubscriberEvent | None, None]:
        """The prediction's events from its beginning to its end, and None where nothing has come for a while.

        Raises:
            RefusedError: it did not succeed, or the caller's credential has ended.
        """
        caller = self._caller
        # Whoever may run something may read what it gives
        viewer = replace(caller.viewer, scopes=caller.viewer.scopes | {Scope.READ})
        try:
            async with aclosing(follow(caller, viewer, self.row.id)) as updates:
                async for update in updates:
                    if update is not None and ended_row(update) is not None:
                        self._is_due = False
                    yield update
        except CredentialEndedError:
            raise RefusedError(CREDENTIAL_ENDED, code="invalid_api_key", status=401) from None

    async def leave(self) -> None:
        """Nobody waits for it any more; where the database is away, its row goes on."""
        if not self._is_due:
            return
        self._is_due = False
        try:
            await predictions.cancel(self._caller.rt, self._caller.viewer, self.row.id)
        except (ServiceError, *CONNECTION_ERRORS) as error:
            logger.warning("openai.not_canceled", prediction=str(self.row.id), error=str(error))


async def while_there(request: Request, waiting: Awaitable[T]) -> T:
    """What is waited for, unless the client leaves before; raises ClientDisconnect."""
    task = asyncio.ensure_future(waiting)
    left = asyncio.create_task(_wait_for_disconnect(request))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        await end(task, left)


async def _wait_for_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def failure_of(row: Prediction) -> RefusedError | None:
    """Why a prediction that has ended gave no answer, if so; to send it again would only repeat it."""
    status = PredictionStatus(row.status)
    if status is PredictionStatus.SUCCEEDED:
        return None
    if status is not PredictionStatus.FAILED:
        return RefusedError("The prediction was canceled.", code="prediction_canceled", is_final=True)
    message = row.error_message or row.error_code or "It failed."
    code = str(row.error_code).lower()
    if row.error_code == PredictionErrorCode.INPUT_REJECTED.value:
        if (match := _TOO_LONG.match(message)) is not None:
            # Libraries know it by the beginning of this sentence
            message = f"This model's maximum context length is {match[2]} tokens; your prompt has {match[1]} tokens."
            return RefusedError(message, "messages", "context_length_exceeded", is_final=True)
        return RefusedError(message, code=code, is_final=True)
    return RefusedError(message, code=code, status=500, type_=SERVER, is_final=True)


class Writer(Protocol):
    """What a door makes of a prediction as it goes on."""

    def go_on(self, pieces: list[Piece]) -> Iterable[bytes]:
        """Events of what comes next."""
        ...

    def end(self, row: Prediction) -> Iterable[bytes]:
        """The last events; raises RefusedError where that is an error."""
        ...


async def pieces_of(run: Run, writer: Writer) -> AsyncGenerator[bytes, None]:
    """What a writer makes of a run as it goes on, in pieces."""
    progress = TextProgress()
    async with aclosing(run.updates()) as updates:
        async for update in updates:
            if update is None:
                yield KEEP_ALIVE
                continue
            row = ended_row(update)
            events = writer.go_on(progress.pieces(update)) if row is None else writer.end(row)
            if event := b"".join(events):
                yield event
            if row is not None:
                return


async def stream(
    caller: Caller,
    request: Request,
    make: Callable[[], Awaitable[Run]],
    writer_of: Callable[[Prediction], Writer],
) -> Response:
    """The answer that streams a run which is made for it; raises as `stream_runs`."""

    async def make_one() -> list[Run]:
        return [await make()]

    return await stream_runs(caller, request, make_one, lambda runs: pieces_of(runs[0], writer_of(runs[0].row)))


async def stream_runs(
    caller: Caller,
    request: Request,
    make: Callable[[], Awaitable[list[Run]]],
    pieces_of_all: Callable[[list[Run]], AsyncGenerator[bytes, None]],
) -> Response:
    """The answer that streams runs which are made for it, under the bound of the caller's open streams.

    Raises:
        RateLimitedError: too many are open.
        RefusedError: a run has failed before anything was to be sent.
        ClientDisconnect: the client is gone.
    """
    limits: ConcurrencyLimit = request.app.state.stream_limits
    owner = caller.viewer.owner_key
    if not limits.acquire(owner):
        raise RateLimitedError(TOO_MANY, KEEP_ALIVE_SECONDS)
    runs: list[Run] = []
    try:
        runs = await make()
        pieces = pieces_of_all(runs)
        try:
            # Before the first piece a refusal is an answer; there is none of a stream that has nothing to tell
            first = await while_there(request, anext(pieces, b""))
        except BaseException:
            await pieces.aclose()
            raise
    except BaseException as error:
        limits.release(owner)
        for run in runs:
            await run.leave()
        if isinstance(error, RefusedError):
            error.headers.update(headers_of(runs))
        raise

    async def leave() -> None:
        limits.release(owner)
        for run in runs:
            await run.leave()

    return EventStream(_with_errors(first, pieces), headers_of(runs), leave)


def headers_of(runs: list[Run]) -> dict[str, str]:
    """The headers of an answer, which name the predictions behind it."""
    ids = ", ".join(encode_id("Prediction", run.row.id) for run in runs)
    return {"x-prediction-id": ids} if ids else {}


async def _with_errors(first: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The pieces of a stream; where they break off, an event that clients raise as an error."""
    async with aclosing(pieces):
        yield first
        try:
            async for piece in pieces:
                yield piece
        except RefusedError as error:
            yield data_event(error_body(error.message, error.type, error.param, error.code))


def data_event(body: dict[str, Any]) -> bytes:
    """A server-sent event of a body alone."""
    return b"data: " + wire.encode_bytes(body) + b"\n\n"
