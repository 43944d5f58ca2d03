"""The forms of calls and reasoning that published models write."""

from __future__ import annotations

import time
from typing import Any

import pytest

from workers.predictors.text.chat.replies import read_reply

TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"properties": {"city": {"type": "string"}}}}}
    for name in ("weather", "time")
]
CALL = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Rome"}}}
OTHER = {"type": "function", "function": {"name": "time", "arguments": {"zone": 1}}}
BODY, OTHER_BODY = '{"name": "weather", "arguments": {"city": "Rome"}}', '{"name": "time", "arguments": {"zone": 1}}'


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        (f"<tool_call>\n{BODY}\n</tool_call>", None, [CALL]),
        (f"I look.\n<tool_call>\n{BODY}\n</tool_call>\n<tool_call>{OTHER_BODY}</tool_call>", "I look.", [CALL, OTHER]),
        (f"<tool_call>{BODY}", None, [CALL]),
        ('<tool_call>{"name": "weather", "arguments": "{\\"city\\": \\"Rome\\"}"}</tool_call>', None, [CALL]),
        ("<tool_call><function=weather><parameter=city>\nRome\n</parameter></function></tool_call>", None, [CALL]),
        ("<function=time>\n<parameter=zone>\n1\n</parameter>\n</function>", None, [OTHER]),
        (f"[TOOL_CALLS][{BODY}, {OTHER_BODY}]", None, [CALL, OTHER]),
        (f"[TOOL_CALLS] [{BODY}]", None, [CALL]),
        ('[TOOL_CALLS]weather[ARGS]{"city": "Rome"}[TOOL_CALLS]time[ARGS]{"zone": 1}', None, [CALL, OTHER]),
        ('[TOOL_CALLS]weather[CALL_ID]abc[ARGS]{"city": "Rome"}', None, [CALL]),
        ('{"name": "weather", "parameters": {"city": "Rome"}}', None, [CALL]),
        ('<|python_tag|>{"name": "weather", "parameters": {"city": "Rome"}}', None, [CALL]),
        (f'<|python_tag|>{BODY};{OTHER_BODY}', None, [CALL, OTHER]),
        ('{"name": "weather", "parameters": {"city": "Ro;me"}}', None,
         [{"type": "function", "function": {"name": "weather", "arguments": {"city": "Ro;me"}}}]),
    ],
)  # fmt: skip
def test_calls(text: str, content: str | None, calls: list[Any]) -> None:
    assert read_reply(text, "", TOOLS) == {"role": "assistant", "content": content, "tool_calls": calls}
    # nobody gave tools
    assert read_reply(text, "", []) == {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    "text",
    [
        *("", "Rome", "{", "[TOOL_CALLS]", "<tool_call>", "<tool_call>{}</tool_call>", "<function=", "<|python_tag|>x"),
        '{"name": "unknown", "parameters": {}}',
        '{"name": "weather"} and more',
        '<tool_call>{"name": 3}</tool_call>',
        "<tool_call>[1]</tool_call>",
        "[TOOL_CALLS]weather[ARGS]no",
        '{"a": 1}',
        "{" * 50_000,
        "<tool_call>" + "[" * 50_000,
    ],
)
def test_what_is_no_call_stays_text(text: str) -> None:
    assert read_reply(text, "", TOOLS) == {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    ("text", "prefix", "reasoning", "content"),
    [
        ("<think>\nHm.\n</think>\n\nYes.", "", "Hm.", "Yes."),
        ("Hm.\n</think>\n\nYes.", "<|im_start|>assistant\n<think>\n", "Hm.", "Yes."),
        ("<think>Hm", "", "Hm", None),
        ("[THINK]Hm.[/THINK]Yes.", "", "Hm.", "Yes."),
    ],
)
def test_reasoning(text: str, prefix: str, reasoning: str, content: str | None) -> None:
    message = {"role": "assistant", "reasoning_content": reasoning, "content": content}
    assert read_reply(text, prefix, []) == message
    if content:
        called = read_reply(f"{text}<tool_call>{BODY}</tool_call>", prefix, TOOLS)
        assert called == {**message, "tool_calls": [CALL]}


def test_text_with_the_tags_in_its_middle_is_no_reasoning() -> None:
    text = "One writes <think> before </think>."
    assert read_reply(text, "", []) == {"role": "assistant", "content": text}


def test_long_texts_take_no_longer_than_they_are() -> None:
    began = time.process_time()
    for piece in ("<tool_call>", "[TOOL_CALLS]", "<think>", "<parameter=", "{;", "<function=a>", "[ARGS]"):
        read_reply(piece * 100_000, "", TOOLS)
        read_reply("<function=a>" + piece * 100_000, "", TOOLS)
        read_reply("{" + piece * 100_000, "", TOOLS)
    assert time.process_time() - began < 10
