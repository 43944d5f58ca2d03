"""Which addresses this server connects to when a user names the host: those of the public internet, and no other.

Ranges: the IANA special-purpose registries of IPv4 (RFC 6890) and IPv6 addresses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

PUBLIC_PORTS = frozenset({80, 443})
Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
# Older releases of Python count some of these as global; the last one is global, but is a cloud's inside
_CLOSED_V4 = [
    IPv4Network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32")
]
_CLOSED_V6 = [IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")]


@dataclass(frozen=True)
class Opening:
    """A private network that users' requests may reach; `port` None opens all ports."""

    network: IPv4Network | IPv6Network
    port: int | None

    def holds(self, address: Address, port: int) -> bool:
        """Whether it opens this address and port."""
        return self.port in (None, port) and address.version == self.network.version and address in self.network


def parse_openings(text: str) -> tuple[Opening, ...]:
    """Openings from `network:port,...`, such as `10.0.0.0/8:8080,[fd00::/8]:443,127.0.0.1:*`.

    Raises:
        ValueError: naming the first that is none.
    """
    openings = []
    for part in filter(None, map(str.strip, text.split(","))):
        network, _, port = part.rpartition(":")
        try:
            number = None if port == "*" else int(port)
            if number is not None and not 1 <= number <= 65_535:
                raise ValueError(port)
            openings.append(Opening(ip_network(network.removeprefix("[").removesuffix("]")), number))
        except ValueError:
            raise ValueError(f"{part!r} is not of the form network:port, such as 10.0.0.0/8:443") from None
    return tuple(openings)


def unmapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    return inner or address


def is_public(address: Address) -> bool:
    """Whether everybody on the internet can reach this address."""
    meant = unmapped(address)
    if isinstance(meant, IPv4Address):
        return meant.is_global and not any(meant in network for network in _CLOSED_V4)
    open_range = meant.scope_id is None and meant in _UNICAST and meant.is_global
    return open_range and not any(meant in network for network in _CLOSED_V6)


def may_connect(address: str | Address, port: int, openings: Iterable[Opening]) -> bool:
    """Whether a connection to this address and port may be made for a user."""
    target = ip_address(address) if isinstance(address, str) else address
    if any(opening.holds(candidate, port) for opening in openings for candidate in {target, unmapped(target)}):
        return True
    return port in PUBLIC_PORTS and is_public(target)
