"""Writes one attempt's events to the log: coalesced, in order, fenced, and whole again after an outage of Redis."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import redis
import structlog

from server.adapters.event_log import FENCED, NEEDS_SNAPSHOT, NO_ROOM, EventLog, NewEvent, new_epoch
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import end, wait_for_event
from server.domain.events import EventType, join_output
from server.domain.text_output import join_choices

logger = structlog.get_logger(__name__)

FLUSH_SECONDS = 1 / 30
# with many streams at once each is written less often: nobody reads faster, and the cores are the models'
SECONDS_PER_STREAM = 0.003
MAX_FLUSH_SECONDS = 0.1
# While Redis is nearly full
TIGHT_FLUSH_SECONDS = 1.0
RETRY_SECONDS = 0.5
# How soon it is tried to go on after Redis took no more, at first and after many times
RESUME_SECONDS, MAX_RESUME_SECONDS = 2.0, 30.0
# Of one write to Redis, which has a second for it, and of pieces joined to one event
BATCH_EVENTS, BATCH_BYTES = 500, 1_000_000
JOINED_LENGTH = 64_000
JOINED_TOKENS = 500
LOG_LIMIT = 64_000
PREVIEW_BYTES = 12_000
LOG_LIMIT_LINE = "[the log is longer than 64 kB; the rest is not kept]"


@dataclass
class ChoiceTranscript:
    """What a choice has put out: its text, unless it is the first, and log probabilities where they were asked for.

    `prefix` is what the prompt began of the text.
    """

    text: list[str] = field(default_factory=list)
    logprobs: list[Any] | None = None
    prefix: str = ""


@dataclass
class Transcript:
    """What the attempt has put out so far; `choices` where that is more than the text of one."""

    text: list[str] = field(default_factory=list)
    chunks: list[Any] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    log_size: int = 0
    progress: dict[str, Any] | None = None
    choices: dict[int, ChoiceTranscript] = field(default_factory=dict)

    def add(self, choice: int, text: str, logprobs: list[Any] | None, prefix: str = "") -> int:
        """Take a piece of a choice; how many came before."""
        texts = self.text
        if choice or logprobs is not None or prefix:
            own = self.choices.setdefault(choice, ChoiceTranscript())
            own.prefix = own.prefix or prefix
            texts = own.text if choice else texts
            if logprobs is not None:
                own.logprobs = own.logprobs or []
                own.logprobs += logprobs
        texts.append(text)
        return len(texts) - 1

    @property
    def size(self) -> int:
        """About the bytes of all that a snapshot of it has."""
        values = [*self.chunks, *self.pieces]
        return sum(map(len, self.text)) + self.log_size + sum(len(orjson.dumps(value)) for value in values)

    @property
    def whole_text(self) -> str:
        """All text, of the first choice."""
        return "".join(self.text)

    @property
    def pieces(self) -> tuple[dict[str, Any], ...]:
        """All that there is of each choice beside `text`."""
        # Copies, since the lists grow on while an event waits to be written
        return tuple(
            _piece(number, "".join(each.text), None if each.logprobs is None else [*each.logprobs], each.prefix)
            for number, each in self.choices.items()
        )

    @property
    def whole_choices(self) -> list[dict[str, Any]] | None:
        """All choices, as an output has them; None where there is but one text."""
        return join_choices(self.whole_text, self.pieces)

    @property
    def whole_log(self) -> str:
        """All log lines, each ended by a newline."""
        return "".join(f"{line}\n" for line in self.logs)


def _piece(choice: int, text: str, logprobs: list[Any] | None, prefix: str) -> dict[str, Any]:
    """What of a piece of a choice goes into later snapshots beside the first choice's text."""
    own: dict[str, Any] = {"choice": choice, "text": text} if choice else {"choice": 0}
    if prefix:
        own["prefix"] = prefix
    return own if logprobs is None else {**own, "logprobs": logprobs}


def _output(data: dict[str, Any]) -> NewEvent:
    choice, text, logprobs, prefix = data.get("choice", 0), data["text"], data.get("logprobs"), data.get("prefix", "")
    pieces = (_piece(choice, text, logprobs, prefix),) if choice or logprobs is not None or prefix else ()
    return NewEvent(EventType.OUTPUT, data, text="" if choice else text, pieces=pieces)


