"""Deactivating, reactivating and deleting users: what ends at once, what stays, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import redis.asyncio
import websockets

from server.domain.ids import parse_id
from tests.conftest import ROOT, LiveServer
from tests.integration.accounts.operations import REFRESH, acting, begun, new_key, sign_in, with_key
from tests.integration.administration.operations import audit, command, database_of
from tests.support.api import Client
from tests.support.operations import VIEWER, code_of, echo_model, ended, handle_of, somebody, unique

STATE = "id handle deactivatedAt"
DEACTIVATE = f"""mutation ($i: DeactivateUserInput!) {{ deactivateUser(input: $i) {{ __typename
  ... on User {{ {STATE} }} ... on UserError {{ code message }} }} }}"""
REACTIVATE = f"""mutation ($i: ReactivateUserInput!) {{ reactivateUser(input: $i) {{ __typename
  ... on User {{ {STATE} }} ... on UserError {{ code message }} }} }}"""
DELETE = """mutation ($i: DeleteUserInput!) { deleteUser(input: $i) { __typename
  ... on DeletedUser { handle isComplete } ... on UserError { code message } } }"""
SET_ALIAS = "mutation ($i: SetModelAliasInput!) { setModelAlias(input: $i) { __typename } }"
UPLOAD = """mutation ($i: CreateUploadInput!) { createUpload(input: $i) {
  ... on Upload { uri url } ... on UserError { message } } }"""
LONG = {"text": "a b c", "repeat": 200, "delay_seconds": 0.2}
ENDS_WITHIN = 2.0


async def act(admin: Client, mutation: str, user_id: str) -> dict[str, Any]:
    (answer,) = (await admin.run(mutation, i={"user": user_id})).values()
    return dict(answer)


async def id_of(client: Client) -> str:
    return str((await client.run(VIEWER))["viewer"]["id"])


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)


async def test_everything_of_a_deactivated_user_ends_at_once(
    admin: Client, nobody: Client, live_server: LiveServer
) -> None:
    session = await begun(nobody, unique())
    key = (await new_key(nobody, "READ", "RUN"))["key"]
    program, user_id = acting(nobody, key), await id_of(nobody)
    running = await nobody.create("demo/echo", LONG)
    stream = program.http.stream(
        "GET", f"{live_server.url}/v1/predictions/{parse_id(running['id'], 'Prediction')}/stream",
        headers={"authorization": f"Bearer {key}", "accept": "text/event-stream"},
    )  # fmt: skip
    async with nobody.socket() as first, program.socket() as second, stream as events:
        assert events.status_code == 200
        began = time.monotonic()
        answer = await act(admin, DEACTIVATE, user_id)
        assert (answer["__typename"], answer["deactivatedAt"] is not None) == ("User", True)
        async with asyncio.timeout(ENDS_WITHIN):
            for socket in (first, second):
                with suppress(websockets.ConnectionClosed):
                    while True:
                        await socket.recv()
                assert socket.close_code == 4403
            async for _ in events.aiter_bytes():
                pass
        assert time.monotonic() - began < ENDS_WITHIN
    for client in (nobody, program):
        assert await code_of(client, VIEWER) == "UNAUTHENTICATED"
    refreshed = await acting(nobody).run(REFRESH, input={"refreshToken": session["refreshToken"]})
    assert refreshed["refreshSession"]["code"] == "BAD_CREDENTIALS"
    refused = await sign_in(nobody, session["user"]["email"])
    assert (refused["code"], "deactivated" in refused["message"]) == ("BAD_CREDENTIALS", True)
    assert (await ended(admin, running["id"]))["status"] == "CANCELED"
    assert [event["action"] for event in await audit(admin, subject=session["user"]["handle"])] == ["USER_DEACTIVATED"]
    # Again is no error, and no act
    assert (await act(admin, DEACTIVATE, user_id))["deactivatedAt"] == answer["deactivatedAt"]

    assert (await act(admin, REACTIVATE, user_id))["deactivatedAt"] is None
    assert (await sign_in(nobody, session["user"]["email"]))["__typename"] == "Session"
    assert await handle_of(program) == session["user"]["handle"]
    assert (await program.get(running["id"]) or {})["status"] == "CANCELED"
    actions = [event["action"] for event in await audit(admin, subject=session["user"]["handle"])]
    assert actions == ["USER_REACTIVATED", "USER_DEACTIVATED"]


async def test_what_comes_of_a_deactivated_user_later_is_canceled(
    admin: Client, ada: Client, live_server: LiveServer
) -> None:
    """A request may be on its way while its user is locked out."""
    user_id = await id_of(ada)
    made = await ada.create("demo/echo", LONG)
    await act(admin, DEACTIVATE, user_id)
    await ended(admin, made["id"])
    late = uuid4()
    async with database_of(live_server) as connection:
        await copy_prediction(connection, parse_id(made["id"], "Prediction"), late, "starting")
    assert (await ended(admin, str(late)))["status"] == "CANCELED"


async def copy_prediction(connection: asyncpg.Connection, old: UUID, new: UUID, status: str) -> None:
    """Another row like one, as a statement that went past every check would make it."""
    names = [
        row["column_name"]
        for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'prediction' ORDER BY 1"
        )
    ]
    other = {"id": "$2::uuid", "status": "$3::varchar"}
    if status == "starting":
        cleared = ("completed_at", "canceled_at", "cancel_requested_at", "stop_seconds", "worker_id", "started_at")
        other |= dict.fromkeys((*cleared, "stored_bytes"), "NULL") | {"run_at": "now() + interval '1 hour'"}
    values = ", ".join(other.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    sql = f"INSERT INTO prediction ({listed}) SELECT {values} FROM prediction WHERE id = $1"  # noqa: S608
    await connection.execute(sql, old, new, status)


@pytest.mark.parametrize("mutation", [DEACTIVATE, REACTIVATE, DELETE])
async def test_administrators_alone_may(admin: Client, ada: Client, bob: Client, nobody: Client, mutation: str) -> None:
    user_id = await id_of(bob)
    for client in (ada, bob, nobody, await with_key(admin, "READ", "RUN", "WRITE"), await with_key(admin, "ADMIN")):
        (answer,) = (await client.run(mutation, i={"user": user_id})).values()
        assert answer["code"] == "FORBIDDEN"
    assert await handle_of(bob)


async def test_who_is_not_there_or_belongs_to_the_server(admin: Client, live_server: LiveServer) -> None:
    assert (await act(admin, DELETE, str(uuid4())))["code"] == "NOT_FOUND"
    assert await code_of(admin, DELETE, i={"user": "x"}) == "BAD_USER_INPUT"
    async with database_of(live_server) as connection:
        demo = await connection.fetchval("SELECT id FROM \"user\" WHERE handle = 'demo'")
    for mutation in (DEACTIVATE, DELETE):
        assert (await act(admin, mutation, str(demo)))["code"] == "CONFLICT"


async def leave_traces(ada: Client, bob: Client, live: LiveServer) -> list[UUID]:
    """Whatever a user may leave on a server, and what others have of theirs; the ids of their predictions."""
    handle = await handle_of(ada)
    slug = await echo_model(ada, description=f"made by {handle}", tags=["a"])
    hook = {"url": f"https://{handle}.invalid/", "events": ["START", "COMPLETED"]}
    own = await ada.create(slug, {"text": f"{handle} was here"}, webhook=hook, wait=60, idempotencyKey=handle)
    picture = await ada.create("demo/shapes", {"prompt": "a red circle", "steps": 1}, wait=60)
    assert picture["files"], picture
    create = "mutation ($i: CreateBatchInput!) { createBatch(input: $i) { ... on Batch { id } } }"
    batch = await ada.run(create, i={"model": slug, "inputs": [{"text": handle}, {}], "webhook": {"url": hook["url"]}})
    assert batch["createBatch"]["id"]
    upload = (await ada.run(UPLOAD, i={"contentType": "text/plain", "sizeBytes": 5}))["createUpload"]
    sent = await ada.http.put(upload["url"], content=b"hello", headers={"content-type": "text/plain"})
    assert sent.status_code < 300, sent.text
    await new_key(ada, name=f"key of {handle}")
    await ada.run("{ viewer { webhookSecret } }")
    for client in (ada, bob):
        await client.run(SET_ALIAS, i={"alias": "gpt", "model": slug})
    assert (await bob.create(slug, {"text": "of bob"}, wait=60))["status"] == "SUCCEEDED"
    await ada.create("demo/echo", LONG)
    assert any(row_of(picture) in place for place in in_files(live, (row_of(picture),)))
    return [parse_id(each["id"], "Prediction") for each in (own, picture)]


def row_of(made: dict[str, Any]) -> str:
    return str(parse_id(made["id"], "Prediction"))


async def traces(live: LiveServer, words: tuple[str, ...]) -> list[str]:
    """Where a server has a word still: each table's every column, Redis' keys and values, its folder of files."""
    found = []
    async with database_of(live) as connection:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type LIKE 'BASE%'"
        )
        assert len(tables) > 20
        for name in (row["table_name"] for row in tables):
            for word in words:
                sql = f'SELECT count(*) FROM "{name}" AS t WHERE strpos(lower(t::text), $1) > 0'  # noqa: S608
                if await connection.fetchval(sql, word):
                    found.append(f"table {name}: {word}")
    client = redis.asyncio.Redis.from_url(live.environment["REDIS_URL"])
    readers = {
        b"string": client.get, b"hash": client.hgetall, b"stream": client.xrange, b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1), b"list": lambda key: client.lrange(key, 0, -1),
    }  # fmt: skip
    try:
        async for key in client.scan_iter(count=1000):
            kind = await client.type(key)
            value = await readers[kind](key) if kind in readers else None
            found += [f"redis {key!r}: {word}" for word in words if word in f"{key!r} {value!r}".lower()]
    finally:
        await client.aclose()
    return found + in_files(live, words)


def in_files(live: LiveServer, words: tuple[str, ...]) -> list[str]:
    """Where the folder of files has a word, in a path or in a file."""
    found = []
    for path in Path(live.environment["DATA_DIR"], "files").rglob("*"):
        found += [f"file {path}: {word}" for word in words if word in str(path)]
        if path.is_file():
            found += [f"in file {path}: {word}" for word in words if word.encode() in path.read_bytes()]
    return found


async def is_empty(live: LiveServer, words: tuple[str, ...]) -> bool:
    return all(place.startswith("table usage: ") for place in await traces(live, words))


async def test_nothing_of_a_deleted_user_is_left(
    admin: Client, ada: Client, bob: Client, live_server: LiveServer
) -> None:
    handle, global_id = await handle_of(ada), await id_of(ada)
    user_id = parse_id(global_id, "User")
    ids = await leave_traces(ada, bob, live_server)
    words = (handle, f"{handle}@example.com", str(user_id), *map(str, ids))
    places = {place.split(":")[0].split(" ")[1] for place in await traces(live_server, words)}
    assert places >= {"user", "prediction", "webhook", "batch", "model", "api_key", "audit_event", "model_alias"}, (
        places
    )
    assert (await act(admin, DELETE, global_id))["handle"] == handle

    async def is_gone() -> bool:
        async with database_of(live_server) as connection:
            return not await connection.fetchval('SELECT count(*) FROM "user" WHERE id = $1', user_id)

    await until(is_gone)
    left: list[str] = []

    async def is_forgotten() -> bool:
        # A prediction's place in the ledger stays, and no name; counters of rates expire by themselves
        left[:] = [place for place in await traces(live_server, words) if not place.startswith("table usage: ")]
        return all("redis b'rate:" in place for place in left)

    assert await is_forgotten(), left
    await until(lambda: is_empty(live_server, words), 30)
    async with database_of(live_server) as connection:
        ledger = await connection.fetch("SELECT owner FROM usage WHERE prediction_id = ANY($1::uuid[])", ids)
        assert [row["owner"] for row in ledger] == ["deleted"] * 2
    assert (await admin.run("{ auditEvents(first: 100) { nodes { action subject } } }"))["auditEvents"]["nodes"].count(
        {"action": "USER_DELETED", "subject": "deleted user"}
    )
    # Whoever used their model keeps what they had of it, and its place may be taken by another
    listed = await bob.run("{ predictions(first: 1) { nodes { status text model { slug description } } } }")
    (kept,) = listed["predictions"]["nodes"]
    assert (kept["status"], kept["text"], kept["model"]["description"]) == ("SUCCEEDED", "of bob", "")
    assert kept["model"]["slug"].startswith("deleted.user/deleted-")
    again = Client(live_server.url)
    assert (await again.sign_up(handle))["__typename"] == "Session"
    await again.close()


async def test_a_deletion_that_is_killed_is_gone_on_with(admin: Client, ada: Client, live_server: LiveServer) -> None:
    handle, user_id = await handle_of(ada), parse_id(await id_of(ada), "User")
    made = await ada.create("demo/echo", {"text": "x"}, wait=60)
    async with database_of(live_server) as connection:
        for _ in range(3000):
            await copy_prediction_as(connection, parse_id(made["id"], "Prediction"))
        deleting = begin_deletion(live_server, handle)
        count = "SELECT count(*) FROM prediction WHERE user_id = $1"

        async def has_begun() -> bool:
            assert deleting.poll() is None
            return 0 < int(await connection.fetchval(count, user_id)) < 3001

        await until(has_begun)
        os.killpg(deleting.pid, signal.SIGKILL)
        deleting.communicate()
        assert deleting.returncode == -signal.SIGKILL

        async def is_gone() -> bool:
            return not await connection.fetchval('SELECT count(*) FROM "user" WHERE id = $1', user_id)

        await until(is_gone)
        assert await connection.fetchval(count, user_id) == 0


def begin_deletion(live: LiveServer, handle: str) -> subprocess.Popen[bytes]:
    """The operator's command, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", "users", "delete", handle, "--yes"], env=live.environment,
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


