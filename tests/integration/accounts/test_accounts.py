from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import websockets

from server.adapters.security import Passwords
from server.domain.accounts import ANONYMOUS, NewUser
from server.errors import ForbiddenError
from server.services import accounts
from server.settings import load_settings
from tests.conftest import LiveServer
from tests.integration.accounts.operations import database
from tests.support.api import Client
from tests.support.operations import LOGIN, VIEWER, code_of, post, unique

NODE = "query ($id: ID!) { node(id: $id) { id ... on User { handle email } } }"
PASSWORD = "correct horse battery"


async def register(client: Client, **new: Any) -> dict[str, Any]:
    query = """mutation ($input: RegisterInput!) { register(input: $input) { __typename
      ... on Session { user { handle } } ... on InvalidInput { violations { path code } }
      ... on UserError { code message } } }"""
    handle = unique()
    values = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD, **new}
    made: dict[str, Any] = (await client.run(query, input=values))["register"]
    return made


async def login(client: Client, email: str, password: str) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(LOGIN, input={"email": email, "password": password}))["login"]
    return made


async def test_register_sign_in_and_ask_who_one_is(nobody: Client) -> None:
    handle = unique()
    assert (await nobody.run(VIEWER))["viewer"] is None
    session = await nobody.sign_up(handle)
    assert session["user"]["handle"] == handle
    assert session["user"]["email"] == f"{handle}@example.com"
    assert datetime.fromisoformat(session["expiresAt"]) > datetime.now(UTC)
    again = await login(nobody, f"  {handle}@Example.COM ".strip().upper(), PASSWORD)
    assert again["user"] == {"handle": handle, "email": f"{handle}@example.com"}
    nobody.token = again["accessToken"]
    viewer = (await nobody.run(VIEWER))["viewer"]
    assert (viewer["handle"], viewer["email"], viewer["isAdmin"]) == (handle, f"{handle}@example.com", False)


async def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(ada: Client) -> None:
    email = (await ada.run(VIEWER))["viewer"]["email"]
    wrong = await login(ada, email, "wrong password")
    assert wrong == {
        "__typename": "CredentialsError",
        "code": "BAD_CREDENTIALS",
        "message": "The e-mail address or the password is wrong.",
    }
    for address in (f"{unique()}@example.com", "no address", "", "\0", "\ud800@example.com", "x" * 10_000):
        assert await login(ada, address, PASSWORD) == wrong
    for password in ("", "\0", "\ud800", PASSWORD + "\0", PASSWORD + " ", "x" * 10_000):
        assert await login(ada, email, password) == wrong


async def test_the_demo_account_has_no_password(nobody: Client) -> None:
    for password in ("", "demo", "None", PASSWORD):
        assert (await login(nobody, accounts.DEMO_EMAIL, password))["code"] == "BAD_CREDENTIALS"


async def test_handles_and_addresses_are_unique(nobody: Client) -> None:
    handle, other = unique(), unique()
    await register(nobody, handle=handle, email=f"{handle}@example.com")
    taken = await register(nobody, handle=handle, email=f"{other}@example.com")
    assert (taken["code"], taken["message"]) == ("CONFLICT", "This handle is taken.")
    taken = await register(nobody, email=f"{handle.upper()}@EXAMPLE.com")
    assert (taken["code"], taken["message"]) == ("CONFLICT", "This e-mail address is taken.")


async def test_of_ten_registrations_at_once_one_wins(nobody: Client) -> None:
    handle = unique()
    made = await asyncio.gather(*(register(nobody, handle=handle) for _ in range(10)))
    assert sorted(m["__typename"] for m in made) == ["ConflictError"] * 9 + ["Session"]


async def test_all_violations_of_a_registration(nobody: Client) -> None:
    made = await register(nobody, handle="A", email="x", password="y")
    assert made["code"] == "INVALID_INPUT"
    assert [v["path"] for v in made["violations"]] == ["/handle", "/email", "/password"]


async def test_a_password_that_others_try_first_is_refused_with_the_reason(nobody: Client) -> None:
    handle = unique("grace")
    for password in ("password123", f"{handle}1", f"{handle.upper()}@example.com", "Inference-Server"):
        made = await register(nobody, handle=handle, email=f"{handle}@example.com", password=password)
        assert [(v["path"], v["code"]) for v in made["violations"]] == [
            ("/password", "common" if password == "password123" else "personal")
        ]
    session = await nobody.sign_up(handle)
    nobody.token = session["accessToken"]
    change = """mutation ($input: ChangePasswordInput!) { changePassword(input: $input) {
      ... on InvalidInput { violations { path message } } } }"""
    for new, why in (("iloveyou", "tried first"), (f"{handle}!!", "almost your handle")):
        values = {"currentPassword": PASSWORD, "newPassword": new}
        (violation,) = (await nobody.run(change, input=values))["changePassword"]["violations"]
        assert violation["path"] == "/newPassword"
        assert why in violation["message"]


