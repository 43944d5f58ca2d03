"""Versions are prepared side by side: neither a slow repository nor a hub that is away costs anybody else's model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import workers
from tests.conftest import LiveServer, running
from tests.support.api import Client
from tests.support.hub_server import Fault, HubServer, hub_server
from tests.support.operations import add_model, settled, somebody
from tests.support.prepared import StartServers

PROSE = Path(workers.__file__).parent / "demo_models" / "prose"
FILES = {path.name: path.read_bytes() for path in PROSE.iterdir() if path.is_file()}
RETRY = """mutation ($input: PrepareAgainInput!) { prepareAgain(input: $input) { __typename
  ... on ModelVersion { slug state reason } ... on UserError { code message } } }"""
VERSION = """query ($slug: String!) { model(slug: $slug) { versions {
  state reason nextTryAt progress { phase bytes totalBytes } } } }"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    with hub_server(tmp_path_factory.mktemp("hub")) as server:
        yield server


@pytest.fixture(scope="module")
def live(hub: HubServer, start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """An API and a worker with two slots for versions."""
    settings = {
        "PREPARE_SLOTS": "2",
        "CLAIM_POLL_SECONDS": "0.5",
        "PREPARE_RETRY_SECONDS": "1",
        "HF_HUB_OFFLINE": "0",
        "TRANSFORMERS_OFFLINE": "0",
    }
    with (
        start_servers() as servers,
        running(servers, tmp_path_factory.mktemp("data"), HF_ENDPOINT=hub.url, **settings) as live,
    ):
        yield live


@pytest.fixture
async def user(live: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(live.url)
    yield client
    await client.close()


async def publish(client: Client, repo: str) -> str:
    made = await add_model(client, kind="TEXT_GENERATION", source={"huggingface": {"repo": repo}})
    assert made["__typename"] == "Model", made
    slug: str = made["slug"]
    return slug


async def newest(client: Client, slug: str) -> dict[str, Any]:
    version: dict[str, Any] = (await client.run(VERSION, slug=slug))["model"]["versions"][0]
    return version


async def until(client: Client, slug: str, condition: Any) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while not condition(version := await newest(client, slug)):
            await asyncio.sleep(0.1)
    return version


@pytest.mark.slow
async def test_a_repository_that_drips_delays_nobody_else(live: LiveServer, user: Client, hub: HubServer) -> None:
    released = threading.Event()
    hub.publish("demo-org/quick", FILES)
    names = [f"demo-org/drip{number}" for number in range(3)]
    for name in names:
        hub.publish(name, FILES)
        hub.faults.append(Fault(f"^GET /cdn/{name}/", times=99, drip=released))
    hostile, _ = await somebody(live.url)
    try:
        slow = [await publish(hostile, name) for name in names]
        await until(hostile, slow[0], lambda version: (version["progress"] or {}).get("phase") == "download")
        model = await settled(user, await publish(user, "demo-org/quick"))
        assert model["latestVersion"]["state"] == "READY", model
        left = [await newest(hostile, slug) for slug in slow]
        assert [version["state"] for version in left] == ["PREPARING"] * 3
        assert left[0]["progress"]["totalBytes"], left
        assert [version["progress"] for version in left[1:]] == [None, None]
    finally:
        released.set()
        hub.faults.clear()
    assert (await settled(hostile, slow[0]))["latestVersion"]["state"] == "READY"
    await hostile.close()


@pytest.mark.slow
async def test_a_hub_that_is_away_is_waited_for_and_says_so(user: Client, hub: HubServer) -> None:
    hub.publish("demo-org/later", FILES)
    hub.faults.append(Fault("^GET /api/models/demo-org/later", times=999, status=503))
    slug = await publish(user, "demo-org/later")
    version = await until(user, slug, lambda version: version["reason"])
    assert version["state"] == "PREPARING"
    assert "hub does not answer" in version["reason"]
    at = datetime.fromisoformat(version["nextTryAt"])
    assert timedelta(seconds=-30) < at - datetime.now(UTC) < timedelta(seconds=30)
    told = await user.create(slug, {"prompt": "x"})
    assert told["code"] == "UNAVAILABLE"
    assert "is tried again at" in told["message"] or "still being prepared" in told["message"], told
    # Refused by what would end every other trouble (PREPARE_RETRY_SECONDS)
    await until(user, slug, lambda version: hub.asked("^GET /api/models/demo-org/later")[2:])
    assert (await newest(user, slug))["state"] == "PREPARING"
    hub.faults.clear()
    made = (await user.run(RETRY, input={"version": slug}))["prepareAgain"]
    assert made["__typename"] in ("ModelVersion", "ConflictError"), made
    model = await settled(user, slug)
    assert (model["latestVersion"]["state"], (await newest(user, slug))["reason"]) == ("READY", None)


@pytest.mark.slow
async def test_a_name_is_not_burnt_by_a_refusal(live: LiveServer, user: Client, hub: HubServer) -> None:
    slug = await publish(user, "demo-org/forgotten")
    model = await settled(user, slug)
    assert model["latestVersion"]["state"] == "REFUSED", model
    hub.publish("demo-org/forgotten", FILES)
    stranger, _ = await somebody(live.url)
    denied = (await stranger.run(RETRY, input={"version": f"{slug}:1"}))["prepareAgain"]
    assert denied["code"] == "FORBIDDEN"
    await stranger.close()
    made = (await user.run(RETRY, input={"version": f"{slug}:1"}))["prepareAgain"]
    assert (made["slug"], made["state"], made["reason"]) == (f"{slug}:1", "PREPARING", None)
    assert (await settled(user, slug))["latestVersion"]["state"] == "READY"
    again = (await user.run(RETRY, input={"version": slug}))["prepareAgain"]
    assert again["code"] == "CONFLICT"
    missing = (await user.run(RETRY, input={"version": f"{slug}:7"}))["prepareAgain"]
    assert missing["code"] == "NOT_FOUND"
