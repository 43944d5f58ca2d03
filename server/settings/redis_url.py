"""REDIS_URL: one server, the one that Sentinels call the master of a name, or a cluster; REDIS_NAMESPACE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

EXAMPLE = "redis://:password@host:port/0"
SENTINEL_EXAMPLE = "redis+sentinel://:password@host1:26379,host2:26379/name/0"
SENTINEL_SCHEMES = {"redis+sentinel": "redis", "rediss+sentinel": "rediss"}
CLUSTER_EXAMPLE = "redis+cluster://:password@host1:6379,host2:6379"
CLUSTER_SCHEMES = {"redis+cluster": "redis", "rediss+cluster": "rediss"}
SCHEMES = ("redis", "rediss", "unix", *SENTINEL_SCHEMES, *CLUSTER_SCHEMES)
OPTIONS = re.compile(r"db|username|password|client_name|protocol|ssl_\w+")
OF_SENTINELS = re.compile(r"sentinel_(username|password)")
SENTINEL_PORT, NODE_PORT = 26379, 6379
CLUSTER_NAMESPACE = "inference"
"""Where REDIS_NAMESPACE is unset: all keys of an installation are to lie on one node."""
NAMESPACE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_:-]{0,38}[A-Za-z0-9])?", re.ASCII)
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
    nodes: tuple[tuple[str, int], ...] = ()
    """Some nodes of a cluster, by which the others are known."""


def read_redis_url(url: str) -> RedisUrl:
    """Read a URL.

    Raises:
        ValueError: with a sentence that does not repeat it.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"is not a URL of Redis; write it as {EXAMPLE}, {SENTINEL_EXAMPLE} or {CLUSTER_EXAMPLE}")
    if parts.scheme in CLUSTER_SCHEMES:
        return _of_cluster(parts)
    return _of_sentinels(parts) if parts.scheme in SENTINEL_SCHEMES else _of_server(url, parts)


def read_namespace(text: str) -> str:
    """A namespace.

    Raises:
        ValueError: it has other characters, or is too long.
    """
    if text and not NAMESPACE.fullmatch(text):
        raise ValueError("is not 1 to 40 letters, digits and - _ : that begin and end with a letter or digit")
    return text


def name_prefix(url: str, namespace: str) -> str:
    """What every key and channel of an installation begins with.

    The nodes of a cluster share keys out by what stands in braces, so there it says that all are to be on one of them.
    """
    if read_redis_url(url).nodes:
        return f"{{{namespace or CLUSTER_NAMESPACE}}}:"
    return f"{namespace}:" if namespace else ""


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
        tuple(_host(each, SENTINEL_PORT, "a Sentinel that is none", SENTINEL_EXAMPLE) for each in hosts.split(",")),
        service,
        {name.removeprefix("sentinel_"): value for name, value in options.items() if name not in own},
        is_encrypted=scheme == "rediss",
    )


def _of_cluster(parts: SplitResult) -> RedisUrl:
    options = _options(parts, OPTIONS)
    credentials, _, hosts = parts.netloc.rpartition("@")
    if (options.get("db") or parts.path.strip("/") or "0") != "0":
        raise ValueError(f"names a database, of which a cluster has none but 0; write it as {CLUSTER_EXAMPLE}")
    scheme = CLUSTER_SCHEMES[parts.scheme]
    at = f"{credentials}@" if credentials else ""
    return RedisUrl(
        f"{scheme}://{at}cluster/0" + (f"?{urlencode(options)}" if options else ""),
        is_encrypted=scheme == "rediss",
        nodes=tuple(_host(each, NODE_PORT, "a node that is none", CLUSTER_EXAMPLE) for each in hosts.split(",")),
    )


def _host(text: str, usual_port: int, problem: str, example: str) -> tuple[str, int]:
    """A host and port, of `host`, `host:port` or `[address]:port`."""
    match = re.fullmatch(r"(?:\[(?P<address>[0-9a-fA-F:.]+)\]|(?P<name>[^:\[\]\s]+))(?::(?P<port>\d{1,5}))?", text)
    if match is None or not 0 < (port := int(match["port"] or usual_port)) < 65536:
        raise ValueError(f"names {problem}; write it as {example}")
    return match["address"] or match["name"], port


def _options(parts: SplitResult, known: re.Pattern[str]) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(name for name in options if not known.fullmatch(name)):
        raise ValueError(f"does not accept the options {', '.join(unknown)}")
    return options


def _require_number(database: str) -> None:
    if not re.fullmatch(r"\d{1,5}", database):
        raise ValueError("the database is not a number; write it as redis://host:port/0")
