"""REDIS_URL: one server, or the one that some Sentinels call the master of a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

EXAMPLE = "redis://:password@host:port/0"
SENTINEL_EXAMPLE = "redis+sentinel://:password@host1:26379,host2:26379/name/0"
SENTINEL_SCHEMES = {"redis+sentinel": "redis", "rediss+sentinel": "rediss"}
SCHEMES = ("redis", "rediss", "unix", *SENTINEL_SCHEMES)
OPTIONS = re.compile(r"db|username|password|client_name|protocol|ssl_\w+")
OF_SENTINELS = re.compile(r"sentinel_(username|password)")
SENTINEL_PORT = 26379
NAME = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True)
class RedisUrl:
    """What a URL says: `url` is as the client reads it, without a host of its own where Sentinels name that."""

    url: str
    sentinels: tuple[tuple[str, int], ...] = ()
    service: str = ""
    """What the Sentinels call the server that they watch."""
    sentinel_options: Mapping[str, str] = field(default_factory=dict)
    """User name and password of the Sentinels themselves."""
    is_encrypted: bool = False


def read_redis_url(url: str) -> RedisUrl:
    """Read a URL.

    Raises:
        ValueError: with a sentence that does not repeat it.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"is not a URL of Redis; write it as {EXAMPLE} or {SENTINEL_EXAMPLE}")
    return _of_sentinels(parts) if parts.scheme in SENTINEL_SCHEMES else _of_server(url, parts)


def _of_server(url: str, parts: SplitResult) -> RedisUrl:
    try:
        _ = parts.port
    except ValueError:
        raise ValueError(f"has a port that is no number; write it as {EXAMPLE}") from None
    options = _options(parts, OPTIONS)
    if parts.scheme == "unix" and not parts.path:
        raise ValueError("names no socket; write it as unix:///path/to/redis.sock?db=0")
    _require_number(
        options.get("db", "0") if parts.scheme == "unix" else options.get("db") or parts.path.strip("/") or "0"
    )
    return RedisUrl(url, is_encrypted=parts.scheme == "rediss")


def _of_sentinels(parts: SplitResult) -> RedisUrl:
    options = _options(parts, re.compile(f"{OPTIONS.pattern}|{OF_SENTINELS.pattern}"))
    credentials, _, hosts = parts.netloc.rpartition("@")
    service, _, database = unquote(parts.path).strip("/").partition("/")
    if not NAME.fullmatch(service):
        raise ValueError(f"does not say what its Sentinels call the server; write it as {SENTINEL_EXAMPLE}")
    _require_number(options.get("db") or database or "0")
    own = {name: value for name, value in options.items() if not OF_SENTINELS.fullmatch(name)}
    scheme = SENTINEL_SCHEMES[parts.scheme]
    at = f"{credentials}@" if credentials else ""
    return RedisUrl(
        f"{scheme}://{at}sentinel/{database or 0}" + (f"?{urlencode(own)}" if own else ""),
        tuple(_host(each) for each in hosts.split(",")),
        service,
        {name.removeprefix("sentinel_"): value for name, value in options.items() if name not in own},
        is_encrypted=scheme == "rediss",
    )


def _host(text: str) -> tuple[str, int]:
    """A Sentinel, of `host`, `host:port` or `[address]:port`."""
    match = re.fullmatch(r"(?:\[(?P<address>[0-9a-fA-F:.]+)\]|(?P<name>[^:\[\]\s]+))(?::(?P<port>\d{1,5}))?", text)
    if match is None or not 0 < (port := int(match["port"] or SENTINEL_PORT)) < 65536:
        raise ValueError(f"names a Sentinel that is none; write it as {SENTINEL_EXAMPLE}")
    return match["address"] or match["name"], port


def _options(parts: SplitResult, known: re.Pattern[str]) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(name for name in options if not known.fullmatch(name)):
        raise ValueError(f"does not accept the options {', '.join(unknown)}")
    return options


def _require_number(database: str) -> None:
    if not re.fullmatch(r"\d{1,5}", database):
        raise ValueError("the database is not a number; write it as redis://host:port/0")
