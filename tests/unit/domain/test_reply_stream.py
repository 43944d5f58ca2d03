"""What of a text is shown while it is written: never a part of a call, and all that the whole message says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.reply_stream import CALLS, REASONING, ReplyStream
from workers.predictors.text.chat import replies

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALL = '<tool_call>\n{"name": "look", "arguments": {}}\n</tool_call>'
TEXTS = (
    "Hello there.",
    "  spaces around  ",
    "",
    "   ",
    "<think>first I think</think>\n\nThen I say it. ",
    "<think>\nnever ends",
    "a < b <think> c",
    f"Let me look. {CALL}",
    CALL,
    f"<think>I look</think>\n{CALL}",
    '{"name": "look", "arguments": {}}',
    '<think>hm</think>{"name": "look", "arguments": {}}',
    "[TOOL_CALLS]look[ARGS]{}",
    "a <tool_call> that is none",
    "a <tool",
)


def streamed(pieces: list[str], *, tools: bool) -> tuple[str, str, dict[str, object]]:
    """The reasoning and the words that come, and the whole message."""
    reply = ReplyStream(takes_tools=tools)
    shown = [reply.push(piece) for piece in pieces]
    message = replies.read_reply("".join(pieces), "", [TOOL] if tools else [])
    shown.append(reply.finish(message.get("reasoning_content"), message["content"]))
    return "".join(each[0] for each in shown), "".join(each[1] for each in shown), message


@pytest.mark.parametrize("tools", [False, True])
@pytest.mark.parametrize("text", TEXTS)
def test_what_comes_is_the_message(text: str, tools: bool) -> None:
    for size in (1, 2, 7, 1000):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        reasoning, content, message = streamed(pieces, tools=tools)
        assert reasoning == (message.get("reasoning_content") or "")
        # Space before words goes where it might come before a call
        expected = str(message["content"] or "")
        assert (content.lstrip(), content == expected or tools) == (expected.lstrip(), True)
        assert not message.get("tool_calls") or "tool_call" not in content


@given(
    st.lists(st.sampled_from(["a", " ", "\n", "{", "<", *CALLS, *REASONING[0], CALL, "b"]), max_size=8),
    st.booleans(),
    st.integers(1, 9),
)
def test_however_it_is_cut_the_same_comes(parts: list[str], tools: bool, size: int) -> None:
    text = "".join(parts)
    whole = streamed([text], tools=tools)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert streamed(pieces, tools=tools) == whole


def test_words_come_at_once() -> None:
    reply = ReplyStream(takes_tools=False)
    assert [reply.push(each)[1] for each in ("He", "llo", " <")] == ["He", "llo", " <"]
    reply = ReplyStream(takes_tools=True)
    assert [reply.push(each)[1] for each in ("He", "llo", " <", "b")] == ["He", "llo", "", " <b"]


def test_the_marks_are_those_that_workers_read() -> None:
    assert REASONING == replies.REASONING
    assert set(CALLS) == {replies.CALL, replies.MISTRAL, replies.PYTHON, replies.FUNCTION}
