"""Passwords (argon2id through passlib) and access tokens (JWT, RFC 8725)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import anyio
import jwt
from passlib.context import CryptContext

ISSUER = "inference-server"
AUDIENCE = "inference-server"
ALGORITHM = "HS256"
HASHERS = 4


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
class Claims:
    """What a valid token says."""

    user_id: UUID
    expires_at: datetime


class TokenError(Exception):
    """The token is expired, forged or malformed."""


class Tokens:
    """Makes and reads access tokens."""

    def __init__(self, secret: str, seconds: int) -> None:
        self._secret = secret
        self._life = timedelta(seconds=seconds)

    def issue(self, user_id: UUID) -> AccessToken:
        """A token for a user."""
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = now + self._life
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "iat": now,
            "exp": expires_at,
            "jti": uuid4().hex,
        }
        return AccessToken(jwt.encode(claims, self._secret, ALGORITHM, headers={"typ": "at+jwt"}), expires_at)

    def read(self, token: str) -> Claims:
        """What a token says.

        Raises:
            TokenError: it is expired, forged or malformed.
        """
        options = {"require": ["exp", "iat", "sub", "jti", "iss", "aud"], "enforce_minimum_key_length": True}
        try:
            if jwt.get_unverified_header(token).get("typ") != "at+jwt":
                raise TokenError("The access token is of another type.")
            claims = jwt.decode(token, self._secret, [ALGORITHM], options, issuer=ISSUER, audience=AUDIENCE)  # type: ignore[arg-type]
            return Claims(UUID(claims["sub"]), datetime.fromtimestamp(claims["exp"], UTC))
        except jwt.ExpiredSignatureError:
            raise TokenError("The access token has expired; log in again.") from None
        except (jwt.PyJWTError, ValueError, OverflowError):
            raise TokenError("The access token is not valid.") from None
