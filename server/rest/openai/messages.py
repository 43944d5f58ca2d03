"""Messages of OpenAI's clients as a version's input has them."""

from __future__ import annotations

from typing import Any

from server.rest.openai.errors import RefusedError

# Fields of messages that say nothing to a model
_UNREAD = frozenset({"refusal", "audio", "annotations", "function_call"})


def read_messages(messages: list[dict[str, Any]], place: str = "messages") -> list[dict[str, Any]]:
    """The messages; what is null is left out, and parts of content are what models read.

    Raises:
        RefusedError: a part is of a kind that no model reads.
    """
    return [_read_message(message, f"{place}[{number}]") for number, message in enumerate(messages)]


def _read_message(message: dict[str, Any], place: str) -> dict[str, Any]:
    copy = {name: value for name, value in message.items() if value is not None and name not in _UNREAD}
    if isinstance(content := copy.get("content"), list):
        copy["content"] = [_read_part(part, f"{place}.content[{number}]") for number, part in enumerate(content)]
    if not copy.get("content") and message.get("refusal"):
        copy["content"] = message["refusal"]
    return copy


def _read_part(part: Any, place: str) -> Any:
    """A part of a message's content; what is none is left to the version's schema."""
    if not isinstance(part, dict):
        return part
    match part:
        case {"type": "image_url", "image_url": {"url": url}}:
            # How closely to look, `detail`, is the model's own affair
            return {"type": "image_url", "image_url": {"url": url}}
        case {"type": "input_audio", "input_audio": {"data": str(data), **rest}}:
            if not data.startswith(("data:", "upload:", "http:", "https:")):
                data = f"data:audio/{rest.get('format') or 'wav'};base64,{data}"
            return {"type": "input_audio", "input_audio": {"data": data}}
        case {"type": "refusal", "refusal": str(text)}:
            return {"type": "text", "text": text}
        case {"type": "file"}:
            raise RefusedError(
                "No model reads files of this kind; give their text.", f"{place}.type", "unsupported_value"
            )
    return part
