from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

import pytest
import websockets

from server.adapters.security import fingerprint
from server.services.sessions import GRACE_SECONDS
from tests.conftest import LiveServer
from tests.integration.accounts.conftest import address
from tests.integration.accounts.operations import (
    CHANGE_PASSWORD,
    LOGOUT,
    LOGOUT_EVERYWHERE,
    PASSWORD,
    acting,
    begun,
    database,
    new_key,
    refreshed,
    sign_in,
)
from tests.support.api import Client
from tests.support.operations import VIEWER, code_of, unique


async def works(client: Client, token: str) -> bool:
    """Whether an access token does."""
    answer = await acting(client, token).raw(VIEWER)
    if "errors" in answer:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
        return False
    return answer["data"]["viewer"] is not None


async def age(live: LiveServer, token: str, seconds: float) -> None:
    """Let a refresh token have been used so long ago."""
    async with database(live) as connection:
        at = datetime.now(UTC) - timedelta(seconds=seconds)
        done = await connection.execute("UPDATE refresh_token SET used_at = $2 WHERE hash = $1", fingerprint(token), at)
        assert done == "UPDATE 1"


def is_refused(answer: dict[str, Any]) -> bool:
    return (answer["__typename"], answer.get("code")) == ("CredentialsError", "BAD_CREDENTIALS")


