"""Images and `.ci/run` install what is locked, by hash, and the locks hold what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
LOCKS = ROOT / "deploy" / "locks"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HASH = r"    --hash=sha256:[0-9a-f]{64}(?: \\)?\n"
ENTRY = re.compile(rf"^([A-Za-z0-9][\w.-]*)==(\S+)[^\n]*\n((?:{HASH})+)", re.MULTILINE)
IMAGES = {"api": ("otel",), "worker": ("worker", "otel"), "worker-cuda": ("worker", "otel")}
EXTRAS = {**IMAGES, "dev": ("worker", "embedded", "otel", "dev")}
WITHOUT_TORCH = {"worker", "dev"}


def locked(name: str) -> dict[str, set[str]]:
    """Of each package its versions: more than one where Python's versions need them."""
    versions: dict[str, set[str]] = {}
    for entry in ENTRY.finditer((LOCKS / f"{name}.txt").read_text()):
        versions.setdefault(canonicalize_name(entry[1]), set()).add(entry[2])
    return versions


@pytest.mark.parametrize("name", EXTRAS)
def test_every_requirement_is_locked_at_a_version_that_serves(name: str) -> None:
    versions = locked(name)
    requirements = [
        *PROJECT["dependencies"],
        *(r for extra in EXTRAS[name] for r in PROJECT["optional-dependencies"][extra]),
    ]
    missing = {"torch"} if name in WITHOUT_TORCH else set()
    for requirement in map(Requirement, requirements):
        key = canonicalize_name(requirement.name)
        if key not in missing:
            serve = [requirement.specifier.contains(version, prereleases=True) for version in versions[key]]
            assert all(serve), f"`make lock`: {requirement}"
    assert ("torch" in versions) is (name == "worker-cuda")


@pytest.mark.parametrize("name", EXTRAS)
def test_every_package_has_hashes_and_none_a_place(name: str) -> None:
    text = (LOCKS / f"{name}.txt").read_text()
    assert len(ENTRY.findall(text)) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)) > 90
    assert not re.search(r"://|--index|--find-links| @ |^-", text, re.MULTILINE)


def test_the_images_install_by_hash_alone() -> None:
    installs = re.findall(r"pip install [^\n]*", (ROOT / "Dockerfile").read_text())
    by_hash = [line for line in installs if "--require-hashes" in line]
    assert {name for line in by_hash for name in re.findall(r"/locks/([\w-]+)\.txt", line)} == set(IMAGES)
    # What else is installed: the tool that builds the wheel, the wheel itself, and the CPU build of torch
    others = [line for line in installs if line not in by_hash]
    assert all(re.search(r"install --no-cache-dir build$|/wheel/\*\.whl| torch==", line) for line in others), others


def test_ci_installs_by_hash_alone() -> None:
    assert "export PYTHON LOCKED=1\n" in (ROOT / ".ci" / "run").read_text()
    rule = re.search(r"^\.venv/\.stamp-dev-locked:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert rule is not None
    installs = re.findall(r"pip install ([^\n]*)", rule[1])
    # The product itself and torch beside it, for which nothing else is fetched then
    assert installs == [
        "-q --no-deps --require-hashes -r deploy/locks/dev.txt",
        "-q $(TORCH)",
        "-q --no-deps --no-build-isolation -e .",
    ]
