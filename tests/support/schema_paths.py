"""Queries made of the schema: one for each field that returns a node, by the shortest way to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.type import GraphQLInputType

Values = Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """A field of a type."""

    parent: str
    field: str

    def __str__(self) -> str:
        return f"{self.parent}.{self.field}"


def objects(schema: GraphQLSchema, named: GraphQLNamedType) -> list[GraphQLObjectType]:
    """The object types that a value may have."""
    if isinstance(named, GraphQLObjectType):
        return [named]
    if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        return list(schema.get_possible_types(named))
    return []


def is_node(schema: GraphQLSchema, named: GraphQLNamedType) -> bool:
    """Whether a value may be a node."""
    node = schema.type_map["Node"]
    return any(node in found.interfaces for found in objects(schema, named))


def paths(schema: GraphQLSchema, root: GraphQLObjectType, begin: str | None = None) -> dict[Step, list[Step]]:
    """For each field that returns a node: the fields that lead to it from the root, itself the last.

    With `begin`, the first is that one.
    """
    found: dict[Step, list[Step]] = {}
    ways: dict[str, list[Step]] = {root.name: []}
    waiting = deque([root])
    while waiting:
        parent = waiting.popleft()
        for name, field in parent.fields.items():
            if parent is root and begin not in (None, name):
                continue
            step = Step(parent.name, name)
            named = get_named_type(field.type)
            way = [*ways[parent.name], step]
            if is_node(schema, named):
                found[step] = way
            for kind in objects(schema, named):
                if kind.name not in ways:
                    ways[kind.name] = way
                    waiting.append(kind)
    return found


def document(schema: GraphQLSchema, operation: str, way: list[Step], values: Values) -> str:
    """An operation that goes a way and selects all leaves at its end; `values` are literals by name or type."""
    text = ""
    for index in range(len(way) - 1, -1, -1):
        step = way[index]
        field = _field(schema, step)
        named = get_named_type(field.type)
        inner = f"... on {way[index + 1].parent} {{ {text} }}" if text else leaves(schema, named)
        text = f"{step.field}{arguments(field, values)} {{ __typename {inner} }}"
    return f"{operation} {{ {text} }}"


def _field(schema: GraphQLSchema, step: Step) -> GraphQLField:
    parent = schema.type_map[step.parent]
    assert isinstance(parent, GraphQLObjectType)
    return parent.fields[step.field]


def leaves(schema: GraphQLSchema, named: GraphQLNamedType) -> str:
    """All fields that have no fields of their own, of every type that a value may have."""
    kinds = objects(schema, named)
    types: dict[str, set[str]] = {}
    for kind in kinds:
        for name in _leaves(kind):
            types.setdefault(name, set()).add(str(kind.fields[name].type))
    return " ".join(_fragment(kind, types) for kind in kinds)


def _fragment(kind: GraphQLObjectType, types: Mapping[str, set[str]]) -> str:
    """The leaves of a type; a name that has another type elsewhere gets an alias, of which a document has few."""
    fields = [name if len(types[name]) == 1 else f"{kind.name}_{name}: {name}" for name in _leaves(kind)]
    return f"... on {kind.name} {{ __typename {' '.join(fields)} }}"


def _leaves(kind: GraphQLObjectType) -> list[str]:
    return [name for name, field in kind.fields.items() if _is_leaf(field)]


def _is_leaf(field: GraphQLField) -> bool:
    leaf = isinstance(get_named_type(field.type), GraphQLScalarType | GraphQLEnumType)
    return leaf and not any(map(is_required_argument, field.args.values()))


def arguments(field: GraphQLField, values: Values) -> str:
    """The arguments that are needed, and those that there is a value for."""
    given = [
        f"{name}: {literal(argument.type, name, values)}"
        for name, argument in field.args.items()
        if is_required_argument(argument) or name in values
    ]
    return f"({', '.join(given)})" if given else ""


def literal(kind: GraphQLInputType, name: str, values: Values) -> str:
    """A value of an input type; input objects have what they need, and what there is a value for."""
    if is_non_null_type(kind):
        return literal(kind.of_type, name, values)
    if is_list_type(kind):
        return f"[{literal(kind.of_type, name, values)}]"
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        if named.name in values:
            return values[named.name]
        inner = [
            f"{key}: {literal(item.type, key, values)}"
            for key, item in named.fields.items()
            if is_non_null_type(item.type) or key in values
        ]
        return f"{{ {', '.join(inner)} }}"
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    return values.get(name) or values.get(named.name) or DEFAULTS[named.name]


DEFAULTS = {
    "String": '"x"',
    "Int": "1",
    "Float": "1.0",
    "Boolean": "false",
    "BigInt": "1",
    "Decimal": '"1"',
    "JSON": "{}",
    "DateTime": '"2030-01-01T00:00:00Z"',
}
