from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.predictors.text.streaming import StopFilter

letters = st.text("abc", max_size=30)


def shown(stops: list[str], pieces: list[str]) -> tuple[str, bool]:
    stop_filter = StopFilter(stops)
    text = "".join(stop_filter.push(piece) for piece in pieces)
    return text + stop_filter.finish(), stop_filter.stopped


def expected(stops: list[str], text: str) -> tuple[str, bool]:
    """What one sees who reads letter by letter."""
    for end in range(len(text) + 1):
        found = [stop for stop in stops if text[:end].endswith(stop)]
        if found:
            return text[: end - max(map(len, found))], True
    return text, False


@given(st.lists(st.text("abc", min_size=1, max_size=5), max_size=4), st.lists(letters, max_size=10))
def test_the_output_ends_before_the_first_stop_string_however_it_was_cut(stops: list[str], pieces: list[str]) -> None:
    assert shown(stops, pieces) == expected(stops, "".join(pieces))


@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=4), letters)
def test_nothing_shown_is_taken_back(stops: list[str], text: str) -> None:
    final, _ = expected(stops, text)
    stop_filter = StopFilter(stops)
    seen = ""
    for letter in text:
        seen += stop_filter.push(letter)
        assert final.startswith(seen)


@pytest.mark.parametrize(
    ("pieces", "text", "stopped"),
    [
        (["one", " ST", "OP two"], "one ", True),
        (["one ST", "ill"], "one STill", False),
        (["one STO"], "one STO", False),
        (["STOP"], "", True),
    ],
)
def test_a_stop_string_over_several_pieces(pieces: list[str], text: str, stopped: bool) -> None:
    assert shown(["STOP"], pieces) == (text, stopped)


def test_without_stop_strings_everything_passes_at_once() -> None:
    assert StopFilter([]).push("text") == "text"
