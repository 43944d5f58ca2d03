"""Whose account a sign-in at the provider is: known, linked where the operator lets it be, or new."""

from __future__ import annotations

import asyncio

from tests.conftest import LiveServer
from tests.integration.accounts.operations import PASSWORD, acting, database, new_key, sign_in
from tests.integration.administration.operations import audit
from tests.integration.operations.scraping import scrape
from tests.integration.single_sign_on.conftest import LOGOUT, Browser, somebody
from tests.support.api import Client
from tests.support.oidc_provider import OidcProvider
from tests.support.operations import RawClient, unique


def of(browser: Browser, session: dict[str, object]) -> Client:
    return acting(browser.client, str(session["accessToken"]))


async def test_the_same_person_has_the_same_account_whatever_they_are_called(
    browser: Browser, provider: OidcProvider
) -> None:
    first = await browser.sign_in()
    provider.person |= {"preferred_username": "another", "email": f"{unique()}@example.com"}
    second = await browser.sign_in()
    assert second["user"] == first["user"]
    provider.person |= {"sub": "somebody else"}
    assert (await browser.sign_in())["user"]["handle"] != first["user"]["handle"]


async def test_many_first_sign_ins_at_once_make_one_account(browser: Browser, provider: OidcProvider) -> None:
    sessions = await asyncio.gather(*(browser.sign_in() for _ in range(5)))
    assert {session["__typename"] for session in sessions} == {"Session"}
    assert len({session["user"]["handle"] for session in sessions}) == 1


async def test_handles_are_made_of_what_the_provider_says(browser: Browser, provider: OidcProvider) -> None:
    async def handle(**claims: object) -> str:
        provider.person = somebody(**claims)
        return str((await browser.sign_in())["user"]["handle"])

    name = unique()
    assert await handle(preferred_username=f"Ünï {name}!!") == f"uni-{name}"
    taken = await handle(preferred_username=f"uni-{name}")
    assert taken.startswith(f"uni-{name}-")
    assert (await handle(preferred_username="admin")).startswith("admin-")
    assert (await handle(preferred_username="漢字")).startswith("user-")
    assert len(await handle(preferred_username="x" * 500)) <= 39
    assert await handle(preferred_username=None, email=f"{name}.b@example.com") == f"{name}-b"
    assert (await handle(preferred_username="../../etc\0passwd")).startswith("etc-passwd")


async def test_a_group_makes_administrators_and_leaving_it_takes_that_away(
    browser: Browser, provider: OidcProvider
) -> None:
    viewer = "{ viewer { isAdmin } }"
    plain = of(browser, await browser.sign_in())
    assert (await plain.run(viewer))["viewer"] == {"isAdmin": False}
    provider.person["groups"] = ["others", "keepers"]
    admin = of(browser, await browser.sign_in())
    assert (await admin.run(viewer))["viewer"] == {"isAdmin": True}
    handle = (await admin.run("{ viewer { handle } }"))["viewer"]["handle"]
    lines = await audit(admin, actor=handle)
    assert [(line["action"], line["after"]) for line in lines] == [
        ("PROVIDER_CHANGED_ROLE", {"admin": True}), ("PROVIDER_REGISTERED", None),
    ]  # fmt: skip
    assert {line["door"] for line in lines} == {"SINGLE_SIGN_ON"}
    provider.person["groups"] = ["others"]
    await browser.sign_in()
    # Sessions of before too
    assert (await admin.run(viewer))["viewer"] == {"isAdmin": False}
    del provider.person["groups"]
    provider.userinfo = {"groups": "keepers"}
    assert (await of(browser, await browser.sign_in()).run(viewer))["viewer"] == {"isAdmin": True}
    provider.userinfo = {"groups": {"keepers": True}}
    assert (await of(browser, await browser.sign_in()).run(viewer))["viewer"] == {"isAdmin": False}


async def test_userinfo_of_somebody_else_is_not_believed(browser: Browser, provider: OidcProvider) -> None:
    provider.userinfo = {"sub": "somebody else", "groups": ["keepers"]}
    assert await browser.refused() == "The provider's answers are of two different users."


