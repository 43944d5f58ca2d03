"""How values differ: by name, by the first character, by the first path."""

from __future__ import annotations

import time
from typing import Any

import pytest

from server.domain.comparison import Difference, TextDifference, differences, first_difference, first_path


def test_fields_that_differ_are_named_with_both_sides() -> None:
    a = {"prompt": "Once", "seed": 1, "old": True, "same": [1]}
    assert differences(a, {"prompt": "Once", "seed": 2, "new": None, "same": [1]}) == [
        Difference("old", True, None),
        Difference("seed", 1, 2),
    ]
    (long,) = differences({"x": "a" * 300}, {"x": ["b" * 300]})
    assert (len(long.a), long.a[-3:], long.b[:4]) == (203, "...", '["bb')
    assert len(differences({str(n): n for n in range(200)}, {})) == 100


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("same", "same", None),
        ("", "x", TextDifference(0, "", "x")),
        ("Once upon", "Once more", TextDifference(5, "Once upon", "Once more")),
        ("Once", "Once more", TextDifference(4, "Once", "Once more")),
        ("ä\u2028b", "ä\u2028c", TextDifference(2, "ä\u2028b", "ä\u2028c")),
    ],
)
def test_the_first_difference_of_texts(a: str, b: str, expected: TextDifference | None) -> None:
    assert first_difference(a, b) == expected


def test_long_texts_are_shown_around_the_place_and_compared_quickly() -> None:
    common = "x" * 20_000_000
    began = time.perf_counter()
    place = first_difference(f"{common}a{common}", f"{common}b{common}")
    assert place is not None
    assert place.position == 20_000_000
    assert (place.a[39:42], place.b[39:42], len(place.a)) == ("xax", "xbx", 200)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, None),
        ({"a": [1, {"b/c": 2}]}, {"a": [1, {"b/c": 3}]}, Difference("/a/1/b~1c", 2, 3)),
        ([1, 2], [1, 2, 3], Difference("/2", None, 3)),
        ({"a": 1}, {"b": 1}, Difference("/a", 1, None)),
        (None, {"x": 1}, Difference("", None, {"x": 1})),
        ([1], {"a": 1}, Difference("", [1], {"a": 1})),
        (1, True, None),
    ],
)
def test_the_first_path_that_differs(a: Any, b: Any, expected: Difference | None) -> None:
    assert first_path(a, b) == expected


def test_deep_values_are_walked_without_recursion_of_ours() -> None:
    a: Any = 1
    b: Any = 2
    for _ in range(100):
        a, b = [a], [b]
    found = first_path(a, b)
    assert found == Difference("/0" * 100, 1, 2)
