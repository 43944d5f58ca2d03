"""graphql-eslint over the committed schema."""

from __future__ import annotations

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def lint(node: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    tool = HERE / "node_modules" / "eslint" / "bin" / "eslint.js"
    command = [str(node), str(tool), "--config", str(HERE / "eslint.config.js"), "graph/schema.graphql"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_schema_keeps_the_rules(node: Path) -> None:
    done = lint(node, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_missing_description_and_a_wrong_name_are_found(node: Path, tmp_path: Path) -> None:
    text = (ROOT / "graph" / "schema.graphql").read_text()
    for there, instead in (('"""Why a prediction failed."""\ntype', "type"), ("etaSeconds:", "eta_seconds:")):
        assert there in text
        text = text.replace(there, instead, 1)
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "schema.graphql").write_text(text)
    done = lint(node, tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "graphql-eslint/require-description" in done.stdout
    assert "graphql-eslint/naming-convention" in done.stdout