async def test_a_password_is_known_however_it_is_typed_and_old_hashes_are_good(
    live_server: LiveServer, nobody: Client
) -> None:
    composed, decomposed = "Zo\u00eb's sm\u00f8rrebr\u00f8d", "Zoe\u0308's sm\u00f8rrebr\u00f8d"
    handle = unique()
    await register(nobody, handle=handle, email=f"{handle}@example.com", password=decomposed)
    for typed in (composed, decomposed, f"{composed[:-1]}\uff44"):
        assert (await login(nobody, f"{handle}@example.com", typed))["__typename"] == "Session"
    assert (await login(nobody, f"{handle}@example.com", composed[:-1]))["code"] == "BAD_CREDENTIALS"
    # As accounts of before have it: a hash of what was typed, and a password that would not be taken now
    for old in (decomposed, "password"):
        async with database(live_server) as connection:
            kept = await Passwords().hash(old)
            await connection.execute('UPDATE "user" SET password_hash = $2 WHERE handle = $1', handle, kept)
        assert (await login(nobody, f"{handle}@example.com", old))["__typename"] == "Session"


@pytest.mark.parametrize("handle", ["admin", "demo", "a-a" * 20, "a\0b", "\ud800", "\uff41da"])
async def test_hostile_handles(nobody: Client, handle: str) -> None:
    assert [v["path"] for v in (await register(nobody, handle=handle))["violations"]] == ["/handle"]


async def test_an_address_is_hidden_from_others(ada: Client, bob: Client, nobody: Client) -> None:
    viewer = (await ada.run(VIEWER))["viewer"]
    assert (await ada.run(NODE, id=viewer["id"]))["node"]["email"] == viewer["email"]
    for other in (bob, nobody):
        assert (await other.run(NODE, id=viewer["id"]))["node"] == {
            "id": viewer["id"],
            "handle": viewer["handle"],
            "email": None,
        }


async def test_a_closed_server_registers_nobody(tmp_path: Path) -> None:
    rt = SimpleNamespace(settings=load_settings(registration="closed", data_dir=tmp_path))
    with pytest.raises(ForbiddenError, match="Registration is closed"):
        await accounts.register(cast(Any, rt), ANONYMOUS, NewUser(unique(), "a@example.com", PASSWORD))


async def test_an_admin_is_made_by_a_command_and_sees_addresses(live_server: LiveServer, ada: Client) -> None:
    handle = unique("admin")
    live_server.command("create-admin", "--handle", handle, "--email", f"{handle}@example.com", "--password", PASSWORD)
    admin = Client(live_server.url)
    admin.token = (await login(admin, f"{handle}@example.com", PASSWORD))["accessToken"]
    assert (await admin.run(VIEWER))["viewer"]["isAdmin"] is True
    viewer = (await ada.run(VIEWER))["viewer"]
    assert (await admin.run(NODE, id=viewer["id"]))["node"]["email"] == viewer["email"]
    await admin.close()


BAD_TOKENS = ["nonsense", "a.b.c", "e30.e30.", "x" * 5000]


@pytest.mark.parametrize("token", BAD_TOKENS)
async def test_a_bad_token_is_said_and_nothing_runs(nobody: Client, token: str) -> None:
    nobody.token = token
    assert await code_of(nobody, VIEWER) == "UNAUTHENTICATED"
    assert await code_of(nobody, "{ server { version } }") == "UNAUTHENTICATED"
    answer = await post(nobody, json.dumps({"query": VIEWER}), accept="application/graphql-response+json")
    assert answer.status_code == 401
    assert "data" not in answer.json()


@pytest.mark.parametrize("header", ["Basic YTpi", "Token x y"])
async def test_another_scheme(nobody: Client, header: str) -> None:
    answer = await post(nobody, json.dumps({"query": VIEWER}), authorization=header)
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "payload", [{"authorization": "Bearer x.y.z"}, {"token": "nonsense"}, {"Authorization": "a b"}]
)
async def test_a_bad_token_closes_the_socket(live_server: LiveServer, payload: dict[str, str]) -> None:
    url = live_server.url.replace("http", "ws", 1)
    async with websockets.connect(
        f"{url}/graphql", subprotocols=[websockets.Subprotocol("graphql-transport-ws")], proxy=None
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        with pytest.raises(websockets.ConnectionClosedError) as caught:
            await socket.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4403


async def test_the_socket_knows_who_asks(ada: Client) -> None:
    handle = (await ada.run(VIEWER))["viewer"]["handle"]
    async with ada.socket() as socket:
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": VIEWER}}))
        assert json.loads(await socket.recv())["payload"]["data"]["viewer"]["handle"] == handle
