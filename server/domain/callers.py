"""Addresses of clients, by which callers are told apart."""

from __future__ import annotations

import ipaddress

UNIX_PEER = "unix"
"""The address of whoever comes by a socket of this machine; TRUSTED_PROXIES may name it."""


def address_of(host: str | None) -> str:
    """A client's address in its one form; `local` on a socket of this machine, `unknown` for what a proxy made up."""
    if host is None or host == UNIX_PEER:
        return "local"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    # Without a scope, which can be any text
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address)))


def client_of(address: str, user_agent: str) -> str:
    """What a client that asks again has in common with itself: its network and the name of its program."""
    return f"{network_of(address)} {user_agent}"


def network_of(address: str) -> str:
    """What counts as one caller: an IPv4 address, the /64 of an IPv6 address, else the text itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
