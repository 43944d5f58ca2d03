"""Predictions as server-sent events, which go on where a client left off, on any node and by any attempt."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from server.adapters import wire
from server.adapters.event_log import LiveState
from server.adapters.signing import expiry
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.events import EventType
from server.domain.files import with_links
from server.domain.predictions import PredictionStatus
from server.domain.text_output import text_of
from server.errors import NotFoundError, RateLimitedError
from server.live import prediction_rows, rest_body
from server.live.concurrency import ConcurrencyLimit
from server.live.links import links_of
from server.live.prediction_events import SubscriberEvent
from server.rest.caller import SIGN_IN, Caller, Changing
from server.rest.event_streams import (
    KEEP_ALIVE,
    KEEP_ALIVE_SECONDS,
    TOO_MANY,
    CredentialEndedError,
    EventStream,
    ended_row,
    follow,
)
from server.rest.requests import BoundedRoute
from server.rest.v1.answers import ERRORS
from server.rest.v1.predictions import parse_prediction_id
from server.tables import Prediction

router = APIRouter(route_class=BoundedRoute, tags=["predictions"], responses=ERRORS, dependencies=SIGN_IN)
RETRY_MILLISECONDS = 1000
# A cursor (none before the first), how much of text and log the client has, since a new attempt writes them anew from
# the beginning, and how many of the last events
_EVENT_ID = re.compile(
    r"(?P<cursor>[0-9a-z.]{1,40}:[0-9]{1,15}|-);(?P<text>[0-9]{1,12});(?P<logs>[0-9]{1,12})(?:;(?P<last>[0-9]{1,6}))?",
    re.ASCII,
)
LastEventId = Annotated[
    str | None, Header(max_length=200, description="`id` of the last event that you received, to go on behind it.")
]


@router.get(
    "/predictions/{id}/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events."}},
)
async def stream_prediction(
    caller: Changing,
    request: Request,
    id: str,  # noqa: A002
    last_event_id: LastEventId = None,
) -> Response:
    """The events `output`, `logs`, `error` and `done` of a prediction, from its beginning to its end.

    Text comes in pieces as it is written, everything else when it is complete. Each event has an `id` by which the
    stream goes on after a cut, without a gap and without anything twice.
    """
    row_id = parse_prediction_id(id)
    viewer = await _reader(caller, request, row_id)
    place = _Place.of(last_event_id)
    limits: ConcurrencyLimit = request.app.state.stream_limits
    owner = caller.viewer.owner_key
    if not limits.acquire(owner):
        raise RateLimitedError(TOO_MANY, KEEP_ALIVE_SECONDS)

    async def leave() -> None:
        limits.release(owner)

    return EventStream(_Stream(caller, viewer, row_id, place).events(), {"x-prediction-id": id}, leave)


async def _reader(caller: Caller, request: Request, row_id: UUID) -> Viewer:
    """Who reads: the caller, or by a signed link whoever made the prediction."""
    query = request.query_params
    if "sig" not in query:
        await prediction_rows.find(caller.viewer, row_id)
        return caller.viewer
    signed, expires_at = rest_body.signed_stream(row_id), expiry(query.get("exp", ""))
    if not caller.rt.signer.verify(signed, expires_at, query.get("sig", ""), time.time()):
        raise NotFoundError("This link is not valid, or it has expired.")
    row = await prediction_rows.read(row_id)
    if row is None:
        raise NotFoundError("There is no prediction with this id.")
    return Viewer(row.user_id, address=caller.viewer.address, scopes=frozenset({Scope.READ}))


@dataclass
class _Place:
    """How far a client is: its cursor, the characters that it has of text (`output`) and log (`logs`), and how many
    of the events by which the stream ends."""

    cursor: str | None = None
    characters: dict[str, int] = field(default_factory=lambda: {"output": 0, "logs": 0})
    last: int = 0

    @classmethod
    def of(cls, event_id: str | None) -> _Place:
        """The place that an event's id names; the beginning for what is none of ours."""
        match = _EVENT_ID.fullmatch(event_id or "")
        if match is None:
            return cls()
        cursor = None if match["cursor"] == "-" else match["cursor"]
        return cls(cursor, {"output": int(match["text"]), "logs": int(match["logs"])}, int(match["last"] or 0))

    def id(self, cursor: str | None) -> str:
        """The id of an event behind which a client goes on at a cursor."""
        return ";".join(map(str, [cursor or "-", *self.characters.values(), *([self.last] if self.last else [])]))


