from __future__ import annotations

import os
import socket

import pytest

from server.adapters.listening import PortError
from server.embedded.up import Address


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("box.example", "http://box.example:8000"),
    ],
)
def test_the_url_is_one_that_a_browser_opens(host: str, url: str) -> None:
    assert Address(host, 8000).url == url


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "", "192.168.1.7", "server.example")),  # noqa: S104
    ],
)
def test_who_can_reach_it(host: str, is_loopback: bool) -> None:
    assert Address(host, 8000).is_loopback is is_loopback


def test_port_0_becomes_a_free_one() -> None:
    address = Address.claim("127.0.0.1", 0)
    assert address.port > 1023
    with socket.create_server(("127.0.0.1", address.port)):
        pass


def test_a_port_taken_on_all_addresses_is_taken_here() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:  # noqa: S104
        port = taken.getsockname()[1]
        with pytest.raises(
            PortError,
            match=rf"port {port} is taken by \S+ \(process {os.getpid()}\); choose another with --port or API_PORT",
        ):
            Address.claim("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_that_is_not_here(host: str) -> None:
    with pytest.raises(PortError, match=f"of {host} cannot be used .*API_HOST"):
        Address.claim(host, 0)


def test_nobody_there_has_no_health() -> None:
    assert Address.claim("127.0.0.1", 0).health() is None
