"""A response as it stands, and its events, whose numbers say how much of it came before.

A piece of text counts as many numbers as it has characters, and every other event one. So the numbers are the same on
any node, by any attempt and however the text was cut, and a stream goes on behind each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from server.adapters import wire
from server.domain.ids import encode_id
from server.domain.predictions import PredictionErrorCode, PredictionStatus
from server.domain.reply_stream import ReplyStream
from server.domain.text_output import FinishReason
from server.live.text_progress import Piece
from server.rest.openai.chat import all_choices, calls_of, is_one_call, reason_of, usage_of
from server.rest.openai.forms import JSON_OBJECT
from server.rest.openai.items import (
    call_item,
    logprobs_of,
    message_item,
    output_items,
    reasoning_item,
    reasoning_part,
    text_part,
)
from server.rest.openai.sampling import tier_of
from server.tables import Prediction

PREFIX = "resp_"
INSTRUCTIONS = "instructions"
"""The name of the system message that belongs to one response alone, and not to what comes after it."""
_STATUSES = {
    PredictionStatus.STARTING: "queued",
    PredictionStatus.PROCESSING: "in_progress",
    PredictionStatus.SUCCEEDED: "completed",
    PredictionStatus.FAILED: "failed",
    PredictionStatus.CANCELED: "cancelled",
    PredictionStatus.ABORTED: "cancelled",
}


def response_body(row: Prediction, slug: str) -> JSON_OBJECT:
    """The response that a prediction of the version `slug` is, as it stands."""
    status = PredictionStatus(row.status)
    name = _STATUSES[status]
    values: dict[str, Any] = row.input
    choice = all_choices(row)[0] if status.is_terminal and row.output is not None else None
    incomplete = None
    if choice is not None and status is PredictionStatus.SUCCEEDED and reason_of(choice) == FinishReason.LENGTH:
        name, incomplete = "incomplete", {"reason": "max_output_tokens"}
    items = [] if choice is None else output_items(row, choice, "completed" if name == "completed" else "incomplete")
    about: dict[str, Any] = row.openai or {}
    error = None
    if status is PredictionStatus.FAILED:
        is_input = row.error_code == PredictionErrorCode.INPUT_REJECTED.value
        message = row.error_message or row.error_code or "It failed."
        error = {"code": "invalid_prompt" if is_input else "server_error", "message": message}
    messages = values.get("messages") or []
    instructions = next((each["content"] for each in messages if each.get("name") == INSTRUCTIONS), None)
    format_ = values.get("response_format") or {"type": "text"}
    if format_["type"] == "json_schema":
        format_ = {"name": "response", "schema": {}, **format_["json_schema"], "type": "json_schema"}
    choice_of_tool = values.get("tool_choice", "auto")
    if isinstance(choice_of_tool, dict):
        choice_of_tool = {"type": "function", "name": choice_of_tool["function"]["name"]}
    tools = [
        {"type": "function", "parameters": None, "strict": False, "description": None, **tool["function"]}
        for tool in values.get("tools") or ()
    ]
    usage = usage_of(row)
    return {
        "id": f"{PREFIX}{encode_id('Prediction', row.id)}",
        "object": "response",
        "created_at": int(row.created_at.timestamp()),
        "completed_at": int(row.completed_at.timestamp()) if row.completed_at else None,
        "status": name,
        "error": error,
        "incomplete_details": incomplete,
        "instructions": instructions,
        "max_output_tokens": values.get("max_new_tokens"),
        "metadata": row.metadata or {},
        "model": slug,
        "output": items,
        "parallel_tool_calls": not is_one_call(row),
        "previous_response_id": about.get("previous_response_id"),
        "background": bool(about.get("background")),
        "reasoning": {"effort": (values.get("chat_template_kwargs") or {}).get("reasoning_effort"), "summary": None},
        "service_tier": tier_of(row),
        "store": True,
        "temperature": values.get("temperature"),
        "text": {"format": format_},
        "tool_choice": choice_of_tool,
        "tools": tools,
        "top_p": values.get("top_p"),
        "truncation": "disabled",
        "usage": {
            "input_tokens": usage["prompt_tokens"],
            "input_tokens_details": {
                "cached_tokens": usage["prompt_tokens_details"]["cached_tokens"],
                "cache_write_tokens": 0,
            },
            "output_tokens": usage["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": usage["completion_tokens_details"]["reasoning_tokens"]},
            "total_tokens": usage["total_tokens"],
        }
        if status.is_terminal
        else None,
    }


class ResponseWriter:
    """The events of a response behind the one with the number `after`."""

    def __init__(self, row: Prediction, slug: str, after: int = -1) -> None:
        self._row, self._slug, self._after = row, slug, after
        values: dict[str, Any] = row.input
        takes_tools = bool(values.get("tools")) and values.get("tool_choice") != "none"
        self._reply = ReplyStream(takes_tools=takes_tools)
        self._number = -1
        self._items = 0
        self._open: dict[str, Any] | None = None
        self._text = ""
        self._tokens: list[Any] = []

    def go_on(self, pieces: list[Piece]) -> Iterator[bytes]:
        """What comes next of the text."""
        yield from self._begin()
        for piece in pieces:
            if piece.choice == 0:
                yield from self._say(*self._reply.push(piece.prefix + piece.text), piece.logprobs)

    def end(self, row: Prediction) -> Iterator[bytes]:
        """The rest of the text, calls, and the response as it ended."""
        yield from self._begin()
        body = response_body(row, self._slug)
        status = body["status"]
        if row.output is not None and status in ("completed", "incomplete"):
            choice = all_choices(row)[0]
            message = choice.get("message") or {"content": choice["text"]}
            content = message.get("content") or ""
            yield from self._say(*self._reply.finish(message.get("reasoning_content"), content), [])
            calls = calls_of(message, is_one_call=is_one_call(row))
            if not calls:
                yield from self._change(message_item(self._row), text_part("", []))
            yield from self._close()
            for number, call in enumerate(calls):
                yield from self._call(number, call)
        # What was canceled or failed has no end of its own
        names = {"cancelled": "failed"}
        yield from self._event(f"response.{names.get(status, status)}", {"response": body})

    def _begin(self) -> Iterator[bytes]:
        if self._number < 0:
            # As it began, also where it has ended since
            row = self._row
            body = {**response_body(row, self._slug), "status": "queued", "output": [], "usage": None}
            body |= {"error": None, "incomplete_details": None, "completed_at": None}
            yield from self._event("response.created", {"response": body})
            yield from self._event("response.in_progress", {"response": {**body, "status": "in_progress"}})

    def _say(self, reasoning: str, content: str, tokens: list[Any]) -> Iterator[bytes]:
        if reasoning:
            yield from self._change(reasoning_item(self._row), reasoning_part(""))
            yield from self._delta("response.reasoning_text.delta", reasoning, {})
        if content:
            yield from self._change(message_item(self._row), text_part("", []))
            self._tokens += tokens
            yield from self._delta("response.output_text.delta", content, {"logprobs": logprobs_of(tokens)})

    def _change(self, item: dict[str, Any], part: dict[str, Any]) -> Iterator[bytes]:
        """Begin an item, and end the one before, unless it is the one that goes on."""
        if self._open is not None and self._open["id"] == item["id"]:
            return
        yield from self._close()
        self._open, self._text = item, ""
        yield from self._event("response.output_item.added", {"output_index": self._items, "item": item})
        yield from self._event("response.content_part.added", {**self._place(), "part": part})

    def _close(self) -> Iterator[bytes]:
        item, self._open = self._open, None
        if item is None:
            return
        place = {"item_id": item["id"], "output_index": self._items, "content_index": 0}
        if item["type"] == "reasoning":
            part = reasoning_part(self._text)
            yield from self._event("response.reasoning_text.done", {**place, "text": self._text})
        else:
            part = text_part(self._text, self._tokens)
            logprobs = logprobs_of(self._tokens)
            yield from self._event("response.output_text.done", {**place, "text": self._text, "logprobs": logprobs})
        yield from self._event("response.content_part.done", {**place, "part": part})
        ended = {**item, "status": "completed", "content": [part]}
        yield from self._event("response.output_item.done", {"output_index": self._items, "item": ended})
        self._items += 1

    def _call(self, number: int, call: dict[str, Any]) -> Iterator[bytes]:
        item, arguments = call_item(self._row, number, call), call["function"]["arguments"]
        place = {"item_id": item["id"], "output_index": self._items}
        yield from self._event("response.output_item.added", {"output_index": self._items, "item": item})
        yield from self._event("response.function_call_arguments.delta", {**place, "delta": arguments})
        done = {**place, "name": item["name"], "arguments": arguments}
        yield from self._event("response.function_call_arguments.done", done)
        ended = {**item, "status": "completed", "arguments": arguments}
        yield from self._event("response.output_item.done", {"output_index": self._items, "item": ended})
        self._items += 1

    def _place(self) -> dict[str, Any]:
        return {"item_id": self._open["id"] if self._open else "", "output_index": self._items, "content_index": 0}

    def _delta(self, name: str, text: str, others: dict[str, Any]) -> Iterator[bytes]:
        self._text += text
        start = self._number
        self._number += len(text)
        new = text[max(0, self._after - start) :]
        if new:
            yield self._written(name, {**self._place(), "delta": new, **others})

    def _event(self, name: str, fields: dict[str, Any]) -> Iterator[bytes]:
        self._number += 1
        if self._number > self._after:
            yield self._written(name, fields)

    def _written(self, name: str, fields: dict[str, Any]) -> bytes:
        body = wire.encode_bytes({"type": name, "sequence_number": self._number, **fields})
        return f"event: {name}\n".encode() + b"data: " + body + b"\n\n"
