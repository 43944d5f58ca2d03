"""Loading, unloading and pinning models in the memory of workers: what is asked of whom, and what comes of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import psutil
import pytest

from server.domain.ids import parse_id
from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.accounts.operations import with_key
from tests.integration.administration.operations import audit, command, database_of
from tests.support.api import Client
from tests.support.operations import add_model, administrator, code_of, ended, settled, somebody, unique

REQUEST = "version slug action state reason endedAt"
WORKER = f"id versions pinnedVersions pinnedBytes budgetBytes memoryRequests {{ {REQUEST} }}"
ERROR = "... on UserError { code message }"
WARM = f"""mutation ($i: WarmModelInput!) {{ warmModel(input: $i) {{ __typename
  ... on Worker {{ {WORKER} }} {ERROR} }} }}"""
EVICT = f"""mutation ($i: EvictModelInput!) {{ evictModel(input: $i) {{ __typename
  ... on EvictedModel {{ workers {{ {WORKER} }} }} {ERROR} }} }}"""
PIN = f"""mutation ($i: PinModelInput!) {{ pinModel(input: $i) {{ __typename
  ... on Model {{ slug pinnedAt pinProblem }} {ERROR} }} }}"""
UNPIN = f"""mutation ($i: UnpinModelInput!) {{ unpinModel(input: $i) {{ __typename
  ... on Model {{ slug pinnedAt pinProblem }} {ERROR} }} }}"""
WORKERS = f"{{ workers {{ {WORKER} }} }}"
MODEL = "query ($s: String!) { model(slug: $s) { pinnedAt loadedOn pinProblem latestVersion { id } } }"
LONG = {"text": "a b", "repeat": 200, "delay_seconds": 0.05}
SECONDS = 60
# Of the demo models prose and chat fit one at a time, and shapes does not, whose files are small enough
BUDGET = "15000000"
QUICK = {"HEARTBEAT_SECONDS": "0.5", "RECOVERY_SECONDS": "0.5", "LEASE_SECONDS": "3", "MODEL_CACHE_BYTES": BUDGET}


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Two workers that have room for one model with weights each."""
    with running(own_servers, tmp_path_factory.mktemp("memory"), workers=2, **QUICK) as found:
        yield found


@pytest.fixture
async def admin(live: LiveServer) -> AsyncIterator[Client]:
    """An administrator; what a test pinned is unpinned behind it."""
    client = await administrator(live)
    yield client
    async with database_of(live) as connection:
        await connection.execute("UPDATE model SET pinned_at = NULL")
    await client.close()


@pytest.fixture
async def ada(live: LiveServer) -> AsyncIterator[Client]:
    """A user."""
    client, _ = await somebody(live.url)
    yield client
    await client.close()


async def act(client: Client, mutation: str, **values: Any) -> dict[str, Any]:
    (answer,) = (await client.run(mutation, i=values)).values()
    return dict(answer)


async def workers(admin: Client) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in (await admin.run(WORKERS))["workers"]}


async def model(client: Client, slug: str) -> dict[str, Any]:
    return dict((await client.run(MODEL, s=slug))["model"])


