"""Whom an administrator invites makes one account, though registration is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.accounts.operations import PASSWORD, acting, database, new_key, sign_in
from tests.integration.administration.operations import audit
from tests.integration.mail.conftest import MailPlace, boss_of
from tests.integration.mail.operations import ACCEPT, INVITATIONS, INVITE, REQUEST, REVOKE
from tests.support.api import Client
from tests.support.operations import NODE, RawClient, unique


async def accept(client: Client, token: str, **changes: str) -> dict[str, object]:
    account = {"token": token, "handle": unique(), "password": PASSWORD, **changes}
    made: dict[str, object] = (await client.run(ACCEPT, input=account))["acceptInvitation"]
    return made


async def test_whoever_is_invited_makes_an_account_and_is_signed_in(place: MailPlace) -> None:
    assert (await place.nobody.sign_up(unique()))["code"] == "FORBIDDEN"
    invitation, token = await place.invite()
    assert (invitation["state"], invitation["isAdmin"], invitation["user"]) == ("PENDING", False, None)
    handle = unique()
    session = await accept(place.nobody, token, handle=handle)
    assert session["user"] == {"handle": handle, "email": invitation["email"]}
    assert (await sign_in(place.nobody, invitation["email"]))["__typename"] == "Session"
    shown = (await place.admin.run(INVITATIONS, first=1))["invitations"]["nodes"][0]
    assert (shown["state"], shown["email"], shown["user"]) == ("ACCEPTED", None, {"handle": handle})
    assert shown["mailState"] == "SENT"
    assert shown["inviter"] is not None
    (accepted,) = await audit(place.admin, actions=["INVITATION_ACCEPTED"], actor=handle)
    assert (accepted["subject"], accepted["after"]) == (handle, {"admin": False})
    invited = (await audit(place.admin, actions=["USER_INVITED"]))[0]
    assert (invited["actor"], invited["subjectType"], invited["subject"]) == (
        shown["inviter"]["handle"], "INVITATION", "",
    )  # fmt: skip


async def test_administrators_are_invited_as_such(place: MailPlace) -> None:
    _, token = await place.invite(isAdmin=True)
    session = await accept(place.nobody, token)
    client = acting(place.nobody, str(session["accessToken"]))
    assert (await client.run("{ viewer { isAdmin } }"))["viewer"] == {"isAdmin": True}


async def test_a_link_works_once_also_for_many_at_once(place: MailPlace) -> None:
    _, token = await place.invite()
    answers = await asyncio.gather(*(accept(place.nobody, token) for _ in range(6)))
    kinds = sorted(str(answer["__typename"]) for answer in answers)
    assert kinds.count("Session") == 1
    assert set(kinds) <= {"Session", "CredentialsError", "ConflictError"}
    again = await accept(place.nobody, token)
    assert (again["code"], "Ask for another" in str(again["message"])) == ("BAD_CREDENTIALS", True)


async def test_what_breaks_rules_leaves_the_link_as_it_was(place: MailPlace) -> None:
    _, token = await place.invite()
    assert [
        v["path"] for v in (await accept(place.nobody, token, handle="No Handle", password="short"))["violations"]
    ] == [  # type: ignore[attr-defined]
        "/handle",
        "/password",
    ]
    handle = (await place.admin.run("{ viewer { handle } }"))["viewer"]["handle"]
    assert (await accept(place.nobody, token, handle=handle))["code"] == "CONFLICT"
    assert (await accept(place.nobody, token))["__typename"] == "Session"


@pytest.mark.parametrize("token", ["", "isl_", "isl_" + "a" * 43, "\0", "\ud800", "x" * 9000])
async def test_a_token_that_nobody_was_given(place: MailPlace, token: str) -> None:
    assert (await accept(place.nobody, token))["code"] == "BAD_CREDENTIALS"


async def test_a_revoked_link_is_worth_nothing(place: MailPlace) -> None:
    invitation, token = await place.invite()
    revoked = (await place.admin.run(REVOKE, input={"id": invitation["id"]}))["revokeInvitation"]
    assert revoked["state"] == "REVOKED"
    assert await audit(place.admin, actions=["INVITATION_REVOKED"])
    assert (await accept(place.nobody, token))["code"] == "BAD_CREDENTIALS"
    assert (await place.admin.run(REVOKE, input={"id": invitation["id"]}))["revokeInvitation"]["state"] == "REVOKED"


async def test_inviting_again_ends_the_link_before(place: MailPlace) -> None:
    invitation, token = await place.invite()
    email = invitation["email"]
    await place.admin.run(INVITE, input={"email": email.upper()})
    newer = await asyncio.to_thread(place.server.token, email, 2)
    assert newer != token
    assert (await accept(place.nobody, token))["code"] == "BAD_CREDENTIALS"
    assert (await accept(place.nobody, newer))["__typename"] == "Session"
    taken = (await place.admin.run(INVITE, input={"email": email}))["inviteUser"]
    assert taken["code"] == "CONFLICT"


async def test_an_expired_link_is_worth_nothing(place: MailPlace) -> None:
    invitation, token = await place.invite()
    async with database(place.live) as db:
        back = timedelta(days=8)
        await db.execute(
            "UPDATE invitation SET expires_at = expires_at - $1::interval WHERE email = $2", back, invitation["email"]
        )
    assert (await accept(place.nobody, token))["code"] == "BAD_CREDENTIALS"
    shown = (await place.admin.run(INVITATIONS, first=1))["invitations"]["nodes"][0]
    assert shown["state"] == "EXPIRED"


async def test_only_an_administrators_session_invites(place: MailPlace) -> None:
    user, _ = await place.join()
    one = {"email": f"{unique()}@example.com"}
    assert (await user.run(INVITE, input=one))["inviteUser"]["code"] == "FORBIDDEN"
    assert (await place.nobody.raw(INVITE, input=one))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    key = acting(place.admin, (await new_key(place.admin, "READ", "RUN", "WRITE", "ADMIN"))["key"])
    assert (await key.run(INVITE, input=one))["inviteUser"]["code"] == "FORBIDDEN"
    assert (await user.raw(INVITATIONS))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    (shown,) = (await key.run(INVITATIONS, first=1))["invitations"]["nodes"]
    assert (await place.admin.run(NODE, id=shown["id"]))["node"] is not None
    assert (await user.run(NODE, id=shown["id"]))["node"] is None


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "a@example.com\r\nBcc: b@example.com", "a@exam\0ple.com"])
async def test_what_is_no_address_is_invited_by_nobody(place: MailPlace, email: str) -> None:
    answer = (await place.admin.run(INVITE, input={"email": email}))["inviteUser"]
    assert [violation["path"] for violation in answer["violations"]] == ["/email"]


async def test_no_token_stands_in_the_database_or_in_a_log(place: MailPlace) -> None:
    _, token = await place.invite()
    async with database(place.live) as db:
        tables = await db.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in tables:
            assert not await db.fetchval(f"SELECT count(*) FROM \"{table}\" t WHERE t::text LIKE '%{token}%'"), table  # noqa: S608 - our own names
    await accept(place.nobody, token)
    await accept(place.nobody, token)
    assert token not in (place.live.data_dir / "api.log").read_text()


@pytest.fixture
def silent(servers: LocalServers, tmp_path: Path) -> Iterator[LiveServer]:
    """A server without a mail server."""
    with running(servers, tmp_path, workers=0) as live:
        yield live


async def test_without_a_mail_server_the_administrator_gets_the_link(silent: LiveServer) -> None:
    admin, nobody = await boss_of(silent), RawClient(silent.url)
    email = f"{unique()}@example.com"
    made = (await admin.run(INVITE, input={"email": email}))["inviteUser"]
    assert made["invitation"]["mailState"] is None
    address, _, token = made["link"].partition("#")
    assert address == f"{silent.url}/invitation"
    assert (await accept(nobody, token))["__typename"] == "Session"
    answer = (await nobody.run(REQUEST, input={"email": email}))["requestPasswordReset"]
    assert (answer["code"], "sends no mail" in answer["message"]) == ("UNAVAILABLE", True)
    assert (await nobody.run("{ server { passwordResets } }"))["server"] == {"passwordResets": False}
    await admin.close()
    await nobody.close()
