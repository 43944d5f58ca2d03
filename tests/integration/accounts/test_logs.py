"""Nothing that gives access is in a log, whatever is asked with it."""

from __future__ import annotations

import json
from typing import Any

from tests.conftest import LiveServer
from tests.integration.accounts.operations import CHANGE_PASSWORD, LOGIN, REFRESH, acting, begun, new_key, refreshed
from tests.support.api import Client
from tests.support.operations import VIEWER, post, unique

PASSWORDS = ("a wrong password of mine", "a new password of mine")


async def everything(client: Client, made: dict[str, Any], key: str) -> None:
    """All the ways in which a secret comes to the server, the wrong ones too."""
    for token in (made["accessToken"], key, made["refreshToken"], made["accessToken"] + "x", f"x y {key}"):
        await acting(client, token).raw(VIEWER)
        for header in (f"Basic {token}", f"Bearer  {token}", token):
            await post(client, json.dumps({"query": VIEWER}), authorization=header)
        await post(client, f'{{"query": "{{ viewer(token: \\"{token}\\") {{ id }} }}"')
        await client.raw(f'{{ viewer(token: "{token}") {{ id }} }}')
        await client.raw(f'{{ node(id: "{token}") {{ id }} }}')
        await client.raw(REFRESH, input={"refreshToken": token, "other": token})
        await client.raw(REFRESH, input=token)
        await client.http.get(f"{client.url}/graphql", params={"query": VIEWER, "authorization": token})
        await client.http.get(f"{client.url}/files/{token}?sig={token}&exp=1")
        await client.http.get(f"{client.url}/{token}")
    await client.raw(LOGIN, input={"email": made["user"]["email"], "password": PASSWORDS[0]})
    await client.raw(CHANGE_PASSWORD, input={"currentPassword": PASSWORDS[0], "newPassword": PASSWORDS[1]})
    for token in (made["accessToken"], key):
        async with acting(client, token).socket() as socket:
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": VIEWER}}))
            await socket.recv()
            await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": token}}))
            await socket.wait_closed()


async def test_no_key_token_or_password_is_logged(strict: LiveServer, caller: Client) -> None:
    made = await begun(caller, unique())
    key = (await new_key(caller))["key"]
    await everything(caller, made, key)
    second = await refreshed(caller, made["refreshToken"])
    third = await refreshed(caller, second["refreshToken"])
    assert (await refreshed(caller, made["refreshToken"]))["__typename"] == "CredentialsError"
    log = (strict.data_dir / "api.log").read_text()
    assert "sessions.reused" in log
    secrets = [key[12:], *PASSWORDS]
    for session in (made, second, third):
        secrets += [session["refreshToken"][4:], session["accessToken"].rsplit(".", 1)[1]]
    assert [secret for secret in secrets if secret in log] == []
