"""The Python client stands alone, and asks what the schema has."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, modules

CLIENT = ROOT / "clients" / "python"
SOURCES = sorted((CLIENT / "inference_client").rglob("*.py"))
OF_THE_COMMAND_LINE = {"typer", "rich"}
# Pillow opens pictures for those who have it
MAY_IMPORT = {"httpx", "websockets", "inference_client", "PIL"} | set(sys.stdlib_module_names)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_its_operations_are_those_of_the_schema() -> None:
    """`make schema` writes them."""
    spec = importlib.util.spec_from_file_location("client_codegen", CLIENT / "codegen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (CLIENT / "inference_client" / "operations.py").read_text() == module.generate()


def test_it_imports_nothing_of_the_server() -> None:
    strangers = [
        f"{path.relative_to(CLIENT)}: {name}"
        for path in SOURCES
        for name in imported(path)
        if name not in MAY_IMPORT | (OF_THE_COMMAND_LINE if "cli" in path.parts else set())
    ]
    assert strangers == []


def test_the_server_imports_it_in_its_commands_alone() -> None:
    using = [name for name, path in modules().items() if path not in SOURCES and "inference_client" in imported(path)]
    assert using == ["server.cli", "server.command_line"]


@pytest.mark.slow
def test_its_types_hold_for_the_oldest_python() -> None:
    command = [sys.executable, "-m", "mypy", "--python-version", "3.10", "-p", "inference_client"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout
