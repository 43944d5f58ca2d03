"""What a text model gives: its text, or an object of choices where more than that was asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


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