class EventWriter:
    """The events of one attempt; a task writes at most 30 times a second, and 10 where many `streams` run beside it.

    The first output is written at once. Where Redis takes no more (its memory is full, or the owner's share), nothing
    is appended until there is room again for a snapshot of everything so far; the end comes with the row in any case.
    """

    def __init__(
        self,
        log: EventLog,
        prediction_id: str,
        attempt: int,
        streams: Callable[[], int] = lambda: 1,
        on_event: Callable[[EventType], None] = lambda _: None,
        owner: str | None = None,
    ) -> None:
        self._streams = streams
        self._on_event = on_event
        self._log = log
        self._id = prediction_id
        self._attempt = attempt
        self._owner = owner
        self._epoch = new_epoch()
        self._seq = 0
        self._due = asyncio.Event()
        self._closing = asyncio.Event()
        self._flushed = asyncio.Event()
        self.transcript = Transcript()
        self.fenced = asyncio.Event()
        self.is_cut = False
        """Whether nothing is appended for now, since Redis takes no more."""
        self._resume_seconds = RESUME_SECONDS
        self._in_flight: list[NewEvent] = []
        self._pending = [self._snapshot()]
        self._task = asyncio.create_task(self._run())

    def status(self, status: str) -> None:
        """The prediction changed its status."""
        self._add(NewEvent(EventType.STATUS, {"status": status}))

    def loading(self, phase: str, size: int | None, total: int | None) -> None:
        """The model is being loaded."""
        self._add(NewEvent(EventType.LOADING, {"phase": phase, "bytes": size, "totalBytes": total}))

    def text(self, text: str, choice: int = 0, logprobs: list[Any] | None = None, prefix: str = "") -> None:
        """A piece of text output, of one of several texts or with its tokens' log probabilities.

        The first of a text that the prompt began comes with that `prefix`.
        """
        index = self.transcript.add(choice, text, logprobs, prefix)
        if self.is_cut:
            return
        place = self._last_piece(choice)
        if place is None:
            data: dict[str, Any] = {"index": index, "text": text}
            if choice:
                data["choice"] = choice
            if logprobs is not None:
                data["logprobs"] = logprobs
            if prefix:
                data["prefix"] = prefix
            self._add(_output(data))
        else:
            self._pending[place] = _output(join_output(self._pending[place].data, text, logprobs))
            self._due.set()

    def _last_piece(self, choice: int) -> int | None:
        """Where among what is pending a piece of this choice stands that the next one may join."""
        for place in range(len(self._pending) - 1, -1, -1):
            event = self._pending[place]
            if event.type is EventType.OUTPUT and "text" in event.data:
                if event.data.get("choice", 0) == choice:
                    tokens = event.data.get("logprobs", ())
                    return place if len(event.data["text"]) < JOINED_LENGTH and len(tokens) < JOINED_TOKENS else None
            elif event.type not in (EventType.PROGRESS, EventType.PREVIEW):
                # Text joins across progress and previews, of which only the newest is kept, and across other choices
                return None
        return None

    def chunk(self, chunk: Any) -> None:
        """A piece of output that is no text."""
        self.transcript.chunks.append(chunk)
        self._add(
            NewEvent(EventType.OUTPUT, {"index": len(self.transcript.chunks) - 1, "chunk": chunk}, chunks=(chunk,))
        )

    def progress(self, progress: dict[str, Any]) -> None:
        """A step; of several between two writes only the last is kept."""
        self.transcript.progress = progress
        if not self._log.is_tight:
            self._add_newest(NewEvent(EventType.PROGRESS, progress, progress=progress))

    def preview(self, blob: bytes, width: int, height: int, step: int) -> None:
        """An unfinished picture, a JPEG; of several between two writes only the last is kept."""
        if len(blob) > PREVIEW_BYTES:
            logger.warning("events.preview_too_large", prediction=self._id, bytes=len(blob), limit=PREVIEW_BYTES)
            return
        if self._log.is_tight:
            return
        image = f"data:image/jpeg;base64,{b64encode(blob).decode()}"
        data = {"width": width, "height": height, "step": step, "bytes": len(blob)}
        self._add_newest(NewEvent(EventType.PREVIEW, data, preview=image))

    def log(self, line: str) -> None:
        """A log line; after 64 kB one last line says that the rest is not kept."""
        if self.transcript.log_size > LOG_LIMIT:
            return
        self.transcript.log_size += len(line.encode(errors="replace")) + 1
        if self.transcript.log_size > LOG_LIMIT:
            line = LOG_LIMIT_LINE
        self.transcript.logs.append(line)
        self._add(NewEvent(EventType.LOG, {"line": line}, log=f"{line}\n"))

    def _add_newest(self, event: NewEvent) -> None:
        self._pending = [other for other in self._pending if other.type is not event.type]
        self._add(event)

    def _add(self, event: NewEvent) -> None:
        self._on_event(event.type)
        if not self.is_cut:
            self._pending.append(event)
            self._due.set()

    async def close(self, seconds: float) -> None:
        """Write what is pending at once, for at most `seconds` where Redis is away."""
        self._closing.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (self._pending or self._in_flight) and not self.fenced.is_set():
                    self._flushed.clear()
                    self._due.set()
                    await self._flushed.wait()
        await end(self._task)

    async def _run(self) -> None:
        while not self.fenced.is_set():
            await self._due.wait()
            self._due.clear()
            try:
                await self._flush()
            except redis.ResponseError as error:
                # It answers, and takes no writes: its memory or disk is full, or it is a replica
                self._cut(str(error))
            except REDIS_ERRORS as error:
                logger.warning("events.write_failed", prediction=self._id, error=str(error))
                self._due.set()
                self._flushed.set()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._flushed.set()
            if self.is_cut:
                await self._resume()
                continue
            pause = FLUSH_SECONDS
            if self.transcript.text or self.transcript.choices:
                pause = max(pause, min(MAX_FLUSH_SECONDS, self._streams() * SECONDS_PER_STREAM))
            await wait_for_event(self._closing, TIGHT_FLUSH_SECONDS if self._log.is_tight else pause)

    def _cut(self, reason: str) -> None:
        """Append nothing more for now; what was to be appended is in the transcript."""
        logger.warning("events.cut", prediction=self._id, attempt=self._attempt, reason=reason)
        self.is_cut, self._in_flight, self._pending = True, [], []

    async def _resume(self) -> None:
        """Wait until there is room, then begin a new epoch with all that was put out so far."""
        while not self.fenced.is_set():
            await wait_for_event(self._closing, self._resume_seconds)
            self._resume_seconds = min(2 * self._resume_seconds, MAX_RESUME_SECONDS)
            try:
                if self._closing.is_set() or await self._log.has_room(self._owner, self.transcript.size):
                    break
            except REDIS_ERRORS as error:
                logger.warning("events.write_failed", prediction=self._id, error=str(error))
        self.is_cut = False
        if not self._closing.is_set():
            self._epoch = new_epoch()
            self._pending = [self._snapshot()]
            self._due.set()

    async def _flush(self) -> None:
        """Append what is pending, after what an earlier try may not have appended."""
        if not self._in_flight:
            count = _batch_length(self._pending)
            self._in_flight, self._pending = self._pending[:count], self._pending[count:]
        if not self._in_flight:
            return
        # A batch that failed is sent again as it was: the log knows it if only its reply was lost
        place = (self._id, self._attempt, self._epoch, self._seq)
        seq, epoch = await self._log.append(*place, self._in_flight, self._owner)
        if seq == FENCED:
            logger.warning("events.fenced", prediction=self._id, attempt=self._attempt)
            self.fenced.set()
        elif seq == NO_ROOM:
            self._cut("the events of this owner fill EVENT_BYTES_PER_OWNER")
        elif seq == NEEDS_SNAPSHOT:
            # Redis lost the stream: a new epoch begins with all that was put out so far
            statuses = [event for event in [*self._in_flight, *self._pending] if event.type is EventType.STATUS]
            self._epoch, self._in_flight = new_epoch(), []
            self._pending = [self._snapshot(), *statuses]
            self._due.set()
        else:
            self._seq, self._epoch, self._in_flight = seq, epoch, []
            if self._pending:
                self._due.set()

    def _snapshot(self) -> NewEvent:
        transcript = self.transcript
        text, log, chunks = transcript.whole_text, transcript.whole_log, tuple(transcript.chunks)
        progress = transcript.progress
        data = {"attempt": self._attempt, "text": text, "logs": log, "chunks": chunks, "progress": progress}
        if pieces := transcript.pieces:
            data["choices"] = pieces
        return NewEvent(EventType.SNAPSHOT, data, text=text, log=log, progress=progress, chunks=chunks, pieces=pieces)


def _batch_length(events: list[NewEvent]) -> int:
    """How many of the events go into one write: at least one."""
    size = 0
    for count, event in enumerate(events[:BATCH_EVENTS]):
        values = (*event.chunks, *event.pieces)
        size += len(event.text) + len(event.log) + sum(len(orjson.dumps(value)) for value in values)
        if size > BATCH_BYTES:
            return max(1, count)
    return BATCH_EVENTS
