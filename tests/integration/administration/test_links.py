"""Links that an operator hands on, where no mail carries them: an invitation, and one for another password."""

from __future__ import annotations

import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import acting, begun, sign_in
from tests.integration.administration.operations import audit, command, database_of
from tests.integration.mail.operations import ACCEPT, RESET
from tests.support.api import Client
from tests.support.operations import VIEWER, code_of, unique

PASSWORD = "another horse battery"


@pytest.mark.parametrize("options", [(), ("--admin",)])
async def test_an_invitation_is_printed_and_makes_one_account(
    admin: Client, nobody: Client, live_server: LiveServer, options: tuple[str, ...]
) -> None:
    handle = unique()
    made = command(live_server, "users", "invite", f"{handle}@example.com", *options)
    assert made.returncode == 0, made.stderr
    page, _, token = made.stdout.strip().partition("#")
    assert page == f"{live_server.url}/invitation"
    account = {"token": token, "handle": handle, "password": PASSWORD}
    session = (await nobody.run(ACCEPT, input=account))["acceptInvitation"]
    assert session["user"]["email"] == f"{handle}@example.com"
    viewer = (await acting(nobody, session["accessToken"]).run(VIEWER))["viewer"]
    assert viewer["isAdmin"] is bool(options)
    assert (await nobody.run(ACCEPT, input={**account, "handle": unique()}))["acceptInvitation"]["code"] == (
        "BAD_CREDENTIALS"
    )
    invited = (await audit(admin, actions=["USER_INVITED"]))[0]
    assert (invited["actor"], invited["door"]) == ("operator", "COMMAND_LINE")
    taken = command(live_server, "users", "invite", f"{handle}@example.com")
    assert (taken.returncode, taken.stdout, "has an account" in taken.stderr) == (1, "", True)
    wrong = command(live_server, "users", "invite", "no address")
    assert (wrong.returncode, wrong.stdout, "/email" in wrong.stderr) == (1, "", True)


async def test_a_link_sets_another_password_once(admin: Client, nobody: Client, live_server: LiveServer) -> None:
    session = await begun(nobody, unique())
    handle, email = session["user"]["handle"], session["user"]["email"]
    made = command(live_server, "users", "reset-link", handle)
    page, _, token = made.stdout.strip().partition("#")
    assert page == f"{live_server.url}/reset", made.stderr
    values = {"token": token, "newPassword": PASSWORD}
    again = (await nobody.run(RESET, input=values))["resetPassword"]
    assert again["user"]["handle"] == handle
    # Whoever was signed in is not any more, and the link has done its work
    assert await code_of(nobody, VIEWER) == "UNAUTHENTICATED"
    assert (await acting(nobody).run(RESET, input=values))["resetPassword"]["code"] == "BAD_CREDENTIALS"
    assert (await sign_in(nobody, email, PASSWORD))["__typename"] == "Session"
    (event,) = await audit(admin, actions=["RESET_LINK_CREATED"], subject=handle)
    assert (event["actor"], event["after"]) == ("operator", None)
    assert token not in str(await audit(admin, subject=handle))


async def test_no_link_for_who_has_no_password(nobody: Client, live_server: LiveServer) -> None:
    unknown = command(live_server, "users", "reset-link", unique())
    assert (unknown.returncode, unknown.stdout, "There is no user" in unknown.stderr) == (1, "", True)
    session = await begun(nobody, unique())
    handle = session["user"]["handle"]
    async with database_of(live_server) as connection:
        await connection.execute('UPDATE "user" SET deactivated_at = now() WHERE handle = $1', handle)
    for name in (handle, "demo"):
        refused = command(live_server, "users", "reset-link", name)
        assert (refused.returncode, refused.stdout, "nobody signs in" in refused.stderr) == (1, "", True)
