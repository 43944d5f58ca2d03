"""The rules of webhooks: which URLs, which events, and when a delivery is tried again.

Follows Standard Webhooks (https://www.standardwebhooks.com), from which the schedule is taken too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

import httpx

from server.domain.addresses import PUBLIC_PORTS, Opening, may_connect
from server.errors import Violation

URL_MAX = 2000
GONE = 410
MIN_GAP_SECONDS = 0.5
# Seconds before each try, the first at once: three days in all
SCHEDULE = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 0.1
LONGEST_WAIT_SECONDS = 86_400.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
ROTATION_SECONDS = 86_400
_HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Whatever ends so is read as a number by some resolvers: decimal, octal and hexadecimal forms of addresses
_NUMERIC_END = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")


class WebhookEvent(StrEnum):
    """The events of a webhook, in the order of delivery."""

    START = "start"
    OUTPUT = "output"
    LOGS = "logs"
    COMPLETED = "completed"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISABLED = "disabled"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class NewWebhook:
    """A webhook of a new prediction; file links begin with `base_url` if PUBLIC_URL is not set."""

    url: str
    events: tuple[WebhookEvent, ...]
    base_url: str = ""
    is_rest: bool = False
    """Whether its messages have the form of `/v1`."""


class BadUrlError(ValueError):
    """The URL cannot be used for a webhook; the message is for the user."""


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


def parse_target(text: str) -> Target:
    """The parts of a URL, its host in ASCII.

    Raises:
        BadUrlError: it is none, or holds what a webhook's URL may not.
    """
    if len(text) > URL_MAX:
        raise BadUrlError(f"A URL has at most {URL_MAX} characters.")
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode()
    except (httpx.InvalidURL, UnicodeError):
        raise BadUrlError("This is not a URL.") from None
    if url.scheme not in _DEFAULT_PORTS or not host:
        raise BadUrlError("A URL must begin with https:// or http:// and name a host.")
    if url.userinfo or "@" in text.split("/", 3)[2]:
        raise BadUrlError("A URL must not contain a user or password; verify the signature of messages instead.")
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


def violations(new: NewWebhook, openings: Iterable[Opening]) -> list[Violation]:
    """What is wrong with a new webhook; its host name is resolved only when a message is sent."""
    broken, allowed = [], tuple(openings)
    if not new.events:
        broken.append(Violation("/webhook/events", "Name at least one event.", "minItems"))
    try:
        target = parse_target(new.url)
        if target.port not in PUBLIC_PORTS and not any(opening.port in (None, target.port) for opening in allowed):
            raise BadUrlError("Only the ports 80 and 443 are allowed.")
        if (target.host == "localhost" or target.host.endswith(".localhost")) and not allowed:
            raise BadUrlError("This host is not on the public internet.")
        address = literal(target)
        if address is not None and not may_connect(address, target.port, allowed):
            raise BadUrlError("This address is not on the public internet.")
    except BadUrlError as error:
        broken.append(Violation("/webhook/url", str(error), "url"))
    return broken


def retry_seconds(tries: int, spread: float) -> float | None:
    """Seconds until the next try after so many have failed, `spread` -1 to 1 of its 10 %; None after the last."""
    return SCHEDULE[tries] * (1 + JITTER * spread) if tries < len(SCHEDULE) else None


def retry_after_seconds(header: str | None, now: datetime) -> float:
    """Seconds that a Retry-After header (RFC 9110, 10.2.3) asks for, 0 to a day; 0 where it says nothing."""
    if header is None:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text[:12])
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, IndexError, TypeError, OverflowError):
            return 0.0
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
