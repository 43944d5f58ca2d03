"""What the runner says of one attempt: events while it runs and, at the end, a result."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, overload
from uuid import UUID

import orjson

from server.domain.lineage import Environment
from server.domain.media import output_ending
from server.domain.models import ModelKind, kind_queue
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.domain.storable import storable
from server.domain.text_output import MAX_CHOICES, choices_of, read_logprobs
from server.live.prediction_body import COUNTS, METRICS
from server.queue.claim import PredictionLease
from server.queue.finish import Result
from workers.contract import protocol
from workers.supervisor.concealment import Concealment
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.server_paths import ServerPaths

# Each is one request to the store, and one link in every answer that shows the prediction
MAX_FILES = 1000
# What an answer's Int may be
MAX_NUMBER = 2**31 - 1
MAX_CONTENT_TYPE = 200
MAX_METRICS = 100
MAX_PREFIX = 100
MAX_METRIC_NAME = 100


@dataclass(frozen=True)
class Outcome:
    """How an attempt ends; without a status the prediction lives on: handed back, or, if not `is_ours`, with another.

    One that `is_loss` ended because its runner died under it alone; `alone` asks for no neighbours the next time, but
    for those of its `suspect_group`.
    """

    status: PredictionStatus | None
    failure: Failure | None = None
    is_loss: bool = False
    alone: bool = False
    suspect_group: UUID | None = None
    is_ours: bool = True

    @property
    def is_final(self) -> bool:
        """Whether the prediction has ended."""
        return self.status is not None


SUCCEEDED = Outcome(PredictionStatus.SUCCEEDED)
CANCELED = Outcome(PredictionStatus.CANCELED)
HANDED_BACK = Outcome(None)
LEASE_LOST = Outcome(None, is_ours=False)


@overload
def _bounded(number: int) -> int: ...
@overload
def _bounded(number: int | None) -> int | None: ...
def _bounded(number: int | None) -> int | None:
    """The number as an answer may show it; a runner may say any."""
    return None if number is None else max(0, min(number, MAX_NUMBER))


def failed(code: PredictionErrorCode, message: str) -> Outcome:
    """An attempt that failed for good."""
    return Outcome(PredictionStatus.FAILED, Failure(code, message))


@dataclass
class StagedFile:
    """An output file that the runner sent, not yet in storage."""

    content_type: str
    width: int | None
    height: int | None
    blob: bytes = field(repr=False)

    def key(self, lease: PredictionLease, index: int) -> str:
        """Its storage key; nobody sees it before the finish row names it."""
        return f"predictions/{lease.id}/{lease.attempt}/{index}.{output_ending(self.content_type)}"

    def record(self, lease: PredictionLease, index: int) -> dict[str, Any]:
        """How the prediction's row keeps it."""
        return {
            "key": self.key(lease, index),
            "contentType": self.content_type,
            "bytes": len(self.blob),
            "width": self.width,
            "height": self.height,
            "sha256": hashlib.sha256(self.blob).hexdigest(),
        }


