from __future__ import annotations

import json
from typing import Any

import pytest

from server.domain.metadata import metadata_violations
from server.domain.storable import NO_JSONB, NO_NUL, json_bytes, storable
from server.errors import InvalidInputError, Violation


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("plain", "plain"),
        ("a\0b", "a\ufffdb"),
        ("\ud800", "\ufffd"),
        ("x\udfff\ud800y", "x\ufffd\ufffdy"),
        ("\ud83d\udc0d", "🐍"),
        ("🐍é", "🐍é"),
        (None, None),
        (3, 3),
        (1.5, 1.5),
        (True, True),
        ((1, "\0"), [1, "\ufffd"]),
        ({"\0": {"b": ["\ud800"]}}, {"\ufffd": {"b": ["\ufffd"]}}),
        ({1: 2}, {"1": 2}),
    ],
)
def test_what_no_column_holds_is_replaced(value: Any, kept: Any) -> None:
    assert storable(value) == kept


@pytest.mark.parametrize(
    "text", [chr(n) for n in (0, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF, 0x10FFFF)]
)
def test_the_result_can_always_be_encoded_and_is_stable(text: str) -> None:
    once = storable(f"a{text}b")
    assert "\0" not in once.encode().decode()
    assert storable(once) == once


def test_the_value_itself_is_not_changed() -> None:
    value = {"a": ["\0"]}
    storable(value)
    assert json.dumps(value) == '{"a": ["\\u0000"]}'


DEEP: list[Any] = []
for _ in range(300):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "rule", "code"),
    [
        ({"a": "x\0"}, NO_NUL, "format"),
        ({"a\0": 1}, NO_NUL, "format"),
        ({"a": [{"b": "\\\0"}]}, NO_NUL, "format"),
        ({"a": "\ud800"}, NO_JSONB, "type"),
        ({"a": 2**64}, NO_JSONB, "type"),
        ({"a": DEEP}, NO_JSONB, "type"),
    ],
    ids=range(6),
)
def test_json_that_no_column_holds_is_refused(value: Any, rule: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        json_bytes(value, "/here")
    assert refused.value.violations == [Violation("/here", rule, code)]
    assert metadata_violations(value) == [Violation("/metadata", rule, code)]


@pytest.mark.parametrize("text", ["\\u0000", "u0000", "\\\\u0000", "\N{REPLACEMENT CHARACTER}"])
def test_what_only_looks_like_nul_is_stored(text: str) -> None:
    assert json.loads(json_bytes({"a": text, text: 1}, "/here")) == {"a": text, text: 1}
    assert metadata_violations({"a": text}) == []
