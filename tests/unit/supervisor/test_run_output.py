"""What the runner says becomes events and a result."""

from __future__ import annotations

import hashlib
import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.domain.models import QUEUES
from server.domain.predictions import Failure, PredictionErrorCode, PredictionStatus
from tests.unit.supervisor.runs import ID, AwayLog, lease
from workers.contract.protocol import (
    Canceled,
    ChoiceOutput,
    Done,
    Failed,
    File,
    Log,
    Message,
    Metric,
    Output,
    Pong,
    Preview,
    Progress,
    Started,
)
from workers.supervisor import run_output
from workers.supervisor.event_writer import EventWriter
from workers.supervisor.run_output import HANDED_BACK, Outcome, RunOutput

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture
async def output() -> AsyncIterator[RunOutput]:
    writer = EventWriter(AwayLog(), ID, 1)
    yield RunOutput(lease(), writer, 10_000)
    await writer.close(0)


def end(output: RunOutput, last: Message) -> Outcome:
    """How the last message of a run ends it."""
    outcome = output.receive(last)
    assert outcome is not None
    return outcome


async def test_text(output: RunOutput) -> None:
    for message in (Started(ID, 0.5), Output(ID, text="Hel"), Output(ID, text=""), Output(ID, text="lo")):
        output.receive(message)
    result = output.result(end(output, Done(ID)))
    assert (result.status, result.output, result.files) == (PredictionStatus.SUCCEEDED, "Hello", [])
    assert result.metrics["load_seconds"] == 0.5
    assert result.metrics["queue_seconds"] == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("queue", QUEUES)
async def test_nothing_at_all_is_empty_text_only_of_text_models(queue: str) -> None:
    writer = EventWriter(AwayLog(), ID, 1)
    output = RunOutput(lease(queue), writer, 10_000)
    assert output.result(end(output, Done(ID))).output == ("" if queue == "text" else None)
    await writer.close(0)


async def test_chunks(output: RunOutput) -> None:
    for chunk in ({"a": 1}, [2], "word"):
        output.receive(Output(ID, chunk=chunk))
    assert output.result(end(output, Done(ID, "what was streamed is the output"))).output == [
        {"a": 1},
        [2],
        "word",
    ]


async def test_a_value_that_was_not_streamed(output: RunOutput) -> None:
    assert output.result(end(output, Done(ID, output={"label": "cat"}))).output == {"label": "cat"}


async def test_files(output: RunOutput) -> None:
    output.receive(File(ID, "image/png", 4, 5, b"png"))
    output.receive(File(ID, "application/x-strange", None, None, b"12"))
    result = output.result(end(output, Done(ID)))
    key = f"predictions/{output.lease.id}/3"
    assert result.output == [{"file": 0}, {"file": 1}]
    digests = [record.pop("sha256") for record in result.files]
    assert digests == [hashlib.sha256(file.blob).hexdigest() for file in output.files]
    assert result.files == [
        {"key": f"{key}/0.png", "contentType": "image/png", "bytes": 3, "width": 4, "height": 5},
        {"key": f"{key}/1.bin", "contentType": "application/x-strange", "bytes": 2, "width": None, "height": None},
    ]


@pytest.mark.parametrize("code", list(PredictionErrorCode))
async def test_failures_keep_their_code_and_what_was_made(output: RunOutput, code: PredictionErrorCode) -> None:
    output.receive(Output(ID, text="part"))
    output.receive(Log(ID, "about to fail"))
    result = output.result(end(output, Failed(ID, code.value, "its own words")))
    assert (result.status, result.output, result.logs) == (PredictionStatus.FAILED, "part", "about to fail\n")
    assert result.failure == Failure(code, "its own words")


@pytest.mark.parametrize("code", ["", "NEW_CODE", "internal", "__class__"])
async def test_an_unknown_code_is_internal(output: RunOutput, code: str) -> None:
    assert end(output, Failed(ID, code, "m")).failure == Failure(PredictionErrorCode.INTERNAL, "m")


async def test_a_cancel_keeps_what_was_made(output: RunOutput) -> None:
    output.receive(Output(ID, text="part"))
    output.receive(Metric(ID, "output_tokens", 1))
    result = output.result(end(output, Canceled(ID)))
    assert (result.status, result.output, result.failure) == (PredictionStatus.CANCELED, "part", None)
    assert result.metrics["output_tokens"] == 1


TOKEN = {"token": "a", "id": 7, "logprob": -0.5, "top": [{"token": "b", "id": 8, "logprob": -1}]}


