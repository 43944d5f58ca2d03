from __future__ import annotations

import pytest

from server.domain.callers import address_of, client_of, network_of


@pytest.mark.parametrize(
    ("host", "address"),
    [
        (None, "local"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        (f"fe80::1%{'x' * 1000}", "fe80::1"),
        ("unknown", "unknown"),
        ("x" * 10_000, "unknown"),
        ("", "unknown"),
        ("1.2.3.4:80", "unknown"),
    ],
)
def test_an_address_has_one_form_and_is_short(host: str | None, address: str) -> None:
    assert address_of(host) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::1", "::/64"),
        ("local", "local"),
        ("", ""),
        ("unknown, 1.2.3.4", "unknown, 1.2.3.4"),
    ],
)
def test_a_caller_has_one_name_whichever_address_it_picks(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_client_is_its_network_and_its_program() -> None:
    assert client_of("2001:db8:1:2::1", "browser") == client_of("2001:db8:1:2::9", "browser")
    others = [client_of("2001:db8:1:3::1", "browser"), client_of("2001:db8:1:2::1", "script")]
    assert client_of("2001:db8:1:2::1", "browser") not in others
