"""Bounds of whatever a client gives: every list, text and JSON of an argument, however it comes.

Judged before anything runs, and before variables are coerced, since that alone takes long for a long list. Where the
bound of a place is not among `BOUNDS`, that of its type holds; `describe_bounds` writes each into the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.extensions import SchemaExtension

from server.domain.bounded_check import parts
from server.services.batches import INPUTS_MAX

MAX_ITEMS, MAX_CHARACTERS, MAX_PARTS = 100, 10_000, 100_000
RULE = re.compile(r"\d+ (characters|items|values|global ids)|at most \d+")
CHARACTERS = {"ID": 200, "DateTime": 100, "BigInt": 100, "Decimal": 100, "Int": 100, "Float": 100}
"""Characters of a text that is given for another type than String."""
BOUNDS = {
    "PredictionFilter.status": 20,
    "CreateApiKeyInput.scopes": 20,
    "WebhookInput.events": 20,
    "CreateBatchInput.inputs": INPUTS_MAX,
    "CreateModelInput.description": 100_000,
    "UpdateModelInput.description": 100_000,
    "CreateModelInput.inputSchema": 10_000,
    "PublishVersionInput.inputSchema": 10_000,
    "SetModelVariableInput.value": 20_000,
}
"""Items of a list, characters of a text, or values of a JSON, where the type's own bound is not the one."""


class Site(NamedTuple):
    """An argument of a field in a document that variables reach into."""

    place: str
    type: GraphQLInputType
    node: ValueNode


class BoundedInputs(SchemaExtension):
    """Refuses an operation with an argument beyond its bound."""

    def on_validate(self) -> Iterator[None]:
        """Look at the arguments; the validation before this has reported nothing."""
        context = self.execution_context
        if context.graphql_document and not context.pre_execution_errors:
            literals, sites = arguments_of(context.schema._schema, context.graphql_document)
            problem = literals or next(_problems(sites, context.variables or {}), None)
            if problem is not None:
                context.pre_execution_errors = [GraphQLError(problem, extensions={"code": "BAD_USER_INPUT"})]
        yield


@lru_cache(maxsize=128)
def arguments_of(schema: GraphQLSchema, document: DocumentNode) -> tuple[str | None, tuple[Site, ...]]:
    """What is beyond its bound by the document alone, and the arguments that variables reach into.

    Those of fields that `@skip` and `@include` leave out are among them.
    """
    sites: list[Site] = []
    for definition in document.definitions:
        kind: GraphQLNamedType | None = None
        if isinstance(definition, OperationDefinitionNode):
            kind = schema.get_root_type(definition.operation)
        elif isinstance(definition, FragmentDefinitionNode):
            kind = schema.type_map.get(definition.type_condition.name.value)
        if kind is not None and isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            sites += _sites(schema, definition.selection_set, kind.name)
    problem = next(_problems(sites, None), None)
    return problem, tuple(site for site in sites if _has_variable(site.node))


def _sites(schema: GraphQLSchema, selections: SelectionSetNode, parent: str) -> Iterator[Site]:
    for selection in selections.selections:
        below, kind = getattr(selection, "selection_set", None), parent
        if isinstance(selection, FragmentSpreadNode):
            continue
        if isinstance(selection, FieldNode):
            field = getattr(schema.type_map.get(parent), "fields", {}).get(selection.name.value)
            if field is None:
                continue
            kind = get_named_type(field.type).name
            for argument in selection.arguments or ():
                if (definition := field.args.get(argument.name.value)) is not None:
                    place = f"{parent}.{selection.name.value}({argument.name.value}:)"
                    yield Site(place, definition.type, argument.value)
        elif (condition := getattr(selection, "type_condition", None)) is not None:
            kind = condition.name.value
        if below is not None:
            yield from _sites(schema, below, kind)


def _has_variable(node: ValueNode) -> bool:
    return isinstance(node, VariableNode) or any(map(_has_variable, _parts(node)))


def _problems(
    sites: Iterator[Site] | list[Site] | tuple[Site, ...], variables: Mapping[str, Any] | None
) -> Iterator[str]:
    for place, kind, node in sites:
        yield from _of_node(place, kind, node, variables)


