"""From a repository on the hub to a prediction, through the API and a worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

import workers
from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.graph.asking import add_model, settled, somebody
from tests.support.api import Client
from tests.support.hub_server import Fault, HubServer, hub_server

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
def live(shared_hub: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The API and a worker of their own, whose hub is on this machine."""
    servers_dir, data_dir = tmp_path_factory.mktemp("servers"), tmp_path_factory.mktemp("data")
    with (
        LocalServers.start(servers_dir, durable=False) as servers,
        running(servers, data_dir, HF_ENDPOINT=shared_hub.url, **ONLINE) as found,
    ):
        yield found


@pytest.fixture
async def user(live: LiveServer) -> AsyncIterator[Client]:
    """A user of this server."""
    client, _ = await somebody(live.url)
    yield client
    await client.close()


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
        "demo-org/closed is gated: set HF_TOKEN to a token that was given access.",
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
