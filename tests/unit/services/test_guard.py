from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from server.adapters.tasks import end
from server.domain.accounts import ANONYMOUS, Viewer
from server.live import credentials
from server.live.credential_watch import Guard

ADA = uuid4()


async def test_whoever_leaves_is_forgotten() -> None:
    guard = Guard()
    viewers = [Viewer(ADA, session_id=uuid4()), Viewer(ADA, key_id=uuid4())]
    tasks = [asyncio.create_task(guard.lapse(viewer)) for viewer in viewers * 3]
    await asyncio.sleep(0)
    assert len(guard._ended) == 2
    await end(*tasks)
    assert not guard._ended
    assert not guard._keys


async def test_many_sockets_are_looked_for_in_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    guard, session, key = Guard(), uuid4(), uuid4()
    asked: list[tuple[set[UUID], set[UUID]]] = []

    async def dead(sessions: list[UUID], keys: list[UUID]) -> set[UUID]:
        asked.append((set(sessions), set(keys)))
        return {session}

    monkeypatch.setattr(credentials, "dead", dead)
    ended = [asyncio.create_task(guard.lapse(Viewer(ADA, session_id=session))) for _ in range(100)]
    stays = asyncio.create_task(guard.lapse(Viewer(ADA, key_id=key)))
    await asyncio.sleep(0)
    await guard.look()
    assert asked == [({session}, {key})]
    assert set(await asyncio.gather(*ended)) == {"The session has ended."}
    assert not stays.done()
    await end(stays)
    await guard.look()
    assert len(asked) == 1


async def test_what_expired_already_lapses_at_once() -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert await Guard().lapse(Viewer(ADA, session_id=uuid4(), expires_at=past)) == "The access token has expired."


async def test_nobody_has_nothing_to_lose() -> None:
    with pytest.raises(ValueError, match="anonymous"):
        await Guard().lapse(ANONYMOUS)
