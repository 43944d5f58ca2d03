"""One attempt of one prediction: the runner's messages become events and, at the end, a result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from server.domain.models import ModelKind, kind_queue
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.domain.storable import storable
from server.queue.claim import PredictionLease
from server.queue.finish import Result
from workers.contract import protocol
from workers.contract.protocol import Timing
from workers.supervisor.event_writer import EventWriter

EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/json": "json"}
MAX_METRICS = 100
MAX_METRIC_NAME = 100


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `hand_back` when it did not end but must run again."""

    status: PredictionStatus | None
    failure: Failure | None = None
    lost: bool = False
    alone: bool = False

    @property
    def is_final(self) -> bool:
        """Whether the prediction has ended."""
        return self.status is not None


@dataclass
class StagedFile:
    """An output file that the runner sent, not yet in storage."""

    content_type: str
    width: int | None
    height: int | None
    blob: bytes = field(repr=False)

    def key(self, job: PredictionLease, index: int) -> str:
        """Its storage key; nobody sees it before the finish row names it."""
        extension = EXTENSIONS.get(self.content_type, "bin")
        return f"predictions/{job.id}/{job.attempt}/{index}.{extension}"

    def record(self, job: PredictionLease, index: int) -> dict[str, Any]:
        """How the prediction's row keeps it."""
        return {
            "key": self.key(job, index),
            "contentType": self.content_type,
            "bytes": len(self.blob),
            "width": self.width,
            "height": self.height,
        }


