"""What of a provider's answers is believed: its own, of now, for this server and this sign-in, and no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.single_sign_on.conftest import BEGIN, SECONDS, Browser, fetch, somebody
from tests.support.api import wait_for
from tests.support.oidc_provider import CLIENT_ID, OidcProvider

NOT_VALID = "The provider's answer is not valid, or not any more; sign in again."
UNBELIEVED = "The provider's answer is signed in a way that is not believed."
NOT_ITS = "The provider's answer is not signed by it."


async def test_who_signs_in_there_is_signed_in_here(browser: Browser, provider: OidcProvider) -> None:
    session = await browser.sign_in()
    assert session["user"] == {"handle": provider.person["preferred_username"], "email": provider.person["email"]}
    asked = provider.authorizations[-1]
    assert asked["scope"] == "openid email profile"
    assert asked["redirect_uri"] == f"{browser.client.url}/auth/oidc/callback"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43


TWISTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another nonce": (lambda claims: claims.update(nonce="x" * 43), NOT_VALID),
    "no nonce": (lambda claims: claims.pop("nonce"), NOT_VALID),
    "another issuer": (lambda claims: claims.update(iss="https://evil.example"), NOT_VALID),
    "no issuer": (lambda claims: claims.pop("iss"), NOT_VALID),
    "another audience": (lambda claims: claims.update(aud="others"), NOT_VALID),
    "no audience": (lambda claims: claims.pop("aud"), NOT_VALID),
    "several audiences, authorized for another": (lambda c: c.update(aud=[CLIENT_ID, "b"], azp="b"), NOT_VALID),
    "several audiences, authorized for nobody": (lambda c: c.update(aud=[CLIENT_ID, "b"]), NOT_VALID),
    "expired": (lambda claims: claims.update(exp=int(time.time()) - 120), NOT_VALID),
    "no expiry": (lambda claims: claims.pop("exp"), NOT_VALID),
    "an expiry that is no number": (lambda claims: claims.update(exp="tomorrow"), NOT_VALID),
    "made tomorrow": (lambda claims: claims.update(iat=int(time.time()) + 86_400), NOT_VALID),
    "another access token": (lambda claims: claims.update(at_hash="x" * 22), NOT_VALID),
    "no subject": (lambda claims: claims.pop("sub"), NOT_VALID),
    "a subject that is a list": (lambda claims: claims.update(sub=["a"]), NOT_VALID),
}


@pytest.mark.parametrize("name", TWISTS)
async def test_a_token_that_is_refused(browser: Browser, provider: OidcProvider, name: str) -> None:
    provider.twist_claims, message = TWISTS[name]
    assert await browser.refused() == message


@pytest.mark.parametrize("subject", ["", "x" * 300, "a\0b"])
async def test_a_subject_that_is_none(browser: Browser, provider: OidcProvider, subject: str) -> None:
    provider.person["sub"] = subject
    assert await browser.refused() == "The provider did not say who you are."


async def test_clocks_may_differ_a_little(browser: Browser, provider: OidcProvider) -> None:
    now = int(time.time())
    provider.twist_claims = lambda claims: claims.update(exp=now - 20, iat=now + 20)
    assert (await browser.sign_in())["__typename"] == "Session"


async def test_signatures_that_are_not_the_providers(browser: Browser, provider: OidcProvider) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "first"})
    provider.twist_token = lambda header, claims: jwt.encode(header, claims, stranger)
    assert await browser.refused() == NOT_ITS
    provider.twist_token = provider.unsigned
    assert await browser.refused() == UNBELIEVED
    provider.twist_token = provider.signed_by_client_secret
    assert await browser.refused() == UNBELIEVED
    provider.twist_token = provider.signed_by_public_key
    assert await browser.refused() == UNBELIEVED
    provider.twist_token = lambda header, claims: "not.a.token"
    assert await browser.refused() == NOT_VALID
    provider.twist_token = lambda header, claims: jwt.encode({**header, "jwk": stranger.as_dict(private=False)}, claims,
                                                             stranger)  # fmt: skip
    assert await browser.refused() in {NOT_ITS, NOT_VALID}


async def test_a_provider_may_change_its_key_and_is_not_asked_for_keys_at_each_wrong_token(
    browser: Browser, provider: OidcProvider
) -> None:
    assert (await browser.sign_in())["__typename"] == "Session"
    strange = RSAKey.generate_key(2048, {"kid": "unknown"})
    provider.twist_token = lambda header, claims: jwt.encode({**header, "kid": "unknown"}, claims, strange)
    for _ in range(4):
        assert await browser.refused() == NOT_ITS
    assert provider.requests.count("/keys") <= 2
    provider.twist_token = None
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    provider.person = somebody()

    async def changed() -> bool:
        return (await browser.sign_in())["__typename"] == "Session"

    async with asyncio.timeout(30):
        while not await changed():
            await asyncio.sleep(1)


async def test_each_sign_in_is_answered_once_and_by_the_browser_that_began_it(
    browser: Browser, provider: OidcProvider
) -> None:
    url, secret = await browser.begin()
    there = await fetch(url)
    back = there.headers["location"]
    ticket = browser.ticket_of(await fetch(back))
    # Who has seen the address comes back with a code and a state that were used
    assert browser.ticket_of(await fetch(back)) == "ended"
    # Whom somebody sends the ticket, has not the secret: nobody is signed in to an account of another's choice
    assert (await browser.finish(ticket, "x" * 43))["code"] == "BAD_CREDENTIALS"
    assert (await browser.finish("x" * 43, secret))["code"] == "BAD_CREDENTIALS"
    answers = await asyncio.gather(*(browser.finish(ticket, secret) for _ in range(5)))
    assert sorted(answer["__typename"] for answer in answers) == ["CredentialsError"] * 4 + ["Session"]


async def test_a_state_that_nobody_was_given_and_a_code_of_another_sign_in(
    browser: Browser, provider: OidcProvider
) -> None:
    callback = f"{browser.client.url}/auth/oidc/callback"
    for query in ("", "?state=", "?state=abc&code=abc", "?code=abc", "?state=%00&code=%00", "?state=" + "x" * 3000):
        assert browser.ticket_of(await fetch(callback + query)) == "ended"
    mine, _ = await browser.begin()
    theirs, secret = await browser.begin()
    code = parse_qs(urlsplit((await fetch(mine)).headers["location"]).query)["code"][0]
    state = parse_qs(urlsplit(theirs).query)["state"][0]
    ticket = browser.ticket_of(await fetch(callback + "?" + urlencode({"code": code, "state": state})))
    answer = await browser.finish(ticket, secret)
    # PKCE: the code is of another verifier
    assert answer["message"] == "The provider did not accept this sign-in; sign in again."


async def test_an_answer_of_another_provider_and_one_that_says_no(browser: Browser, provider: OidcProvider) -> None:
    callback = f"{browser.client.url}/auth/oidc/callback"
    for values, message in (
        ({"code": "a", "iss": "https://evil.example"}, "The answer is of another provider."),
        ({"error": "access_denied", "error_description": "<script>"}, "The provider did not sign you in."),
        ({}, "The provider did not sign you in."),
    ):
        url, secret = await browser.begin()
        state = parse_qs(urlsplit(url).query)["state"][0]
        ticket = browser.ticket_of(await fetch(callback + "?" + urlencode({"state": state, **values})))
        assert (await browser.finish(ticket, secret))["message"] == message


def endless() -> Response:
    async def chunks() -> Any:
        # Whoever left is noticed between two pieces alone
        for _ in range(1000):
            yield b" " * 65_536
            await asyncio.sleep(0.001)

    return StreamingResponse(chunks(), media_type="application/json")


ANSWERS: dict[str, tuple[Callable[[], Response], str]] = {
    "endless": (endless, "The provider answered with more than is believable."),
    "no JSON": (lambda: PlainTextResponse("hello"), "The provider did not accept this sign-in; sign in again."),
    "a list": (lambda: PlainTextResponse("[]"), "The provider did not accept this sign-in; sign in again."),
    "a bug": (lambda: PlainTextResponse("x", 500), "The provider cannot be reached; try again later."),
    "another page": (
        lambda: Response(status_code=302, headers={"location": "http://127.0.0.1:1/"}),
        "The provider did not accept this sign-in; sign in again.",
    ),
    "compressed": (
        lambda: Response(b"x", headers={"content-encoding": "gzip"}),
        "The provider answered compressed, though it was asked not to.",
    ),
    "no token": (lambda: PlainTextResponse('{"access_token": "a"}'), "The provider did not say who you are."),
    "a token that is a number": (lambda: PlainTextResponse('{"id_token": 1}'), "The provider did not say who you are."),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_that_are_none(browser: Browser, provider: OidcProvider, name: str) -> None:
    provider.answer_token, message = ANSWERS[name]
    said = await browser.refused()
    assert said == message or (name in {"another page", "a bug"} and said.startswith("The provider ")), said


async def test_a_slow_provider_and_one_that_is_away(browser: Browser, provider: OidcProvider) -> None:
    await browser.sign_in()
    url, secret = await browser.begin()
    provider.slow_seconds = SECONDS + 2
    began = time.monotonic()
    ticket = await browser.come_back(url)
    assert time.monotonic() - began < SECONDS + 2
    assert (await browser.finish(ticket, secret))["message"] == "The provider did not answer in time; try again later."
    provider.slow_seconds = 0
    url, secret = await browser.begin()
    back = (await fetch(url)).headers["location"]
    provider.stop()
    try:
        ticket = browser.ticket_of(await fetch(back))
        said = (await browser.finish(ticket, secret))["message"]
        assert said == "The provider cannot be reached; try again later."
    finally:
        provider.start()
    assert (await browser.sign_in())["__typename"] == "Session"


async def test_nothing_secret_is_in_the_log_or_the_database(
    browser: Browser, provider: OidcProvider, open_api: LiveServer
) -> None:
    url, secret = await browser.begin()
    back = (await fetch(url)).headers["location"]
    query = parse_qs(urlsplit(back).query)
    ticket = browser.ticket_of(await fetch(back))
    session = await browser.finish(ticket, secret)
    log = open_api.data_dir / "api.log"
    wait_for(lambda: "auth/oidc/callback" in log.read_text())
    text = log.read_text()
    for word in (secret, ticket, query["code"][0], query["state"][0], session["accessToken"], session["refreshToken"]):
        assert word not in text


async def test_a_server_without_a_provider_says_so(servers: LocalServers, tmp_path: Path) -> None:
    with running(servers, tmp_path, workers=0) as live:
        answer = (await fetch(f"{live.url}/graphql", {"query": BEGIN})).json()
        assert answer["data"]["beginSignIn"]["code"] == "UNAVAILABLE"
        back = await fetch(f"{live.url}/auth/oidc/callback?state=a&code=b")
        assert back.headers["location"] == "/sign-in#ended"
