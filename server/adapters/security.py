"""Passwords (argon2id through passlib), access tokens (JWT, RFC 8725), and opaque tokens kept as their SHA-256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import anyio
import jwt
from passlib.context import CryptContext

ISSUER = "inference-server"
AUDIENCE = "inference-server"
ALGORITHM = "HS256"
TYPE = "at+jwt"
# When it was made is judged here, with LEEWAY_SECONDS
OPTIONS = {
    "require": ["exp", "iat", "sub", "sid", "jti", "iss", "aud"],
    "enforce_minimum_key_length": True,
    "verify_iat": False,
}
# How far the clocks of two processes may be apart: a token that one made is not valid yet by the clock of the other
LEEWAY_SECONDS = 30
MOST_KNOWN_TOKENS = 4096
EXPIRED = "The access token has expired; log in again."
HASHERS = 4
# Scanners for leaked secrets, and our own logs, know them by these
KEY_PREFIX, REFRESH_PREFIX, LINK_PREFIX = "isk_", "isr_", "isl_"


def opaque(prefix: str) -> str:
    """A new random token of 256 bits, with a prefix that names its kind."""
    return prefix + secrets.token_urlsafe(32)


class RefreshTokens:
    """Makes the refresh token that follows another: by HMAC-SHA256, with a key derived from SECRET_KEY for this alone.

    So the answer to an exchange can be given again while only hashes are stored, and only to the client that got it,
    of which the next token is made too. Whoever has a token and a copy of the database cannot make the next one.
    """

    def __init__(self, secret: str, older: Sequence[str] = ()) -> None:
        purpose = b"inference-server/refresh/v1"
        self._keys = [hmac.digest(one.encode(), purpose, hashlib.sha256) for one in (secret, *older)]

    def successors(self, token: str, client: str) -> list[str]:
        """The token that follows where this client asks, first by the newest secret, then by those of before."""
        parts = b"\0".join(part.encode(errors="replace") for part in (token, client))
        digests = [hmac.digest(key, parts, hashlib.sha256) for key in self._keys]
        return [REFRESH_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=") for digest in digests]


class LinkTokens:
    """Makes the tokens of links in mail, of what they are for: by HMAC-SHA256, with a key derived from SECRET_KEY.

    So a mail that is tried again carries the same link, while the database has the hash of it alone.
    """

    def __init__(self, secret: str, older: Sequence[str] = ()) -> None:
        purpose = b"inference-server/link/v1"
        self._keys = [hmac.digest(one.encode(), purpose, hashlib.sha256) for one in (secret, *older)]

    def tokens(self, purpose: str, row_id: UUID) -> list[str]:
        """The token of a row for this purpose, first by the newest secret, then by those of before."""
        digests = [hmac.digest(key, purpose.encode() + b"\0" + row_id.bytes, hashlib.sha256) for key in self._keys]
        return [LINK_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=") for digest in digests]


def fingerprint(token: str) -> str:
    """The hash that is stored of an opaque token; a random token needs no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


class Passwords:
    """Hashes and verifies passwords: argon2id, 19 MiB, 2 passes (OWASP), at most four at once."""

    def __init__(self) -> None:
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=19_456,
            argon2__time_cost=2,
            argon2__parallelism=1,
        )
        self._limiter = anyio.CapacityLimiter(HASHERS)
        # Verified against when the user is unknown, so that both answers take the same time
        self._nobody = self._context.hash(uuid4().hex)

    async def hash(self, password: str) -> str:
        """The encoded hash of a password."""
        return str(await anyio.to_thread.run_sync(self._context.hash, password, limiter=self._limiter))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password fits; the work is the same where there is no hash."""
        stored = password_hash or self._nobody
        fits = await anyio.to_thread.run_sync(self._context.verify, password, stored, limiter=self._limiter)
        return bool(fits) and password_hash is not None


@dataclass(frozen=True)
class AccessToken:
    """A signed token and the instant it ends."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class TokenClaims:
    """What a valid token says."""

    user_id: UUID
    session_id: UUID
    expires_at: datetime


class TokenError(Exception):
    """The token is expired, forged or malformed."""


def key_id(secret: str) -> str:
    """An identifier of a secret that does not reveal it."""
    return hmac.digest(secret.encode(), b"inference-server/kid/v1", hashlib.sha256).hex()[:12]


class Tokens:
    """Makes access tokens with one secret, and reads those of older secrets too: `kid` says which."""

    def __init__(self, secret: str, seconds: int, older: Sequence[str] = ()) -> None:
        self._secret = secret
        self._kid = key_id(secret)
        self._secrets = {key_id(one): one for one in (*older, secret)}
        self._life = timedelta(seconds=seconds)
        self._claims: dict[str, TokenClaims] = {}

    def issue(self, user_id: UUID, session_id: UUID) -> AccessToken:
        """A token for a user's session."""
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = now + self._life
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": now,
            "exp": expires_at,
            "jti": uuid4().hex,
        }
        headers = {"typ": TYPE, "kid": self._kid}
        return AccessToken(jwt.encode(claims, self._secret, ALGORITHM, headers=headers), expires_at)

    def read(self, token: str) -> TokenClaims:
        """What a token says; the signature of one that comes again is not computed again.

        Raises:
            TokenError: it is expired, forged or malformed.
        """
        known = self._claims.get(token)
        if known is None:
            known = self._verify(token)
            if len(self._claims) >= MOST_KNOWN_TOKENS:
                self._claims.clear()
            self._claims[token] = known
        elif known.expires_at.timestamp() <= time.time():
            del self._claims[token]
            raise TokenError(EXPIRED)
        return known

    def _verify(self, token: str) -> TokenClaims:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE:
                raise TokenError("The access token has the wrong type.")
            secret = self._secrets.get(header.get("kid", ""))
            if secret is None:
                raise TokenError("This is no valid access token or API key.")
            claims = jwt.decode(token, secret, [ALGORITHM], OPTIONS, issuer=ISSUER, audience=AUDIENCE)  # type: ignore[arg-type]
            if not claims["iat"] <= time.time() + LEEWAY_SECONDS:
                raise TokenError("The access token is not valid yet: the clocks of the servers differ.")
            return TokenClaims(UUID(claims["sub"]), UUID(claims["sid"]), datetime.fromtimestamp(claims["exp"], UTC))
        except jwt.ExpiredSignatureError:
            raise TokenError(EXPIRED) from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
            raise TokenError("This is no valid access token or API key.") from None
