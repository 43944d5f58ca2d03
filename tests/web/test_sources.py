"""The UI's sources: operations that fit the schema, generated types that fit both, lock files that name no host."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    print_ast,
    validate,
)

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
GENERATED = WEB / "src" / "api" / "generated" / "graphql.ts"
OPERATIONS = sorted((WEB / "src" / "api").glob("*.graphql"))
EXAMPLES = sorted((WEB / "src" / "graphiql" / "examples").glob("*.graphql"))


# Rooms of web/src, the upper ones first: each imports from those below it, and those of one line not from each other
LAYERS = (
    {"app"},
    {
        *("account", "admin", "batches", "chat", "compare", "create", "experiments", "gallery", "history", "model"),
        *("owner", "performance", "pictures", "shared", "usage"),
    },
    {"cards", "code", "session"},
    {"form", "prediction"},
    {"markdown"},
    {"ui"},
    {"api"},
    {"messages"},
)
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "graph" / "schema.graphql").read_text())


@pytest.fixture(scope="module")
def operations() -> DocumentNode:
    """All operations of the UI, which share their fragments."""
    return parse("\n".join(file.read_text() for file in OPERATIONS))


def test_operations_fit_the_schema(schema: GraphQLSchema, operations: DocumentNode) -> None:
    assert validate(schema, operations) == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_examples_fit_the_schema(schema: GraphQLSchema, file: Path) -> None:
    assert validate(schema, parse(file.read_text())) == []


def _printed(document: DocumentNode) -> dict[str, str]:
    named = (OperationDefinitionNode, FragmentDefinitionNode)
    return {d.name.value: print_ast(d) for d in document.definitions if isinstance(d, named) and d.name}


def test_generated_operations_are_those_of_the_sources(operations: DocumentNode) -> None:
    texts = re.findall(r"TypedDocumentString\(`(.*?)`", GENERATED.read_text(), re.DOTALL)
    generated = {name: text for body in texts for name, text in _printed(parse(body)).items()}
    assert generated == _printed(operations), "run `npm run codegen` in web/"


def test_generated_enums_are_those_of_the_schema(schema: GraphQLSchema) -> None:
    without_comments = re.sub(r"/\*.*?\*/", "", GENERATED.read_text(), flags=re.DOTALL)
    found = re.findall(r"^export type (\w+) =((?:\s*\| '\w+')+);", without_comments, re.MULTILINE)
    assert found
    for name, body in found:
        enum = schema.type_map[name]
        assert isinstance(enum, GraphQLEnumType)
        assert set(re.findall(r"'(\w+)'", body)) == set(enum.values), "run `npm run codegen` in web/"


@pytest.mark.parametrize("lock", [WEB / "package-lock.json", WEB / "codegen" / "package-lock.json"], ids=str)
def test_lock_files_name_no_registry(lock: Path) -> None:
    text = lock.read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_types_fit(node: Path) -> None:
    """Words of one language that another lacks are a wrong type too."""
    compiler = WEB / "node_modules" / "typescript" / "bin" / "tsc"
    checked = subprocess.run([str(node), str(compiler), "--noEmit"], cwd=WEB, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_sources_are_formatted(node: Path) -> None:
    prettier = WEB / "node_modules" / "prettier" / "bin" / "prettier.cjs"
    checked = subprocess.run(
        [str(node), str(prettier), "--check", "src", "tests"], cwd=WEB, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_rooms_of_the_page_import_downwards_only() -> None:
    source = WEB / "src"
    level = {room: depth for depth, rooms in enumerate(LAYERS) for room in rooms}
    rooms = {path.name for path in source.iterdir() if path.is_dir()} - {"styles", "graphiql", "docs"}
    assert rooms == level.keys()
    upwards = []
    for room in rooms:
        for path in [path for path in (source / room).rglob("*") if path.suffix in {".ts", ".tsx"}]:
            for target in IMPORT.findall(path.read_text()):
                other = (path.parent / target).resolve().relative_to(source).parts[0]
                if other not in {room, "styles"} and level[other] <= level[room]:
                    upwards.append(f"{path.relative_to(source)} imports {target}")
    assert upwards == []
