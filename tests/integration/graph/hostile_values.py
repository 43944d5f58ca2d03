"""Requests made from the schema itself: every argument of every root field, down to its leaves, with hostile values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

SCHEMA = build_schema((Path(__file__).parents[3] / "graph" / "schema.graphql").read_text())
ROOTS = {"query": SCHEMA.query_type, "mutation": SCHEMA.mutation_type, "subscription": SCHEMA.subscription_type}
FIELDS = [(operation, name) for operation, root in ROOTS.items() if root for name in root.fields]
# Written into the body as it stands: no JSON library writes such numbers, or so deep a nesting
RAW = {
    "@huge@": "9" * 5000,
    "@far@": "1e999999",
    "@deep@": "[" * 100_000 + "]" * 100_000,
    "@nan@": "NaN",
}
MAX_DEPTH = 3
UUID_TEXT = "01890a5d-ac96-774b-bcce-b302099a8057"
TEXTS = [
    "", "\0", "a\0b", "\ud800", "\udfff\ud800x", "'; DROP TABLE prediction; --", "%_\\", "é" * 300, "🐍" * 5000,
    "\u202e\n", "\0/\0:1", "%/\\:1", "a\0b@example.com",
    "../../etc/passwd", "demo/echo:999999999", UUID_TEXT, "UHJlZGljdGlvbjp4", "2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59", "99999-01-01", "http://127.0.0.1:1/", "data:text/plain;base64,AAAA", "upload:x",
]  # fmt: skip
NUMBERS = [0, -1, 1, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63, 2**64, 10**400, 1.5, 1e308, -0.0]
SHAPES: list[Any] = [None, True, [], {}, [[]], [None], {"": ""}, {"\0": "\ud800"}, {"__typename": 1}, ["\0"], [{}] * 50]


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


HOSTILE: list[Any] = [*TEXTS, *NUMBERS, *SHAPES, *RAW, _nested(30), _nested(90)]
# Tried in documents too
IN_DOCUMENTS = [TEXTS[1], TEXTS[3], TEXTS[7], NUMBERS[9], NUMBERS[10], SHAPES[0], SHAPES[6], SHAPES[7], HOSTILE[-1]]
PLAIN: dict[str, Any] = {
    "String": "a", "ID": UUID_TEXT, "Int": 1, "Float": 1.0, "Boolean": False, "JSON": {"text": "a"}, "BigInt": 1,
    "Decimal": "1", "DateTime": "2026-01-01T00:00:00Z",
}  # fmt: skip
# What lets a request come further than the first check
FITTING = {
    "model": "demo/echo", "slug": "demo/echo", "handle": "abc", "email": "a@example.com",
    "password": "long enough it is", "predictor": "echo",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One operation; `given` are the variables, with one hostile value somewhere in them."""

    query: str
    given: dict[str, Any]

    @property
    def body(self) -> str:
        """The request as JSON."""
        text = json.dumps({"query": self.query, "variables": self.given})
        for marker, raw in RAW.items():
            text = text.replace(f'"{marker}"', raw)
        return text


def requests(operation: str, name: str) -> Iterator[Request]:
    """All requests for one root field: every field of its answer, then each argument, by variables and by literals."""
    root = ROOTS[operation]
    assert root
    field = root.fields[name]
    fitting = {key: plain(key, item.type) for key, item in field.args.items() if is_required_argument(item)}
    shapes = selections(field)
    for shape in shapes:
        yield _by_variables(operation, name, shape, fitting)
    for argument, definition in field.args.items():
        for value in variants(argument, definition.type, 0):
            given = {**fitting, argument: value}
            yield _by_variables(operation, name, shapes[0], given)
            if _holds(value):
                yield _by_literals(operation, name, shapes[0], given)


def _holds(value: Any) -> bool:
    """Whether there is something in a value that a document is read differently for than JSON."""
    if isinstance(value, dict):
        return any(_holds(item) for item in value.values())
    return any(value is other for other in IN_DOCUMENTS) or value in list(RAW)


