"""Secrets of users at rest: sealed with a key derived from SECRET_KEY (Fernet: AES-128-CBC and HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from server.settings import Settings, SettingsError


class UnreadableSecretError(Exception):
    """It was sealed with another SECRET_KEY."""


class Vault:
    """Seals and opens; what was sealed under `former` SECRET_KEYs is opened too."""

    def __init__(self, secret: str, former: Iterable[str] = ()) -> None:
        self._newest = _fernet(secret)
        self._secrets = (secret, *former)
        self._all = MultiFernet([self._newest, *map(_fernet, self._secrets[1:])])

    def seal(self, text: str) -> str:
        """The text as the database may keep it."""
        return self._newest.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text.

        Raises:
            UnreadableSecretError: no key of ours sealed it.
        """
        try:
            return self._all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise UnreadableSecretError from None

    def fingerprints(self, text: str) -> list[str]:
        """What tells a text from others and needs SECRET_KEY to be made: by the newest key, then by former ones."""
        purpose = b"inference-server/fingerprint/v1"
        return [hmac.digest(key.encode(), purpose + text.encode(), hashlib.sha256).hex() for key in self._secrets]

    def is_newest(self, sealed: str) -> bool:
        """Whether the newest key sealed it; else it should be sealed again."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


def _fernet(secret: str) -> Fernet:
    key = hmac.digest(secret.encode(), b"inference-server/vault/v1", hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(key))


def open_vault(settings: Settings) -> Vault:
    """The vault of these settings; SECRET_KEY has to be set."""
    if settings.secret_key is None:
        raise SettingsError("SECRET_KEY is needed")
    former_secrets = tuple(key.get_secret_value() for key in settings.secret_keys_old)
    return Vault(settings.secret_key.get_secret_value(), former_secrets)
