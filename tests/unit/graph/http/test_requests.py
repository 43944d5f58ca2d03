from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.websockets import WebSocket

from graph.http.requests import authorization_parameter
from server.adapters.requests import base_url, bearer_token
from server.errors import UnauthenticatedError
from server.settings import load_settings


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("", None),
        ("   ", None),
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER   abc  ", "abc"),
        ("abc", "abc"),
    ],
)
def test_the_token_of_a_header(header: str | None, token: str | None) -> None:
    assert bearer_token(header) == token


@pytest.mark.parametrize("header", ["Basic abc", "Token abc", "Bearer: abc", "\0 abc"])
def test_another_scheme_is_refused_in_words(header: str) -> None:
    with pytest.raises(UnauthenticatedError, match="Authorization: Bearer"):
        bearer_token(header)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        (None, None),
        ([], None),
        ("text", None),
        ({}, None),
        ({"Authorization": "Bearer a"}, "Bearer a"),
        ({"AUTHORIZATION": "Bearer a"}, "Bearer a"),
        ({"token": "a"}, "a"),
        ({"authorization": None}, None),
        ({"authorization": ["a"]}, None),
        ({"authorization": {"a": 1}}, None),
    ],
)
def test_the_token_of_connection_parameters(params: object, found: str | None) -> None:
    assert authorization_parameter(params) == found


def asked(scheme: str, host: str | None, server: tuple[str, int]) -> Request | WebSocket:
    headers = [(b"host", host.encode())] if host else []
    scope = {"type": "http", "method": "GET", "path": "/graphql", "query_string": b"", "headers": headers}
    scope |= {"scheme": scheme, "server": server}
    if scheme in ("http", "https"):
        return Request(scope)

    async def unused(*_: object) -> None: ...

    return WebSocket({**scope, "type": "websocket"}, unused, unused)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scheme", "host", "settings", "base"),
    [
        ("http", "box.lan:8000", {}, "http://box.lan:8000"),
        ("https", "models.example", {}, "https://models.example"),
        ("ws", "box.lan:8000", {}, "http://box.lan:8000"),
        ("wss", "[::1]:8000", {}, "https://[::1]:8000"),
        ("http", None, {}, "http://192.0.2.1:8000"),
        ("http", "box.lan", {"public_url": "https://public.example/api/"}, "https://public.example/api"),
        ("https", "box.lan", {"root_path": "/a/i/"}, "https://box.lan/a/i"),
        ("http", "box.lan", {"root_path": "/api", "public_url": "https://x.example/api"}, "https://x.example/api"),
    ],
)
def test_links_begin_with_what_was_asked(scheme: str, host: str | None, settings: dict[str, str], base: str) -> None:
    assert base_url(asked(scheme, host, ("192.0.2.1", 8000)), load_settings(**settings)) == base
