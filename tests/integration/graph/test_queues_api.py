"""The page of queues is for admins."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import code_of, echo_model

QUEUES = "{ queues { name kind device depth oldestWaitingSeconds running workers } }"


async def custom(admin: Client) -> dict[str, Any]:
    """The queue of custom models on any device."""
    queues = (await admin.run(QUEUES))["queues"]
    found: dict[str, Any] = next(queue for queue in queues if queue["name"] == "custom")
    return found


async def test_an_administrator_sees_each_kind(admin: Client) -> None:
    queues = {queue["name"]: queue for queue in (await admin.run(QUEUES))["queues"]}
    assert list(queues)[:3] == ["text", "image", "custom"]
    assert (queues["text"]["kind"], queues["text"]["device"]) == ("TEXT_GENERATION", "ANY")
    assert queues["text"]["workers"] >= 1
    assert (queues["text.cpu"]["kind"], queues["text.cpu"]["device"]) == ("TEXT_GENERATION", "CPU")


async def test_what_waits_and_runs_is_counted(admin: Client) -> None:
    slug = await echo_model(admin)
    # More than a worker runs of a kind at once
    made = [await admin.create(slug, {"text": "w " * 50, "delay_seconds": 1}) for _ in range(40)]
    try:
        deadline = time.monotonic() + 30
        while (found := await custom(admin))["running"] == 0 or found["depth"] == 0:
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.1)
        assert found["running"] + found["depth"] <= 40
        assert 0 <= found["oldestWaitingSeconds"] < 60
    finally:
        for one in made:
            await admin.cancel(one["id"])


async def test_users_and_strangers_see_no_queues(ada: Client, nobody: Client) -> None:
    for client in (ada, nobody):
        assert await code_of(client, QUEUES) == "FORBIDDEN"


@pytest.mark.parametrize(("scope", "may"), [("ADMIN", True), ("READ", False)])
async def test_keys_of_administrators_need_their_scope(admin: Client, scope: str, may: bool) -> None:
    answer = await (await with_key(admin, scope)).raw(QUEUES)
    assert ("errors" not in answer) is may