async def copy_prediction_as(connection: asyncpg.Connection, old: UUID) -> None:
    """One more that has ended, with an id of its own."""
    await copy_prediction(connection, old, uuid4(), "succeeded")


async def test_the_operator_does_it_by_handle(ada: Client, live_server: LiveServer) -> None:
    handle = await handle_of(ada)
    done = command(live_server, "users", "deactivate", handle)
    assert (done.returncode, done.stdout) == (0, f"{handle} is deactivated.\n"), done.stderr
    assert await code_of(ada, VIEWER) == "UNAUTHENTICATED"
    (listed,) = json.loads(command(live_server, "users", "list", "--search", handle, "--json").stdout)
    assert (listed["handle"], listed["deactivated_at"] is not None) == (handle, True)
    assert "\tdeactivated\t" in command(live_server, "users", "list", "--search", handle).stdout
    assert command(live_server, "users", "reactivate", handle).stdout == f"{handle} is active.\n"
    assert command(live_server, "users", "delete", handle).returncode == 1
    assert command(live_server, "users", "delete", handle, "--yes").stdout == f"{handle} is deleted.\n"
    unknown = command(live_server, "users", "deactivate", handle)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "There is no user" in unknown.stderr


async def test_two_who_look_after_themselves(live_server: LiveServer, admin: Client) -> None:
    """An administrator may go where another one stays; one who was locked out meanwhile does nothing more."""
    other, _ = await somebody(live_server.url)
    async with database_of(live_server) as connection:
        await connection.execute('UPDATE "user" SET is_admin = true WHERE handle = $1', await handle_of(other))
    assert (await act(other, DEACTIVATE, await id_of(other)))["__typename"] == "User"
    assert await code_of(other, VIEWER) == "UNAUTHENTICATED"
    await other.close()
