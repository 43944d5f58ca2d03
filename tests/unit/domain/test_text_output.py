from __future__ import annotations

from typing import Any

import pytest

from server.domain.text_output import FinishReason, choices_of, finish_reason_of, join_choices, text_of, texts_of

CHOICES = [{"text": "one", "finish_reason": "stop"}, {"text": "two", "finish_reason": "tool_calls"}]


def test_the_text_is_that_of_the_first_choice() -> None:
    assert text_of("plain") == "plain"
    assert text_of({"choices": CHOICES, "usage": {}}) == "one"
    assert choices_of({"choices": CHOICES}) == CHOICES
    assert [finish_reason_of(choice) for choice in CHOICES] == [FinishReason.STOP, FinishReason.TOOL_CALLS]


@pytest.mark.parametrize(
    "output",
    [None, 3, [], ["a"], {}, {"choices": None}, {"choices": []}, {"choices": ["a"]}, {"choices": [{"text": 1}]}],
)
def test_other_outputs_have_neither_text_nor_choices(output: Any) -> None:
    assert text_of(output) is None
    assert choices_of(output) is None


@pytest.mark.parametrize("reason", [None, "", "STOP", 3, []])
def test_unknown_reasons_are_none(reason: Any) -> None:
    assert finish_reason_of({"finish_reason": reason}) is None


def test_pieces_make_the_choices_of_what_still_runs() -> None:
    assert join_choices("plain", []) is None
    pieces = [{"choice": 2, "text": "th"}, {"choice": 0, "logprobs": [1]}, {"choice": 2, "text": "ree"}]
    choices = join_choices("one", [*pieces, {"choice": 0, "logprobs": [2]}])
    assert choices == [
        {"text": "one", "finish_reason": None, "logprobs": {"content": [1, 2]}},
        {"text": "", "finish_reason": None, "logprobs": None},
        {"text": "three", "finish_reason": None, "logprobs": None},
    ]
    assert choices_of({"choices": choices}) == choices
    assert texts_of({"choices": choices}) == ["one", "", "three"]
    assert texts_of({"choices": [{"text": "a"}, {"text": ""}]}) == texts_of("a") == ["a"]
    assert texts_of(None) == texts_of("") == []
