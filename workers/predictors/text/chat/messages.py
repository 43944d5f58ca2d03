"""Messages as a request gives them: their JSON Schema, and how templates want them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

MAX_MESSAGES = 1000
MAX_TOOLS = 128
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
"""Those of every model; a template may ask for more."""
# what a part of a message's content is, in the words of OpenAI's API
TEXT, IMAGE, AUDIO = "text", "image_url", "input_audio"
_NAME = {"type": "string", "minLength": 1, "maxLength": 256}
_FILE = {"type": "string", "format": "file"}


def messages_schema(
    most_characters: int, kinds: tuple[str, ...] = (TEXT,), roles: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The schema of `messages` whose parts may be of these kinds, and whose roles may be any where none are given."""
    text = {"type": "string", "maxLength": most_characters}
    part: dict[str, Any] = {
        "type": "object",
        "properties": {"type": {"enum": list(kinds)}, "text": text},
        "required": ["type"],
    }
    if kinds == (TEXT,):
        part["required"] = ["type", "text"]
    else:
        part["allOf"] = [
            {"if": {"properties": {"type": {"const": kind}}}, "then": {"required": [kind]}} for kind in kinds
        ]
    if IMAGE in kinds:
        part["properties"][IMAGE] = {"type": "object", "properties": {"url": _FILE}, "required": ["url"]}
    if AUDIO in kinds:
        part["properties"][AUDIO] = {"type": "object", "properties": {"data": _FILE}, "required": ["data"]}
    call = {
        "type": "object",
        "properties": {
            "id": _NAME,
            "type": {"enum": ["function"]},
            "function": {
                "type": "object",
                "properties": {"name": _NAME, "arguments": {"type": ["object", "string"]}},
                "required": ["name"],
            },
        },
        "required": ["function"],
    }
    says_something: dict[str, Any] = {
        "properties": {"content": {"type": ["string", "array"], "minItems": 1}},
        "required": ["content"],
    }
    with_files = "" if kinds == (TEXT,) else " Pictures and sounds are uploads or data URIs."
    return {
        "title": "Messages",
        "description": "A conversation in place of the prompt, by the model's own chat template. The model writes the "
        f"next message, or goes on with a last one of the assistant.{with_files}",
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_MESSAGES,
        "items": {
            "type": "object",
            "properties": {
                "role": {"enum": list(roles)} if roles else {"type": "string", "minLength": 1, "maxLength": 64},
                "content": {"maxLength": most_characters, "items": part},
                "tool_calls": {"type": ["array", "null"], "items": call, "maxItems": MAX_TOOLS},
                "tool_call_id": _NAME,
                "name": _NAME,
            },
            "required": ["role"],
            # most messages are done with the first look, which matters in long conversations
            "if": says_something,
            "else": {
                "if": {
                    "properties": {"role": {"const": "assistant"}, "tool_calls": {"type": "array", "minItems": 1}},
                    "required": ["tool_calls"],
                },
                "then": {"properties": {"content": {"type": ["string", "array", "null"]}}},
                "else": says_something,
            },
        },
    }


def tools_schema() -> dict[str, Any]:
    """The schema of `tools`."""
    return {
        "title": "Tools",
        "description": "Functions that the model may ask to call; the calls are in the message of each choice.",
        "type": "array",
        "maxItems": MAX_TOOLS,
        "items": {
            "type": "object",
            "properties": {
                "type": {"enum": ["function"]},
                "function": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 256},
                        "description": {"type": "string"},
                        "parameters": {
                            "type": "object",
                            "properties": {
                                "type": {"const": "object"},
                                "properties": {
                                    "type": "object",
                                    "additionalProperties": {"type": ["object", "boolean"]},
                                },
                                "required": {"type": "array", "items": {"type": "string"}},
                            },
                        },
                    },
                    "required": ["name"],
                },
            },
            "required": ["type", "function"],
        },
    }


def tool_choice_schema(*, forced: bool = True) -> dict[str, Any]:
    """The schema of `tool_choice`; `forced` says whether the model can be made to call."""
    names = ["auto", "none"]
    if not forced:
        return {
            "title": "Tool choice",
            "description": "auto: the model decides; none: it is not shown the tools. It cannot be made to call one: "
            "the form of its calls is not known.",
            "type": "string",
            "enum": names,
            "default": "auto",
        }
    return {
        "title": "Tool choice",
        "description": "auto: the model decides; none: it is not shown the tools; required: it has to call one or "
        'more; or the one that it has to call, as {"type": "function", "function": {"name": "..."}}.',
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": {"enum": [*names, "required"]},
        "else": {
            "properties": {
                "type": {"const": "function"},
                "function": {"type": "object", "properties": {"name": _NAME}, "required": ["name"]},
            },
            "required": ["type", "function"],
        },
        "default": "auto",
    }


def variables_schema(names: list[str]) -> dict[str, Any]:
    """The schema of `chat_template_kwargs` for templates with these variables of their own."""
    return {
        "title": "Chat template values",
        "description": f"Values for what this model's chat template reads: {', '.join(names)}.",
        "type": "object",
        "properties": {name: {} for name in names},
        "additionalProperties": False,
    }


def for_template(messages: list[dict[str, Any]], *, parts: bool = False) -> list[dict[str, Any]]:
    """The messages as templates read them: texts joined or, where it is asked for, all content in parts.

    What is null is left out, and the arguments of calls are objects.
    """
    result = []
    for message in messages:
        copy = {name: value for name, value in message.items() if value is not None}
        content = copy.get("content", "")
        if parts:
            copy["content"] = [{"type": TEXT, "text": content}] if isinstance(content, str) else content
        elif isinstance(content, list):
            copy["content"] = "\n".join(str(part.get("text", "")) for part in content)
        else:
            copy["content"] = content
        if calls := copy.get("tool_calls"):
            copy["tool_calls"] = [_as_objects(call) for call in calls]
        result.append(copy)
    return result


def _as_objects(call: dict[str, Any]) -> dict[str, Any]:
    function = dict(call["function"])
    if isinstance(arguments := function.get("arguments"), str):
        # what is no JSON the model did not write as a call; the template shows it as it is
        with suppress(ValueError, RecursionError):
            function["arguments"] = json.loads(arguments)
    return {"type": "function", **call, "function": function}
