"""Writes inference_client/operations.py from operations.graphql and the server's schema; `make schema` runs it.

The documents are checked against the schema. Of each fragment comes a TypedDict, of a fragment on an interface one for
each type that it may be, told apart by `__typename`; of each enum and input that operations use a type as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
    print_ast,
    strip_ignored_characters,
    type_from_ast,
    validate,
)

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "graph" / "schema.graphql"
OPERATIONS = HERE / "operations.graphql"
TARGET = HERE / "inference_client" / "operations.py"
SCALARS = {"ID": "str", "String": "str", "Int": "int", "Float": "float", "Boolean": "bool", "BigInt": "int"}
SCALARS |= {"DateTime": "str", "Decimal": "str", "JSON": "Any"}
HEADER = '''"""Operations and types of the server's API; written by `make schema`, not by hand."""

from __future__ import annotations

from typing import Any, Literal, TypedDict
'''


class OutdatedError(Exception):
    """The operations do not fit the schema; the message says where."""


class Module:
    """The module as it is written, type by type."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        definitions = document.definitions
        self._fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
        self._operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        self._types: dict[str, str] = {}

    def text(self) -> str:
        """All of it."""
        for fragment in self._fragments.values():
            self._add_fragment(fragment)
        for operation in self._operations:
            for variable in operation.variable_definitions or ():
                given = type_from_ast(self._schema, variable.type)
                self._name_of(given, "")
        documents = [self._constant(operation) for operation in self._operations]
        return "\n".join([HEADER, *self._types.values(), *documents])

    def _constant(self, operation: OperationDefinitionNode) -> str:
        assert operation.name is not None
        name = "".join(f"_{c}" if c.isupper() else c.upper() for c in operation.name.value).strip("_")
        parts = [operation, *self._spread(operation.selection_set, {})]
        text = strip_ignored_characters("\n".join(print_ast(part) for part in parts))
        lines = wrap(text, 110, break_long_words=False, break_on_hyphens=False, drop_whitespace=False)
        quoted = "\n".join(f"    {_quoted(line)}" for line in lines)
        return f"{name} = (\n{quoted}\n)"

    def _spread(
        self, selections: SelectionSetNode | None, known: dict[str, FragmentDefinitionNode]
    ) -> list[FragmentDefinitionNode]:
        for selection in selections.selections if selections else ():
            if isinstance(selection, FragmentSpreadNode) and selection.name.value not in known:
                fragment = self._fragments[selection.name.value]
                known[selection.name.value] = fragment
                self._spread(fragment.selection_set, known)
            elif isinstance(selection, FieldNode | InlineFragmentNode):
                self._spread(selection.selection_set, known)
        return list(known.values())

    def _add_fragment(self, fragment: FragmentDefinitionNode) -> None:
        name, condition = fragment.name.value, self._schema.get_type(fragment.type_condition.name.value)
        if name in self._types:
            return
        if isinstance(condition, GraphQLInterfaceType):
            members = []
            for selection in fragment.selection_set.selections:
                if isinstance(selection, InlineFragmentNode) and selection.type_condition:
                    member = selection.type_condition.name.value
                    kind = self._schema.get_type(member)
                    assert isinstance(kind, GraphQLObjectType)
                    fields = [*self._common(fragment), *self._selected(selection.selection_set)]
                    self._add_object(f"{name}{member}", kind, fields)
                    members.append(f"{name}{member}")
            joined = "\n    | ".join(members)
            self._types[name] = f"\n{name} = (\n    {joined}\n)\n"
        else:
            assert isinstance(condition, GraphQLObjectType)
            self._add_object(name, condition, list(self._selected(fragment.selection_set)))

    def _common(self, fragment: FragmentDefinitionNode) -> Iterator[FieldNode]:
        yield from (each for each in fragment.selection_set.selections if isinstance(each, FieldNode))

    def _selected(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._selected(self._fragments[selection.name.value].selection_set)

    def _add_object(self, name: str, kind: GraphQLObjectType, fields: list[FieldNode]) -> None:
        lines = []
        for field in fields:
            key = field.name.value
            if key == "__typename":
                lines.append(f'    __typename: Literal["{kind.name}"]')
                continue
            lines.append(
                f"    {key}: {self._name_of(kind.fields[key].type, f'{name}{key[0].upper()}{key[1:]}', field)}"
            )
        self._types[name] = self._class(f"{name}(TypedDict)", kind.description, lines)

    def _class(self, head: str, description: str | None, lines: list[str]) -> str:
        said = " ".join((description or "").split())
        return "\n".join([f"\nclass {head}:", f'    """{said}"""', "", *lines, ""])

    def _name_of(self, kind: object, name: str, field: FieldNode | None = None, *, may_be_null: bool = True) -> str:
        """The Python type of a GraphQL type; what it needs is added to the module."""
        if isinstance(kind, GraphQLNonNull):
            return self._name_of(kind.of_type, name, field, may_be_null=False)
        if isinstance(kind, GraphQLList):
            text = f"list[{self._name_of(kind.of_type, name, field)}]"
        elif isinstance(kind, GraphQLEnumType):
            text = kind.name
            if kind.name not in self._types:
                values = ", ".join(f'"{value}"' for value in kind.values)
                self._types[kind.name] = f"\n{kind.name} = Literal[{values}]\n"
        elif isinstance(kind, GraphQLInputObjectType):
            text = kind.name
            self._add_input(kind)
        elif isinstance(kind, GraphQLObjectType):
            assert field is not None
            assert field.selection_set is not None
            selections = field.selection_set.selections
            if len(selections) == 1 and isinstance(selections[0], FragmentSpreadNode):
                text = selections[0].name.value
                self._add_fragment(self._fragments[text])
            else:
                text = name
                self._add_object(name, kind, list(self._selected(field.selection_set)))
        else:
            text = SCALARS[str(getattr(kind, "name", kind))]
        return f"{text} | None" if may_be_null and text != "Any" else text

    def _add_input(self, kind: GraphQLInputObjectType) -> None:
        if kind.name in self._types:
            return
        # An input may name another, whose type has to come first
        lines = {name: f"    {name}: {self._name_of(field.type, '')}" for name, field in kind.fields.items()}
        needed = [line for name, line in lines.items() if _is_required(kind, name)]
        optional = [line for name, line in lines.items() if not _is_required(kind, name)]
        base = "TypedDict"
        text = ""
        if needed and optional:
            base = f"{kind.name}Needs"
            text = self._class(f"{base}(TypedDict)", f"What {kind.name} needs.", needed)
        head = f"{kind.name}({base}{', total=False' if optional else ''})"
        self._types[kind.name] = text + self._class(head, kind.description, optional or needed)


def _is_required(kind: GraphQLInputObjectType, name: str) -> bool:
    field = kind.fields[name]
    return (
        isinstance(field.type, GraphQLNonNull) and field.ast_node is not None and field.ast_node.default_value is None
    )


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def generate() -> str:
    """The module's text.

    Raises:
        OutdatedError: an operation does not fit the schema.
    """
    schema = build_schema(SCHEMA.read_text())
    document = parse(OPERATIONS.read_text())
    if errors := validate(schema, document):
        raise OutdatedError("\n".join(str(error) for error in errors))
    return Module(schema, document).text()


if __name__ == "__main__":
    try:
        TARGET.write_text(generate())
    except OutdatedError as error:
        sys.exit(f"{OPERATIONS} does not fit {SCHEMA}:\n{error}")
