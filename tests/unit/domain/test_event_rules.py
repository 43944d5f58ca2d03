from __future__ import annotations

from typing import Any

import pytest

from server.domain.events import Cursor, Event, EventType, merge, parse_cursor


def event(kind: EventType, seq: int, epoch: str = "1.a", **data: Any) -> Event:
    return Event(kind, Cursor(epoch, seq), float(seq), data)


@pytest.mark.parametrize("cursor", [Cursor("0", 0), Cursor("1.abc", 7), Cursor("z" * 40, 10**15 - 1)])
def test_a_cursor_comes_back_as_it_left(cursor: Cursor) -> None:
    assert parse_cursor(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "a",
        "a:",
        ":1",
        "a:-1",
        "a:1:2",
        "A:1",
        "a:1\n",
        "a:1 ",
        "a:²",
        "a:\uff11",
        "a:1.0",
        "a:" + "9" * 16,
        "a\0:1",
        "z" * 41 + ":1",
        "\ud800:1",
        "a/b:1",
        "9" * 1_000_000,
    ],
)
def test_what_is_no_cursor(text: str) -> None:
    assert parse_cursor(text) is None


def test_text_joins_and_keeps_the_last_seq_and_the_first_index() -> None:
    merged = merge(event(EventType.OUTPUT, 4, index=1, text="ab"), event(EventType.OUTPUT, 5, index=2, text="c"))
    assert merged == event(EventType.OUTPUT, 5, index=1, text="abc")


def test_pieces_of_one_choice_join_with_their_log_probabilities() -> None:
    first = event(EventType.OUTPUT, 4, index=1, choice=1, text="ab", logprobs=[1])
    merged = merge(first, event(EventType.OUTPUT, 5, index=2, choice=1, text="c", logprobs=[2, 3]))
    assert merged == event(EventType.OUTPUT, 5, index=1, choice=1, text="abc", logprobs=[1, 2, 3])
    assert merge(first, event(EventType.OUTPUT, 5, index=0, text="d")) is None


def test_of_two_progress_events_the_newer_is_enough() -> None:
    newer = event(EventType.PROGRESS, 2, step=2)
    assert merge(event(EventType.PROGRESS, 1, step=1), newer) is newer


def test_merging_in_any_grouping_gives_the_same() -> None:
    events = [event(EventType.OUTPUT, n, index=n, text=str(n)) for n in range(3)]
    left = merge(merge(events[0], events[1]) or events[0], events[2])
    right = merge(events[0], merge(events[1], events[2]) or events[2])
    assert left == right == event(EventType.OUTPUT, 2, index=0, text="012")


def test_chunks_logs_and_statuses_are_never_merged() -> None:
    assert merge(event(EventType.OUTPUT, 1, index=0, chunk={}), event(EventType.OUTPUT, 2, index=1, text="a")) is None
    assert merge(event(EventType.OUTPUT, 1, index=0, text="a"), event(EventType.OUTPUT, 2, index=1, chunk=1)) is None
    for kind in set(EventType) - {EventType.OUTPUT, EventType.PROGRESS, EventType.PREVIEW, EventType.MOVED}:
        assert merge(event(kind, 1, line="a"), event(kind, 2, line="b")) is None


def test_other_kinds_and_other_epochs_are_never_merged() -> None:
    assert merge(event(EventType.PROGRESS, 1), event(EventType.OUTPUT, 2, index=0, text="a")) is None
    assert merge(event(EventType.PROGRESS, 1, "1.a"), event(EventType.PROGRESS, 1, "2.b")) is None
    before, after = (event(EventType.OUTPUT, 1, epoch, index=0, text="a") for epoch in ("1.a", "2.b"))
    assert merge(before, after) is None


def test_merging_changes_neither_event() -> None:
    older, newer = event(EventType.OUTPUT, 1, index=0, text="a"), event(EventType.OUTPUT, 2, index=1, text="b")
    merge(older, newer)
    assert (older.data, newer.data) == ({"index": 0, "text": "a"}, {"index": 1, "text": "b"})
