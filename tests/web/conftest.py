"""The web UI's build, and the Node.js that its tests run on."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from tests.support import typescript

WEB = Path(__file__).resolve().parents[2] / "web"


def load_hook(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("web_hatch_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def hatch_build() -> ModuleType:
    return load_hook(WEB / "hatch_build.py")


@pytest.fixture(scope="session")
def static(hatch_build: ModuleType) -> Path:
    """The built UI, built now if the sources have changed."""
    hatch_build.build()
    return Path(hatch_build.STATIC)


@pytest.fixture
def copy(tmp_path: Path) -> ModuleType:
    """The build hook of a copy of the sources, without node_modules and without a build."""
    web = tmp_path / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules", "tests"))
    (tmp_path / "server").mkdir()
    return load_hook(web / "hatch_build.py")


@pytest.fixture(scope="session")
def node(hatch_build: ModuleType, static: Path) -> Path:
    """A Node.js with everything that web/tests needs; `static` makes the server's pages current."""
    hatch_build.build(dev=True)
    found = hatch_build.system_node() or hatch_build.packaged_node()
    assert found is not None
    # For the programs of the tab Code
    typescript.install(found, WEB / "node_modules")
    return Path(found.node)
