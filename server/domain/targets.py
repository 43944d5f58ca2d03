"""URLs that users name and this server connects to, so that what is checked is what is connected to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import httpx

from server.domain.addresses import PUBLIC_PORTS, Opening, may_connect

MAX_URL_CHARACTERS = 2000
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Whatever ends so is read as a number by some resolvers: decimal, octal and hexadecimal forms of addresses
_NUMERIC_END = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")


class BadUrlError(ValueError):
    """The URL cannot be used; the message is for the user."""


@dataclass(frozen=True)
class Target:
    """A parsed URL, so that what is checked is what is connected to."""

    scheme: str
    host: str
    port: int
    path: bytes

    @property
    def host_header(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path.decode()}"


_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_target(text: str, most: int = MAX_URL_CHARACTERS) -> Target:
    """The parts of a URL of at `most` so many characters, its host in ASCII.

    Raises:
        BadUrlError: it is none, or holds what the URL of a host that users name may not.
    """
    if len(text) > most:
        raise BadUrlError(f"A URL has at most {most} characters.")
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode()
    except (httpx.InvalidURL, UnicodeError):
        raise BadUrlError("This is not a URL.") from None
    if url.scheme not in _DEFAULT_PORTS or not host:
        raise BadUrlError("A URL must begin with https:// or http:// and name a host.")
    if url.userinfo or "@" in text.split("/", 3)[2]:
        raise BadUrlError("A URL must not contain a user or password.")
    port = url.port if url.port is not None else _DEFAULT_PORTS[url.scheme]
    if not 1 <= port <= 65_535:
        raise BadUrlError("The port must be between 1 and 65535.")
    return Target(url.scheme, _checked_host(host), port, url.raw_path)


def _checked_host(host: str) -> str:
    if ":" in host:
        try:
            address = IPv6Address(host)
        except ValueError:
            address = None
        if address is None or address.scope_id is not None:
            raise BadUrlError("The host is not an IPv6 address, or it has a zone, which is not allowed.")
        return str(address)
    bare = host.lower().removesuffix(".")
    if _NUMERIC_END.search(bare):
        try:
            return str(IPv4Address(bare))
        except ValueError:
            raise BadUrlError("Write an IPv4 address as four decimal numbers, such as 203.0.113.7.") from None
    if not _HOST.fullmatch(bare):
        raise BadUrlError("The host is not a valid domain name.")
    return bare


def literal(target: Target) -> IPv4Address | IPv6Address | None:
    """The address that stands in the URL itself, if one does."""
    try:
        return IPv6Address(target.host) if ":" in target.host else IPv4Address(target.host)
    except ValueError:
        return None


def check_target(text: str, openings: Iterable[Opening], most: int = MAX_URL_CHARACTERS) -> Target:
    """The parts of a URL, as far as it tells by itself where it leads; its host is resolved when it is connected to.

    Raises:
        BadUrlError: it is none, or leads into a network that is neither public nor opened.
    """
    target, allowed = parse_target(text, most), tuple(openings)
    if target.port not in PUBLIC_PORTS and not any(opening.port in (None, target.port) for opening in allowed):
        raise BadUrlError("Only the ports 80 and 443 are allowed.")
    if (target.host == "localhost" or target.host.endswith(".localhost")) and not allowed:
        raise BadUrlError("This host is not on the public internet.")
    address = literal(target)
    if address is not None and not may_connect(address, target.port, allowed):
        raise BadUrlError("This address is not on the public internet.")
    return target
