"""Node.js with the stock clients of package.json, installed by the first session that needs them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from filelock import FileLock

HERE = Path(__file__).parent
HATCH_BUILD = HERE.parents[1] / "web" / "hatch_build.py"
LOCKED = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".installed"


def _hatch_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clients_hatch_build", HATCH_BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def node() -> Path:
    """A Node.js beside which the locked packages are installed."""
    build = _hatch_build()
    found: Any = build.system_node() or build.packaged_node()
    assert found is not None, build.NO_NODE
    with FileLock(HERE / ".install.lock"):
        if not INSTALLED.is_file() or INSTALLED.read_text() != LOCKED.read_text():
            path = os.pathsep.join([str(found.node.parent), os.environ.get("PATH", "")])
            command = (*found.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            subprocess.run(command, cwd=HERE, env={**os.environ, "PATH": path}, check=True, timeout=150)
            INSTALLED.write_text(LOCKED.read_text())
    return Path(found.node)