async def test_a_cancel_keeps_what_every_choice_had(output: RunOutput) -> None:
    for number, text in ((0, "one "), (2, "three "), (1, "two "), (2, "more")):
        output.receive(ChoiceOutput(ID, number, text, [TOKEN] if number != 1 else None))
    choices = output.result(end(output, Canceled(ID))).output["choices"]
    assert [choice["text"] for choice in choices] == ["one ", "two ", "three more"]
    assert [choice["logprobs"] for choice in choices] == [
        {"content": [TOKEN]},
        None,
        {"content": [TOKEN, TOKEN]},
    ]


async def test_a_runner_that_says_nonsense_of_choices_breaks_nothing(output: RunOutput) -> None:
    output.receive(ChoiceOutput(ID, 2**40, "nowhere"))
    odd: list[Any] = [None, {}, {**TOKEN, "id": True}, {**TOKEN, "id": 2**40}, {**TOKEN, "top": 3}, {**TOKEN, "x": 1}]
    output.receive(ChoiceOutput(ID, 1, "two", [*odd, {**TOKEN, "top": [None, TOKEN]}]))
    (first, second) = output.result(end(output, Canceled(ID))).output["choices"]
    assert (first["text"], second["text"]) == ("", "two")
    bare = {name: value for name, value in TOKEN.items() if name != "top"}
    assert second["logprobs"]["content"] == [{**TOKEN, "top": []}, TOKEN, {**TOKEN, "top": [bare]}]


async def test_texts_of_all_choices_count_against_the_bound(output: RunOutput) -> None:
    output = RunOutput(lease(), output.writer, 10_000, max_text_bytes=10)
    output.receive(ChoiceOutput(ID, 0, "12345"))
    output.receive(ChoiceOutput(ID, 1, "12345"))
    assert output.overflow is None
    output.receive(ChoiceOutput(ID, 1, "6"))
    assert output.overflow is not None


async def test_a_run_that_is_handed_back_has_no_result(output: RunOutput) -> None:
    assert not HANDED_BACK.is_final
    with pytest.raises(ValueError, match="no result"):
        output.result(HANDED_BACK)


async def test_nothing_holds_a_nul_or_a_lone_surrogate(output: RunOutput) -> None:
    bad, good = "a\0b\ud800c", f"a{MARK}b{MARK}c"
    output.receive(Output(ID, text=bad))
    output.receive(Log(ID, bad))
    result = output.result(end(output, Failed(ID, "INTERNAL", bad)))
    assert (result.output, result.logs) == (good, f"{good}\n")
    assert result.failure == Failure(PredictionErrorCode.INTERNAL, good)


async def test_values_hold_no_nul_either(output: RunOutput) -> None:
    output.receive(Output(ID, chunk={"k\0": ["\0", {"\0": "\ud800"}]}))
    assert output.result(end(output, Done(ID))).output == [{f"k{MARK}": [MARK, {MARK: MARK}]}]


async def test_a_preview_has_a_step_whether_the_model_says_one_or_not(output: RunOutput) -> None:
    steps: list[int] = []
    output.writer.preview = lambda blob, width, height, step: steps.append(step)  # type: ignore[method-assign]
    said = Preview(ID, 1, 1, 7)
    unsaid = Preview(ID, 1, 1)
    for message in (unsaid, Metric(ID, "steps", math.nan), unsaid, Progress(ID, 3, 4), unsaid, said):
        output.receive(message)
    assert steps == [0, 0, 3, 7]


async def test_progress(output: RunOutput) -> None:
    steps: list[dict[str, Any]] = []
    output.writer.progress = steps.append  # type: ignore[method-assign]
    output.receive(Started(ID, 0.0))
    for message in (Progress(ID, 0, 4), Progress(ID, 1, 4), Progress(ID, 7, None), Progress(ID, 0, 0), Pong(1)):
        assert output.receive(message) is None
    assert [step["fraction"] for step in steps] == [0, 0.25, None, None]
    assert [step["etaSeconds"] is None for step in steps] == [True, False, True, True]


async def test_text_and_json_are_bounded_together_and_what_fits_is_kept() -> None:
    writer = EventWriter(AwayLog(), ID, 1)
    bounded = RunOutput(lease(), writer, 10_000, 20)
    bounded.receive(Output(ID, text="fifteen letters"))
    assert bounded.overflow is None
    bounded.receive(Output(ID, text="ä" * 3))
    bounded.receive(Output(ID, chunk={"no": "room"}))
    assert bounded.overflow == Failure(
        PredictionErrorCode.STORAGE, "The output has more bytes than MAX_OUTPUT_TEXT_BYTES (20)."
    )
    bounded.receive(Output(ID, text="more"))
    outcome = end(bounded, Done(ID))
    assert outcome == Outcome(PredictionStatus.FAILED, bounded.overflow)
    assert bounded.result(outcome).output == "fifteen lettersää"
    await writer.close(0)


