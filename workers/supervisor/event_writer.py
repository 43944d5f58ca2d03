"""Writes one attempt's events to the log: coalesced, in order, fenced, and whole again after an outage of Redis."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from server.adapters.event_log import FENCED, NEEDS_SNAPSHOT, EventLog, NewEvent, new_epoch
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.tasks import end, wait_for_event
from server.domain.events import EventType

logger = structlog.get_logger(__name__)

FLUSH_SECONDS = 1 / 30
# with many streams at once each is written less often: nobody reads faster, and the cores are the models'
SECONDS_PER_STREAM = 0.003
MAX_FLUSH_SECONDS = 0.1
RETRY_SECONDS = 0.5
LOG_LIMIT = 64_000
PREVIEW_BYTES = 12_000
LOG_LIMIT_LINE = "[the log is longer than 64 kB; the rest is not kept]"


@dataclass
class Transcript:
    """What the attempt has put out so far."""

    text: list[str] = field(default_factory=list)
    chunks: list[Any] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    log_size: int = 0
    progress: dict[str, Any] | None = None

    @property
    def whole_text(self) -> str:
        """All text."""
        return "".join(self.text)

    @property
    def whole_log(self) -> str:
        """All log lines, each ended by a newline."""
        return "".join(f"{line}\n" for line in self.logs)


class EventWriter:
    """The events of one attempt; a task writes at most 30 times a second, and 10 where many `streams` run beside it.

    The first output is written at once.
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
        self._in_flight: list[NewEvent] = []
        self._pending = [self._snapshot()]
        self._task = asyncio.create_task(self._run())

    def status(self, status: str) -> None:
        """The prediction changed its status."""
        self._add(NewEvent(EventType.STATUS, {"status": status}))

    def loading(self, phase: str, size: int | None, total: int | None) -> None:
        """The model is being loaded."""
        self._add(NewEvent(EventType.LOADING, {"phase": phase, "bytes": size, "totalBytes": total}))

    def text(self, text: str) -> None:
        """A piece of text output."""
        self.transcript.text.append(text)
        last = self._pending[-1] if self._pending else None
        if last is not None and last.type is EventType.OUTPUT and last.text:
            joined = last.text + text
            self._pending[-1] = NewEvent(EventType.OUTPUT, {"index": last.data["index"], "text": joined}, text=joined)
            self._due.set()
        else:
            self._add(NewEvent(EventType.OUTPUT, {"index": len(self.transcript.text) - 1, "text": text}, text=text))

    def chunk(self, chunk: Any) -> None:
        """A piece of output that is no text."""
        self.transcript.chunks.append(chunk)
        self._add(
            NewEvent(EventType.OUTPUT, {"index": len(self.transcript.chunks) - 1, "chunk": chunk}, chunks=(chunk,))
        )

    def progress(self, progress: dict[str, Any]) -> None:
        """A step; of several between two writes only the last is kept."""
        self.transcript.progress = progress
        if self._pending and self._pending[-1].type is EventType.PROGRESS:
            self._pending.pop()
        self._add(NewEvent(EventType.PROGRESS, progress, progress=progress))

    def preview(self, blob: bytes, width: int, height: int, step: int | None) -> None:
        """An unfinished picture, a JPEG; of several between two writes only the last is kept."""
        if len(blob) > PREVIEW_BYTES:
            logger.warning("events.preview_too_large", prediction=self._id, bytes=len(blob), limit=PREVIEW_BYTES)
            return
        self._pending = [event for event in self._pending if event.type is not EventType.PREVIEW]
        image = f"data:image/jpeg;base64,{b64encode(blob).decode()}"
        data = {"width": width, "height": height, "step": step, "bytes": len(blob)}
        self._add(NewEvent(EventType.PREVIEW, data, preview=image))

    def log(self, line: str) -> None:
        """A log line; after 64 kB one last line says that the rest is not kept."""
        if self.transcript.log_size > LOG_LIMIT:
            return
        self.transcript.log_size += len(line.encode(errors="replace")) + 1
        if self.transcript.log_size > LOG_LIMIT:
            line = LOG_LIMIT_LINE
        self.transcript.logs.append(line)
        self._add(NewEvent(EventType.LOG, {"line": line}, log=f"{line}\n"))

    def _add(self, event: NewEvent) -> None:
        self._on_event(event.type)
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
            except REDIS_ERRORS as error:
                logger.warning("events.write_failed", prediction=self._id, error=str(error))
                self._due.set()
                self._flushed.set()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._flushed.set()
            pause = FLUSH_SECONDS
            if self.transcript.text:
                pause = max(pause, min(MAX_FLUSH_SECONDS, self._streams() * SECONDS_PER_STREAM))
            await wait_for_event(self._closing, pause)

    async def _flush(self) -> None:
        """Append what is pending, after what an earlier try may not have appended."""
        if not self._in_flight:
            self._in_flight, self._pending = self._pending, []
        if not self._in_flight:
            return
        # A batch that failed is sent again as it was: the log knows it if only its reply was lost
        place = (self._id, self._attempt, self._epoch, self._seq)
        seq, epoch = await self._log.append(*place, self._in_flight, self._owner)
        if seq == FENCED:
            logger.warning("events.fenced", prediction=self._id, attempt=self._attempt)
            self.fenced.set()
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
        return NewEvent(EventType.SNAPSHOT, data, text=text, log=log, progress=progress, chunks=chunks)
