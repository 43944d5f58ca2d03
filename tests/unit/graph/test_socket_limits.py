"""What a socket's operations log."""

from __future__ import annotations

import pytest
from strawberry.http.exceptions import WebSocketDisconnected

from graph.websocket.socket_limits import BoundedSocketHandler


@pytest.mark.parametrize(("error", "lines"), [(WebSocketDisconnected(), 0), (RuntimeError("a bug"), 1)])
async def test_a_client_that_left_is_no_error(caplog: pytest.LogCaptureFixture, error: Exception, lines: int) -> None:
    handler = object.__new__(BoundedSocketHandler)
    await handler.handle_task_exception(error)
    assert len(caplog.records) == lines