@pytest.mark.parametrize("value", ["x" * 30, [["y"] * 20], {"k": 10**18, "l": [1, 2, 3, 4]}])
async def test_a_returned_value_is_bounded_too(value: Any) -> None:
    writer = EventWriter(AwayLog(), ID, 1)
    bounded = RunOutput(lease(), writer, 10_000, max_text_bytes=20)
    outcome = end(bounded, Done(ID, value))
    assert outcome.failure is not None
    assert outcome.failure.code is PredictionErrorCode.STORAGE
    assert bounded.result(outcome).output is None
    await writer.close(0)


async def test_a_value_beside_files_is_kept(output: RunOutput) -> None:
    output.receive(File(ID, "audio/wav", None, None, b"RIFF"))
    value = {"seconds": 3, "sound": {"file": 0}}
    result = output.result(end(output, Done(ID, output=value)))
    assert result.output == value
    assert result.files[0]["key"].endswith("/0.wav")
    assert result.files[0]["contentType"] == "audio/wav"


async def test_files_are_bounded_together_and_those_that_fit_stay(output: RunOutput) -> None:
    for size in (6_000, 4_001, 1):
        output.receive(File(ID, "image/png", 1, 1, b"x" * size))
    assert output.overflow is not None
    assert "MAX_OUTPUT_BYTES (10000)" in output.overflow.message
    # It ended before it saw that it was to stop: what is not whole is no success
    assert end(output, Done(ID)) == Outcome(PredictionStatus.FAILED, output.overflow)
    assert [len(file.blob) for file in output.files] == [6_000]


async def test_a_model_s_own_metrics_are_few_and_change_none_of_ours(output: RunOutput) -> None:
    for number in range(1000):
        output.receive(Metric(ID, f"m{number}", 1.0))
    output.receive(Metric(ID, "m5" * 1000, 2.0))
    output.receive(Metric(ID, "m5", 2.0))
    metrics = output.result(end(output, Done(ID))).metrics
    assert metrics["custom"]["m5"] == 2.0
    assert len(metrics["custom"]) == 100
    assert len(metrics) < 10


async def test_a_model_cannot_say_how_long_it_took(output: RunOutput) -> None:
    output.receive(Started(ID, 0.5))
    for name in ("queue_seconds", "load_seconds", "predict_seconds", "total_seconds"):
        output.receive(Metric(ID, name, -99.0))
    metrics = output.result(end(output, Done(ID))).metrics
    assert metrics["load_seconds"] == 0.5
    assert min(metrics["queue_seconds"], metrics["predict_seconds"], metrics["total_seconds"]) >= 0


async def test_files_are_bounded_in_number_too(output: RunOutput) -> None:
    """Empty ones have no bytes, and yet are requests to the store and links in answers."""
    for _ in range(run_output.MAX_FILES + 5):
        output.receive(File(ID, "image/png"))
    assert len(output.files) == run_output.MAX_FILES
    assert output.overflow == Failure(
        PredictionErrorCode.STORAGE, f"The prediction has more output files than {run_output.MAX_FILES}."
    )


async def test_numbers_and_kinds_of_files_are_those_that_answers_can_show(output: RunOutput) -> None:
    output.receive(Progress(ID, 2**62, 2**62))
    output.receive(File(ID, "text/\0" + "x" * 10**6, 2**40, -5))
    record = output.files[0].record(output.lease, 0)
    assert (record["contentType"], record["width"], record["height"]) == (f"text/{MARK}".ljust(200, "x"), 2**31 - 1, 0)
    assert output.result(end(output, Done(ID))).metrics["steps"] == 2**31 - 1


@pytest.mark.parametrize(("said", "kept"), [(-5.0, 0), (1e15, 2**31 - 1), (7.0, 7)])
async def test_tokens_are_a_number_that_answers_and_the_ledger_hold(output: RunOutput, said: float, kept: int) -> None:
    output.receive(Started(ID, 0.5))
    for name in ("input_tokens", "output_tokens", "steps"):
        output.receive(Metric(ID, name, said))
    metrics = output.result(end(output, Done(ID))).metrics
    assert [metrics[name] for name in ("input_tokens", "output_tokens", "steps")] == [kept] * 3
