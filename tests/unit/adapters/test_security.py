from __future__ import annotations

import base64
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest

from server.adapters.security import (
    ALGORITHM,
    AUDIENCE,
    ISSUER,
    KEY_PREFIX,
    Passwords,
    RefreshTokens,
    TokenError,
    Tokens,
    fingerprint,
    key_id,
    opaque,
)

SECRET = "k" * 10 + "correct horse battery staple 0123456789"
OTHER = "another secret that is as long as the first one"
TOKENS = Tokens(SECRET, 900)
SESSION = uuid4()


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


async def test_a_password_fits_its_own_hash_alone(passwords: Passwords) -> None:
    first, second = await passwords.hash("pässwörd 🐍"), await passwords.hash("pässwörd 🐍")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify("pässwörd 🐍", first)
    assert not await passwords.verify("pässwörd", first)
    assert not await passwords.verify("", first)


async def test_long_passwords_are_not_cut(passwords: Passwords) -> None:
    stored = await passwords.hash("x" * 255 + "a")
    assert not await passwords.verify("x" * 255 + "b", stored)


async def test_without_a_user_nothing_fits_and_the_same_work_is_done(passwords: Passwords, monkeypatch: Any) -> None:
    calls: list[str] = []
    real = passwords._context.verify

    def counted(password: str, stored: str) -> bool:
        calls.append(stored.rsplit("$", 2)[0])
        return bool(real(password, stored))

    monkeypatch.setattr(passwords._context, "verify", counted)
    stored = await passwords.hash("right")
    assert not await passwords.verify("wrong", stored)
    assert not await passwords.verify("wrong", None)
    assert calls == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    who = {"sub": str(uuid4()), "sid": str(SESSION)}
    found = {"iss": ISSUER, "aud": AUDIENCE, **who, "iat": now, "exp": now + 60, "jti": "x"} | changes
    return {name: value for name, value in found.items() if value is not None}


def signed(found: dict[str, Any], secret: str = SECRET, algorithm: str = ALGORITHM, **header: Any) -> str:
    return jwt.encode(found, secret, algorithm, headers={"typ": "at+jwt", "kid": key_id(SECRET)} | header)


def part(value: object) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_token_says_who_and_until_when() -> None:
    user_id = uuid4()
    issued = TOKENS.issue(user_id, SESSION)
    read = TOKENS.read(issued.token)
    assert (read.user_id, read.session_id, read.expires_at) == (user_id, SESSION, issued.expires_at)
    assert 890 < issued.expires_at.timestamp() - time.time() <= 900


def test_two_tokens_differ_and_carry_no_secret() -> None:
    user_id = uuid4()
    first, second = (TOKENS.issue(user_id, SESSION).token for _ in range(2))
    assert first != second
    body = jwt.decode(first, options={"verify_signature": False})
    assert set(body) == {"iss", "aud", "sub", "sid", "iat", "exp", "jti"}
    assert jwt.get_unverified_header(first) == {"alg": ALGORITHM, "typ": "at+jwt", "kid": key_id(SECRET)}
    assert key_id(SECRET) not in SECRET


def test_the_tokens_of_this_test_are_accepted_unless_changed() -> None:
    assert TOKENS.read(signed(claims()))


@pytest.mark.parametrize("seconds", [3, 25])
def test_a_token_of_a_process_whose_clock_is_ahead(seconds: int) -> None:
    now = int(time.time())
    assert TOKENS.read(signed(claims(iat=now + seconds, exp=now + seconds + 900)))


def test_a_token_of_the_future() -> None:
    with pytest.raises(TokenError, match="the clocks of the servers differ"):
        TOKENS.read(signed(claims(iat=int(time.time()) + 60)))


def test_a_token_that_was_read_before_expires_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens(SECRET, 60)
    issued = tokens.issue(uuid4(), uuid4())
    assert tokens.read(issued.token) == tokens.read(issued.token)
    later = issued.expires_at.timestamp()
    monkeypatch.setattr("server.adapters.security.time.time", lambda: later)
    with pytest.raises(TokenError, match="expired"):
        tokens.read(issued.token)


def test_only_so_many_tokens_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.adapters.security.MOST_KNOWN_TOKENS", 3)
    tokens = Tokens(SECRET, 60)
    issued = [tokens.issue(uuid4(), uuid4()).token for _ in range(10)]
    claims = [tokens.read(each) for each in issued]
    assert len(tokens._claims) <= 3
    assert [tokens.read(each) for each in issued] == claims


def test_an_expired_token_says_so() -> None:
    with pytest.raises(TokenError, match="expired"):
        TOKENS.read(signed(claims(exp=int(time.time()) - 1)))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "sid", "iat", "exp", "jti"])
