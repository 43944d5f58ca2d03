"""A class that changes while its worker runs becomes a new version; the old one runs no other code than its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, LiveServer, running
from tests.support.api import Client
from tests.support.operations import MODEL, add_model, administrator, settled
from tests.support.prepared import StartServers

SECONDS = 60
FIRST = """
class Blur:
    def predict(self, text: str, radius: int = 1) -> str:
        return f"{text} {radius}"
"""
RENAMED = """
class Blur:
    def predict(self, text: str, sigma: int = 1) -> str:
        return f"{text} {sigma} anew"
"""
BROKEN = "class Blur:\n    def predict(self text"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "changing.py").write_text(FIRST)
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.fixture
def live(start_servers: StartServers, folder: Path) -> Iterator[LiveServer]:
    path = f"{ROOT}:{folder}"
    settings = {"CUSTOM_PREDICTORS": "changing:Blur", "HEARTBEAT_SECONDS": "1"}
    with start_servers() as servers, running(servers, folder / "data", PYTHONPATH=path, **settings) as found:
        yield found


async def until_version(client: Client, slug: str, number: int) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        model: dict[str, Any] = (await client.run(MODEL, slug=slug))["model"]
        if model["latestVersion"]["number"] == number and model["latestVersion"]["state"] == "READY":
            return model
        await asyncio.sleep(0.1)
    raise AssertionError(f"{slug} has no version {number}: {model}")


async def until_health(live: LiveServer, wanted: str) -> None:
    deadline = time.monotonic() + SECONDS
    while (health := predictors_health(live)) != wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    assert health == wanted


def predictors_health(live: LiveServer) -> str:
    return str(httpx.get(f"{live.url}/health/ready", trust_env=False).json()["predictors"])


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_a_renamed_parameter_is_a_new_version_and_the_old_one_says_so(live: LiveServer, folder: Path) -> None:
    client = await administrator(live)
    slug = (await settled(client, (await add_model(client, source={"predictor": "blur"}))["slug"]))["slug"]
    values = {"text": "a", "radius": 7}
    assert (await client.create(slug, values, wait=30))["output"] == "a 7"

    (folder / "changing.py").write_text(BROKEN)
    await until_health(live, "broken")
    assert (await client.create(slug, values, wait=30))["output"] == "a 7", "the former code runs on"
    (folder / "changing.py").write_text(FIRST)
    await until_health(live, "ok")

    (folder / "changing.py").write_text(RENAMED)
    model = await until_version(client, slug, 2)
    assert [(each["number"], each["state"]) for each in model["versions"]] == [(2, "READY"), (1, "REFUSED")]
    assert list(model["latestVersion"]["inputSchema"]["properties"]) == ["text", "sigma"]
    refused = await client.create(slug, values)
    assert [each["path"] for each in refused["violations"]] == ["/input/radius"]
    assert (await client.create(slug, {"text": "a", "sigma": 7}, wait=30))["output"] == "a 7 anew"
    pinned = await client.create(f"{slug}:1", values)
    assert "has changed since this version was published, so it cannot run any more; run version 2" in pinned["message"]

    # Back to what it was: nobody else has the code of version 2
    (folder / "changing.py").write_text(FIRST)
    await until_version(client, slug, 3)
    assert (await client.create(slug, values, wait=30))["output"] == "a 7"
    await client.close()
