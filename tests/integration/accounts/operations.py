"""Sessions and API keys as tests ask for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import USER_ERROR, RawClient

SESSION = "... on Session { accessToken expiresAt refreshToken refreshExpiresAt user { handle email } }"
REFRESH = f"""mutation ($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ __typename
  {SESSION} ... on UserError {{ code message }} }} }}"""
REGISTER = f"""mutation ($input: RegisterInput!) {{ register(input: $input) {{ __typename
  {SESSION} {USER_ERROR} }} }}"""
LOGIN = f"""mutation ($input: LoginInput!) {{ login(input: $input) {{ __typename
  {SESSION} ... on UserError {{ code message }} }} }}"""
LOGOUT = "mutation ($input: LogoutInput) { logout(input: $input) { sessions } }"
LOGOUT_EVERYWHERE = """mutation { logoutEverywhere { __typename
  ... on SignedOut { sessions } ... on UserError { code message } } }"""
CHANGE_PASSWORD = f"""mutation ($input: ChangePasswordInput!) {{ changePassword(input: $input) {{ __typename
  {SESSION} {USER_ERROR} }} }}"""
KEY = "id name prefix scopes createdAt expiresAt lastUsedAt revokedAt"
CREATE_KEY = f"""mutation ($input: CreateApiKeyInput!) {{ createApiKey(input: $input) {{ __typename
  ... on CreatedApiKey {{ key apiKey {{ {KEY} }} }} {USER_ERROR} }} }}"""
REVOKE_KEY = f"""mutation ($input: RevokeApiKeyInput!) {{ revokeApiKey(input: $input) {{ __typename
  ... on ApiKey {{ {KEY} }} ... on UserError {{ code message }} }} }}"""
KEYS = f"{{ viewer {{ handle apiKeys {{ {KEY} }} }} }}"
PASSWORD = "correct horse battery"


async def begun(client: Client, handle: str) -> dict[str, Any]:
    """The session of a new user, whose access token the client takes."""
    new = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
    made: dict[str, Any] = (await client.run(REGISTER, input=new))["register"]
    client.token = made["accessToken"]
    return made


async def refreshed(client: Client, token: str) -> dict[str, Any]:
    """What a refresh token gives, asked for without an access token."""
    made: dict[str, Any] = (await acting(client).run(REFRESH, input={"refreshToken": token}))["refreshSession"]
    return made


async def sign_in(client: Client, email: str, password: str = PASSWORD) -> dict[str, Any]:
    values = {"email": email, "password": password}
    made: dict[str, Any] = (await acting(client).run(LOGIN, input=values))["login"]
    return made


def acting(client: Client, token: str | None = None) -> Client:
    """Whoever has this token, or nobody, over the connections of a client, which closes them."""
    found = RawClient(client.url, token)
    found.http = client.http
    return found


async def new_key(client: Client, *scopes: str, **changes: Any) -> dict[str, Any]:
    """The member of the result union."""
    new = {"name": "a key", "scopes": list(scopes or ("READ",)), **changes}
    made: dict[str, Any] = (await client.run(CREATE_KEY, input=new))["createApiKey"]
    return made


async def with_key(client: Client, *scopes: str, **changes: Any) -> Client:
    """A client of the same user that has a key of these scopes."""
    return acting(client, (await new_key(client, *scopes, **changes))["key"])


async def revoke(client: Client, key_id: str) -> dict[str, Any]:
    made: dict[str, Any] = (await client.run(REVOKE_KEY, input={"id": key_id}))["revokeApiKey"]
    return made


@asynccontextmanager
async def database(live: LiveServer) -> AsyncIterator[Any]:
    """A connection to the database of the live server."""
    connection = await asyncpg.connect(live.environment["DATABASE_URL"])
    try:
        yield connection
    finally:
        await connection.close()
