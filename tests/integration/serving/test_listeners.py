"""Listeners of both kinds of addresses and on sockets, and whom a proxy on each may speak for."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from server.adapters.listening import PortError, bind, bind_unix
from server.connections import trusted_peers
from server.embedded.servers import LocalServers
from server.embedded.up import Address
from tests.conftest import ROOT
from tests.integration.serving.conftest import StartApi
from tests.support.api import wait_for
from tests.support.nginx import NGINX, WEBSOCKETS, proxied

LIMIT = "{ rateLimit { remaining } }"
CHEAP = {"RATE_LIMIT_ADDRESS": "60000"}


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 here")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="there is no nginx here")


def remaining(http: httpx.Client, url: str, **headers: str) -> int:
    """Points that the caller has left, as the server tells callers apart."""
    answer = http.post(f"{url}/graphql", json={"query": LIMIT}, headers=headers)
    return int(answer.json()["data"]["rateLimit"]["remaining"])


def are_told_apart(http: httpx.Client, url: str, first: dict[str, str], second: dict[str, str]) -> bool:
    """Whether what one spends is not spent by the other."""
    before = remaining(http, url, **second)
    for _ in range(3):
        remaining(http, url, **first)
    # The window slides meanwhile, so that points come back, and its own question costs some
    return remaining(http, url, **second) >= before - 1


@needs_ipv6
@pytest.mark.parametrize("peer", ["127.0.0.1", "[::1]"])
def test_a_proxy_before_a_listener_of_both_kinds_speaks_for_its_clients(start_api: StartApi, peer: str) -> None:
    with (
        start_api(API_HOST="::", TRUSTED_PROXIES="127.0.0.0/8,::1", **CHEAP) as api,
        httpx.Client(trust_env=False) as http,
    ):
        url = f"http://{peer}:{api.port}"
        one, other = {"x-forwarded-for": "192.0.2.1"}, {"x-forwarded-for": "192.0.2.2"}
        assert are_told_apart(http, url, one, other)
        assert not are_told_apart(http, url, one, {"x-forwarded-for": "::ffff:192.0.2.1"})
        # A proxy of both kinds before this one writes its own proxies so
        chain = {"x-forwarded-for": "192.0.2.1, ::ffff:127.0.0.7"}
        assert not are_told_apart(http, url, one, chain)
        # What a client itself writes stands before what the proxy adds, and is not believed
        hostile = {"x-forwarded-for": "192.0.2.2, 192.0.2.1"}
        assert not are_told_apart(http, url, one, hostile)
        assert are_told_apart(http, url, hostile, other)


@needs_ipv6
def test_a_client_that_is_no_proxy_speaks_for_nobody(start_api: StartApi) -> None:
    with (
        start_api(API_HOST="::", TRUSTED_PROXIES="10.0.0.0/8,unix", **CHEAP) as api,
        httpx.Client(trust_env=False) as http,
    ):
        url = f"http://127.0.0.1:{api.port}"
        for claim in ("192.0.2.1", "unix", "::ffff:10.0.0.1", "10.0.0.1, 192.0.2.9"):
            assert not are_told_apart(http, url, {"x-forwarded-for": claim}, {}), claim


@contextmanager
def on_socket(servers: LocalServers, folder: Path, **settings: str) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """An API that listens on a socket."""
    path = folder / "api.sock"
    environment = {
        **os.environ,
        "DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_DIR": str(folder), "API_HOST": f"unix:{path}", "LAME_DUCK_SECONDS": "0", "PYTHONWARNINGS": "", **settings,
    }  # fmt: skip
    with (folder / "api.log").open("ab") as log:
        command = [sys.executable, "-m", "server.cli", "serve"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)
    try:
        wait_for(lambda: process.poll() is not None or is_well(path), 60)
        assert process.poll() is None, (folder / "api.log").read_text()
        yield path, process
    finally:
        process.kill()
        process.wait()


def by_socket(path: Path) -> httpx.Client:
    return httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), trust_env=False, timeout=20)


def is_well(path: Path) -> bool:
    # httpx leaves a socket open that could not connect
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)):
            return False
    with by_socket(path) as http:
        return http.get("http://api/health/ready").status_code == 200


async def test_an_api_on_a_socket(schema_servers: LocalServers, tmp_path: Path) -> None:
    with on_socket(schema_servers, tmp_path, TRUSTED_PROXIES="unix", **CHEAP) as (path, process):
        assert stat.S_ISSOCK(path.stat().st_mode)
        with by_socket(path) as http:
            one, other = {"x-forwarded-for": "192.0.2.1"}, {"x-forwarded-for": "192.0.2.2"}
            assert are_told_apart(http, "http://api", one, other)
            assert not are_told_apart(http, "http://api", one, {"x-forwarded-for": "192.0.2.2, 192.0.2.1"})
            # Whoever comes without a proxy is of this machine
            assert are_told_apart(http, "http://api", {}, one)
            forwarded = {"x-forwarded-proto": "https", "host": "models.example"}
            headers = http.get("http://api/health/live", headers=forwarded).headers
            assert "strict-transport-security" in headers
        protocols = [Subprotocol("graphql-transport-ws")]
        async with websockets.unix_connect(str(path), "ws://api/graphql", subprotocols=protocols) as client:
            await client.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await asyncio.wait_for(client.recv(), 20))["type"] == "connection_ack"
        process.terminate()
        process.wait(40)
        assert not path.exists(), "a socket that nobody answers was left"


def test_a_socket_without_trust_tells_no_clients_apart(schema_servers: LocalServers, tmp_path: Path) -> None:
    with on_socket(schema_servers, tmp_path, **CHEAP) as (path, _), by_socket(path) as http:
        assert not are_told_apart(http, "http://api", {"x-forwarded-for": "192.0.2.1"}, {})


def test_a_socket_of_a_process_that_was_killed_is_taken_over(schema_servers: LocalServers, tmp_path: Path) -> None:
    with on_socket(schema_servers, tmp_path) as (path, process):
        process.kill()
        process.wait()
        assert path.exists()
    with on_socket(schema_servers, tmp_path) as (path, _):
        assert is_well(path)
        with pytest.raises(PortError, match="another process listens"):
            bind_unix(path)
        assert is_well(path)


def test_paths_that_cannot_be_sockets_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(PortError, match=r"file is no socket"):
        bind_unix(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"
    with pytest.raises(PortError, match="more than 107 bytes"):
        bind_unix(tmp_path / ("x" * 108))
    with pytest.raises(PortError, match="No such file or directory"):
        bind_unix(tmp_path / "none" / "api.sock")
    with pytest.raises(PortError, match="no socket; set another API_HOST"):
        Address.claim(f"unix:{tmp_path}/api.sock", 0)


@needs_ipv6
def test_every_address_is_of_both_kinds() -> None:
    with bind("::", 0) as bound:
        assert bound.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
    with bind("::1", 0) as bound:
        assert bound.getsockname()[0] == "::1"


def test_proxies_are_trusted_in_each_form_of_their_address() -> None:
    assert trusted_peers(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "unix"]) == [
        *("10.0.0.0/8", "::ffff:10.0.0.0/104", "192.0.2.7", "::ffff:192.0.2.7/128", "2001:db8::/32", "unix"),
    ]


@needs_nginx
def test_nginx_before_a_socket(schema_servers: LocalServers, tmp_path: Path) -> None:
    with on_socket(schema_servers, tmp_path, TRUSTED_PROXIES="unix", **CHEAP) as (path, _):
        location = f"location / {{ proxy_pass http://unix:{path}:/; {WEBSOCKETS} }}"
        with proxied(tmp_path, [1], location=location) as url, httpx.Client(trust_env=False) as http:
            # nginx adds its client's address, whatever the client says
            assert not are_told_apart(http, url, {"x-forwarded-for": "192.0.2.1"}, {})
            with by_socket(path) as near:
                assert are_told_apart(near, "http://api", {"x-forwarded-for": "192.0.2.1"}, {})
