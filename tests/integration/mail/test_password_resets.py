"""Another password by a link, of which nobody learns whose address it is."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.accounts.operations import PASSWORD, acting, database, new_key, sign_in
from tests.integration.administration.operations import audit
from tests.integration.mail.conftest import MailPlace
from tests.integration.mail.operations import REQUEST, RESET
from tests.integration.operations.scraping import scrape
from tests.support.api import wait_for
from tests.support.operations import unique

NEW = "another horse battery"


async def ask(place: MailPlace, email: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await place.nobody.run(REQUEST, input={"email": email}))["requestPasswordReset"]
    return answer


async def reset(place: MailPlace, token: str, password: str = NEW) -> dict[str, Any]:
    values = {"token": token, "newPassword": password}
    answer: dict[str, Any] = (await place.nobody.run(RESET, input=values))["resetPassword"]
    return answer


async def token_of(place: MailPlace, email: str, count: int) -> str:
    """The token of the newest mail; the first one to the address was the invitation."""
    return await asyncio.to_thread(place.server.token, email, count)


async def test_a_link_sets_a_password_once_and_ends_sessions(place: MailPlace) -> None:
    user, email = await place.join()
    key = acting(user, (await new_key(user))["key"])
    assert await ask(place, email.upper()) == {"__typename": "RequestedPasswordReset", "expiresInSeconds": 3600}
    token = await token_of(place, email, 2)
    session = await reset(place, token)
    assert session["user"]["email"] == email
    (line,) = await audit(place.admin, actions=["PASSWORD_RESET"], actor=session["user"]["handle"])
    assert (line["subject"], line["before"], line["after"]) == (session["user"]["handle"], None, None)
    assert (await user.raw("{ viewer { handle } }"))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    # As with `changePassword`
    assert (await key.run("{ viewer { handle } }"))["viewer"] is not None
    assert (await sign_in(place.nobody, email))["code"] == "BAD_CREDENTIALS"
    assert (await sign_in(place.nobody, email, NEW))["__typename"] == "Session"
    assert (await reset(place, token, PASSWORD))["code"] == "BAD_CREDENTIALS"
    assert token not in (place.live.data_dir / "api.log").read_text()


async def test_of_many_at_once_one_sets_it_and_other_links_end(place: MailPlace) -> None:
    _, email = await place.join()
    await ask(place, email)
    first = await token_of(place, email, 2)
    await ask(place, email)
    second = await token_of(place, email, 3)
    assert first != second
    answers = await asyncio.gather(*(reset(place, second, f"{NEW} {number}") for number in range(5)))
    assert sorted(answer["__typename"] for answer in answers) == ["CredentialsError"] * 4 + ["Session"]
    assert (await reset(place, first))["code"] == "BAD_CREDENTIALS"


async def test_a_change_of_password_ends_links(place: MailPlace) -> None:
    user, email = await place.join()
    await ask(place, email)
    token = await token_of(place, email, 2)
    change = "mutation ($i: ChangePasswordInput!) { changePassword(input: $i) { __typename } }"
    changed = await user.run(change, i={"currentPassword": PASSWORD, "newPassword": NEW})
    assert changed["changePassword"] == {"__typename": "Session"}
    assert (await reset(place, token))["code"] == "BAD_CREDENTIALS"


async def test_a_weak_password_leaves_the_link_as_it_was(place: MailPlace) -> None:
    _, email = await place.join()
    await ask(place, email)
    token = await token_of(place, email, 2)
    assert (await reset(place, token, "password1"))["violations"][0]["code"] == "common"
    assert (await reset(place, token, email))["violations"][0]["code"] == "personal"
    assert (await reset(place, token))["__typename"] == "Session"


async def test_a_link_ends_after_an_hour(place: MailPlace) -> None:
    _, email = await place.join()
    await ask(place, email)
    token = await token_of(place, email, 2)
    async with database(place.live) as db:
        await db.execute("UPDATE password_reset SET expires_at = expires_at - $1::interval", timedelta(hours=1))
    assert (await reset(place, token))["code"] == "BAD_CREDENTIALS"


async def test_a_link_of_a_deactivated_user_is_none(place: MailPlace) -> None:
    user, email = await place.join()
    await ask(place, email)
    token = await token_of(place, email, 2)
    user_id = (await user.run("{ viewer { id } }"))["viewer"]["id"]
    for mutation in ("deactivateUser", "reactivateUser"):
        kind = mutation[0].upper() + mutation[1:] + "Input!"
        await place.admin.run(
            f"mutation ($i: {kind}) {{ {mutation}(input: $i) {{ __typename }} }}", i={"user": user_id}
        )
        answer = await reset(place, token)
        assert answer.get("code") == ("BAD_CREDENTIALS" if mutation == "deactivateUser" else None), answer


async def test_nobody_learns_whose_address_it_is(place: MailPlace) -> None:
    """The answers are the same, and take the same time: of either nothing is looked up."""
    times: dict[bool, list[float]] = {True: [], False: []}
    answers = set()
    for _ in range(12):
        _, email = await place.join()
        for exists, address in ((True, email), (False, f"{unique()}@example.com")):
            began = time.perf_counter()
            answers.add(str(await ask(place, address)))
            times[exists].append(time.perf_counter() - began)
    assert len(answers) == 1
    known, unknown = (statistics.median(times[exists]) for exists in (True, False))
    assert abs(known - unknown) < max(0.02, min(known, unknown))
    async with database(place.live) as db:
        async with asyncio.timeout(10):
            while await db.fetchval("SELECT count(*) FROM mail"):
                await asyncio.sleep(0.05)
    assert not [message for message in place.server.taken if message["x-envelope-to"] == address]


async def test_accounts_without_a_password_get_no_link(place: MailPlace) -> None:
    await ask(place, "demo@inference-server.invalid")
    _, email = await place.join()
    async with database(place.live) as db:
        await db.execute('UPDATE "user" SET password_hash = NULL WHERE email = $1', email)
        await ask(place, email)
        async with asyncio.timeout(10):
            while await db.fetchval("SELECT count(*) FROM mail"):
                await asyncio.sleep(0.05)
    assert len(place.server.to(email)) == 1


async def test_an_address_is_not_flooded_and_one_network_asks_for_few(place: MailPlace) -> None:
    email = f"{unique()}@example.com"
    for _ in range(3):
        assert (await ask(place, email))["__typename"] == "RequestedPasswordReset"
    (error,) = (await place.nobody.raw(REQUEST, input={"email": email}))["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] > 60


@pytest.mark.parametrize("email", ["", "a@b@c", "a@example.com\nBcc: b@example.com", "\ud800@example.com"])
async def test_what_is_no_address(place: MailPlace, email: str) -> None:
    assert [violation["path"] for violation in (await ask(place, email))["violations"]] == ["/email"]


@pytest.mark.parametrize("token", ["", "isl_" + "b" * 43, "\0", "\ud800"])
async def test_a_token_that_nobody_was_given(place: MailPlace, token: str) -> None:
    assert (await reset(place, token))["code"] == "BAD_CREDENTIALS"


async def test_mails_and_sign_ins_are_counted(place: MailPlace) -> None:
    _, email = await place.join()
    await ask(place, email)
    await reset(place, await token_of(place, email, 2))
    wait_for(lambda: scrape(place.live.url).value("inference_mails_total", kind="password_reset", state="sent") >= 1)
    found = scrape(place.live.url)
    assert found.value("inference_mails_total", kind="invitation", state="sent") >= 1
    assert found.value("inference_sign_ins_total", method="invitation", outcome="begun") >= 1
    assert found.value("inference_sign_ins_total", method="password_reset", outcome="begun") >= 1
