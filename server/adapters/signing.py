"""Signed, expiring links to files."""

from __future__ import annotations

import base64
import hashlib
import hmac


class FileSigner:
    """HMAC-SHA256 over key and expiry, with a key derived from SECRET_KEY for this purpose alone."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"inference-server/files/v1", hashlib.sha256)

    def sign(self, key: str, expires_at: int) -> str:
        """The signature of a storage key that may be read until `expires_at` (seconds since 1970)."""
        digest = hmac.digest(self._key, f"{expires_at}\n{key}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def verify(self, key: str, expires_at: int, signature: str, now: float) -> bool:
        """Whether a link is ours and has not expired; compared in constant time."""
        expected = self.sign(key, expires_at).encode()
        return hmac.compare_digest(expected, signature.encode(errors="replace")) and now < expires_at
