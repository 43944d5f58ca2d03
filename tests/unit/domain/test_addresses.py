"""Which addresses users' hosts may have: every form of an inside address is refused."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.addresses import is_public, may_connect, parse_openings, unmapped

INSIDE_V4 = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
]  # fmt: skip
INSIDE_V6 = [
    "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "2001::1", "2001:0:7f00:1::", "2001:20::1", "3fff::1", "5f00::1", "100::1", "64:ff9b:1::a00:1", "1::1", "4000::1",
    "::7f00:1", "::8.8.8.8",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1", "100.128.0.1"]


def wrapped(address: str) -> list[str]:
    """The IPv6 addresses that stand for an IPv4 address."""
    number = int(ip_address(address))
    high, low = number >> 16, number & 0xFFFF
    return [f"::ffff:{address}", f"2002:{high:x}:{low:x}::1", f"64:ff9b::{address}"]


@pytest.mark.parametrize("address", [*INSIDE_V4, *INSIDE_V6, *(form for a in INSIDE_V4 for form in wrapped(a))])
def test_inside(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not any(may_connect(address, port, ()) for port in (80, 443, 8080))


@pytest.mark.parametrize("address", [*PUBLIC, *(form for form in wrapped("8.8.8.8"))])
def test_public(address: str) -> None:
    assert may_connect(address, 443, ())
    assert may_connect(address, 80, ())
    assert not may_connect(address, 8080, ())
    assert not may_connect(address, 22, ())


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_wrapped(address: object) -> None:
    judged = {is_public(ip_address(form)) for form in [str(address), *wrapped(str(address))]}
    assert len(judged) == 1
    assert {unmapped(ip_address(form)) for form in wrapped(str(address))} == {address}


def test_openings_open_their_network_and_port_alone() -> None:
    openings = parse_openings("10.0.0.0/8:8080, [fd00::/8]:443,127.0.0.1:*,")
    assert may_connect("10.1.2.3", 8080, openings)
    assert may_connect("::ffff:10.1.2.3", 8080, openings)
    assert may_connect("fd12::1", 443, openings)
    assert may_connect("127.0.0.1", 1, openings)
    for address, port in [("10.1.2.3", 80), ("11.1.2.3", 8080), ("fd12::1", 80), ("127.0.0.2", 80), ("::1", 443)]:
        assert not may_connect(address, port, openings)
    assert may_connect("8.8.8.8", 443, openings)


@pytest.mark.parametrize(
    "text", ["10.0.0.0/8", "10.0.0.1/8:80", "x:80", "10.0.0.0/8:0", "10.0.0.0/8:65536", ":80", "*:*"]
)
def test_what_is_no_opening_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not of the form network:port"):
        parse_openings(f"127.0.0.1:80,{text}")


def test_nothing_is_open_by_itself() -> None:
    assert parse_openings("") == ()
