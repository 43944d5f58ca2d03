"""The files around the code agree with it: settings, dependencies, compose, Dockerfile."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import yaml

from server.settings import Settings

ROOT = Path(__file__).parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEVER_IN_THE_API = {"torch", "transformers", "diffusers", "accelerate"}


def name_of(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_the_api_needs_no_torch_even_indirectly() -> None:
    seen: set[str] = set()
    waiting = [name_of(requirement) for requirement in PROJECT["dependencies"]]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = requires(name) or []
        except PackageNotFoundError:
            continue
        waiting += [name_of(item) for item in found if "extra ==" not in item]
    assert len(seen) > 40
    assert not seen & NEVER_IN_THE_API


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def test_compose_services_fit_together() -> None:
    services = compose()["services"]
    assert {"postgres", "redis", "migrate", "api", "worker", "worker-gpu"} == set(services)
    for name, service in services.items():
        for other, condition in service.get("depends_on", {}).items():
            assert other in services, f"{name} depends on {other}"
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[other], other
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose()["volumes"]
    assert services["worker-gpu"]["profiles"] == ["gpu"]


def test_compose_passes_only_settings_that_exist() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in ("api", "worker", "migrate"):
        assert set(compose()["services"][name]["environment"]) <= known


def test_compose_builds_targets_that_the_dockerfile_has() -> None:
    targets = set(re.findall(r"^FROM \S+ AS (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    built = {s["build"]["target"] for s in compose()["services"].values() if "build" in s}
    assert built == {"api", "worker"}
    assert built <= targets


def test_the_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert "## [Unreleased]" in text or f"## [{PROJECT['version']}]" in text