async def until(read: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """What is read once it holds."""
    async with asyncio.timeout(SECONDS):
        while not holds(state := await read()):
            await asyncio.sleep(0.05)
    return state


def request_of(worker: dict[str, Any], slug: str) -> dict[str, Any]:
    return next((each for each in worker["memoryRequests"] if each["slug"].startswith(slug)), {})


async def settled_request(admin: Client, worker: str, slug: str) -> dict[str, Any]:
    """What came of the request for a model."""

    async def read() -> dict[str, Any]:
        return request_of((await workers(admin))[worker], slug)

    return dict(await until(read, lambda request: request.get("endedAt") is not None))


async def loaded_by(admin: Client, slug: str) -> list[str]:
    """The workers that have a model's newest version in memory."""
    version = (await model(admin, slug))["latestVersion"]["id"]
    return [key for key, each in (await workers(admin)).items() if version in each["versions"]]


async def echo_of(client: Client, **changes: Any) -> str:
    return str((await settled(client, (await add_model(client, **changes))["slug"]))["slug"])


async def test_a_model_is_loaded_by_the_worker_that_is_named_and_unloaded_again(admin: Client, ada: Client) -> None:
    slug = await echo_of(ada)
    for worker in await workers(admin):
        answer = await act(admin, WARM, model=f"{slug}:1", worker=worker)
        assert (answer["__typename"], answer["id"]) == ("Worker", worker)
        request = await settled_request(admin, worker, slug)
        assert (request["slug"], request["action"], request["state"]) == (f"{slug}:1", "LOAD", "SUCCEEDED")
    assert set(await until(lambda: loaded_by(admin, slug), lambda found: len(found) == 2)) == set(await workers(admin))
    assert (await model(ada, slug))["loadedOn"] == 2
    # Without a name it is one that has it
    assert (await act(admin, WARM, model=slug))["id"] in await workers(admin)
    first, second = await workers(admin)
    (gone,) = (await act(admin, EVICT, model=slug, worker=first))["workers"]
    assert gone["id"] == first
    assert (await settled_request(admin, first, slug))["state"] == "SUCCEEDED"
    assert await until(lambda: loaded_by(admin, slug), lambda found: len(found) == 1) == [second]
    (gone,) = (await act(admin, EVICT, model=slug))["workers"]
    assert gone["id"] == second
    await until(lambda: loaded_by(admin, slug), lambda found: not found)
    assert (await act(admin, EVICT, model=slug))["workers"] == []
    events = [event for event in await audit(admin, subject=slug) if event["action"].startswith("MODEL_")]
    assert [event["action"] for event in events] == ["MODEL_EVICTED"] * 2 + ["MODEL_WARMED"] * 3
    assert events[-1]["after"]["version"] == 1
    # It is as any other: a prediction loads it again
    assert (await ada.create(slug, {"text": "x"}, wait=60))["status"] == "SUCCEEDED"


@pytest.mark.slow
async def test_what_runs_ends_before_its_model_is_unloaded(admin: Client, ada: Client) -> None:
    slug = await echo_of(ada)
    runs = await ada.create(slug, LONG)
    (worker,) = await until(lambda: loaded_by(admin, slug), lambda found: len(found) == 1)
    await until(lambda: ada.get(runs["id"]), lambda row: row["status"] == "PROCESSING" and row["text"])
    await act(admin, EVICT, model=slug)

    async def state() -> str:
        return str(request_of((await workers(admin))[worker], slug)["state"])

    await until(state, lambda seen: seen == "RUNNING")
    assert (await ada.get(runs["id"]) or {})["status"] == "PROCESSING"
    # What comes meanwhile is not lost either
    other = await ada.create(slug, {"text": "y"}, wait=60)
    assert other["status"] == "SUCCEEDED"
    over = await ended(ada, runs["id"])
    assert (over["status"], over["attempts"]) == ("SUCCEEDED", 1)
    assert (await settled_request(admin, worker, slug))["state"] == "SUCCEEDED"
    await act(admin, EVICT, model=slug)
    await until(lambda: loaded_by(admin, slug), lambda found: not found)


async def test_what_is_unloaded_goes_when_its_run_is_canceled(admin: Client, ada: Client) -> None:
    slug = await echo_of(ada)
    runs = await ada.create(slug, {**LONG, "delay_seconds": 0.5})
    (worker,) = await until(lambda: loaded_by(admin, slug), lambda found: len(found) == 1)
    await until(lambda: ada.get(runs["id"]), lambda row: row["status"] == "PROCESSING" and row["text"])
    await act(admin, EVICT, model=slug)

    async def state() -> str:
        return str(request_of((await workers(admin))[worker], slug)["state"])

    await until(state, lambda seen: seen == "RUNNING")
    # It is not broken off, and its memory is not said to be free
    text = (await ada.get(runs["id"]) or {})["text"]
    await until(lambda: ada.get(runs["id"]), lambda row: len(row["text"]) > len(text))
    assert await state() == "RUNNING"
    await ada.cancel(runs["id"])
    assert (await settled_request(admin, worker, slug))["state"] == "SUCCEEDED"
    await until(lambda: loaded_by(admin, slug), lambda found: not found)


async def test_a_pinned_model_stays_where_others_need_its_room(admin: Client, ada: Client) -> None:
    answer = await act(admin, PIN, model="demo/prose")
    assert (answer["__typename"], answer["pinnedAt"] is not None) == ("Model", True)
    (holder,) = await until(lambda: loaded_by(admin, "demo/prose"), lambda found: len(found) == 1)
    state = await until(lambda: workers(admin), lambda each: int(each[holder]["pinnedBytes"]) > 0)
    assert state[holder]["pinnedVersions"] == [(await model(admin, "demo/prose"))["latestVersion"]["id"]]
    assert (await model(admin, "demo/prose"))["pinProblem"] is None
    assert (await model(ada, "demo/prose"))["loadedOn"] == 1
    # Again is no error, and evicting it is one
    assert (await act(admin, PIN, model="demo/prose"))["pinnedAt"] == answer["pinnedAt"]
    assert (await act(admin, EVICT, model="demo/prose"))["code"] == "CONFLICT"
    (other,) = set(state) - {holder}
    refused = await act(admin, WARM, model="demo/chat", worker=holder)
    assert (refused["code"], "beside what is pinned" in refused["message"]) == ("UNAVAILABLE", True)
    # The one that has the room is chosen, and then nobody is left for a third that is pinned
    assert (await act(admin, WARM, model="demo/chat"))["id"] == other
    assert (await settled_request(admin, other, "demo/chat"))["state"] == "SUCCEEDED"
    assert (await act(admin, PIN, model="demo/chat"))["__typename"] == "Model"
    await until(lambda: workers(admin), lambda each: int(each[other]["pinnedBytes"]) > 0)
    third = await act(admin, PIN, model="demo/shapes")
    assert (third["code"], "No worker can load it" in third["message"]) == ("UNAVAILABLE", True)
    assert (await model(admin, "demo/shapes"))["pinnedAt"] is None
    for slug in ("demo/prose", "demo/chat"):
        assert (await act(admin, UNPIN, model=slug))["pinnedAt"] is None
    await until(lambda: workers(admin), lambda each: not any(row["pinnedVersions"] for row in each.values()))
    assert (await act(admin, WARM, model="demo/chat", worker=holder))["__typename"] == "Worker"
    assert (await settled_request(admin, holder, "demo/chat"))["state"] == "SUCCEEDED"
    assert holder not in await until(lambda: loaded_by(admin, "demo/prose"), lambda found: holder not in found)
    actions = [event["action"] for event in await audit(admin, subject="demo/prose")][:2]
    assert actions == ["MODEL_UNPINNED", "MODEL_PINNED"]


@pytest.mark.slow
async def test_a_pin_is_held_by_another_when_its_worker_is_gone(admin: Client, live: LiveServer) -> None:
    await act(admin, PIN, model="demo/naming")
    (holder,) = await until(lambda: loaded_by(admin, "demo/naming"), lambda found: len(found) == 1)
    async with database_of(live) as connection:
        pid = await connection.fetchval("SELECT pid FROM worker WHERE id = $1::uuid", holder)
        # Its runner dies, and it loads the model again by itself
        (runner,) = [each for each in psutil.Process(pid).children(True) if "workers.runner.main" in each.cmdline()]
        runner.kill()
        first = request_of((await workers(admin))[holder], "demo/naming")["endedAt"]

        async def again() -> dict[str, Any]:
            return request_of((await workers(admin))[holder], "demo/naming")

        def is_newer(request: dict[str, Any]) -> bool:
            return request["state"] == "SUCCEEDED" and request["endedAt"] > first

        await until(again, is_newer)
        await until(lambda: loaded_by(admin, "demo/naming"), lambda found: found == [holder])
        parents = {each.pid for each in psutil.Process(pid).parents()}
        name = next(key for key, process in live.processes.items() if process.pid in parents)
        os.killpg(live.processes[name].pid, signal.SIGKILL)
        live.processes.pop(name).wait()
        # As after the 45 seconds in which nobody hears of it
        await connection.execute("UPDATE worker SET last_seen = now() - interval '1 hour' WHERE id = $1::uuid", holder)
    assert (await model(admin, "demo/naming"))["loadedOn"] == 0
    assert holder not in await until(lambda: loaded_by(admin, "demo/naming"), lambda found: len(found) == 1)
    live.start(name, "worker")
    await until(lambda: workers(admin), lambda each: len(each) == 2)


async def test_what_cannot_be_loaded_is_said(admin: Client, ada: Client, live: LiveServer) -> None:
    (worker, _) = await workers(admin)
    slug = await echo_of(ada)
    assert (await act(admin, WARM, model=slug, worker=str(uuid4())))["code"] == "NOT_FOUND"
    assert (await act(admin, EVICT, model=slug, worker=str(uuid4())))["code"] == "NOT_FOUND"
    for name in ("nobody/nothing", "no slug", f"{slug}x", f"{slug}:2"):
        for mutation in (WARM, EVICT):
            assert (await act(admin, mutation, model=name))["code"] == "NOT_FOUND"
    for mutation in (WARM, EVICT):
        assert await code_of(admin, mutation, i={"model": slug, "worker": "x"}) == "BAD_USER_INPUT"
    for mutation in (PIN, UNPIN):
        assert await code_of(admin, mutation, i={"model": f"{slug}:1"}) == "BAD_USER_INPUT"
    refused = await add_model(admin, source={"predictor": unique("none")})
    await settled(admin, refused["slug"])
    for mutation in (WARM, PIN):
        answer = await act(admin, mutation, model=refused["slug"])
        assert (answer["code"], answer["message"]) == ("UNAVAILABLE", "No version of it is READY.")
    assert "REFUSED" in (await act(admin, WARM, model=f"{refused['slug']}:1"))["message"]
    wrong = await echo_of(ada, device="CUDA")
    for values in ({"worker": worker}, {}):
        answer = await act(admin, WARM, model=wrong, **values)
        assert (answer["code"], "it runs on CUDA only" in answer["message"]) == ("UNAVAILABLE", True)
    # More than any budget, as it was measured
    async with database_of(live) as connection:
        version = parse_id((await model(ada, slug))["latestVersion"]["id"], "ModelVersion")
        await connection.execute("""UPDATE version SET probe = '{"bytes": 1000000000}' WHERE id = $1""", version)
    for mutation in (WARM, PIN):
        answer = await act(admin, mutation, model=slug)
        assert (answer["code"], "it needs 1000000000" in answer["message"]) == ("UNAVAILABLE", True)


async def test_a_pin_that_cannot_be_held_is_told(admin: Client, ada: Client, live: LiveServer) -> None:
    # Its files would fit, and what is made of them does not: that shows in the load
    assert (await act(admin, PIN, model="demo/shapes"))["__typename"] == "Model"

    async def problem() -> str:
        return str((await model(admin, "demo/shapes"))["pinProblem"])

    await until(problem, lambda text: text.startswith("The model needs"))
    assert (await model(ada, "demo/shapes"))["pinProblem"] is None
    states = {request_of(each, "demo/shapes").get("state") for each in (await workers(admin)).values()}
    assert "FAILED" in states
    assert (await act(admin, UNPIN, model="demo/shapes"))["pinProblem"] is None
    warm = command(live, "workers", "warm", "demo/shapes")
    assert (warm.returncode, warm.stdout, "could not load it: The model needs" in warm.stderr) == (1, "", True)
    async with database_of(live) as connection:
        await connection.execute("UPDATE worker SET drained_at = now()")
    try:
        for mutation in (PIN, WARM):
            refused = await act(admin, mutation, model="demo/prose")
            assert (refused["code"], "is drained" in refused["message"]) == ("UNAVAILABLE", True)
    finally:
        async with database_of(live) as connection:
            await connection.execute("UPDATE worker SET drained_at = NULL")


@pytest.mark.parametrize("mutation", [WARM, EVICT, PIN, UNPIN])
async def test_administrators_alone_may(admin: Client, ada: Client, live: LiveServer, mutation: str) -> None:
    nobody = Client(live.url)
    for client in (ada, nobody, await with_key(admin, "READ", "WRITE"), await with_key(admin, "READ", "ADMIN")):
        assert (await act(client, mutation, model="demo/echo"))["code"] == "FORBIDDEN"
    await nobody.close()
    assert (await model(admin, "demo/echo"))["pinnedAt"] is None


async def test_the_operator_does_it_at_the_command_line(admin: Client, ada: Client, live: LiveServer) -> None:
    slug = await echo_of(ada)
    (worker, _) = await workers(admin)
    done = command(live, "workers", "warm", slug, "--worker", worker[:13])
    assert (done.returncode, done.stdout) == (0, f"{slug} is loaded by {worker}.\n"), done.stderr
    assert command(live, "workers", "pin", slug).stdout == f"{slug} is pinned.\n"
    refused = command(live, "workers", "evict", slug)
    assert (refused.returncode, refused.stderr) == (1, "It is pinned; unpin it first.\n")
    assert command(live, "workers", "unpin", slug).stdout == f"{slug} is not pinned.\n"
    await until(lambda: workers(admin), lambda each: not any(row["pinnedVersions"] for row in each.values()))
    assert command(live, "workers", "evict", slug).stdout == f"{worker} unloads {slug}.\n"
    await until(lambda: loaded_by(admin, slug), lambda found: not found)
    events = await audit(admin, subject=slug)
    assert {event["actor"] for event in events if event["action"] != "MODEL_CREATED"} == {"operator"}
