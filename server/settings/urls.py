"""The rules of URLs and addresses among the settings: each returns the text, or raises ValueError with a sentence.

Those of DATABASE_URL are in `postgres_url`. No sentence repeats a URL, which may hold a password.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from server.domain.accounts import normalise_email
from server.domain.callers import UNIX_PEER
from server.domain.models import parse_reference
from server.settings.redis_url import read_redis_url

MODEL_SLUG = re.compile(r"[^/\s]+/[^/\s]+")
SENDER = re.compile(r"(?:(?P<name>[^<>\"\x00-\x1f\x7f]{1,100}?)\s*<(?P<address>[^<>\s]+)>|(?P<bare>[^<>\s]+))")
ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
ALIAS = re.compile(r"[\w./:@+-]{1,100}", re.ASCII)


def redis_url(url: str) -> str:
    """A URL that Redis' client understands."""
    read_redis_url(url)
    return url


def http_url(url: str) -> str:
    """A base URL, to which paths are added."""
    parts = _split(url, ("http", "https"), "https://host")
    if not parts.hostname:
        raise ValueError("names no host; write it as https://host")
    if parts.query or parts.fragment or re.search(r"\s", url):
        raise ValueError("may have neither a query, a fragment nor spaces")
    return url


def root_path(text: str) -> str:
    """A path without a slash at its end; "" is the root."""
    path = text.strip().rstrip("/")
    if path and (not ROOT_PATH.fullmatch(path) or {".", ".."} & set(path.split("/"))):
        raise ValueError(f"{text!r} is not a path; write it as /ai, of letters, digits and . _ ~ -")
    return path


def origin(text: str) -> str:
    """What a browser sends as Origin: scheme, host and perhaps a port."""
    parts = _split(text, ("http", "https"), "https://host")
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{text!r} is not an origin; write it as https://host or https://host:port, without a slash")
    return text


def model_slug(text: str) -> str:
    """A model, as owner/name."""
    if not MODEL_SLUG.fullmatch(text):
        raise ValueError(f"{text!r} is not of the form owner/name")
    return text


def alias(text: str) -> tuple[str, str]:
    """A name for clients and the model that it stands for, of `name=owner/name` or `name=owner/name:version`."""
    name, _, slug = (part.strip() for part in text.partition("="))
    if not ALIAS.fullmatch(name) or parse_reference(slug) is None:
        raise ValueError(f"{text!r} is not of the form name=owner/name or name=owner/name:version")
    return name, slug


def sender(text: str) -> str:
    """Whom mail is from: an address, or a name with an address in angle brackets."""
    match = SENDER.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        normalise_email(match["address"] or match["bare"])
    except ValueError:
        raise ValueError("is neither name@host nor `Some Name <name@host>`") from None
    return text.strip()


def proxy_network(text: str) -> str:
    """An address or network of proxies, or `unix`; nobody may be trusted along with everybody."""
    if text == UNIX_PEER:
        return text
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is no address, network or `unix`; write it as 10.0.0.7 or 10.0.0.0/8") from None
    if network.prefixlen == 0:
        raise ValueError(f"{text!r} covers every address, so that anyone could pretend to be anyone")
    return text


def _split(url: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(
            f"cannot be read as a URL; write it as {example}, and / @ : of a password as %2F %40 %3A"
        ) from None
    if parts.scheme not in schemes or not url.startswith(f"{parts.scheme}://"):
        raise ValueError(f"does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)}, such as {example}")
    return parts