class _Stream:
    """One client's way through a prediction.

    The characters that an attempt has written so far are counted by event; what the client has of them already is
    not sent again. Equal seeds make a later attempt write what an earlier one did.
    """

    def __init__(self, caller: Caller, viewer: Viewer, row_id: UUID, place: _Place) -> None:
        self._caller, self._viewer, self._id = caller, viewer, row_id
        self._place = place
        self._written = dict(place.characters)

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The events as bytes, and comments while nothing comes, until the prediction or the credential ends."""
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        try:
            async with aclosing(follow(self._caller, self._viewer, self._id, self._place.cursor)) as updates:
                async for update in updates:
                    for event in [KEEP_ALIVE] if update is None else await self._sent(update):
                        yield event
        except CredentialEndedError:
            # The client comes back with a new one, and goes on
            return

    async def _sent(self, update: SubscriberEvent) -> list[bytes]:
        """The events that an update is.

        Behind any but the last of them a client goes on before the update, whose rest it has not seen.
        """
        before, self._place.cursor = self._place.cursor, str(update.event.cursor)
        if (row := ended_row(update)) is not None:
            return [event async for event in self._end(row, before)]
        data = update.event.data
        match update.event.type:
            case EventType.SNAPSHOT if update.row is not None:
                return self._snapshot(update.row, update.live, before)
            case EventType.OUTPUT if data.get("text") is not None and not data.get("choice", 0):
                return self._piece("output", data["text"], self._place.cursor)
            case EventType.LOG:
                return self._piece("logs", data["line"] + "\n", self._place.cursor)
        return []

    def _snapshot(self, row: Prediction, live: LiveState | None, before: str | None) -> list[bytes]:
        """What the attempt has written so far, beyond what the client has."""
        text = live.text if live is not None else text_of(row.output) or ""
        logs = live.logs if live is not None else row.logs
        self._written = dict.fromkeys(self._written, 0)
        has_logs = len(logs) > self._place.characters["logs"]
        pieces = self._piece("output", text, before if has_logs else self._place.cursor)
        return pieces + self._piece("logs", logs, self._place.cursor)

    def _piece(self, name: str, text: str, cursor: str | None) -> list[bytes]:
        """Text that follows what is counted; only the part that the client does not have is sent."""
        place, written = self._place.characters, self._written
        new = text[max(0, place[name] - written[name]) :]
        written[name] += len(text)
        place[name] = max(place[name], written[name])
        return [self._event(name, new, cursor)] if new else []

    async def _end(self, row: Prediction, before: str | None) -> AsyncGenerator[bytes, None]:
        """The last events, but for those that the client has."""
        events = await self._last(row)
        for number, (name, data) in enumerate(events[self._place.last :], start=self._place.last + 1):
            self._place.last = number
            yield self._event(name, data, self._place.cursor if number == len(events) else before)

    async def _last(self, row: Prediction) -> list[tuple[str, str]]:
        events = []
        status = PredictionStatus(row.status)
        if text_of(row.output) is None and row.output is not None:
            links = await links_of(self._caller.rt, row, self._caller.base_url)
            output = with_links(row.output, links)
            for item in output if isinstance(output, list) else [output]:
                events.append(("output", item if isinstance(item, str) else wire.encode(item)))
        if status is PredictionStatus.FAILED:
            events.append(("error", row.error_message or row.error_code or "It failed."))
        reasons = {
            PredictionStatus.FAILED: "error",
            PredictionStatus.CANCELED: "canceled",
            PredictionStatus.ABORTED: "canceled",
        }
        reason = {"reason": reasons[status]} if status in reasons else {}
        return [*events, ("done", wire.encode(reason))]

    def _event(self, name: str, data: str, cursor: str | None) -> bytes:
        lines = "\n".join(f"data: {line}" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        return f"event: {name}\nid: {self._place.id(cursor)}\n{lines}\n\n".encode(errors="replace")
