from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    is_leaf_type,
)

from graph import schema
from server.settings.page import settings_page

ROOT = Path(__file__).parents[2]


def described(named: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    """Everything of a type that should have a description."""
    yield named.name, named.description
    if isinstance(named, GraphQLEnumType):
        for name, value in named.values.items():
            yield f"{named.name}.{name}", value.description
    elif isinstance(named, GraphQLInputObjectType):
        for name, item in named.fields.items():
            yield f"{named.name}.{name}", item.description
    elif isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in named.fields.items():
            yield f"{named.name}.{name}", field.description
            for argument, taken in field.args.items():
                yield f"{named.name}.{name}({argument})", taken.description


# Of other objects altogether, which nobody asks for side by side
DIFFER_IN_NODES = {"status", "state", "attempts", "expiresAt", "webhookDeliveries"}


def shape(kind: object) -> str:
    """What has to be the same of fields that are selected under one name (GraphQL, 5.3.2)."""
    if isinstance(kind, GraphQLNonNull):
        return f"{shape(kind.of_type)}!"
    if isinstance(kind, GraphQLList):
        return f"[{shape(kind.of_type)}]"
    return str(kind) if is_leaf_type(kind) else "object"


def test_fields_of_one_name_can_be_selected_of_all_members() -> None:
    parsed = build_schema(schema.sdl())
    differ: dict[str, set[str]] = {}
    for name, named in parsed.type_map.items():
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            shapes: dict[str, set[str]] = {}
            for member in parsed.get_possible_types(named):
                for field, taken in member.fields.items():
                    shapes.setdefault(field, set()).add(shape(taken.type))
            differ |= {name: {field for field, kinds in shapes.items() if len(kinds) > 1}}
    assert {name: fields for name, fields in differ.items() if fields} == {"Node": DIFFER_IN_NODES}


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "graph" / "schema.graphql").read_text() == schema.sdl(), "run: inference-server export-schema"


def test_everything_in_the_schema_has_a_description() -> None:
    types = build_schema(schema.sdl()).type_map
    found = [item for name, named in types.items() if not name.startswith("__") for item in described(named)]
    builtin = {"String", "Int", "Float", "Boolean", "ID"}
    assert len(found) > 200
    assert [name for name, text in found if not (text or "").strip() and name not in builtin] == []


def test_the_page_of_settings_is_current() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_page(), "run: inference-server export-settings"


def test_every_setting_is_described_and_no_default_is_a_path_of_this_machine() -> None:
    rows = [line for line in settings_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 30
    assert all(len(row.split(" | ")) == 3 and row.rstrip(" |").endswith(".") for row in rows)
    assert str(Path.home()) not in settings_page()
