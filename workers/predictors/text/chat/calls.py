"""Calls that a model has to make: the grammar of tools, in the form in which the model itself writes calls.

Which form that is, its chat template shows; whether what is written so is read as a call again is tried before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from workers.contract.predictor import InputRejectedError
from workers.predictors.text.chat.replies import (
    CALL,
    CALL_END,
    FUNCTION,
    MISTRAL,
    MISTRAL_ARGUMENTS,
    PYTHON,
    REASONING,
)
from workers.predictors.text.grammar import check_schemas, inline_schema

MAX_CALLS = 16
"""How many calls a text may be that has to be one or more."""


@dataclass(frozen=True)
class CallForm:
    """How a model writes calls: what stands around all of them, each of them, and the arguments of one.

    `{name}` and `{json_name}` are the tool's name, `between` stands between two calls. Marks of the model's own
    language are parts of their own, since they may be tokens that no other text becomes.
    """

    name: str
    shown: tuple[str, ...]
    """What of it stands in templates."""
    before: tuple[str, ...]
    after: tuple[str, ...]
    between: tuple[str, ...]
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    many: bool = True
    not_shown: tuple[str, ...] = ()

    def write(self, name: str, arguments: str) -> str:
        """A text that is one call."""
        parts = [*self.first, *_named(self.before, name), arguments, *self.after, *self.last]
        return "".join(parts)


_LIST = ('{{"name": {json_name}, "arguments": ',)
_PLAIN = ('{{"name": {json_name}, "parameters": ',)
FORMS = (
    CallForm("mistral", (MISTRAL, MISTRAL_ARGUMENTS), (MISTRAL, "{name}", MISTRAL_ARGUMENTS), (), ()),
    CallForm("mistral list", (MISTRAL,), _LIST, ("}",), (", ",), first=(MISTRAL, "["), last=("]",)),
    CallForm("hermes", (CALL,), (CALL, "\n", *_LIST), ("}\n", CALL_END), ("\n",), not_shown=(FUNCTION,)),
    CallForm("llama", (PYTHON,), _PLAIN, ("}",), (), many=False),
    CallForm("llama", ('"name": ', '"parameters": '), _PLAIN, ("}",), (), many=False),
)


def forms_of(templates: Collection[str]) -> list[CallForm]:
    """The forms of calls that chat templates show, the likeliest first."""
    # in a template that quotes with the same mark it is escaped
    text = "\n".join(templates).replace('\\"', '"')
    return [
        form
        for form in FORMS
        if all(mark in text for mark in form.shown) and not any(mark in text for mark in form.not_shown)
    ]


def forces_call(values: dict[str, Any]) -> bool:
    """Whether the model has to call a tool."""
    choice = values.get("tool_choice")
    return choice == "required" or isinstance(choice, dict)


def tools_to_call(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The functions of which one has to be called, or more.

    Raises:
        InputRejectedError: there are none, or the one that is named is not among them.
    """
    functions = [tool["function"] for tool in values.get("tools") or ()]
    names = [function["name"] for function in functions]
    if not functions:
        raise InputRejectedError("This tool_choice asks for a call, and there are no tools: give some.")
    if double := next((name for name in names if names.count(name) > 1), None):
        raise InputRejectedError(f"Two tools are called {double!r}: give each a name of its own.")
    choice = values["tool_choice"]
    if choice == "required":
        return functions
    named = [function for function in functions if function["name"] == choice["function"]["name"]]
    if not named:
        raise InputRejectedError(
            f"tool_choice names the tool {choice['function']['name']!r}; there are {', '.join(names)}."
        )
    return named


def grammar_of(
    form: CallForm,
    functions: Sequence[dict[str, Any]],
    token_of: Callable[[str], int | None],
    *,
    many: bool,
    prompt: str = "",
) -> str:
    """The grammar of texts that call these functions, in Lark's notation as llguidance reads it.

    `token_of` gives the token that a mark is in texts of this model, where it is one. A reasoning that the prompt
    begins goes on first.

    Raises:
        InputRejectedError: the functions' parameters take too much work, or are no objects.
    """

    def literal(part: str) -> str:
        token = token_of(part)
        return f"<[{token}]>" if token is not None else json.dumps(part, ensure_ascii=False)

    def sequence(parts: Sequence[str]) -> str:
        return " ".join(literal(part) for part in parts)

    schemas = [_arguments(function) for function in functions]
    check_schemas(schemas, "The tools' parameters")
    rules = []
    for number, (function, schema) in enumerate(zip(functions, schemas, strict=True)):
        before = _named(form.before, function["name"])
        rules.append(f"call{number}: {sequence(before)} arguments{number} {sequence(form.after)}")
        rules.append(f"arguments{number}: %json {inline_schema(schema)}")
    calls = "call"
    if many and form.many:
        calls = f"call ({sequence(form.between)} call){{0,{MAX_CALLS - 1}}}"
    start = f"{sequence(form.first)} {calls} {sequence(form.last)}"
    end = next((end for begin, end in REASONING if prompt.rstrip().endswith(begin)), None)
    if end is not None:
        token = token_of(end)
        if token is None:
            rules.append(f"thought[suffix={json.dumps(end)}]: /(?s:.*)/")
        else:
            rules += [f"thought: THOUGHT <[{token}]>", "THOUGHT: /(?s:.*)/"]
        rules.append("BREAK: /\\n{0,2}/")
        start = f"thought BREAK {start}"
    alternatives = " | ".join(f"call{number}" for number in range(len(functions)))
    return "\n".join([f"start: {start}", f"call: {alternatives}", *rules])


def _named(parts: Sequence[str], name: str) -> list[str]:
    json_name = json.dumps(name, ensure_ascii=False)
    return [part.format(name=name, json_name=json_name) if "name}" in part else part for part in parts]


def _arguments(function: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a function's arguments, which are an object always."""
    schema: dict[str, Any] = function.get("parameters") or {}
    if schema.get("type", "object") != "object":
        raise InputRejectedError(f"The parameters of the tool {function['name']!r} have to be of the type object.")
    return {"type": "object", **schema}
