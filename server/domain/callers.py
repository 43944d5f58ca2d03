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


def proxy_network(text: str) -> str:
    """An address or network of proxies, or ValueError with a sentence: nobody may be trusted along with everybody."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither an address nor a network; write it as 10.0.0.7 or 10.0.0.0/8") from None
    if network.prefixlen == 0:
        raise ValueError(f"{text!r} names every address, so that anybody could pretend to be anybody")
    return text
