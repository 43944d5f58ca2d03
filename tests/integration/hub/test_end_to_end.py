"""From a repository on the hub to a prediction, through the API and a worker."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

import workers
from tests.conftest import LiveServer, running
from tests.support.api import Client
from tests.support.hub_server import Fault, HubServer, hub_server
from tests.support.operations import add_model, ended, settled, somebody
from tests.support.prepared import StartServers

# Tests of the bundled models forbid every hub in the environment of this process
ONLINE = {"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0"}
PROSE = Path(workers.__file__).parent / "demo_models" / "prose"
REPO = "demo-org/prose"


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    """A hub with one real model."""
    with hub_server(tmp_path_factory.mktemp("hub")) as found:
        found.publish(REPO, {path.name: path.read_bytes() for path in PROSE.iterdir() if path.is_file()})
        yield found


@pytest.fixture(scope="module")
def live(
    shared_hub: HubServer, start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """The API and a worker of their own, whose hub is on this machine."""
    with (
        start_servers() as servers,
        running(servers, tmp_path_factory.mktemp("data"), HF_ENDPOINT=shared_hub.url, **ONLINE) as found,
    ):
        yield found


@pytest.fixture
async def user(live: LiveServer) -> AsyncIterator[Client]:
    """A user of this server."""
    client, _ = await somebody(live.url)
    yield client
    await client.close()


@pytest.fixture
async def distant(live: LiveServer, user: Client, tmp_path: Path) -> AsyncIterator[str]:
    """A model of the hub, and in place of the worker that prepared it one of another machine, without a file of it."""
    model = await from_hub(user, repo=REPO)
    await asyncio.to_thread(live.stop, "worker-0")
    live.start("worker-0", "worker", MODEL_CACHE_DIR=str(tmp_path / "models"))
    yield model["slug"]
    await asyncio.to_thread(live.stop, "worker-0")
    live.start("worker-0", "worker")


async def until_it_downloads(client: Client, prediction_id: str, seen: list[dict[str, Any]]) -> None:
    """Follow a prediction until its model's files are on their way."""
    async with asyncio.timeout(60):
        async for event in client.events(prediction_id):
            seen.append(event)
            if event["__typename"] == "ModelLoading" and event["phase"] == "download":
                return


async def from_hub(client: Client, **source: Any) -> dict[str, Any]:
    """A new model from the hub, once it was prepared or refused."""
    made = await add_model(client, kind="TEXT_GENERATION", source={"huggingface": source})
    assert made["__typename"] == "Model", made
    return await settled(client, made["slug"])


async def test_a_model_of_the_hub_answers(user: Client, live: LiveServer, shared_hub: HubServer) -> None:
    model = await from_hub(user, repo=REPO)
    assert model["latestVersion"]["state"] == "READY", model
    assert model["latestVersion"]["source"] == f"huggingface:{REPO}"
    assert "prompt" in model["latestVersion"]["inputSchema"]["properties"]
    weights = live.data_dir / "models" / "models--demo-org--prose" / "snapshots" / shared_hub.refs[REPO, "main"]
    assert (weights / "model.safetensors").read_bytes() == (PROSE / "model.safetensors").read_bytes()
    values = {"prompt": "Return the", "max_new_tokens": 8, "seed": 1}
    made = await user.create(model["slug"], values, wait=60)
    assert made["status"] == "SUCCEEDED", made
    assert len(made["text"]) > 3
    bundled = await user.create("demo/prose", values, wait=60)
    assert made["text"] == bundled["text"], "the same weights write the same"


async def test_a_refusal_is_a_sentence(user: Client, shared_hub: HubServer) -> None:
    shared_hub.publish("demo-org/closed", {"config.json": b"{}", "model.safetensors": b"x"})
    shared_hub.gated["demo-org/closed"] = "hf_token"
    shared_hub.publish("demo-org/pickled", {"config.json": b"{}", "pytorch_model.bin": b"x"})
    reasons = [
        (await from_hub(user, repo=f"demo-org/{name}"))["latestVersion"]["reason"]
        for name in ("closed", "pickled", "nowhere")
    ]
    assert reasons == [
        "demo-org/closed is gated: set HF_TOKEN to a token that has access.",
        "The repository holds only pickle weights; convert them to safetensors.",
        "demo-org/nowhere does not exist on the hub, or it is private.",
    ]