def test_every_claim_is_needed(name: str) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(signed(claims(**{name: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody else"},
        {"aud": "somebody else"},
        {"sub": "not a uuid"},
        {"sub": ""},
        {"sid": "not a uuid"},
        {"sid": 1},
        {"exp": "soon"},
        {"exp": 10**30},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
    ],
)
def test_wrong_claims(changes: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(signed(claims(**changes)))


@pytest.mark.parametrize("kind", ["JWT", "refresh+jwt", "", None])
def test_another_type(kind: str | None) -> None:
    with pytest.raises(TokenError, match="wrong type"):
        TOKENS.read(signed(claims(), typ=kind))


def test_another_secret() -> None:
    with pytest.raises(TokenError, match="no valid"):
        TOKENS.read(signed(claims(), secret=OTHER))


def test_a_new_secret_signs_and_the_old_one_is_still_read() -> None:
    before = Tokens(OTHER, 900).issue(uuid4(), SESSION).token
    rotated = Tokens(SECRET, 900, [OTHER])
    assert rotated.read(before).session_id == SESSION
    assert jwt.get_unverified_header(rotated.issue(uuid4(), SESSION).token)["kid"] == key_id(SECRET)
    with pytest.raises(TokenError, match="no valid"):
        TOKENS.read(before)


def test_the_next_refresh_token_is_one_client_s_and_its_secret_s() -> None:
    tokens = RefreshTokens(SECRET, [OTHER])
    own, former = tokens.successors("isr_one", "192.0.2.7 browser")
    assert tokens.successors("isr_one", "192.0.2.7 browser") == [own, former]
    assert RefreshTokens(OTHER).successors("isr_one", "192.0.2.7 browser") == [former]
    others = [("isr_one", "192.0.2.8 browser"), ("isr_one", "192.0.2.7 browse"), ("isr_two", "192.0.2.7 browser")]
    assert len({own, former, *(tokens.successors(*other)[0] for other in others)}) == 5


def test_the_kid_of_another_secret_does_not_help() -> None:
    with pytest.raises(TokenError, match="no valid"):
        Tokens(SECRET, 900, [OTHER]).read(signed(claims(), kid=key_id(OTHER)))


@pytest.mark.parametrize("kid", [None, "", "x", 1, ["x"], {"x": 1}])
def test_another_kid(kid: object) -> None:
    head = part({"alg": ALGORITHM, "typ": "at+jwt", "kid": kid})
    _, body, signature = signed(claims()).split(".")
    with pytest.raises(TokenError):
        TOKENS.read(f"{head}.{body}.{signature}")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_short_key_is_refused() -> None:
    short = Tokens("short", 900)
    token = jwt.encode(claims(), "short", ALGORITHM, headers={"typ": "at+jwt", "kid": key_id("short")})
    with pytest.raises(TokenError):
        short.read(token)


def test_opaque_tokens_are_long_and_kept_as_a_hash() -> None:
    first, second = opaque(KEY_PREFIX), opaque(KEY_PREFIX)
    assert first != second
    assert first.startswith("isk_")
    assert len(first) >= 4 + 43
    assert len({fingerprint(first), fingerprint(second), fingerprint("\ud800")}) == 3
    assert fingerprint(first) not in first


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_another_algorithm_with_the_right_secret(algorithm: str) -> None:
    with pytest.raises(TokenError, match="no valid"):
        TOKENS.read(signed(claims(), algorithm=algorithm))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "RS256"])
def test_an_unsigned_token(algorithm: str) -> None:
    head = part({"alg": algorithm, "typ": "at+jwt"})
    for signature in ("", "x"):
        with pytest.raises(TokenError):
            TOKENS.read(f"{head}.{part(claims())}.{signature}")


def test_a_changed_token() -> None:
    head, body, signature = signed(claims()).split(".")
    for forged in (f"{head}.{part(claims())}.{signature}", f"{head}.{body}.{part(b'x' * 32)}", f"{head}.{body}."):
        with pytest.raises(TokenError):
            TOKENS.read(forged)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "\0.\0.\0",
        "\ud800",
        "é.é.é",
        "x" * 1_000_000,
        f"{part([])}.{part({})}.",
        f"{part(None)}.{part({})}.",
        f"{part(b'[' * 50_000)}.{part({})}.x",
        f"{part(b'9' * 5000)}.{part({})}.x",
        f"{part(b'{')}.{part({})}.x",
        part({"typ": "at+jwt", "alg": "HS256"}),
        f"{part({'typ': 'at+jwt', 'alg': 'HS256', 'kid': 1})}.{part({})}.x",
        f"{part({'typ': 'at+jwt', 'alg': 'HS256', 'crit': ['x'], 'b64': False})}..x",
    ],
    ids=range(17),
)
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(TokenError):
        TOKENS.read(token)
