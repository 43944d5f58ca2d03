"""From a repository on the hub to a prediction, through the API and a worker."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

import workers
from server.services.health import NO_ROOM
from tests.conftest import LiveServer, running
from tests.support.api import Client
from tests.support.hub_server import Fault, HubServer, hub_server
from tests.support.operations import add_model, change, delete, ended, settled, somebody
from tests.support.prepared import StartServers
from workers.supervisor import folders

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


LOOK = """query ($repo: String!, $revision: String) { hubRepository(repo: $repo, revision: $revision) {
  repo commit task fileCount sizeBytes weightBytes kind isAdapter problem } }"""


async def test_a_repository_is_looked_at_before_it_is_added(
    live: LiveServer, shared_hub: HubServer, user: Client
) -> None:
    files = {path.name: path.stat().st_size for path in PROSE.iterdir() if path.is_file()}
    repository = (await user.run(LOOK, repo=REPO))["hubRepository"]
    assert repository == {
        "repo": REPO, "commit": shared_hub.refs[REPO, "main"], "task": None,
        "fileCount": len(files), "sizeBytes": sum(files.values()), "weightBytes": files["model.safetensors"],
        "kind": "CUSTOM", "isAdapter": False, "problem": None,
    }  # fmt: skip
    for repo, revision, code in [
        ("acme/none", None, "NOT_FOUND"),
        (REPO, "no-such-branch", "NOT_FOUND"),
        ("../../etc/passwd", None, "BAD_USER_INPUT"),
        ("prose", None, "BAD_USER_INPUT"),
        (REPO, "../main", "BAD_USER_INPUT"),
    ]:
        (error,) = (await user.raw(LOOK, repo=repo, revision=revision))["errors"]
        assert error["extensions"]["code"] == code, (repo, revision)
    nobody = Client(live.url)
    try:
        (error,) = (await nobody.raw(LOOK, repo=REPO))["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
    finally:
        await nobody.close()


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


@pytest.mark.slow
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
async def test_a_prediction_waits_for_room_on_the_disk_and_says_so(
    user: Client, live: LiveServer, shared_hub: HubServer, tmp_path: Path
) -> None:
    files = {path.name: path.read_bytes() for path in PROSE.iterdir() if path.is_file()}
    shared_hub.publish("demo-org/other", {**files, "README.md": b"# Another"})
    first, second = [(await from_hub(user, repo=repo))["slug"] for repo in (REPO, "demo-org/other")]
    await asyncio.to_thread(live.stop, "worker-0")
    cache = tmp_path / "models"
    room = int(1.5 * sum(map(len, files.values())))
    live.start("worker-0", "worker", MODEL_CACHE_DIR=str(cache), MODEL_CACHE_MAX_BYTES=str(room))
    values = {"prompt": "Return the", "max_new_tokens": 4, "seed": 1}
    try:
        assert (await user.create(first, values, wait=60))["status"] == "SUCCEEDED"
        late = await user.create(second, values, deadlineSeconds=5)
        assert (await ended(user, late["id"]))["error"]["code"] == "DEADLINE_EXCEEDED"
        waiting = await user.create(second, values)
        log: list[str] = []
        async with asyncio.timeout(60):
            async for event in user.events(waiting["id"]):
                log += [event["line"]] if event["__typename"] == "Logged" else []
                if log and event["__typename"] == "ModelLoading":
                    assert event["phase"] == "wait for disk"
                    break
        # Operators see it too, by the next heartbeat
        async with asyncio.timeout(60):
            while (health := (await user.http.get(f"{live.url}/health/ready")).json())["disks"] != "waiting":
                await asyncio.sleep(0.1)
        assert (health["status"], health["notes"][-1]) == ("degraded", NO_ROOM)
        assert "models that are in use fill it" in log[0]
        # as if nobody had used it for a while
        at = time.time() - 200
        for path in [cache, *cache.rglob("*")]:
            os.utime(path, (at, at), follow_symlinks=False)
        assert (await ended(user, waiting["id"]))["status"] == "SUCCEEDED"
    finally:
        await asyncio.to_thread(live.stop, "worker-0")
        live.start("worker-0", "worker")


@pytest.mark.slow
async def test_an_adapter_of_the_hub_runs_on_its_base_of_the_hub(
    user: Client, live: LiveServer, shared_hub: HubServer, tmp_path: Path
) -> None:
    # torch takes seconds to import, for this test alone
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from tests.unit.predictors import tiny_models
    from tests.unit.predictors.loud_adapters import make_adapter

    folder = tiny_models.llama(tmp_path / "llama")
    adapter = make_adapter(folder, tmp_path / "lora")
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": "acme/llama"}))
    for repo, place in (("acme/llama", folder), ("acme/lora", adapter)):
        shared_hub.publish(repo, {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()})
    alone = (await from_hub(user, repo="acme/lora"))["latestVersion"]
    assert alone["state"] == "REFUSED"
    assert alone["reason"].startswith(
        "The repository is an adapter (adapter_config.json). It was made for acme/llama. An adapter runs on the "
        "version that it was made for: add that model first, and publish the adapter with that version as `base`"
    )
    assert not shared_hub.asked("^GET /cdn/acme/lora/")
    model = await add_model(
        user, kind="TEXT_GENERATION", source={"huggingface": {"repo": "acme/llama"}}, dtype="FLOAT32"
    )
    base = (await settled(user, model["slug"]))["latestVersion"]
    assert base["state"] == "READY", base
    made = await add_model(
        user, kind="TEXT_GENERATION", source={"huggingface": {"repo": "acme/lora"}}, base=f"{model['slug']}:1"
    )
    version = (await settled(user, made["slug"]))["latestVersion"]
    assert version["state"] == "READY", version
    folders = live.data_dir / "models" / "models--acme--lora" / "snapshots"
    assert {path.name for path in folders.glob("*/*")} >= {"adapter_config.json", "adapter_model.safetensors"}
    assert not list(folders.glob("*/README.md"))
    values = {"prompt": "The quick", "max_new_tokens": 12, "temperature": 0}
    done = await user.create(made["slug"], values, wait=60)
    assert done["status"] == "SUCCEEDED", done
    tokenizer = AutoTokenizer.from_pretrained(folder)
    whole = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder), adapter).eval()
    ids = tokenizer("The quick", return_tensors="pt")
    expected = whole.generate(**ids, do_sample=False, max_new_tokens=12, pad_token_id=1)[0, ids["input_ids"].shape[1] :]
    assert done["text"] == tokenizer.decode(expected, skip_special_tokens=True)
    assert done["text"] != (await user.create(model["slug"], values, wait=60))["text"]
    # Somebody else's private base is not there for others
    other, _ = await somebody(live.url)
    try:
        assert (await change(user, model["slug"], visibility="PRIVATE"))["__typename"] == "Model"
        hidden = await add_model(
            other, kind="TEXT_GENERATION", source={"huggingface": {"repo": "acme/lora"}}, base=f"{model['slug']}:1"
        )
        assert hidden["violations"][0]["message"] == f"There is no version '{model['slug']}:1'."
    finally:
        await other.close()


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


FORK = """mutation ($i: ForkModelInput!) { forkModel(input: $i) { __typename
  ... on Model { slug latestVersion { state revision digest } } ... on UserError { message } } }"""


async def test_a_fork_runs_on_the_same_files_when_its_original_is_gone(
    live: LiveServer, user: Client, shared_hub: HubServer
) -> None:
    original = await from_hub(user, repo=REPO)
    cache = Path(live.environment["DATA_DIR"]) / "models"
    used, asked = folders.size_of(cache), len(shared_hub.requests)
    assert used > 0
    other, _ = await somebody(live.url)
    try:
        made = (await other.run(FORK, i={"model": original["slug"], "name": "fork"}))["forkModel"]
        assert made["latestVersion"]["state"] == "READY", made
        await delete(user, original["slug"])
        done = await other.create(made["slug"], {"prompt": "Once", "max_new_tokens": 3}, wait=60)
    finally:
        await other.close()
    assert done["status"] == "SUCCEEDED", done
    assert folders.size_of(cache) == used
    assert len(shared_hub.requests) == asked
