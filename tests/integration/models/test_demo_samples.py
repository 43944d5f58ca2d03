"""The demo models get samples once, and what somebody chose stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.conftest import LiveServer, running
from tests.integration.accounts.operations import database
from tests.support.api import Client
from tests.support.operations import administrator, change
from tests.support.prepared import StartServers

NAMES = ("chat", "echo", "naming", "prose", "shapes", "shapes-outline")
SHOWN = """{ models { nodes { slug samples { id status text input files { contentType } user { handle } } } } }"""


@pytest.fixture(scope="module")
def fresh(start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own: others change what the demo models show."""
    with (
        start_servers() as servers,
        running(servers, tmp_path_factory.mktemp("data")) as live,
    ):
        yield live


@pytest.fixture
async def client(fresh: LiveServer) -> AsyncIterator[Client]:
    found = Client(fresh.url)
    yield found
    await found.close()


async def shown(client: Client) -> dict[str, list[dict[str, Any]]]:
    nodes = (await client.run(SHOWN))["models"]["nodes"]
    return {node["slug"]: node["samples"] for node in nodes}


async def show(live: LiveServer) -> list[str]:
    """What the command says."""
    return (await asyncio.to_thread(live.command, "show-demo")).stdout.splitlines()


async def runs(live: LiveServer) -> int:
    async with database(live) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM prediction"))


@pytest.mark.slow
async def test_bare_cards_get_samples_and_others_are_left(fresh: LiveServer, client: Client) -> None:
    assert {slug: len(found) for slug, found in (await shown(client)).items()} == {
        "demo/chat": 0,
        "demo/echo": 0,
        "demo/naming": 0,
        "demo/prose": 0,
        "demo/shapes": 0,
        "demo/shapes-outline": 0,
    }
    said = await show(fresh)
    assert sorted(said) == [f"demo/{name} has samples" for name in NAMES]
    first = await shown(client)
    assert [len(first[f"demo/{name}"]) for name in NAMES] == [2, 1, 2, 2, 4, 2]
    assert all(sample["files"][0]["contentType"] == "image/png" for sample in first["demo/shapes"])
    assert all(len(sample["text"]) > 20 for sample in first["demo/prose"])
    made = await runs(fresh)
    # Again, and twice at once, with nothing to do
    assert await asyncio.gather(show(fresh), show(fresh)) == [["Nothing to show."]] * 2
    assert await shown(client) == first
    assert await runs(fresh) == made


@pytest.mark.slow
async def test_what_somebody_chose_stays(fresh: LiveServer, client: Client) -> None:
    await show(fresh)
    admin = await administrator(fresh)
    mine = (await admin.create("demo/prose", {"prompt": "Mine", "max_new_tokens": 5}, wait=60))["id"]
    await change(admin, "demo/prose", samples=[mine])
    assert await show(fresh) == ["Nothing to show."]
    assert [sample["id"] for sample in (await shown(client))["demo/prose"]] == [mine]
    await admin.close()


@pytest.mark.slow
async def test_an_interrupted_run_is_gone_on_with_and_lost_outputs_are_made_anew(
    fresh: LiveServer, client: Client
) -> None:
    await show(fresh)
    before = await shown(client)
    made = await runs(fresh)
    async with database(fresh) as connection:
        # Killed before it said what to show
        await connection.execute("UPDATE model SET samples = '[]' WHERE name = 'shapes'")
        # Old enough to have lost its data
        await connection.execute(
            "UPDATE prediction SET output = NULL, files = NULL, data_removed = true FROM model m"
            " WHERE m.id = model_id AND m.name = 'echo'"
        )
    assert sorted(await show(fresh)) == ["demo/echo has samples", "demo/shapes has samples"]
    after = await shown(client)
    assert after["demo/shapes"] == before["demo/shapes"]
    assert [sample["text"] for sample in after["demo/echo"]] == [sample["text"] for sample in before["demo/echo"]]
    assert after["demo/echo"][0]["id"] != before["demo/echo"][0]["id"]
    assert await runs(fresh) == made + 1