def _of_node(place: str, kind: GraphQLInputType, node: ValueNode, variables: Mapping[str, Any] | None) -> Iterator[str]:
    """What is wrong with a literal; variables in it count as they were given, and as nothing where there are none yet.

    The default of a variable stands in the document, whose length is bounded.
    """
    if isinstance(node, VariableNode):
        if variables is not None and (name := node.name.value) in variables:
            yield from _of_value(place, kind, variables[name])
        return
    if is_non_null_type(kind):
        kind = kind.of_type
    if is_list_type(kind):
        items = node.values if isinstance(node, ListValueNode) else [node]
        if len(items) > (most := bound(place, kind)):
            yield f"`{place}` has {len(items)} items; {most} are allowed."
        for item in items:
            yield from _of_node(place, kind.of_type, item, variables)
    elif is_input_object_type(kind):
        for field in node.fields if isinstance(node, ObjectValueNode) else ():
            if (definition := kind.fields.get(field.name.value)) is not None:
                yield from _of_node(f"{kind.name}.{field.name.value}", definition.type, field.value, variables)
    elif isinstance(node, StringValueNode):
        yield from _of_value(place, kind, node.value)
    else:
        # A JSON as a literal, in which variables stand for parts of it
        for part in _parts(node):
            yield from _of_node(place, kind, part, variables)


def _parts(node: ValueNode) -> Iterator[ValueNode]:
    if isinstance(node, ListValueNode):
        yield from node.values
    elif isinstance(node, ObjectValueNode):
        yield from (field.value for field in node.fields)


def _of_value(place: str, kind: GraphQLInputType, value: Any) -> Iterator[str]:
    """What is wrong with what a client gave for a place of a type, or for an item of a list there."""
    if is_non_null_type(kind):
        kind = kind.of_type
    if is_list_type(kind):
        items = value if isinstance(value, list) else [value]
        if len(items) > (most := bound(place, kind)):
            yield f"`{place}` has {len(items)} items; {most} are allowed."
            return
        for item in items:
            yield from _of_value(place, kind.of_type, item)
    elif is_input_object_type(kind):
        for name, item in value.items() if isinstance(value, dict) else ():
            if (definition := kind.fields.get(name)) is not None:
                yield from _of_value(f"{kind.name}.{name}", definition.type, item)
    elif get_named_type(kind).name == "JSON":
        if isinstance(value, dict | list) and parts(value) > (most := bound(place, kind)):
            yield f"`{place}` is made of more than {most} values."
    elif isinstance(value, str) and len(value) > (most := bound(place, kind)):
        yield f"`{place}` has {len(value)} characters; {most} are allowed."


def bound(place: str, kind: GraphQLInputType) -> int:
    """How many items, characters or values a place may have."""
    if is_non_null_type(kind):
        kind = kind.of_type
    if (own := BOUNDS.get(place)) is not None:
        # That of a list is not that of its items
        return own if is_list_type(kind) or get_named_type(kind).name in ("String", "JSON") else MAX_CHARACTERS
    if is_list_type(kind):
        return MAX_ITEMS
    name = get_named_type(kind).name
    return MAX_PARTS if name == "JSON" else CHARACTERS.get(name, MAX_CHARACTERS)


def describe_bounds(schema: GraphQLSchema) -> None:
    """Write into the description of every list, text and JSON that a client may give how large it may be.

    One that names a narrower rule keeps it.
    """
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if is_input_object_type(kind):
            for key, given in kind.fields.items():
                _describe(f"{name}.{key}", given)
        for key, field in getattr(kind, "fields", {}).items():
            for argument, given in getattr(field, "args", {}).items():
                _describe(f"{name}.{key}({argument}:)", given)


def _describe(place: str, given: GraphQLArgument | GraphQLInputField) -> None:
    if (limit := limit_text(place, given.type)) and not RULE.search(given.description or ""):
        given.description = f"{given.description or ''} {limit}".strip()


def limit_text(place: str, kind: GraphQLInputType) -> str:
    """The bound of a place as a sentence; empty for numbers, enums, and inputs whose fields have bounds."""
    nullable = kind.of_type if is_non_null_type(kind) else kind
    if is_list_type(nullable):
        return f"Maximum {bound(place, nullable)} items."
    name = get_named_type(nullable).name
    if name == "JSON":
        return f"Maximum {bound(place, nullable)} values."
    return f"Maximum {bound(place, nullable)} characters." if name in ("String", "ID") else ""
