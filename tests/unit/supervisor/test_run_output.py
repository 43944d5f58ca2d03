"""An execution: what the runner says becomes events and a result."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis

from server.adapters.database import now
from server.adapters.event_log import EventLog
from server.domain.models import QUEUES
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from server.queue.claim import PredictionLease
from workers.contract.protocol import Canceled, Done, Failed, File, Log, Metric, Output, Pong, Progress, Started
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.execution import Execution, Outcome

ID = "p"
MARK = "\N{REPLACEMENT CHARACTER}"


class AwayLog(EventLog):
    """A log whose Redis is away: a result never rests on it."""

    def __init__(self) -> None:
        """Nothing to connect to."""

    async def append(self, *_: Any) -> tuple[int, str]:
        raise redis.ConnectionError("away")


def claim(queue: str = "custom") -> PredictionLease:
    at = now()
    return PredictionLease(uuid4(), 3, "anon:x", uuid4(), queue, {}, False, at - timedelta(seconds=2), at, at, None)


@pytest.fixture
async def execution() -> AsyncIterator[Execution]:
    writer = EventWriter(AwayLog(), ID, 1)
    yield Execution(claim(), writer, 10_000)
    await writer.close(0)


def outcome(execution: Execution) -> Outcome:
    assert execution.outcome.done()
    return execution.outcome.result()


async def test_text(execution: Execution) -> None:
    for message in (Started(ID, 0.5), Output(ID, text="Hel"), Output(ID, text=""), Output(ID, text="lo"), Done(ID)):
        execution.receive(message)
    result = execution.result(outcome(execution))
    assert (result.status, result.output, result.files) == (PredictionStatus.SUCCEEDED, "Hello", [])
    assert result.metrics["load_seconds"] == 0.5
    assert result.metrics["queue_seconds"] == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("queue", QUEUES)
async def test_nothing_at_all_is_empty_text_only_of_text_models(queue: str) -> None:
    writer = EventWriter(AwayLog(), ID, 1)
    execution = Execution(claim(queue), writer, 10_000)
    execution.receive(Done(ID))
    assert execution.result(outcome(execution)).output == ("" if queue == "text" else None)
    await writer.close(0)


async def test_chunks(execution: Execution) -> None:
    for chunk in ({"a": 1}, [2], "word"):
        execution.receive(Output(ID, chunk=chunk))
    execution.receive(Done(ID, output="what was streamed is the output"))
    assert execution.result(outcome(execution)).output == [{"a": 1}, [2], "word"]


async def test_a_value_that_was_not_streamed(execution: Execution) -> None:
    execution.receive(Done(ID, output={"label": "cat"}))
    assert execution.result(outcome(execution)).output == {"label": "cat"}


async def test_files(execution: Execution) -> None:
    execution.receive(File(ID, "image/png", 4, 5, b"png"))
    execution.receive(File(ID, "application/x-strange", None, None, b"12"))
    execution.receive(Done(ID))
    result = execution.result(outcome(execution))
    key = f"predictions/{execution.job.id}/3"
    assert result.output == [{"file": 0}, {"file": 1}]
    assert result.files == [
        {"key": f"{key}/0.png", "contentType": "image/png", "bytes": 3, "width": 4, "height": 5},
        {"key": f"{key}/1.bin", "contentType": "application/x-strange", "bytes": 2, "width": None, "height": None},
    ]


@pytest.mark.parametrize("code", list(PredictionErrorCode))
async def test_failures_keep_their_code_and_what_was_made(execution: Execution, code: PredictionErrorCode) -> None:
    execution.receive(Output(ID, text="part"))
    execution.receive(Log(ID, "about to fail"))
    execution.receive(Failed(ID, code.value, "its own words"))
    result = execution.result(outcome(execution))
    assert (result.status, result.output, result.logs) == (PredictionStatus.FAILED, "part", "about to fail\n")
    assert result.failure == Failure(code, "its own words")


@pytest.mark.parametrize("code", ["", "NEW_CODE", "internal", "__class__"])
async def test_an_unknown_code_is_internal(execution: Execution, code: str) -> None:
    execution.receive(Failed(ID, code, "m"))
    assert outcome(execution).failure == Failure(PredictionErrorCode.INTERNAL, "m")


async def test_a_cancel_keeps_what_was_made(execution: Execution) -> None:
    execution.receive(Output(ID, text="part"))
    execution.receive(Metric(ID, "output_tokens", 1))
    execution.receive(Canceled(ID))
    result = execution.result(outcome(execution))
    assert (result.status, result.output, result.failure) == (PredictionStatus.CANCELED, "part", None)
    assert result.metrics["output_tokens"] == 1


async def test_a_stop_ends_for_the_reason_it_was_asked_for(execution: Execution) -> None:
    late = Outcome(PredictionStatus.FAILED, Failure(PredictionErrorCode.DEADLINE_EXCEEDED, "late"))
    execution.stop_reason = late
    execution.receive(Canceled(ID))
    assert outcome(execution) == late


async def test_the_first_outcome_stands_and_nothing_comes_after(execution: Execution) -> None:
    execution.receive(Output(ID, text="a"))
    execution.receive(Done(ID))
    for message in (Output(ID, text="b"), Log(ID, "late"), File(ID, "image/png", 1, 1, b"x"), Failed(ID, "X", "y")):
        execution.receive(message)
    execution.settle(Outcome(None, lost=True))
    result = execution.result(outcome(execution))
    assert (result.status, result.output, result.logs, result.files) == (PredictionStatus.SUCCEEDED, "a", "", [])


async def test_a_run_that_is_handed_back_has_no_result(execution: Execution) -> None:
    execution.settle(Outcome(None))
    assert not outcome(execution).is_final
    with pytest.raises(ValueError, match="no result"):
        execution.result(outcome(execution))


async def test_nothing_holds_a_nul_or_a_lone_surrogate(execution: Execution) -> None:
    bad, good = "a\0b\ud800c", f"a{MARK}b{MARK}c"
    execution.receive(Output(ID, text=bad))
    execution.receive(Log(ID, bad))
    execution.receive(Failed(ID, "INTERNAL", bad))
    result = execution.result(outcome(execution))
    assert (result.output, result.logs) == (good, f"{good}\n")
    assert result.failure == Failure(PredictionErrorCode.INTERNAL, good)


async def test_values_hold_no_nul_either(execution: Execution) -> None:
    execution.receive(Output(ID, chunk={"k\0": ["\0", {"\0": "\ud800"}]}))
    execution.receive(Done(ID))
    assert execution.result(outcome(execution)).output == [{f"k{MARK}": [MARK, {MARK: MARK}]}]


async def test_progress(execution: Execution) -> None:
    told: list[dict[str, Any]] = []
    execution.writer.progress = told.append  # type: ignore[method-assign]
    execution.receive(Started(ID, 0.0))
    for message in (Progress(ID, 0, 4), Progress(ID, 1, 4), Progress(ID, 7, None), Progress(ID, 0, 0), Pong(1)):
        execution.receive(message)
    assert [step["fraction"] for step in told] == [0, 0.25, None, None]
    assert [step["etaSeconds"] is None for step in told] == [True, False, True, True]
    assert not execution.outcome.done()


async def test_text_and_json_are_bounded_together_and_what_fits_is_kept() -> None:
    stopped: list[Outcome] = []
    writer = EventWriter(AwayLog(), ID, 1)
    bounded = Execution(claim(), writer, 10_000, stopped.append, 20)
    bounded.receive(Output(ID, text="fifteen letters"))
    bounded.receive(Output(ID, text="ä" * 3))
    bounded.receive(Output(ID, chunk={"no": "room"}))
    assert [outcome.failure for outcome in stopped] == [
        Failure(PredictionErrorCode.STORAGE, "The output has more bytes than MAX_OUTPUT_TEXT_BYTES (20).")
    ]
    bounded.receive(Output(ID, text="more"))
    bounded.receive(Done(ID))
    assert outcome(bounded) == stopped[0]
    assert bounded.result(outcome(bounded)).output == "fifteen lettersää"
    await writer.close(0)


@pytest.mark.parametrize("value", ["x" * 30, [["y"] * 20], {"k": 10**18, "l": [1, 2, 3, 4]}])
async def test_a_returned_value_is_bounded_too(value: Any) -> None:
    writer = EventWriter(AwayLog(), ID, 1)
    bounded = Execution(claim(), writer, 10_000, max_text_bytes=20)
    bounded.receive(Done(ID, value))
    ended = outcome(bounded)
    assert ended.failure is not None
    assert ended.failure.code is PredictionErrorCode.STORAGE
    assert bounded.result(ended).output is None
    await writer.close(0)


async def test_a_model_s_own_metrics_are_few_and_change_none_of_ours(execution: Execution) -> None:
    for number in range(1000):
        execution.receive(Metric(ID, f"m{number}", 1.0))
    execution.receive(Metric(ID, "m5" * 1000, 2.0))
    execution.receive(Metric(ID, "m5", 2.0))
    execution.receive(Done(ID))
    metrics = execution.result(outcome(execution)).metrics
    assert metrics["m5"] == 2.0
    assert len(metrics) < 110


async def test_a_model_cannot_say_how_long_it_took(execution: Execution) -> None:
    execution.receive(Started(ID, 0.5))
    for name in ("queue_seconds", "load_seconds", "predict_seconds", "total_seconds"):
        execution.receive(Metric(ID, name, -99.0))
    execution.receive(Done(ID))
    metrics = execution.result(outcome(execution)).metrics
    assert metrics["load_seconds"] == 0.5
    assert min(metrics["queue_seconds"], metrics["predict_seconds"], metrics["total_seconds"]) >= 0
