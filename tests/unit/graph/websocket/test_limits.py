"""Bounds of sockets and their operations, and what these log."""

from __future__ import annotations

import pytest
from strawberry.http.exceptions import WebSocketDisconnected
from structlog.testing import capture_logs

from graph.websocket.frame_handler import FrameHandler
from graph.websocket.sockets import TRY_AGAIN_LATER
from server.errors import BusyError
from server.live.concurrency import ConcurrencyLimit


class Socket:
    """Remembers how it was closed."""

    def __init__(self) -> None:
        self.closed: list[int] = []

    async def close(self, code: int, reason: str) -> None:
        """Close it; a reason has at most 123 bytes."""
        assert len(reason) < 124
        self.closed.append(code)


@pytest.mark.parametrize(
    ("error", "level", "codes"),
    [
        (WebSocketDisconnected(), None, []),
        (RuntimeError("a bug"), "error", [TRY_AGAIN_LATER]),
        (OSError("away"), "warning", [TRY_AGAIN_LATER]),
        (BusyError("No room.", 2), "warning", [TRY_AGAIN_LATER]),
    ],
)
async def test_what_goes_wrong_in_an_operation_closes_its_socket_unless_the_client_left(
    error: Exception, level: str | None, codes: list[int]
) -> None:
    handler = object.__new__(FrameHandler)
    handler.websocket = socket = Socket()  # type: ignore[assignment]
    with capture_logs() as lines:
        await handler.handle_task_exception(error)
    assert [line["log_level"] for line in lines] == ([level] if level else [])
    assert socket.closed == codes


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
