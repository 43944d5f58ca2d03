"""From the text that a model wrote to a message: its reasoning, what it says, and the tools that it asks to call.

transformers' `parse_response` knows how for tokenizers that bring a response template. Others write one of a few forms
that are known here: calls as Hermes and Qwen have them, as Llama 3 and as Mistral do, and reasoning between tags. Text
of no such form stays text. All of it takes time that grows with the text's length alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from hashlib import blake2b
from typing import Any

CALL, CALL_END = "<tool_call>", "</tool_call>"
MISTRAL, MISTRAL_ARGUMENTS, MISTRAL_ID = "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"
PYTHON = "<|python_tag|>"
FUNCTION, FUNCTION_END = "<function=", "</function>"
PARAMETER, PARAMETER_END = "<parameter=", "</parameter>"
REASONING = (("<think>", "</think>"), ("[THINK]", "[/THINK]"))
_DECODER = json.JSONDecoder()


def read_reply(text: str, prefix: str, tools: Collection[dict[str, Any]]) -> dict[str, Any]:
    """The message that a text is, by the known forms; `prefix` is the end of the prompt, which may begin the reasoning.

    Calls are looked for where there are tools.
    """
    reasoning, rest = _split_reasoning(text, prefix)
    calls: list[tuple[str, Any]] = []
    if tools:
        parameters = {str(tool["function"].get("name")): tool["function"].get("parameters") or {} for tool in tools}
        rest, calls = _split_calls(rest, parameters)
    message: dict[str, Any] = {"role": "assistant"}
    if reasoning is not None:
        message["reasoning_content"] = reasoning
    message["content"] = rest if not calls and reasoning is None else rest.strip() or None
    if calls:
        message["tool_calls"] = [
            {"type": "function", "function": {"name": name, "arguments": arguments}} for name, arguments in calls
        ]
    return message


def begun_reasoning(prompt: str) -> tuple[str, str] | None:
    """The mark with which a prompt ends, where it is one behind which a model thinks, and the one that ends it."""
    return next((marks for marks in REASONING if prompt.rstrip().endswith(marks[0])), None)


def number_calls(message: dict[str, Any], key: str) -> dict[str, Any]:
    """The message with an id for each call that has none; equal ones for an equal `key`."""
    for number, call in enumerate(message.get("tool_calls") or ()):
        # nine letters and digits, as some templates want them
        call.setdefault("id", blake2b(f"{key}:{number}".encode(), digest_size=8).hexdigest()[:9])
    return message


def _split_reasoning(text: str, prefix: str) -> tuple[str | None, str]:
    """Reasoning, None where there is none, and the rest."""
    for start, end in REASONING:
        begun = prefix.rstrip().endswith(start)
        before, mark, behind = text.partition(start)
        if not begun and (not mark or before.strip()):
            continue
        inner = text if begun else behind
        # what never ends is all reasoning
        reasoning, _, rest = inner.partition(end)
        return reasoning.strip(), rest.lstrip("\n")
    return None, text


def _split_calls(text: str, parameters: dict[str, Any]) -> tuple[str, list[tuple[str, Any]]]:
    """What is words, and the names and arguments of calls; all of it is words where a call cannot be read."""
    # Strings of arguments may hold the marks too
    if text.lstrip().startswith("{") and (call := _json_call(text)) is not None and call[0] in parameters:
        return "", [call]
    for read in (_tagged_calls, _marked_calls):
        if (whole := read(text)) is not None:
            return whole
    if CALL in text:
        words, *pieces = text.split(CALL)
        calls, others = [], [words]
        for piece in pieces:
            body, _, behind = piece.partition(CALL_END)
            call = _xml_call(body, parameters) if FUNCTION in body else _json_call(body)
            if call is None:
                return text, []
            calls.append(call)
            others.append(behind)
        return "".join(others), calls
    if MISTRAL in text:
        words, *pieces = text.split(MISTRAL)
        calls = [call for piece in pieces for call in _mistral_calls(piece)]
        return (words, calls) if calls else (text, [])
    if FUNCTION in text and (call := _xml_call(text, parameters)) is not None:
        return text.partition(FUNCTION)[0], [call]
    words, mark, body = text.partition(PYTHON)
    # Llama 3 writes calls of its users' functions without any mark
    body = body if mark else text
    results: list[tuple[str, Any] | None] = []
    if mark or text.lstrip().startswith("{"):
        results = [_json_call(body)]
        if results == [None]:
            results = [_json_call(piece) for piece in body.split(";") if piece.strip()]
    calls = [call for call in results if call is not None and call[0] in parameters]
    return (words if mark else "", calls) if calls and len(calls) == len(results) else (text, [])


def _tagged_calls(text: str) -> tuple[str, list[tuple[str, Any]]] | None:
    """Words and calls where each call is JSON between tags; None where one is not."""
    words, calls, place = [], [], 0
    while (begin := text.find(CALL, place)) >= 0:
        words.append(text[place:begin])
        value, end = _decode(text, begin + len(CALL))
        end = _skip_space(text, end)
        call = _as_call(value)
        is_closed = text.startswith(CALL_END, end)
        if call is None or not (is_closed or end == len(text) or text.startswith(CALL, end)):
            return None
        calls.append(call)
        place = end + len(CALL_END) if is_closed else end
    return ("".join([*words, text[place:]]), calls) if calls else None


def _marked_calls(text: str) -> tuple[str, list[tuple[str, Any]]] | None:
    """Words and calls as Mistral writes them, one behind the other; None where one cannot be read."""
    begin = text.find(MISTRAL)
    words, calls = text[: max(0, begin)], []
    while begin >= 0:
        place = _skip_space(text, begin + len(MISTRAL))
        if text[place : place + 1] in ("[", "{"):
            value, end = _decode(text, place)
            several = [_as_call(each) for each in (value if isinstance(value, list) else [value])]
        else:
            mark = text.find(MISTRAL_ARGUMENTS, place)
            name = text[place : max(place, mark)].partition(MISTRAL_ID)[0].strip()
            arguments, end = _decode(text, mark + len(MISTRAL_ARGUMENTS)) if mark >= 0 and name else (None, place)
            several = [(name, arguments) if isinstance(arguments, dict) else None]
        end = _skip_space(text, end)
        if None in several or not (end == len(text) or text.startswith(MISTRAL, end)):
            return None
        calls += [call for call in several if call is not None]
        begin = end if end < len(text) else -1
    return (words, calls) if calls else None


def _decode(text: str, place: int) -> tuple[Any, int]:
    """The JSON value at a place and where it ends; None where there is none."""
    try:
        return _DECODER.raw_decode(text, _skip_space(text, place))
    except (ValueError, RecursionError):
        return None, place


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _json_call(text: str) -> tuple[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _as_call(value)


def _as_call(value: Any) -> tuple[str, Any] | None:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", value.get("parameters", {}))
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            return None
    return (value["name"], arguments) if isinstance(arguments, dict) else None


def _mistral_calls(text: str) -> list[tuple[str, Any]]:
    """A list of calls as JSON, or one call as its name, a mark and its arguments."""
    text = text.strip()
    if not text.startswith(("[", "{")):
        head, mark, body = text.partition(MISTRAL_ARGUMENTS)
        name = head.partition(MISTRAL_ID)[0].strip()
        if not mark:
            # without the mark, as older tokenizers of this form show it
            name, brace, rest = text.partition("{")
            name, body = name.strip(), brace + rest
        try:
            arguments, _ = _DECODER.raw_decode(body.strip())
        except (ValueError, RecursionError):
            return []
        return [(name, arguments)] if name and isinstance(arguments, dict) else []
    try:
        value, _ = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return []
    calls = [_as_call(each) for each in (value if isinstance(value, list) else [value])]
    return [call for call in calls if call is not None] if None not in calls else []


def _xml_call(text: str, parameters: dict[str, Any]) -> tuple[str, Any] | None:
    """A call as Qwen's coders write it: `<function=name><parameter=key>value</parameter></function>`."""
    name, mark, body = text.partition(FUNCTION)[2].partition(">")
    if not mark or not name.strip():
        return None
    types = parameters.get(name.strip(), {}).get("properties") or {}
    arguments = {}
    for piece in body.partition(FUNCTION_END)[0].split(PARAMETER)[1:]:
        key, _, rest = piece.partition(">")
        value = rest.partition(PARAMETER_END)[0].strip("\n")
        if types.get(key.strip(), {}).get("type") == "string":
            arguments[key.strip()] = value
            continue
        try:
            arguments[key.strip()] = json.loads(value)
        except (ValueError, RecursionError):
            arguments[key.strip()] = value
    return name.strip(), arguments
