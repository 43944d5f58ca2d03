from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from server.adapters.tasks import end
from server.domain.accounts import ANONYMOUS, Viewer
from server.live import credentials
from server.live.credentials import CredentialWatcher

ADA = uuid4()


async def test_whoever_leaves_is_forgotten() -> None:
    watcher = CredentialWatcher()
    viewers = [Viewer(ADA, session_id=uuid4()), Viewer(ADA, key_id=uuid4())]
    tasks = [asyncio.create_task(watcher.wait_for_expiry(viewer)) for viewer in viewers * 3]
    await asyncio.sleep(0)
    assert len(watcher._ends) == 2
    await end(*tasks)
    assert not watcher._ends
    assert not watcher._keys


async def test_many_sockets_are_looked_for_in_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher, session, key = CredentialWatcher(), uuid4(), uuid4()
    asked: list[tuple[set[UUID], set[UUID]]] = []

    async def rows(sql: str, sessions: list[UUID], keys: list[UUID]) -> list[dict[str, UUID]]:
        asked.append((set(sessions), set(keys)))
        return [{"id": session}]

    monkeypatch.setattr(credentials, "rows", rows)
    ended = [asyncio.create_task(watcher.wait_for_expiry(Viewer(ADA, session_id=session))) for _ in range(100)]
    stays = asyncio.create_task(watcher.wait_for_expiry(Viewer(ADA, key_id=key)))
    await asyncio.sleep(0)
    await watcher.check()
    assert asked == [({session}, {key})]
    assert set(await asyncio.gather(*ended)) == {"The session has ended."}
    assert not stays.done()
    await end(stays)
    await watcher.check()
    assert len(asked) == 1


async def test_what_expired_already_ends_at_once() -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    viewer = Viewer(ADA, session_id=uuid4(), expires_at=past)
    assert await CredentialWatcher().wait_for_expiry(viewer) == "The access token has expired."


async def test_nobody_has_nothing_to_lose() -> None:
    with pytest.raises(ValueError, match="anonymous"):
        await CredentialWatcher().wait_for_expiry(ANONYMOUS)
