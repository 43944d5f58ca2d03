"""Items of responses as messages of a version's input, and the other way round."""

from __future__ import annotations

from typing import Any

from server.domain.ids import encode_id
from server.rest.openai.chat import calls_of, chat_logprobs, is_one_call
from server.rest.openai.errors import RefusedError
from server.rest.openai.messages import read_messages
from server.tables import Prediction

_PARTS = {"input_text": "text", "output_text": "text", "text": "text", "refusal": "refusal"}
# What only another model's thoughts are
_UNREAD = frozenset({"reasoning"})


def read_items(items: str | list[Any]) -> list[dict[str, Any]]:
    """The messages that an input is; calls that come one behind the other are one message.

    Raises:
        RefusedError: an item is of a kind that no model reads.
    """
    if isinstance(items, str):
        return [{"role": "user", "content": items}]
    messages: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        place = f"input[{number}]"
        kind = item.get("type", "message") if isinstance(item, dict) else None
        if kind == "message":
            messages += read_messages([_read_message(item, place)], "input")
        elif kind == "function_call":
            function = {"name": item.get("name"), "arguments": item.get("arguments") or "{}"}
            call = {"id": item.get("call_id") or item.get("id"), "type": "function", "function": function}
            if messages and messages[-1].get("role") == "assistant":
                messages[-1].setdefault("tool_calls", []).append(call)
            else:
                messages.append({"role": "assistant", "tool_calls": [call]})
        elif kind == "function_call_output":
            message = {"role": "tool", "tool_call_id": item.get("call_id"), "content": item.get("output")}
            messages += read_messages([_read_message(message, place)], "input")
        elif kind not in _UNREAD:
            raise RefusedError(f"No model reads items of the type {str(kind)[:40]!r}.", place, "unsupported_value")
    return messages


def _read_message(item: dict[str, Any], place: str) -> dict[str, Any]:
    message: dict[str, Any] = {name: item[name] for name in ("role", "content", "tool_call_id") if name in item}
    if isinstance(content := message.get("content"), list):
        message["content"] = [_read_part(part, f"{place}.content[{number}]") for number, part in enumerate(content)]
    return message


def _read_part(part: Any, place: str) -> Any:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in _PARTS:
        return {"type": "text", "text": part.get(_PARTS[kind])}
    if kind == "input_image" and isinstance(part.get("image_url"), str):
        return {"type": "image_url", "image_url": {"url": part["image_url"]}}
    if kind == "input_audio":
        return part
    raise RefusedError(f"No model reads parts of the type {str(kind)[:40]!r}.", f"{place}.type", "unsupported_value")


def output_items(row: Prediction, choice: dict[str, Any], status: str) -> list[dict[str, Any]]:
    """What a choice says: its reasoning, its words and its calls, each an item."""
    message = choice.get("message") or {"content": choice["text"]}
    items: list[dict[str, Any]] = []
    if reasoning := message.get("reasoning_content"):
        items.append({**reasoning_item(row), "status": status, "content": [reasoning_part(reasoning)]})
    calls = calls_of(message, is_one_call=is_one_call(row))
    if message.get("content") or not calls:
        tokens = (choice.get("logprobs") or {}).get("content") or []
        part = text_part(message.get("content") or "", tokens)
        items.append({**message_item(row), "status": status, "content": [part]})
    for number, call in enumerate(calls):
        arguments = call["function"]["arguments"]
        items.append({**call_item(row, number, call), "status": status, "arguments": arguments})
    return items


def reasoning_item(row: Prediction) -> dict[str, Any]:
    """The item of reasoning as it begins."""
    item_id = f"rs_{encode_id('Prediction', row.id)}"
    return {"id": item_id, "type": "reasoning", "status": "in_progress", "summary": [], "content": []}


def message_item(row: Prediction) -> dict[str, Any]:
    """The item of words as it begins."""
    item_id = f"msg_{encode_id('Prediction', row.id)}"
    return {"id": item_id, "type": "message", "status": "in_progress", "role": "assistant", "content": []}


def call_item(row: Prediction, number: int, call: dict[str, Any]) -> dict[str, Any]:
    """The item of a call as it begins."""
    return {
        "id": f"fc_{encode_id('Prediction', row.id)}_{number}",
        "type": "function_call",
        "status": "in_progress",
        "call_id": call["id"],
        "name": call["function"]["name"],
        "arguments": "",
    }


def text_part(text: str, tokens: list[Any]) -> dict[str, Any]:
    """Words of an item."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs_of(tokens)}


def reasoning_part(text: str) -> dict[str, Any]:
    """Reasoning of an item."""
    return {"type": "reasoning_text", "text": text}


def logprobs_of(tokens: list[Any]) -> list[dict[str, Any]]:
    """Log probabilities in the form of responses."""
    content: list[dict[str, Any]] = chat_logprobs(tokens)["content"]
    return content


def input_items(row: Prediction, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items that messages are."""
    items: list[dict[str, Any]] = []
    for message in messages:
        prefix = f"msg_{encode_id('Prediction', row.id)}_{len(items)}"
        content = message.get("content")
        if message["role"] == "tool":
            call_id = message.get("tool_call_id") or ""
            items.append({"id": prefix, "type": "function_call_output", "call_id": call_id, "output": content})
            continue
        if content:
            parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
            item = {"id": prefix, "type": "message", "status": "completed", "role": message["role"]}
            items.append({**item, "content": [_input_part(part, message["role"]) for part in parts]})
        for call in calls_of(message, is_one_call=False):
            arguments = call["function"]["arguments"]
            begun = call_item(row, len(items), call)
            items.append({**begun, "status": "completed", "arguments": arguments})
    return items


def _input_part(part: dict[str, Any], role: str) -> dict[str, Any]:
    if part["type"] == "image_url":
        return {"type": "input_image", "image_url": part["image_url"]["url"], "detail": "auto"}
    if part["type"] == "input_audio":
        return part
    if role == "assistant":
        return text_part(part.get("text", ""), [])
    return {"type": "input_text", "text": part.get("text", "")}
