from __future__ import annotations

import json
import time

import pytest

from server.adapters import wire
from server.adapters.wire import MAX_JSON_DEPTH, depth


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
