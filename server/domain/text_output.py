"""What a text model gives: its text, or an object of choices where more than that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

MAX_CHOICES = 128
MAX_TOKEN = 2**31 - 1


class FinishReason(StrEnum):
    """Why a text ended; these names never change."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"


def choices_of(output: Any) -> list[dict[str, Any]] | None:
    """The choices of an output, each with its text; None where it is no object of choices."""
    choices = output.get("choices") if isinstance(output, dict) else None
    if not isinstance(choices, list) or not choices:
        return None
    return choices if all(isinstance(each, dict) and isinstance(each.get("text"), str) for each in choices) else None


def text_of(output: Any) -> str | None:
    """The text of an output, of its first choice where it has several; None where it is no text."""
    if isinstance(output, str):
        return output
    choices = choices_of(output)
    return str(choices[0]["text"]) if choices else None


def finish_reason_of(choice: dict[str, Any]) -> FinishReason | None:
    """Why a choice ended; None where that is not known here."""
    return next((reason for reason in FinishReason if reason == choice.get("finish_reason")), None)


def texts_of(output: Any) -> list[str]:
    """The texts of an output's choices, without empty ones at the end."""
    choices = choices_of(output)
    texts = [choice["text"] for choice in choices] if choices else [text_of(output) or ""]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def join_choices(text: str, pieces: Iterable[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The choices of a run so far, as `choices_of` gives them; None where it has one text and nothing beside it.

    `text` is that of the first. A piece names its `choice` and has what comes next of its `text` and `logprobs`; the
    first of a text that the prompt began has that as `prefix`.
    """
    texts: dict[int, list[str]] = {0: [text]}
    logprobs: dict[int, list[Any]] = {}
    prefixes: dict[int, dict[str, str]] = {}
    is_plain = True
    for piece in pieces:
        is_plain = False
        texts.setdefault(piece["choice"], []).append(piece.get("text", ""))
        if "prefix" in piece:
            prefixes[piece["choice"]] = {"prefix": piece["prefix"]}
        if "logprobs" in piece:
            logprobs.setdefault(piece["choice"], []).extend(piece["logprobs"])
    if is_plain:
        return None
    return [
        {
            "text": "".join(texts.get(number, ())),
            "finish_reason": None,
            "logprobs": {"content": logprobs[number]} if number in logprobs else None,
            **prefixes.get(number, {}),
        }
        for number in range(max(texts) + 1)
    ]


def read_logprobs(value: list[Any]) -> list[dict[str, Any]]:
    """Those of a model's log probabilities that are as they should be: `{"token", "id", "logprob", "top"}` each."""
    entries = []
    for item in value:
        if (entry := _read_token(item)) is not None:
            top = item.get("top")
            others = [_read_token(other) for other in top] if isinstance(top, list) else []
            entries.append({**entry, "top": [other for other in others if other is not None]})
    return entries


def _read_token(item: Any) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        return None
    text, number, logprob = item.get("token"), item.get("id"), item.get("logprob")
    is_number = isinstance(logprob, int | float) and not isinstance(logprob, bool)
    if not (isinstance(text, str) and type(number) is int and 0 <= number <= MAX_TOKEN and is_number):
        return None
    return {"token": text, "id": number, "logprob": logprob}
