from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.api_keys import MAX_KEYS
from tests.conftest import LiveServer
from tests.integration.accounts.operations import (
    CHANGE_PASSWORD,
    CREATE_KEY,
    KEYS,
    LOGOUT,
    LOGOUT_EVERYWHERE,
    PASSWORD,
    REVOKE_KEY,
    acting,
    database,
    new_key,
    revoke,
    with_key,
)
from tests.support.api import Client
from tests.support.operations import VIEWER, code_of, handle_of

NODE = "query ($id: ID!) { node(id: $id) { id ... on ApiKey { name prefix } } }"


async def keys(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.run(KEYS))["viewer"]["apiKeys"]
    return found


async def test_a_key_acts_as_its_owner(ada: Client) -> None:
    made = await new_key(ada, "READ", "RUN", name="ci")
    assert made["__typename"] == "CreatedApiKey"
    key, shown = made["key"], made["apiKey"]
    assert key.startswith("isk_")
    assert (shown["name"], shown["scopes"], shown["expiresAt"]) == ("ci", ["READ", "RUN"], None)
    assert key.startswith(shown["prefix"])
    assert len(shown["prefix"]) == 12
    program = acting(ada, key)
    assert await handle_of(program) == await handle_of(ada)
    listed = await keys(program)
    assert [k["id"] for k in listed] == [shown["id"]]
    assert key not in str(listed)


async def test_the_newest_key_comes_first_and_revoked_ones_go(ada: Client) -> None:
    first, second = [(await new_key(ada, name=name))["apiKey"]["id"] for name in ("first", "second")]
    assert [k["id"] for k in await keys(ada)] == [second, first]
    revoked = await revoke(ada, second)
    assert (revoked["__typename"], revoked["id"]) == ("ApiKey", second)
    assert revoked["revokedAt"]
    assert [k["id"] for k in await keys(ada)] == [first]
    assert (await revoke(ada, second))["revokedAt"] == revoked["revokedAt"]


async def test_a_revoked_key_is_refused_at_once(ada: Client) -> None:
    made = await new_key(ada)
    program = acting(ada, made["key"])
    assert await handle_of(program)
    await revoke(ada, made["apiKey"]["id"])
    assert await code_of(program, VIEWER) == "UNAUTHENTICATED"


async def test_an_expired_key_is_refused(live_server: LiveServer, ada: Client) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    made = await new_key(ada, expiresAt=at.isoformat())
    assert datetime.fromisoformat(made["apiKey"]["expiresAt"]) == at
    program = acting(ada, made["key"])
    assert await handle_of(program)
    async with database(live_server) as connection:
        await connection.execute("UPDATE api_key SET expires_at = now() WHERE prefix = $1", made["apiKey"]["prefix"])
    assert await code_of(program, VIEWER) == "UNAUTHENTICATED"


async def test_the_last_use_is_written_at_most_once_a_minute(live_server: LiveServer, ada: Client) -> None:
    made = await new_key(ada)
    assert made["apiKey"]["lastUsedAt"] is None
    program = acting(ada, made["key"])
    await asyncio.gather(*(program.run(VIEWER) for _ in range(20)))
    (first,) = await keys(ada)
    assert abs(datetime.fromisoformat(first["lastUsedAt"]) - datetime.now(UTC)) < timedelta(seconds=30)
    async with database(live_server) as connection:
        version = await connection.fetchval("SELECT xmin::text FROM api_key WHERE prefix = $1", first["prefix"])
        await program.run(VIEWER)
        assert version == await connection.fetchval("SELECT xmin::text FROM api_key WHERE prefix = $1", first["prefix"])
        before = "UPDATE api_key SET last_used_at = now() - interval '61 seconds' WHERE prefix = $1"
        await connection.execute(before, first["prefix"])
    await program.run(VIEWER)
    (again,) = await keys(ada)
    assert again["lastUsedAt"] > first["lastUsedAt"]


async def test_nobody_else_knows_of_a_key(ada: Client, bob: Client, nobody: Client, admin: Client) -> None:
    made = (await new_key(ada))["apiKey"]
    node = f'query {{ node(id: "{(await ada.run(VIEWER))["viewer"]["id"]}") {{ ... on User {{ apiKeys {{ id }} }} }} }}'
    assert (await ada.run(NODE, id=made["id"]))["node"]["name"] == "a key"
    assert (await ada.run(node))["node"]["apiKeys"] == [{"id": made["id"]}]
    for other in (bob, nobody, admin):
        assert (await other.run(NODE, id=made["id"]))["node"] is None
        assert (await other.run(node))["node"] == {"apiKeys": None}
    for other in (bob, admin):
        assert (await revoke(other, made["id"]))["code"] == "NOT_FOUND"
    assert await code_of(nobody, REVOKE_KEY, input={"id": made["id"]}) == "UNAUTHENTICATED"
    assert (await keys(ada))[0]["revokedAt"] is None


async def test_a_key_cannot_change_the_account(ada: Client) -> None:
    key = (await new_key(ada))["apiKey"]["id"]
    program = await with_key(ada, "READ", "RUN", "WRITE")
    passwords = {"currentPassword": PASSWORD, "newPassword": "another horse battery"}
    for query, variables in (
        (CREATE_KEY, {"input": {"name": "x", "scopes": ["READ"]}}),
        (REVOKE_KEY, {"input": {"id": key}}),
        (CHANGE_PASSWORD, {"input": passwords}),
        (LOGOUT_EVERYWHERE, {}),
    ):
        (answer,) = (await program.run(query, **variables)).values()
        assert (answer["__typename"], answer["code"]) == ("ForbiddenError", "FORBIDDEN")
    assert await code_of(program, LOGOUT) == "UNAUTHENTICATED"
    assert len(await keys(ada)) == 2


async def test_all_violations_of_a_key(ada: Client, admin: Client) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    made = await new_key(ada, "ADMIN", name=" ", expiresAt=past)
    assert [v["path"] for v in made["violations"]] == ["/name", "/scopes", "/expiresAt"]
    for name in ("", "x" * 81, "a\0", "a\nb", "\ud800"):
        assert [v["path"] for v in (await new_key(ada, name=name))["violations"]] == ["/name"]
    assert [v["code"] for v in (await new_key(ada, scopes=[]))["violations"]] == ["minItems"]
    assert (await new_key(admin, "ADMIN"))["__typename"] == "CreatedApiKey"
    assert (await new_key(ada, "READ", scopes=["READ", "READ"]))["apiKey"]["scopes"] == ["READ"]
    assert await keys(ada) != []


async def test_a_user_has_so_many_keys_at_most(ada: Client) -> None:
    made = await asyncio.gather(*(new_key(ada) for _ in range(MAX_KEYS + 5)))
    assert sorted({m["__typename"] for m in made}) == ["ConflictError", "CreatedApiKey"]
    assert len(await keys(ada)) == MAX_KEYS
    await revoke(ada, (await keys(ada))[0]["id"])
    assert (await new_key(ada))["__typename"] == "CreatedApiKey"


@pytest.mark.parametrize("key", ["isk_", "isk_" + "x" * 43, "isk_" + "x" * 5000, "isk_%00"])
async def test_what_is_no_key(nobody: Client, key: str) -> None:
    nobody.token = key
    assert await code_of(nobody, VIEWER) == "UNAUTHENTICATED"
