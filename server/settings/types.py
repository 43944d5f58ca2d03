"""Types of settings: what is blank, secret, a list, a path or a URL."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr

from server.settings import urls


class StorageType(StrEnum):
    """Where output files are kept."""

    LOCAL = "local"
    S3 = "s3"


class Registration(StrEnum):
    """Whether strangers may register."""

    OPEN = "open"
    CLOSED = "closed"


class ModelCreators(StrEnum):
    """Who may add models."""

    USERS = "users"
    ADMINS = "admins"


def _blank_is_unset(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def absolute(path: Path) -> Path:
    """A path that does not depend on the current folder, `~` being replaced."""
    return path.expanduser().absolute()


def hidden(check: Callable[[str], str]) -> AfterValidator:
    """A check of a text that stays hidden."""

    def checked(secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            check(secret.get_secret_value())
        return secret

    return AfterValidator(checked)


def listed(check: Callable[[str], str]) -> AfterValidator:
    """A check of each part of a comma-separated setting."""

    def checked(text: str) -> str:
        for item in split(text):
            check(item)
        return text

    return AfterValidator(checked)


def split(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


Blankable = BeforeValidator(_blank_is_unset)
AbsolutePath = Annotated[Path, AfterValidator(absolute)]
HttpUrl = Annotated[str | None, Blankable, AfterValidator(lambda url: urls.http_url(url) if url else None)]