async def test_a_refresh_token_gives_the_next_ones(nobody: Client) -> None:
    handle = unique()
    first = await begun(nobody, handle)
    assert first["refreshToken"].startswith("isr_")
    life = datetime.fromisoformat(first["refreshExpiresAt"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < life <= timedelta(days=30)
    nobody.token = None
    second = await refreshed(nobody, first["refreshToken"])
    assert second["user"] == {"handle": handle, "email": f"{handle}@example.com"}
    assert len({first["accessToken"], second["accessToken"], first["refreshToken"], second["refreshToken"]}) == 4
    third = await refreshed(nobody, second["refreshToken"])
    for made in (first, second, third):
        assert await works(nobody, made["accessToken"])


async def test_only_hashes_are_stored(live_server: LiveServer, nobody: Client) -> None:
    made = await begun(nobody, unique())
    key = (await new_key(nobody))["key"]
    async with database(live_server) as connection:
        for table in ("refresh_token", "api_key", "session"):
            text = str([tuple(row) for row in await connection.fetch(f"SELECT * FROM {table}")])  # noqa: S608
            assert made["refreshToken"] not in text
            assert key not in text
        assert await connection.fetchval(
            "SELECT count(*) FROM refresh_token WHERE hash = $1", fingerprint(made["refreshToken"])
        )


async def test_a_token_that_was_exchanged_before_ends_the_whole_session(nobody: Client) -> None:
    """Whoever stole the first token is found out as soon as both had their turn."""
    first = await begun(nobody, unique())
    second = await refreshed(nobody, first["refreshToken"])
    third = await refreshed(nobody, second["refreshToken"])
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    for made in (first, second, third):
        assert not await works(nobody, made["accessToken"])
        assert is_refused(await refreshed(nobody, made["refreshToken"]))


async def test_the_other_sessions_of_the_user_go_on(nobody: Client) -> None:
    first = await begun(nobody, unique())
    other = await sign_in(nobody, first["user"]["email"])
    second = await refreshed(nobody, first["refreshToken"])
    await refreshed(nobody, second["refreshToken"])
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    assert await works(nobody, other["accessToken"])
    assert (await refreshed(nobody, other["refreshToken"]))["__typename"] == "Session"


async def test_a_client_whose_answer_got_lost_asks_again_and_gets_the_same(nobody: Client) -> None:
    first = await begun(nobody, unique())
    lost = await refreshed(nobody, first["refreshToken"])
    again = await refreshed(nobody, first["refreshToken"])
    assert again["refreshToken"] == lost["refreshToken"]
    assert again["refreshExpiresAt"] == lost["refreshExpiresAt"]
    assert again["accessToken"] != lost["accessToken"]
    following = await refreshed(nobody, again["refreshToken"])
    assert following["__typename"] == "Session"
    assert await works(nobody, following["accessToken"])


async def test_two_tabs_at_once_go_on_with_one_token(nobody: Client) -> None:
    first = await begun(nobody, unique())
    tabs = await asyncio.gather(*(refreshed(nobody, first["refreshToken"]) for _ in range(2)))
    assert len({tab["refreshToken"] for tab in tabs}) == 1
    following = await refreshed(nobody, tabs[0]["refreshToken"])
    # An answer may get lost again, once the token that asks was given once alone
    newest = await refreshed(nobody, following["refreshToken"])
    assert (await refreshed(nobody, following["refreshToken"]))["refreshToken"] == newest["refreshToken"]
    assert await works(nobody, newest["accessToken"])


async def test_an_exchange_is_repeated_once(nobody: Client) -> None:
    first = await begun(nobody, unique())
    second = await refreshed(nobody, first["refreshToken"])
    assert (await refreshed(nobody, first["refreshToken"]))["refreshToken"] == second["refreshToken"]
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    for made in (first, second):
        assert not await works(nobody, made["accessToken"])
        assert is_refused(await refreshed(nobody, made["refreshToken"]))


async def test_another_program_that_repeats_an_exchange_ends_the_session(nobody: Client) -> None:
    first = await begun(nobody, unique())
    second = await refreshed(nobody, first["refreshToken"])
    own = nobody.http.headers["user-agent"]
    nobody.http.headers["user-agent"] = f"{own} of a thief"
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    nobody.http.headers["user-agent"] = own
    assert not await works(nobody, second["accessToken"])
    assert is_refused(await refreshed(nobody, second["refreshToken"]))


async def test_a_session_goes_on_in_another_program(nobody: Client) -> None:
    """As after an update of a browser: only an answer that is given again is for the same client."""
    token = (await begun(nobody, unique()))["refreshToken"]
    for agent in ("one", "two", "three"):
        nobody.http.headers["user-agent"] = agent
        token = (await refreshed(nobody, token))["refreshToken"]


async def test_another_network_that_repeats_an_exchange_ends_the_session(caller: Client) -> None:
    first = await begun(caller, unique())
    second = await refreshed(caller, first["refreshToken"])
    own = ip_address(caller.http.headers["x-forwarded-for"])
    # A host has many addresses of its own in IPv6, and may ask by each
    caller.http.headers["x-forwarded-for"] = str(IPv6Address(int(own) ^ 1))
    assert (await refreshed(caller, first["refreshToken"]))["refreshToken"] == second["refreshToken"]
    third = await refreshed(caller, second["refreshToken"])
    caller.http.headers["x-forwarded-for"] = address()
    assert is_refused(await refreshed(caller, second["refreshToken"]))
    assert not await works(caller, third["accessToken"])
    assert is_refused(await refreshed(caller, third["refreshToken"]))


@pytest.mark.parametrize("begins", ["owner", "thief"])
async def test_owner_and_thief_who_take_turns_part_at_the_next_exchange(nobody: Client, begins: str) -> None:
    """Within the time of grace all the while, whoever of them is first."""
    first = await begun(nobody, unique())
    held = {"owner": first["refreshToken"], "thief": first["refreshToken"]}
    turns = ["owner", "thief"] if begins == "owner" else ["thief", "owner"]
    answers = []
    for name in [*turns, *turns]:
        answer = await refreshed(nobody, held[name])
        answers.append(answer["__typename"])
        held[name] = answer.get("refreshToken", held[name])
    assert answers == ["Session", "Session", "Session", "CredentialsError"]
    for token in held.values():
        assert is_refused(await refreshed(nobody, token))


async def test_a_thief_who_waits_until_the_next_token_is_used_ends_the_session(nobody: Client) -> None:
    first = await begun(nobody, unique())
    second = await refreshed(nobody, first["refreshToken"])
    third = await refreshed(nobody, second["refreshToken"])
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    assert is_refused(await refreshed(nobody, third["refreshToken"]))


async def test_not_so_after_a_while(live_server: LiveServer, nobody: Client) -> None:
    first = await begun(nobody, unique())
    second = await refreshed(nobody, first["refreshToken"])
    await age(live_server, first["refreshToken"], GRACE_SECONDS + 1)
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    assert is_refused(await refreshed(nobody, second["refreshToken"]))


async def test_of_many_at_once_one_session_with_one_live_token_is_left(live_server: LiveServer, nobody: Client) -> None:
    first = await begun(nobody, unique())
    made = await asyncio.gather(*(refreshed(nobody, first["refreshToken"]) for _ in range(10)))
    # The first exchanges it, the second repeats it, the third ends the session
    assert {m["__typename"] for m in made} <= {"Session", "CredentialsError"}
    async with database(live_server) as connection:
        live = await connection.fetchval(
            "SELECT count(*) FROM refresh_token t JOIN session s ON s.id = t.session_id WHERE t.used_at IS NULL "
            "AND s.ended_at IS NULL AND s.id = (SELECT session_id FROM refresh_token WHERE hash = $1)",
            fingerprint(first["refreshToken"]),
        )
    assert live == 0
    assert len({m["refreshToken"] for m in made if m["__typename"] == "Session"}) == 1


async def test_an_expired_refresh_token(live_server: LiveServer, nobody: Client) -> None:
    first = await begun(nobody, unique())
    async with database(live_server) as connection:
        await connection.execute(
            "UPDATE refresh_token SET expires_at = now() WHERE hash = $1", fingerprint(first["refreshToken"])
        )
    assert is_refused(await refreshed(nobody, first["refreshToken"]))


@pytest.mark.parametrize("token", ["", "isr_", "isr_x", "\0", "\ud800", "é", "x" * 10_000, "' OR 1=1 --"])
async def test_what_is_no_refresh_token(nobody: Client, token: str) -> None:
    assert is_refused(await refreshed(nobody, token))


async def test_no_token_stands_for_another(nobody: Client) -> None:
    made = await begun(nobody, unique())
    assert is_refused(await refreshed(nobody, made["accessToken"]))
    nobody.token = made["refreshToken"]
    assert await code_of(nobody, VIEWER) == "UNAUTHENTICATED"


async def test_logout_ends_the_session_at_once(nobody: Client) -> None:
    first = await begun(nobody, unique())
    other = await sign_in(nobody, first["user"]["email"])
    assert (await nobody.run(LOGOUT))["logout"] == {"sessions": 1}
    assert not await works(nobody, first["accessToken"])
    assert is_refused(await refreshed(nobody, first["refreshToken"]))
    assert await works(nobody, other["accessToken"])


async def test_logout_by_a_refresh_token_alone(nobody: Client) -> None:
    first = await begun(nobody, unique())
    nobody.token = None
    for sessions in (1, 0):
        assert (await nobody.run(LOGOUT, input={"refreshToken": first["refreshToken"]}))["logout"] == {
            "sessions": sessions
        }
    assert not await works(nobody, first["accessToken"])
    assert (await nobody.run(LOGOUT, input={"refreshToken": "isr_nonsense"}))["logout"] == {"sessions": 0}
    assert await code_of(nobody, LOGOUT) == "UNAUTHENTICATED"


async def test_logout_everywhere(nobody: Client, ada: Client) -> None:
    first = await begun(nobody, unique())
    others = [await sign_in(nobody, first["user"]["email"]) for _ in range(2)]
    key = (await new_key(nobody))["key"]
    assert (await nobody.run(LOGOUT_EVERYWHERE))["logoutEverywhere"]["sessions"] == 3
    for made in (first, *others):
        assert not await works(nobody, made["accessToken"])
        assert is_refused(await refreshed(nobody, made["refreshToken"]))
    assert await works(nobody, key)
    assert (await ada.run(VIEWER))["viewer"]
    nobody.token = None
    assert await code_of(nobody, LOGOUT_EVERYWHERE) == "UNAUTHENTICATED"


async def change(client: Client, current: str, new: str) -> dict[str, Any]:
    values = {"currentPassword": current, "newPassword": new}
    made: dict[str, Any] = (await client.run(CHANGE_PASSWORD, input=values))["changePassword"]
    return made


async def test_a_changed_password_ends_all_other_sessions(nobody: Client) -> None:
    first = await begun(nobody, unique())
    email, new = first["user"]["email"], "another horse battery"
    other = await sign_in(nobody, email)
    made = await change(nobody, PASSWORD, new)
    assert made["__typename"] == "Session"
    assert await works(nobody, made["accessToken"])
    assert (await refreshed(nobody, made["refreshToken"]))["__typename"] == "Session"
    for ended in (first, other):
        assert not await works(nobody, ended["accessToken"])
        assert is_refused(await refreshed(nobody, ended["refreshToken"]))
    assert is_refused(await sign_in(nobody, email, PASSWORD))
    assert (await sign_in(nobody, email, new))["__typename"] == "Session"


async def test_a_password_is_not_changed_without_the_current_one(nobody: Client) -> None:
    first = await begun(nobody, unique())
    for current in ("wrong horse battery", "", "\0", "\ud800", "x" * 10_000):
        assert is_refused(await change(nobody, current, "another horse battery"))
    for new in ("short", "", "x" * 257, "\0" * 10, "\ud800" * 10):
        made = await change(nobody, PASSWORD, new)
        assert [v["path"] for v in made["violations"]] == ["/newPassword"], new
    assert await works(nobody, first["accessToken"])
    nobody.token = None
    values = {"currentPassword": PASSWORD, "newPassword": "another horse battery"}
    assert await code_of(nobody, CHANGE_PASSWORD, input=values) == "UNAUTHENTICATED"


async def test_of_two_changes_at_once_one_wins(nobody: Client) -> None:
    first = await begun(nobody, unique())
    passwords = [f"horse battery {number}" for number in range(4)]
    made = await asyncio.gather(*(change(nobody, PASSWORD, new) for new in passwords), return_exceptions=True)
    won = [new for new, m in zip(passwords, made, strict=True) if isinstance(m, dict) and m["__typename"] == "Session"]
    assert len(won) == 1
    works_now = [(await sign_in(nobody, first["user"]["email"], new))["__typename"] == "Session" for new in passwords]
    assert [new for new, works in zip(passwords, works_now, strict=True) if works] == won


async def test_what_expired_is_forgotten(live_server: LiveServer, nobody: Client) -> None:
    first = await begun(nobody, unique())
    second = await refreshed(nobody, first["refreshToken"])
    hashes = [fingerprint(made["refreshToken"]) for made in (first, second)]
    count = "SELECT count(*) FROM refresh_token WHERE hash = ANY($1)"
    async with database(live_server) as connection, asyncio.timeout(30):
        assert await connection.fetchval(count, hashes) == 2
        expire = (
            "UPDATE session SET expires_at = now() WHERE id = (SELECT session_id FROM refresh_token WHERE hash = $1)"
        )
        await connection.execute(expire, hashes[0])
        while await connection.fetchval(count, hashes):
            await asyncio.sleep(0.1)
    assert not await works(nobody, second["accessToken"])


async def test_whatever_races_a_sign_out_no_token_is_left(nobody: Client) -> None:
    for _ in range(5):
        nobody.token = None
        first = await begun(nobody, unique())
        asked = [refreshed(nobody, first["refreshToken"]), nobody.run(LOGOUT), refreshed(nobody, first["refreshToken"])]
        made = [answer for answer in await asyncio.gather(*asked) if answer.get("__typename") == "Session"]
        for each in (first, *made):
            assert not await works(nobody, each["accessToken"])
            assert is_refused(await refreshed(nobody, each["refreshToken"]))


async def test_what_a_user_held_who_is_gone_says_unauthenticated(live_server: LiveServer, nobody: Client) -> None:
    """No mutation removes users; an operator may, in the database."""
    first = await begun(nobody, unique())
    key = (await new_key(nobody))["key"]
    async with nobody.socket() as socket:
        async with database(live_server) as connection:
            for table in ("api_key", "session"):
                await connection.execute(
                    f'DELETE FROM {table} WHERE user_id = (SELECT id FROM "user" WHERE handle = $1)',  # noqa: S608
                    first["user"]["handle"],
                )
            assert (
                await connection.execute('DELETE FROM "user" WHERE handle = $1', first["user"]["handle"]) == "DELETE 1"
            )
        for token in (first["accessToken"], key):
            assert not await works(nobody, token)
        assert is_refused(await refreshed(nobody, first["refreshToken"]))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403
