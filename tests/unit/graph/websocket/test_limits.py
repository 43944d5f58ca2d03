"""Bounds of sockets and their operations, and what these log."""

from __future__ import annotations

import pytest
from strawberry.http.exceptions import WebSocketDisconnected

from graph.websocket.limits import BoundedSocketHandler, ConcurrencyLimit


@pytest.mark.parametrize(("error", "lines"), [(WebSocketDisconnected(), 0), (RuntimeError("a bug"), 1)])
async def test_a_client_that_left_is_no_error(caplog: pytest.LogCaptureFixture, error: Exception, lines: int) -> None:
    handler = object.__new__(BoundedSocketHandler)
    await handler.handle_task_exception(error)
    assert len(caplog.records) == lines


def test_nobody_has_more_than_one_may_and_all_not_more_than_all_may() -> None:
    limit = ConcurrencyLimit(most=3, most_of_one=2)
    assert [limit.acquire("a") for _ in range(3)] == [True, True, False]
    assert [limit.acquire("b"), limit.acquire("c")] == [True, False]
    assert (limit.total, limit.count_of("a"), limit.count_of("b"), limit.count_of("c")) == (3, 2, 1, 0)


def test_who_leaves_makes_room_and_is_forgotten() -> None:
    limit = ConcurrencyLimit(most=1, most_of_one=1)
    for owner in ("a", "b", "a"):
        assert limit.acquire(owner)
        limit.release(owner)
    assert limit.total == 0
    assert limit._by_owner == {}
