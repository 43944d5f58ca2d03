"""Pieces of OpenAI's streams, however the text was cut, and by whatever attempt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters.event_log import LiveState
from server.domain.events import Cursor, Event, EventType
from server.domain.predictions import PredictionStatus
from server.live.prediction_events import SubscriberEvent
from server.live.text_progress import Piece, TextProgress
from server.rest.openai.completions import CompletionRequest, TextStream, TextWriter
from server.rest.openai.response_events import ResponseWriter
from server.rest.openai.running import ended_row
from server.tables import Prediction
from workers.predictors.text.chat.replies import number_calls, read_reply

AT = datetime(2026, 1, 1, tzinfo=UTC)
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALL = '<tool_call>\n{"name": "look", "arguments": {"at": "it"}}\n</tool_call>'
TEXTS = (
    "Hello there, world.",
    "",
    "<think>I think</think>\n\nI say. ",
    f"I look. {CALL}{CALL}",
    f"<think>hm</think>{CALL}",
)


def prediction(text: str, status: PredictionStatus = PredictionStatus.SUCCEEDED) -> Prediction:
    """A chat prediction that wrote a text."""
    message = number_calls(read_reply(text, "", [TOOL]), "key")
    choice = {"text": text, "finish_reason": "stop", "message": message, "logprobs": None}
    return Prediction(
        id=UUID(int=1), status=status.value, created_at=AT, completed_at=AT, metrics={},
        input={"messages": [{"role": "user", "content": "Hi"}], "tools": [TOOL]}, output={"choices": [choice]},
    )  # fmt: skip


def events(text: str, size: int, after: int = -1) -> list[dict[str, Any]]:
    """What a client gets behind a number, of a text that comes in pieces of a size."""
    row = prediction(text)
    writer = ResponseWriter(row, "demo/chat:1", after)
    written = list(writer.go_on([]))
    for start in range(0, len(text), size):
        written += writer.go_on([Piece(0, text[start : start + size], [])])
    written += writer.end(row)
    return [json.loads(each.split(b"data: ", 1)[1]) for each in written]


def merged(received: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events with neighbouring pieces of text joined."""
    result: list[dict[str, Any]] = []
    for event in received:
        is_text = event["type"].endswith("text.delta")
        if is_text and result and result[-1]["type"] == event["type"]:
            result[-1] = {**event, "delta": result[-1]["delta"] + event["delta"]}
        else:
            result.append(event)
    return result


@pytest.mark.parametrize("text", TEXTS)
def test_numbers_do_not_depend_on_how_the_text_was_cut(text: str) -> None:
    whole = merged(events(text, 1000))
    assert [merged(events(text, size)) for size in (1, 3, 8)] == [whole] * 3


@settings(deadline=None)
@given(st.sampled_from(TEXTS), st.integers(1, 9), st.integers(1, 9), st.data())
def test_a_stream_goes_on_behind_any_number(text: str, size: int, other: int, data: st.DataObject) -> None:
    received = events(text, size)
    place = data.draw(st.integers(0, len(received) - 1))
    head, rest = received[: place + 1], events(text, other, received[place]["sequence_number"])
    assert merged(head + rest) == merged(received)
    assert all(event["sequence_number"] > head[-1]["sequence_number"] for event in rest)


@pytest.mark.parametrize("size", [1, 3, 100])
def test_reasoning_that_the_prompt_begins_is_told_by_the_first_piece(size: int) -> None:
    text = "I think\n</think>\n\nI say."
    message = read_reply(text, "assistant\n<think>\n", [])
    row = prediction(text)
    row.output = {"choices": [{"text": text, "finish_reason": "stop", "message": message, "prefix": "<think>"}]}
    pieces = [Piece(0, "", [], "<think>")]
    pieces += [Piece(0, text[start : start + size], []) for start in range(0, len(text), size)]
    writer = ResponseWriter(row, "demo/chat:1")
    written = [each for piece in pieces for each in writer.go_on([piece])]
    written += writer.end(row)
    received = [json.loads(each.split(b"data: ", 1)[1]) for each in written]
    assert "".join(e["delta"] for e in received if e["type"] == "response.reasoning_text.delta") == "I think"
    assert "".join(e["delta"] for e in received if e["type"] == "response.output_text.delta") == "I say."


