"""Types of settings: what is blank, secret, a list, a path or a URL."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo
from pydantic_settings import NoDecode

from server.domain.addresses import Opening, parse_openings
from server.settings import urls


class StorageType(StrEnum):
    """Where output files are kept."""

    LOCAL = "local"
    S3 = "s3"


class S3Addressing(StrEnum):
    """Where the URL of an object has the name of its bucket."""

    AUTO = "auto"
    PATH = "path"
    VIRTUAL = "virtual"


class Registration(StrEnum):
    """Whether strangers may register."""

    OPEN = "open"
    CLOSED = "closed"


class ModelCreators(StrEnum):
    """Who may add models."""

    USERS = "users"
    ADMINS = "admins"


class SmtpSecurity(StrEnum):
    """How a connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class LogFormat(StrEnum):
    """How a line of the log looks."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def _blank_is_unset(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _split_aliases(value: Any) -> Any:
    return dict(urls.alias(part) for part in _split(value)) if isinstance(value, str) else value


def hidden(check: Callable[[str], object]) -> AfterValidator:
    """A check of a text that stays hidden."""

    def checked(secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            check(secret.get_secret_value())
        return secret

    return AfterValidator(checked)


def below_data_dir(name: str) -> BeforeValidator:
    """A folder that lies in DATA_DIR under this name unless it is set; its field stands behind `data_dir`."""

    def resolved(value: Any, info: ValidationInfo) -> Any:
        value = _blank_is_unset(value)
        return info.data["data_dir"] / name if value is None else value

    return BeforeValidator(resolved)


Blankable = BeforeValidator(_blank_is_unset)
AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
HttpUrl = Annotated[str | None, Blankable, AfterValidator(lambda url: urls.http_url(url) if url else None)]

RootPath = Annotated[str, AfterValidator(urls.root_path)]
Sender = Annotated[str | None, Blankable, AfterValidator(lambda text: urls.sender(text) if text else None)]

# Comma-separated in the environment, a tuple or set in the code; NoDecode keeps pydantic-settings from expecting JSON
CommaSeparated = BeforeValidator(_split)
Names = Annotated[tuple[str, ...], NoDecode, CommaSeparated]
Folders = Annotated[tuple[AbsolutePath, ...], NoDecode, CommaSeparated]
NameSet = Annotated[frozenset[str], NoDecode, CommaSeparated]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, CommaSeparated]
Origins = Annotated[tuple[Annotated[str, AfterValidator(urls.origin)], ...], NoDecode, CommaSeparated]
ProxyNetworks = Annotated[tuple[Annotated[str, AfterValidator(urls.proxy_network)], ...], NoDecode, CommaSeparated]
ModelSlugs = Annotated[frozenset[Annotated[str, AfterValidator(urls.model_slug)]], NoDecode, CommaSeparated]
Aliases = Annotated[dict[str, str], NoDecode, BeforeValidator(_split_aliases)]
Openings = Annotated[
    tuple[Opening, ...],
    NoDecode,
    BeforeValidator(lambda value: parse_openings(value) if isinstance(value, str) else value),
]
