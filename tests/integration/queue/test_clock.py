from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from server.adapters import database
from server.runtime import Runtime
from server.services import health


@pytest.mark.parametrize(
    ("seconds", "clock", "words"),
    [(0, "ok", None), (4, "ok", None), (7, "off", "s ahead of PostgreSQL's"), (-7, "off", "s behind PostgreSQL's")],
)
async def test_a_clock_that_differs_is_told(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, seconds: float, clock: str, words: str | None
) -> None:
    monkeypatch.setattr(database, "now", lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    state = await health.check(rt)
    assert state.clock == clock
    assert [words in note for note in state.notes if "clock" in note] == ([True] if words else [])
    assert state.is_ready
    assert state.is_degraded