def test_what_the_prompt_begins_comes_once_and_with_a_snapshot() -> None:
    progress = TextProgress()
    begin = SubscriberEvent(Event(EventType.OUTPUT, Cursor("a", 1), 0, {"text": "", "prefix": "<think>"}))
    choices = [{"text": "I", "prefix": "<think>", "logprobs": None}, {"text": "", "prefix": "<think>"}]
    assert progress.pieces(begin) == [Piece(0, "", [], "<think>")]
    assert progress.pieces(snapshot("b", 5, choices=choices)) == [Piece(0, "I", []), Piece(1, "", [], "<think>")]


def output(epoch: str, seq: int, text: str, choice: int = 0, logprobs: list[Any] | None = None) -> SubscriberEvent:
    data: dict[str, Any] = {"text": text} | ({"choice": choice} if choice else {})
    if logprobs is not None:
        data["logprobs"] = logprobs
    return SubscriberEvent(Event(EventType.OUTPUT, Cursor(epoch, seq), 0, data))


def snapshot(epoch: str, seq: int, text: str = "", choices: list[Any] | None = None) -> SubscriberEvent:
    live = LiveState(Cursor(epoch, seq), 1, text, "", None, [], choices=choices)
    event = Event(EventType.SNAPSHOT, Cursor(epoch, seq), 0, {})
    return SubscriberEvent(event, prediction(text, PredictionStatus.PROCESSING), live)


def test_what_a_second_attempt_writes_anew_does_not_come_twice() -> None:
    progress = TextProgress()
    first = [snapshot("a", 0), output("a", 1, "one "), output("a", 2, "x", 1, [1]), output("a", 3, "two")]
    again = [snapshot("b", 0), output("b", 1, "one t"), output("b", 2, "xyz", 1, [1, 2]), output("b", 3, "wo three")]
    pieces = [piece for update in (*first, *again) for piece in progress.pieces(update)]
    assert "".join(piece.text for piece in pieces if piece.choice == 0) == "one two three"
    assert "".join(piece.text for piece in pieces if piece.choice == 1) == "xyz"
    assert [token for piece in pieces for token in piece.logprobs] == [1, 2]


def test_a_snapshot_brings_all_choices() -> None:
    choices = [{"text": "a", "logprobs": {"content": [1]}}, {"text": "b", "logprobs": None}]
    progress = TextProgress()
    assert progress.pieces(snapshot("a", 5, choices=choices)) == [Piece(0, "a", [1]), Piece(1, "b", [])]
    assert progress.pieces(snapshot("a", 5, choices=choices)) == []


def test_the_end_is_the_last_event_and_not_a_row_that_has_ended() -> None:
    row = prediction("text")
    for status, expected in ((PredictionStatus.PROCESSING, None), (PredictionStatus.SUCCEEDED, row)):
        event = Event(EventType.STATUS, Cursor("a", 1), 0, {"status": status.value})
        assert ended_row(SubscriberEvent(event, row)) is expected


def test_a_stream_of_several_texts_ends_behind_all_of_them() -> None:
    """Their ends come at once, and in any order."""
    body = CompletionRequest.model_validate({"model": "a/b", "prompt": "", "stream_options": {"include_usage": True}})
    whole = TextStream(body, {"id": "cmpl-1"})
    writers = [TextWriter(whole, prompt, number) for number, prompt in enumerate(("a", "b"))]
    ends = [b"".join(writer.end(prediction("Hello."))) for writer in reversed(writers)]
    assert [(b'"index":' + number in end, b"DONE" in end) for number, end in zip((b"1", b"0"), ends, strict=True)] == [
        (True, False),
        (True, False),
    ]
    usage, done = whole.finish()
    assert json.loads(usage.removeprefix(b"data: "))["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0
    assert done == b"data: [DONE]\n\n"
