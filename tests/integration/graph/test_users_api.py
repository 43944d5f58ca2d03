"""Administrators find users; nobody else is told more of others than their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import code_of, echo_model, handle_of, somebody, unique

USER = "id handle email createdAt isAdmin lastSeen predictionCount storage { usedBytes allowedBytes }"
USERS = f"""query ($first: Int, $after: String, $filter: UserFilter) {{
  users(first: $first, after: $after, filter: $filter) {{
    nodes {{ {USER} }} edges {{ cursor }} pageInfo {{ hasNextPage endCursor }} totalCount }} }}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on User {{ {USER} }} }} }}"
ME = f"{{ viewer {{ {USER} }} }}"


async def search(admin: Client, text: str, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await admin.run(USERS, filter={"search": text, **filters}))["users"]["nodes"]
    return found


async def test_a_user_is_found_with_what_they_did(admin: Client, ada: Client) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    handle, slug = await handle_of(ada), await echo_model(ada)
    for text in ("one", "two"):
        await ada.create(slug, {"text": text}, wait=60)
    for sought in (handle, handle[3:9].upper(), f"{handle}@example"):
        (found,) = [user for user in await search(admin, sought) if user["handle"] == handle]
    assert found["email"] == f"{handle}@example.com"
    assert found["predictionCount"] == 2
    assert 0 <= int(found["storage"]["usedBytes"]) < int(found["storage"]["allowedBytes"]) == 10_000_000_000
    assert found["isAdmin"] is False
    assert datetime.fromisoformat(found["lastSeen"]) > began
    assert (await admin.run(NODE, id=found["id"]))["node"] == found
    assert (await ada.run(ME))["viewer"] == found


async def test_a_key_in_use_is_a_sign_of_life(admin: Client, ada: Client) -> None:
    handle = await handle_of(ada)
    (before,) = await search(admin, handle)
    await (await with_key(ada, "READ")).run(ME)
    (after,) = await search(admin, handle)
    assert after["lastSeen"] > before["lastSeen"]


async def test_who_never_signed_in_was_never_seen(admin: Client) -> None:
    (demo,) = [user for user in await search(admin, "demo") if user["handle"] == "demo"]
    assert (demo["lastSeen"], demo["predictionCount"]) == (None, 0)


async def test_administrators_can_be_listed_alone(admin: Client, ada: Client) -> None:
    mine, theirs = await handle_of(admin), await handle_of(ada)
    assert [user["handle"] for user in await search(admin, mine, isAdmin=True)] == [mine]
    assert await search(admin, theirs, isAdmin=True) == []
    assert [user["handle"] for user in await search(admin, theirs, isAdmin=False)] == [theirs]


async def test_pages_go_on_where_they_ended_whoever_comes_meanwhile(admin: Client, live_server: LiveServer) -> None:
    mark = unique("p")
    handles = [f"{mark}{n}" for n in range(5)]
    for handle in handles:
        await join(live_server.url, handle)
    first = (await admin.run(USERS, first=2, filter={"search": mark}))["users"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (5, True)
    await join(live_server.url, f"{mark}new")
    rest = (await admin.run(USERS, first=9, after=first["pageInfo"]["endCursor"], filter={"search": mark}))["users"]
    assert [user["handle"] for user in first["nodes"] + rest["nodes"]] == handles[::-1]
    assert rest["pageInfo"]["hasNextPage"] is False


async def join(url: str, handle: str) -> None:
    client = Client(url)
    assert (await client.sign_up(handle))["__typename"] == "Session"
    await client.close()


@pytest.mark.parametrize("text", ["%", "_", "\\", '\'; DROP TABLE "user"; --'])
async def test_what_means_something_to_a_database_means_itself(admin: Client, text: str) -> None:
    assert await search(admin, text) == []


@pytest.mark.parametrize("arguments", [{"filter": {"search": "a\0b"}}, {"first": 0}, {"first": 101}, {"after": "x"}])
async def test_malformed_arguments_are_said(admin: Client, arguments: dict[str, Any]) -> None:
    assert await code_of(admin, USERS, **arguments) == "BAD_USER_INPUT"


async def test_users_and_strangers_list_nobody(ada: Client, nobody: Client) -> None:
    for client in (ada, nobody):
        assert await code_of(client, USERS) == "FORBIDDEN"


async def test_others_are_told_no_more_than_a_name(live_server: LiveServer, ada: Client, nobody: Client) -> None:
    somebody_else, handle = await somebody(live_server.url)
    user_id = (await somebody_else.run(ME))["viewer"]["id"]
    for client in (ada, nobody, await with_key(somebody_else, "RUN")):
        found = (await client.run(NODE, id=user_id))["node"]
        assert found["handle"] == handle
        assert (found["email"], found["lastSeen"], found["predictionCount"]) == (None, None, None)
        assert found["storage"] is None
    await somebody_else.close()


@pytest.mark.parametrize(("scopes", "may"), [(("READ", "ADMIN"), True), (("ADMIN",), False), (("READ",), False)])
async def test_keys_need_both_scopes(admin: Client, scopes: tuple[str, ...], may: bool) -> None:
    answer = await (await with_key(admin, *scopes)).raw(USERS, first=1)
    assert ("errors" not in answer) is may
    assert may or answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