class Execution:
    """Takes the runner's messages of one attempt; `outcome` resolves once."""

    def __init__(
        self,
        job: PredictionLease,
        writer: EventWriter,
        max_bytes: int,
        stop: Callable[[Outcome], None] = lambda _: None,
        max_text_bytes: int = 32_000_000,
        timed: Callable[[Timing], None] = lambda _: None,
    ) -> None:
        self.job = job
        self.writer = writer
        self.files: list[StagedFile] = []
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.stop_reason: Outcome | None = None
        self.wants_preview = False
        self._bytes_left = max_bytes
        self._max_bytes = max_bytes
        self._text_left = max_text_bytes
        self._max_text_bytes = max_text_bytes
        self._stop = stop
        self._timed = timed
        self._output: Any = None
        self._metrics: dict[str, float] = {}
        self._is_adopted = False
        self._started = time.monotonic()
        self._begun: float | None = None
        self._load_seconds: float | None = None

    def receive(self, message: protocol.Message) -> None:
        """One message of the runner; unknown ones are ignored, as is all after the outcome."""
        if self.outcome.done():
            return
        match message:
            case protocol.Done() | protocol.Failed() | protocol.Canceled():
                self._end(message)
            case protocol.Output() | protocol.File():
                self._made(message)
            case _:
                self._told(message)

    def _made(self, message: protocol.Output | protocol.File) -> None:
        match message:
            case protocol.Output(text=str() as text):
                if kept := self._fitting(storable(text)):
                    self.writer.text(kept)
            case protocol.Output(chunk=chunk):
                if self._has_room(len(orjson.dumps(kept := storable(chunk)))):
                    self.writer.chunk(kept)
            case protocol.File():
                self._keep(message)

    def _has_room(self, size: int) -> bool:
        """Whether so many more bytes may be given out; if not, the run ends, with what it gave so far."""
        self._text_left -= size
        if self._text_left < 0 <= self._text_left + size and self.stop_reason is None:
            self._stop(self._too_much())
        return self._text_left >= 0

    def _fitting(self, text: str) -> str:
        """As much of a text as there is room for."""
        left = max(0, self._text_left)
        content = text.encode()
        return text if self._has_room(len(content)) else content[:left].decode(errors="ignore")

    def _too_much(self) -> Outcome:
        message = f"The output has more bytes than MAX_OUTPUT_TEXT_BYTES ({self._max_text_bytes})."
        return Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.STORAGE, message))

    def _keep(self, file: protocol.File) -> None:
        """Hold a file until the run ends; more bytes than allowed end the run, with the files that it has so far."""
        self._bytes_left -= len(file.blob)
        if self._bytes_left >= 0:
            self.files.append(StagedFile(file.content_type, file.width, file.height, file.blob))
        elif self.stop_reason is None:
            message = f"The output files have more bytes together than MAX_OUTPUT_BYTES ({self._max_bytes})."
            self._stop(Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.STORAGE, message)))

    def _told(self, message: protocol.Message) -> None:
        match message:
            case protocol.Progress(step=step, total=total):
                self._progress(step, total)
            case protocol.Preview(blob=blob):
                self.writer.preview(blob, message.width, message.height, message.step)
            case protocol.Log(line=line):
                self.writer.log(storable(line))
            case protocol.Metric(name=name, value=value):
                if name in self._metrics or len(self._metrics) < MAX_METRICS:
                    self._metrics[storable(name[:MAX_METRIC_NAME])] = value
            case protocol.Loading():
                self.writer.loading(message.phase, message.bytes, message.total_bytes)
            case protocol.Started(load_seconds=seconds):
                self._begun, self._load_seconds = time.monotonic(), seconds
            case Timing():
                self._timed(message)

    def _progress(self, step: int, total: int | None) -> None:
        self._metrics["steps"] = step
        elapsed = time.monotonic() - (self._begun or self._started)
        eta = elapsed / step * (total - step) if total and step else None
        self.writer.progress(
            {
                "step": step,
                "total": total,
                "fraction": step / total if total else None,
                "etaSeconds": round(eta, 3) if eta is not None else None,
            }
        )

    def adopt(self, output: Any, files: list[StagedFile]) -> None:
        """Succeed with what an equal prediction made."""
        if self.outcome.done():
            return
        if isinstance(output, str) and output:
            self.writer.text(output)
        self.files, self._output, self._is_adopted = files, output, True
        self._metrics["cached"] = True
        self.settle(Outcome(PredictionStatus.SUCCEEDED))

    def _end(self, message: protocol.Message) -> None:
        match message:
            case protocol.Done(output=output):
                kept = storable(output)
                if self._text_left < 0 or (kept is not None and len(orjson.dumps(kept)) > self._max_text_bytes):
                    self.settle(self._too_much())
                    return
                self._output = kept
                self.settle(Outcome(PredictionStatus.SUCCEEDED))
            case protocol.Failed(code=code, message=text):
                known = code in PredictionErrorCode.__members__
                self.fail(PredictionErrorCode(code) if known else PredictionErrorCode.INTERNAL, storable(text))
            case _:
                self.settle(self.stop_reason or Outcome(PredictionStatus.CANCELED))

    def fail(self, code: PredictionErrorCode, message: str) -> None:
        """The run failed for good."""
        self.settle(Outcome(PredictionStatus.FAILED, Failure(code, message)))

    def settle(self, outcome: Outcome) -> None:
        """The first outcome stands."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def result(self, outcome: Outcome) -> Result:
        """What the finish statement writes."""
        if outcome.status is None:
            raise ValueError("a run that is handed back has no result")
        made = self.writer.made
        files = [file.record(self.job, index) for index, file in enumerate(self.files)]
        return Result(outcome.status, self._whole_output(), files, outcome.failure, made.whole_log, self._measured())

    def _whole_output(self) -> Any:
        made = self.writer.made
        if self._is_adopted:
            return self._output
        if made.text or kind_queue(self.job.queue) == ModelKind.TEXT_GENERATION.queue:
            return made.whole_text
        if made.chunks:
            return made.chunks
        if self.files:
            return [{"file": index} for index in range(len(self.files))]
        return self._output

    def _measured(self) -> dict[str, Any]:
        now = time.monotonic()
        job = self.job
        predict = now - self._begun if self._begun is not None else 0.0
        queue = (job.claimed_at - job.created_at).total_seconds()
        tokens = self._metrics.get("output_tokens")
        return {
            **self._metrics,
            "queue_seconds": round(max(queue, 0.0), 6),
            "load_seconds": self._load_seconds,
            "predict_seconds": round(predict, 6),
            "total_seconds": round(max(queue, 0.0) + now - self._started, 6),
            "tokens_per_second": round(tokens / predict, 3) if tokens and predict else None,
        }
