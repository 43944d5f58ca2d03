"""The TypeScript client: what it asks fits the schema, what is published is whole, and its pages run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

from tests.conftest import ROOT, LiveServer
from tests.support import typescript
from tests.support.rest import rest_token

HERE = Path(__file__).parent
SOURCES = typescript.PACKAGE / "src"
INSTALLED = HERE / "node_modules" / "inference-client"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "graph" / "schema.graphql").read_text())


def test_what_it_asks_fits_the_schema(schema: GraphQLSchema) -> None:
    documents = re.findall(r"/\* GraphQL \*/ `(.*?)`", (SOURCES / "operations.ts").read_text(), re.S)
    document = parse("\n".join(documents))
    assert sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions) == 21
    assert validate(schema, document) == []


def test_its_types_are_those_of_the_schema(schema: GraphQLSchema) -> None:
    text = re.sub(r"/\*.*?\*/", "", (SOURCES / "generated.ts").read_text(), flags=re.S)
    enums = re.findall(r"^export type (\w+) =((?:\s*\| '\w+')+);", text, re.M)
    assert len(enums) >= 5
    for name, body in enums:
        enum = schema.type_map[name]
        assert isinstance(enum, GraphQLEnumType)
        assert set(re.findall(r"'(\w+)'", body)) == set(enum.values), "run `make codegen`"


def test_what_is_published(node: Path) -> None:
    names = {path.relative_to(INSTALLED).as_posix() for path in INSTALLED.rglob("*") if path.is_file()} - {".sources"}
    modules = {path.stem for path in SOURCES.glob("*.ts")}
    built = {f"dist/{module}{ending}" for module in modules for ending in (".js", ".d.ts")}
    assert names == {"package.json", "README.md", "LICENSE", *built}
    package = json.loads((INSTALLED / "package.json").read_text())
    assert list(package["dependencies"]) == ["graphql-ws"]
    assert (INSTALLED / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_nothing_in_it_is_of_node_alone(node: Path) -> None:
    """Else bundlers for browsers would fail: what Node.js alone has is imported where it is used."""
    for module in (INSTALLED / "dist").glob("*.js"):
        imports = set(re.findall(r"""(?:\bfrom|^import|\bimport\()\s*["']([^"']+)["']""", module.read_text(), re.M))
        assert all(name == "graphql-ws/client" or name.startswith("./") for name in imports), (module.name, imports)


@pytest.mark.parametrize("resolution", ["nodenext", "bundler"])
def test_its_types_serve_strict_programs(node: Path, resolution: str) -> None:
    compiler = typescript.PACKAGE / "node_modules" / "typescript" / "bin" / "tsc"
    module = "nodenext" if resolution == "nodenext" else "esnext"
    options = ["--strict", "--noEmit", "--types", "", "--target", "es2022", "--lib", "es2022,dom"]
    ways = ["--module", module, "--moduleResolution", resolution, "--exactOptionalPropertyTypes"]
    command = [str(node), str(compiler), "--ignoreConfig", *options, *ways, "types/consumer.ts"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def run(live_server: LiveServer, node: Path, tmp_path: Path) -> Callable[[str], str]:
    """What a program says, which is run in `tmp_path`."""
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    environment = {**os.environ, "INFERENCE_URL": live_server.url, "INFERENCE_KEY": rest_token(live_server.url)}

    def run(program: str) -> str:
        (tmp_path / "program.mjs").write_text(program.replace("http://127.0.0.1:8000", live_server.url))
        done = subprocess.run(
            [str(node), "program.mjs"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (typescript.PACKAGE / "README.md").read_text(), re.S | re.M)


def test_the_first_three_are_five_lines_at_most_and_run(run: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("text\n" + "".join(f"row {number}\n" for number in range(100)))
    programs = blocks("mjs")
    assert len(programs) == 3
    assert all(len(program.splitlines()) <= 5 for program in programs)
    text, _, rows = map(run, programs)
    assert len(text) > 10
    assert (tmp_path / "circle.png").read_bytes().startswith(b"\x89PNG")
    assert rows.splitlines() == [f"{number} row {number}" for number in range(100)]


def test_its_page_runs_as_it_stands(run: Callable[[str], str], tmp_path: Path) -> None:
    lines = run("\n".join(blocks("js")))
    assert (tmp_path / "star.png").read_bytes().startswith(b"\x89PNG")
    for line in ("to be or not to be", "128 image/png true", "2 three", "later", "demo/echo CUSTOM", "/input/text"):
        assert line in lines