async def test_a_new_account_needs_a_verified_address(browser: Browser, provider: OidcProvider) -> None:
    for claims in ({"email_verified": False}, {"email_verified": None}, {"email": "nobody"}, {"email": None}):
        provider.person = {key: value for key, value in somebody(**claims).items() if value is not None}
        provider.userinfo = {}
        assert "has not verified your e-mail address" in await browser.refused()


async def test_an_account_with_the_same_address_is_not_taken_over(
    browser: Browser, provider: OidcProvider, open_api: LiveServer
) -> None:
    other = RawClient(open_api.url)
    handle = unique()
    await other.sign_up(handle)
    provider.person = somebody(email=f"{handle}@EXAMPLE.com")
    assert "only an administrator can let the provider sign in to it" in await browser.refused()
    provider.person["email_verified"] = False
    assert "which the provider has not verified" in await browser.refused()
    assert (await other.run("{ viewer { handle } }"))["viewer"] == {"handle": handle}
    await other.close()


async def test_linking_ends_whatever_let_others_in(
    linker: Browser, provider: OidcProvider, linking_api: LiveServer
) -> None:
    """Anybody may have registered with the address; whose it is takes the account for themselves."""
    squatter = RawClient(linking_api.url)
    handle = unique()
    await squatter.sign_up(handle)
    key = acting(squatter, (await new_key(squatter))["key"])
    provider.person = somebody(email=f"{handle}@example.com", email_verified=False)
    assert "has not verified" in await linker.refused()
    assert (await squatter.run("{ viewer { handle } }"))["viewer"] == {"handle": handle}
    provider.person["email_verified"] = True
    session = await linker.sign_in()
    assert session["user"]["handle"] == handle
    for client in (squatter, key):
        assert (await client.raw("{ viewer { handle } }"))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await sign_in(squatter, f"{handle}@example.com", PASSWORD))["code"] == "BAD_CREDENTIALS"
    assert (await linker.sign_in())["user"]["handle"] == handle
    await squatter.close()


async def test_no_accounts_are_made_where_none_shall_be_and_no_other_domain_signs_in(
    linker: Browser, provider: OidcProvider
) -> None:
    assert "new ones are not made" in await linker.refused()
    for email in ("a@evil.example", "a@example.com.evil.example", "a@sub.example.com"):
        provider.person = somebody(email=email)
        assert "of a domain that may not sign in" in await linker.refused()
    provider.person = somebody(email_verified=False)
    assert "which this server asks for" in await linker.refused()
    provider.person = somebody(email=f"{unique()}@EXAMPLE.org")
    assert "new ones are not made" in await linker.refused()


async def test_signing_out_leads_to_the_provider_where_the_session_began_there(
    browser: Browser, provider: OidcProvider, open_api: LiveServer
) -> None:
    session = await browser.sign_in()
    out = (await of(browser, session).run(LOGOUT))["logout"]
    assert out["sessions"] == 1
    assert out["providerLogoutUrl"].startswith(f"{provider.issuer}/logout?client_id=models&post_logout_redirect_uri=")
    other = RawClient(open_api.url)
    await other.sign_up(unique())
    assert (await other.run(LOGOUT))["logout"] == {"sessions": 1, "providerLogoutUrl": None}
    await other.close()


async def test_accounts_of_the_provider_have_no_password_to_guess(
    browser: Browser, provider: OidcProvider, open_api: LiveServer
) -> None:
    session = await browser.sign_in()
    assert (await sign_in(browser.client, session["user"]["email"], ""))["code"] == "BAD_CREDENTIALS"
    async with database(open_api) as db:
        row = await db.fetchrow(
            'SELECT password_hash, is_admin FROM "user" WHERE handle = $1', session["user"]["handle"]
        )
    assert dict(row) == {"password_hash": None, "is_admin": False}


async def test_the_page_learns_the_name_of_the_button_and_sign_ins_are_counted(
    browser: Browser, provider: OidcProvider, open_api: LiveServer
) -> None:
    assert (await browser.client.run("{ server { singleSignOn { name } } }"))["server"] == {
        "singleSignOn": {"name": "the house"}
    }
    before = scrape(open_api.url)
    await browser.sign_in()
    provider.person = {"sub": "x"}
    await browser.refused()
    after = scrape(open_api.url)
    for outcome in ("begun", "refused"):
        name = "inference_sign_ins_total"
        values = [found.value(name, method="oidc", outcome=outcome) for found in (before, after)]
        assert values[1] == values[0] + 1