async def test_a_hub_that_is_away_for_a_moment(user: Client, shared_hub: HubServer) -> None:
    files = {path.name: path.read_bytes() for path in PROSE.iterdir() if path.is_file()}
    shared_hub.publish("demo-org/slow", files)
    shared_hub.faults += [
        Fault("^GET /api/models/demo-org/slow/?$", status=503),
        Fault("^GET /cdn/demo-org/slow/", cut="closed"),
    ]
    model = await from_hub(user, repo="demo-org/slow")
    assert model["latestVersion"]["state"] == "READY", model
    assert [fault.times for fault in shared_hub.faults] == [0, 0]


@pytest.mark.slow
async def test_a_worker_that_lacks_the_files_fetches_them_once_for_all_who_wait(
    user: Client, shared_hub: HubServer, distant: str
) -> None:
    """And whoever is canceled meanwhile leaves at once, without ending it for the others."""
    released = threading.Event()
    shared_hub.faults.append(Fault("^GET /cdn/demo-org/prose/", hold=released))
    before = len(shared_hub.asked("^GET /cdn/demo-org/prose/"))
    values = {"prompt": "Return the", "max_new_tokens": 8, "seed": 1}
    try:
        made = [await user.create(distant, values) for _ in range(2)]
        seen: list[list[dict[str, Any]]] = [[], []]
        async with asyncio.TaskGroup() as group:
            for prediction, events in zip(made, seen, strict=True):
                group.create_task(until_it_downloads(user, prediction["id"], events))
        late: list[dict[str, Any]] = []
        made.append(await user.create(distant, values))
        await until_it_downloads(user, made[2]["id"], late)
        await user.cancel(made[0]["id"])
        canceled = await ended(user, made[0]["id"])
        assert (canceled["status"], canceled["stopSeconds"] < 1) == ("CANCELED", True)
    finally:
        released.set()
    waited = [await ended(user, prediction["id"]) for prediction in made[1:]]
    assert [found["status"] for found in waited] == ["SUCCEEDED"] * 2, waited
    assert len(shared_hub.asked("^GET /cdn/demo-org/prose/")) == before + 1
    assert len({found["text"] for found in waited}) == 1


@pytest.mark.slow
async def test_a_download_that_nobody_waits_for_is_called_off_and_the_next_one_begins_anew(
    user: Client, shared_hub: HubServer, distant: str
) -> None:
    released = threading.Event()
    shared_hub.faults.append(Fault("^GET /cdn/demo-org/prose/", hold=released))
    values = {"prompt": "Return the", "max_new_tokens": 8, "seed": 1}
    try:
        lonely = await user.create(distant, values)
        await until_it_downloads(user, lonely["id"], [])
        await user.cancel(lonely["id"])
        assert (await ended(user, lonely["id"]))["status"] == "CANCELED"
        after = await user.create(distant, values)
    finally:
        released.set()
    phases: dict[str, tuple[int, int]] = {}
    async with asyncio.timeout(60):
        async for event in user.events(after["id"]):
            if event["__typename"] == "ModelLoading":
                phases[event["phase"]] = int(event["bytes"] or 0), int(event["totalBytes"] or 0)
    assert (await ended(user, after["id"]))["status"] == "SUCCEEDED"
    assert [phase for phase in phases if phase != "inspect"] == ["download", "read", "move", "warm-up"]
    size = (PROSE / "model.safetensors").stat().st_size
    # Small files of the download before are not fetched again
    assert size < phases["download"][0] <= phases["download"][1]
    assert phases["move"] == phases["warm-up"] == (size, size)
