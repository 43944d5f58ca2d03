from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("server", "graph", "workers", "clients/python", "web/src", "web/tests", "tests")
SUFFIXES = {".py", ".ts", ".tsx", ".css", ".mjs"}
# Words that say nothing, or that something is unfinished
WORDS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "simply", "obviously", "robust", "leverag", "seamless")
FORBIDDEN = re.compile(rf"\b(?:{'|'.join(WORDS)})")


def sources() -> list[Path]:
    found = [p for name in SOURCES for p in (ROOT / name).rglob("*") if p.suffix in SUFFIXES]
    return [p for p in found if not {"node_modules", "static", "generated"} & set(p.parts)]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)


def test_imports_point_one_way() -> None:
    result = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("modules", ["server.app, server.cli, graph.schema", "workers.main, workers.actors"])
def test_no_process_that_serves_or_supervises_loads_a_framework(modules: str) -> None:
    heavy = "{'torch', 'transformers', 'diffusers', 'accelerate'}"
    script = f"import sys, {modules}; found = {heavy} & set(sys.modules); assert not found, found"
    result = run(sys.executable, "-c", script)
    assert result.returncode == 0, result.stderr


def test_no_forbidden_words() -> None:
    hits = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    assert hits == []


def test_no_test_module_imports_another() -> None:
    """What several share has a module of its own, named by what it holds."""
    imports = re.compile(r"^(?:from|import) tests[\w.]*\.test_\w+", re.M)
    assert [
        str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py") if imports.search(path.read_text())
    ] == []