class RunOutput:
    """Turns the runner's messages into events at once and into a result at the end.

    `overflow` is set when the run gives more bytes than it may: whoever runs it is to stop it, and what it gave before
    stays.
    """

    def __init__(
        self,
        lease: PredictionLease,
        writer: EventWriter,
        max_file_bytes: int,
        max_text_bytes: int = 32_000_000,
        on_timing: Callable[[protocol.Timing], None] = lambda _: None,
        paths: ServerPaths | None = None,
    ) -> None:
        self.lease = lease
        self.writer = writer
        self.files: list[StagedFile] = []
        self.overflow: Failure | None = None
        self._max_file_bytes = self._file_bytes_left = max_file_bytes
        self._max_text_bytes = self._text_bytes_left = max_text_bytes
        self._on_timing = on_timing
        self._hide_paths: Callable[[str], str] = paths.hide if paths else str
        self._concealment = Concealment()
        self._hide_own: Callable[[Any], Any] = paths.hide_own if paths else lambda value: value
        self._value: Any = None
        self._is_adopted = False
        self._metrics: dict[str, float] = {}
        self._custom_metrics: dict[str, float] = {}
        # The last that was completed
        self._step = 0
        self._claimed = time.monotonic()
        self._started: float | None = None
        self._load_seconds: float | None = None
        self._environment: Environment | None = None

    def receive(self, message: protocol.Message) -> Outcome | None:  # noqa: C901 - one case a message
        """Take one message, ignoring unknown ones; how the run ended, if this was its last."""
        match message:
            case protocol.Output(text=str() as text):
                content, room = (text := self._hide_own(storable(text))).encode(), max(0, self._text_bytes_left)
                if not self._has_room(len(content)):
                    text = content[:room].decode(errors="ignore")
                if text:
                    self.writer.text(text)
            case protocol.ChoiceOutput(choice=number, text=text) if number < MAX_CHOICES:
                text = self._hide_own(storable(text))
                logprobs = None if message.logprobs is None else read_logprobs(storable(message.logprobs))
                prefix = self._hide_own(storable(message.prefix[:MAX_PREFIX]))
                if self._has_room(len(text.encode()) + (len(orjson.dumps(logprobs)) if logprobs else 0)):
                    self.writer.text(text, number, logprobs, prefix)
            case protocol.Output(chunk=chunk):
                if self._has_room(len(orjson.dumps(chunk := self._hide_own(storable(chunk))))):
                    self.writer.chunk(chunk)
            case protocol.File(blob=blob):
                self._file_bytes_left -= len(blob)
                if len(self.files) == MAX_FILES:
                    self._overflow(f"The prediction has more output files than {MAX_FILES}.")
                elif self._file_bytes_left >= 0:
                    kind = storable(message.content_type[:MAX_CONTENT_TYPE])
                    self.files.append(StagedFile(kind, _bounded(message.width), _bounded(message.height), blob))
                else:
                    self._overflow(f"The output files have more bytes together than MAX_OUTPUT_BYTES "
                                   f"({self._max_file_bytes}).")  # fmt: skip
            case protocol.Progress():
                step, total = _bounded(message.step), _bounded(message.total)
                self._metrics["steps"] = self._step = step
                elapsed = time.monotonic() - (self._started or self._claimed)
                eta = round(elapsed / step * (total - step), 3) if total and step else None
                fraction = step / total if total else None
                self.writer.progress({"step": step, "total": total, "fraction": fraction, "etaSeconds": eta})
            case protocol.Preview(blob=blob):
                # An event's step is a number always, of whatever kind it is, so that clients may select it of all
                step = self._step if message.step is None else _bounded(message.step)
                self.writer.preview(blob, _bounded(message.width), _bounded(message.height), step)
            case protocol.Log(line=line):
                self.writer.log(self._hide(storable(line)))
            case protocol.Metric(name=name, value=value):
                metrics = self._metrics if name in METRICS else self._custom_metrics
                if (name := storable(name[:MAX_METRIC_NAME])) in metrics or len(metrics) < MAX_METRICS:
                    metrics[name] = int(min(max(0, value), MAX_NUMBER)) if name in COUNTS else value
            case protocol.Loading():
                self.writer.loading(message.phase, message.bytes, message.total_bytes)
            case protocol.Started(load_seconds=seconds, facts=facts):
                self._started, self._load_seconds = time.monotonic(), seconds
                self._environment = Environment.read(facts) if facts else None
            case protocol.Timing():
                self._on_timing(message)
            case protocol.Done(output=output):
                value = self._hide_own(storable(output))
                if value is not None and len(orjson.dumps(value)) > self._max_text_bytes:
                    self._overflow(self._too_much_text)
                if self.overflow is not None:
                    return Outcome(PredictionStatus.FAILED, self.overflow)
                self._value = value
                return SUCCEEDED
            case protocol.Failed(code=code, message=reason):
                is_known = code in PredictionErrorCode.__members__
                return failed(PredictionErrorCode(code) if is_known else PredictionErrorCode.INTERNAL, storable(reason))
            case protocol.Canceled():
                return CANCELED
        return None

    def conceal(self, secrets: Iterable[str]) -> None:
        """Cut these out of the log and of a failure: whoever runs a model does not read what its owner gave it."""
        self._concealment.add(secrets)

    def _hide(self, text: str) -> str:
        return self._concealment.hide(self._hide_paths(text))

    def _has_room(self, size: int) -> bool:
        """Count so many bytes more of text or JSON; whether they may be given out."""
        self._text_bytes_left -= size
        if self._text_bytes_left < 0:
            self._overflow(self._too_much_text)
        return self._text_bytes_left >= 0

    def _overflow(self, message: str) -> None:
        if self.overflow is None:
            self.overflow = Failure(PredictionErrorCode.STORAGE, message)

    @property
    def _too_much_text(self) -> str:
        return f"The output has more bytes than MAX_OUTPUT_TEXT_BYTES ({self._max_text_bytes})."

    def adopt(self, value: Any, files: list[StagedFile], environment: Environment | None = None) -> None:
        """Take over the output of an equal prediction, which ran with `environment`."""
        choices = choices_of(value) or ([{"text": value}] if isinstance(value, str) else [])
        for number, choice in enumerate(choices):
            logprobs = choice.get("logprobs")
            content = logprobs.get("content") if isinstance(logprobs, dict) else None
            prefix = choice["prefix"] if isinstance(choice.get("prefix"), str) else ""
            if choice["text"] or content or prefix:
                tokens = read_logprobs(content) if isinstance(content, list) else None
                self.writer.text(choice["text"], number, tokens, prefix)
        self.files, self._value, self._is_adopted = files, value, True
        self._metrics["cached"] = True
        self._environment = environment

    def result(self, outcome: Outcome) -> Result:
        """What the finish statement writes.

        Raises:
            ValueError: the attempt is handed back.
        """
        if outcome.status is None:
            raise ValueError("a run that is handed back has no result")
        lease, transcript, now = self.lease, self.writer.transcript, time.monotonic()
        output = self._value
        if self._is_adopted:
            pass
        elif isinstance(output, dict) and kind_queue(lease.queue) == ModelKind.TEXT_GENERATION.queue:
            # More than text was asked for, and the texts that were streamed are in it
            pass
        elif (choices := transcript.whole_choices) is not None:
            output = {"choices": choices}
        elif transcript.text or kind_queue(lease.queue) == ModelKind.TEXT_GENERATION.queue:
            output = transcript.whole_text
        elif transcript.chunks:
            output = transcript.chunks
        elif self.files and output is None:
            output = [{"file": index} for index in range(len(self.files))]
        queue_seconds = max((lease.claimed_at - lease.created_at).total_seconds(), 0.0)
        predict_seconds = now - self._started if self._started is not None else 0.0
        tokens = self._metrics.get("output_tokens")
        return Result(
            outcome.status,
            output,
            [file.record(lease, index) for index, file in enumerate(self.files)],
            outcome.failure and replace(outcome.failure, message=self._hide(outcome.failure.message)),
            transcript.whole_log,
            {
                **self._metrics,
                **({"custom": self._custom_metrics} if self._custom_metrics else {}),
                "queue_seconds": round(queue_seconds, 6),
                "load_seconds": self._load_seconds,
                "predict_seconds": round(predict_seconds, 6),
                "total_seconds": round(queue_seconds + now - self._claimed, 6),
                "tokens_per_second": round(tokens / predict_seconds, 3) if tokens and predict_seconds else None,
            },
            self._environment,
        )
