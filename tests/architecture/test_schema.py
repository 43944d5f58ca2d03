from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
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
