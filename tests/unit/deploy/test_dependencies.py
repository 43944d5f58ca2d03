"""docs/dependencies.md says why each dependency is here, and of none that is not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
GROUPS: dict[str, list[str]] = {"base": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
MODEL_LIBRARIES = {"torch", "transformers", "diffusers", "accelerate"}
MIN_REASON = 15


def name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def reasons() -> dict[str, dict[str, str]]:
    """What the page says, by group and package."""
    found: dict[str, dict[str, str]] = {}
    page = (ROOT / "docs" / "dependencies.md").read_text()
    for heading, body in re.findall(r"^## .*?`(\w+)`.*?$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
        found[heading] = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", body, re.MULTILINE))
        found[heading].pop("package", None)
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_each_dependency_has_its_line(group: str) -> None:
    assert set(reasons()[group]) == {name_of(requirement) for requirement in GROUPS[group]}


def test_each_line_gives_a_reason() -> None:
    assert [name for group in reasons().values() for name, why in group.items() if len(why) < MIN_REASON] == []


def test_the_libraries_of_models_are_an_extra() -> None:
    assert not {name_of(requirement) for requirement in GROUPS["base"]} & MODEL_LIBRARIES
    assert {name_of(requirement) for requirement in GROUPS["worker"]} >= MODEL_LIBRARIES
