from __future__ import annotations

import json
import time

import pytest
from starlette.requests import Request
from starlette.websockets import WebSocket

from graph import wire
from graph.http.view import _base_url, _bearer, _parameter
from graph.wire import MAX_JSON_DEPTH, depth
from server.errors import UnauthenticatedError


def limited(data: str) -> bool:
    return depth(data.encode()) > MAX_JSON_DEPTH


def test_depth_is_what_nests_not_what_repeats() -> None:
    assert depth(b"[]" * 1000) == 1
    assert depth(b"[" * 1000) == 1000
    assert depth(b'[{"a":' * 300) == 600
    assert not limited("[" + "[],{}," * 1000 + "1]")
    assert limited("[" * 201 + "]" * 201)
    assert not limited("[" * 200 + "]" * 200)


def test_brackets_in_strings_do_not_count() -> None:
    assert not limited(json.dumps(["[" * 1000, '"[{' * 1000, "\\" * 999 + "[" * 300]))
    assert not limited('["\\"' + "[" * 500 + '"]')
    assert limited('["\\\\"' + "[" * 500)


def test_depth_takes_time_in_proportion_to_the_body() -> None:
    began = time.perf_counter()
    assert limited("[" * 1_000_000)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff",
        "\ud800",
        b'{"a":\xff}',
        b"9" * 5000,
        b"[" * 1000,
        "[" * 201 + "]" * 201,
        "{}".encode("utf-16")[:-1],
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_always_the_same_error(data: str | bytes) -> None:
    with pytest.raises(json.JSONDecodeError):
        wire.decode(data)


def test_json_is_read() -> None:
    assert wire.decode(b'{"a": [1, "\\ud800"]}') == {"a": [1, "\ud800"]}


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
    assert _bearer(header) == token


@pytest.mark.parametrize("header", ["Basic abc", "Token abc", "Bearer: abc", "\0 abc"])
def test_another_scheme_is_refused_in_words(header: str) -> None:
    with pytest.raises(UnauthenticatedError, match="Authorization: Bearer"):
        _bearer(header)


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
    assert _parameter(params) == found


def asked(scheme: str, host: str | None, server: tuple[str, int]) -> Request | WebSocket:
    headers = [(b"host", host.encode())] if host else []
    scope = {"type": "http", "method": "GET", "path": "/graphql", "query_string": b"", "headers": headers}
    scope |= {"scheme": scheme, "server": server}
    if scheme in ("http", "https"):
        return Request(scope)

    async def unused(*_: object) -> None: ...

    return WebSocket({**scope, "type": "websocket"}, unused, unused)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scheme", "host", "public_url", "base"),
    [
        ("http", "box.lan:8000", None, "http://box.lan:8000"),
        ("https", "models.example", None, "https://models.example"),
        ("ws", "box.lan:8000", None, "http://box.lan:8000"),
        ("wss", "[::1]:8000", None, "https://[::1]:8000"),
        ("http", None, None, "http://192.0.2.1:8000"),
        ("http", "box.lan", "https://public.example/api/", "https://public.example/api"),
    ],
)
def test_links_begin_with_what_was_asked(scheme: str, host: str | None, public_url: str | None, base: str) -> None:
    assert _base_url(asked(scheme, host, ("192.0.2.1", 8000)), public_url) == base
