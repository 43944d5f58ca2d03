"""Addresses of clients, as far as one caller can be told from another by them."""

from __future__ import annotations

import ipaddress


def address_of(host: str | None) -> str:
    """A client's address in its one form; `local` on a socket of this machine, `unknown` for what a proxy made up."""
    if host is None:
        return "local"
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    # Without a scope, which can be any text
    return str(ipaddress.IPv6Address(int(found)) if isinstance(found, ipaddress.IPv6Address) else found)


def network_of(address: str) -> str:
    """What is counted as one caller: an IPv4 address, the /64 that one customer has of IPv6, else the text itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