def _by_variables(operation: str, name: str, shape: str, given: dict[str, Any]) -> Request:
    kinds = ROOTS[operation].fields[name].args  # type: ignore[union-attr]
    declared = ", ".join(f"${key}: {kinds[key].type}" for key in given)
    passed = ", ".join(f"{key}: ${key}" for key in given)
    head, call = (f"{operation} ({declared})", f"{name}({passed})") if given else (operation, name)
    return Request(f"{head} {{ {call} {shape} }}", given)


def _by_literals(operation: str, name: str, shape: str, given: dict[str, Any]) -> Request:
    kinds = ROOTS[operation].fields[name].args  # type: ignore[union-attr]
    passed = ", ".join(f"{key}: {literal(value, kinds[key].type)}" for key, value in given.items())
    return Request(f"{operation} {{ {name}({passed}) {shape} }}", {})


def literal(value: Any, kind: GraphQLInputType | None) -> str:
    """A value as a document has it; words of an enum are not quoted."""
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(value, str):
        if value == "@deep@":
            return "[" * 400 + "]" * 400
        is_word = isinstance(bare, GraphQLEnumType) and value in bare.values
        return RAW.get(value) or (value if is_word else json.dumps(value))
    if isinstance(value, dict):
        fields = bare.fields if isinstance(bare, GraphQLInputObjectType) else {}
        kinds = {key: fields[key].type if key in fields else None for key in value}
        return "{" + ", ".join(f"{key}: {literal(item, kinds[key])}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        inner = bare.of_type if isinstance(bare, GraphQLList) else None
        return "[" + ", ".join(literal(item, inner) for item in value) + "]"
    return json.dumps(value)


def plain(name: str, kind: GraphQLInputType) -> Any:
    """A value that fits a type, with only the parts that have to be there."""
    if isinstance(kind, GraphQLNonNull):
        return plain(name, kind.of_type)
    if isinstance(kind, GraphQLList):
        return [plain(name, kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        needed = {key for key, item in kind.fields.items() if is_required_input_field(item)}
        if kind.is_one_of:
            needed = {"predictor"} & set(kind.fields) or {next(iter(kind.fields))}
        return {key: plain(key, kind.fields[key].type) for key in needed}
    return FITTING.get(name, "a") if kind.name == "String" else PLAIN[kind.name]


def variants(name: str, kind: GraphQLInputType, depth: int) -> Iterator[Any]:
    """Values of which one leaf, or the whole, is hostile."""
    yield from HOSTILE
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(bare, GraphQLList):
        yield from ([value] for value in variants(name, bare.of_type, depth + 1))
        yield [plain(name, bare.of_type)] * 1000
    if isinstance(bare, GraphQLInputObjectType) and depth < MAX_DEPTH:
        whole = {} if bare.is_one_of else plain(name, bare)
        for key, item in bare.fields.items():
            yield from ({**whole, key: value} for value in variants(key, item.type, depth + 1))


def selections(field: GraphQLField) -> list[str]:
    """Selections that together ask for every field of what a root field gives, two levels below it."""
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return [""]
    members = SCHEMA.get_possible_types(kind) if is_abstract_type(kind) else [kind]
    objects = [member for member in members if isinstance(member, GraphQLObjectType)]
    if objects == [kind]:
        return [every_field(objects[0], 2)]
    return [f"{{ __typename ... on {member.name} {every_field(member, 2)} }}" for member in objects]


def every_field(kind: GraphQLObjectType, depth: int, *, pages: bool = True, part: slice = slice(None)) -> str:
    """A selection of all that needs no argument, so many levels below a type; of the type itself a part."""
    parts = []
    for name, field in list(kind.fields.items())[part]:
        below = get_named_type(field.type)
        if any(map(is_required_argument, field.args.values())):
            continue
        if is_leaf_type(below):
            parts.append(name)
        elif depth and isinstance(below, GraphQLObjectType) and (pages or "first" not in field.args):
            parts.append(f"{name} {every_field(below, depth - 1, pages=pages)}")
    return "{ " + " ".join(["__typename", *parts]) + " }"
