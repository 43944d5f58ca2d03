"""Signed, expiring links to files."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def expiry(text: str) -> int:
    """When a link expires, as its `exp` says it, in seconds since 1970; 0, long ago, for what is no time."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


class FileSigner:
    """HMAC-SHA256 over key and expiry, with a key derived from SECRET_KEY for this purpose alone.

    Links that former secrets signed are taken until they expire.
    """

    def __init__(self, secret: str, older: Sequence[str] = ()) -> None:
        purpose = b"inference-server/files/v1"
        self._keys = [hmac.digest(one.encode(), purpose, hashlib.sha256) for one in (secret, *older)]

    def sign(self, key: str, expires_at: int) -> str:
        """The signature of a storage key that may be read until `expires_at` (seconds since 1970)."""
        return _signature(self._keys[0], key, expires_at)

    def verify(self, key: str, expires_at: int, signature: str, now: float) -> bool:
        """Whether a link is ours and has not expired; compared in constant time."""
        given = signature.encode(errors="surrogatepass")
        matches = [hmac.compare_digest(_signature(one, key, expires_at).encode(), given) for one in self._keys]
        return any(matches) and now < expires_at


def _signature(secret: bytes, key: str, expires_at: int) -> str:
    digest = hmac.digest(secret, f"{expires_at}\n{key}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
