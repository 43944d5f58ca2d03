"""What is removed in time: data of old predictions, files of attempts that lost, files of nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from server.adapters.database import rows, to_json
from server.adapters.storage import StorageError
from server.domain.accounts import Viewer
from server.domain.predictions import PredictionStatus
from server.embedded.servers import LocalServers
from server.errors import UnavailableError
from server.maintenance import recovery, retention
from server.queue.claim import PredictionLease, claim
from server.queue.finish import Result, finish, hand_back
from server.runtime import Runtime
from server.services import predictions
from server.tables import Upload, Version
from tests.integration.queue import store
from tests.integration.queue.files import exists, key
from tests.integration.queue.store import add, row

NOBODY = Viewer()
DAY = 86_400


@pytest.fixture
async def keeping(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime that keeps data for a day."""
    url = schema_servers.redis_url.replace("db=0", "db=1")
    async with store.runtime(url, tmp_path, prediction_retention_seconds=DAY) as made:
        yield made


async def finished(rt: Runtime, version: Version, age_seconds: float = 0) -> PredictionLease:
    """A prediction that ended so long ago, with a file of its second attempt and one that the first left behind."""
    queue = uuid4().hex[:12]
    noted = {"metadata": {"a": "secret"}, "openai": {"previous_response_id": "secret"}}
    made = await add(version, queue, input={"text": "secret"}, **noted)
    (first,) = await claim(queue, uuid4(), 600, 1)
    await rt.storage.put(key(first), b"of the loser", "image/png")
    await hand_back(first)
    (claimed,) = await claim(queue, uuid4(), 600, 1)
    await rt.storage.put(key(claimed), b"of the winner", "image/png")
    record = {"key": key(claimed), "contentType": "image/png", "bytes": 13, "width": None, "height": None}
    result = Result(PredictionStatus.SUCCEEDED, [{"file": 0}], [record], logs="secret\n")
    assert await finish(claimed, result)
    sql = "UPDATE prediction SET completed_at = now() - make_interval(secs => $2) WHERE id = $1 RETURNING id"
    await rows(sql, made.id, age_seconds)
    return claimed


def age(rt: Runtime, seconds: float = 2 * DAY) -> None:
    """Make every file look so old."""
    for path in rt.settings.storage_dir.rglob("*"):
        then = path.stat().st_mtime - seconds
        os.utime(path, (then, then))


async def test_old_data_goes_and_the_row_stays(keeping: Runtime, version: Version) -> None:
    old, young = await finished(keeping, version, DAY + 60), await finished(keeping, version, DAY - 60)
    waiting = await add(version, uuid4().hex[:12], input={"text": "x"})
    await recovery.sweep(keeping)
    found = await row(old.id)
    assert (found["data_removed"], found["status"]) == (True, "succeeded")
    assert (found["input"], found["output"], found["files"], found["logs"]) == ("{}", None, None, "")
    assert found["completed_at"] is not None
    assert not list(keeping.settings.storage_dir.rglob(f"{old.id}*"))
    assert "secret" not in str(found)
    for kept in (young.id, waiting.id):
        assert (await row(kept))["data_removed"] is False
    assert await exists(keeping, key(young))
    with pytest.raises(UnavailableError, match="removed"):
        await predictions.retry(keeping, NOBODY, old.id, None)


async def test_without_the_settings_nothing_goes(rt: Runtime, version: Version) -> None:
    rt = replace(rt, settings=rt.settings.model_copy(update={"anonymous_retention_seconds": None}))
    old = await finished(rt, version, 1000 * DAY)
    await recovery.sweep(rt)
    assert (await row(old.id))["data_removed"] is False
    assert await exists(rt, key(old))


async def test_sweepers_at_once_remove_each_once(keeping: Runtime, version: Version) -> None:
    while await retention.remove_old(keeping):
        pass
    made = [await finished(keeping, version, DAY + 60) for _ in range(20)]
    counts = await asyncio.gather(*(retention.remove_old(keeping) for _ in range(5)))
    assert sum(counts) == len(made)
    for claimed in made:
        assert not await exists(keeping, key(claimed))


async def test_files_left_while_the_store_was_away_go_later(
    keeping: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await finished(keeping, version, DAY + 60)

    async def away(prefix: str) -> int:
        raise StorageError(prefix)

    with monkeypatch.context() as patched:
        patched.setattr(keeping.storage, "delete_prefix", away)
        assert await retention.remove_old(keeping) == 1
    assert (await row(old.id))["data_removed"] is True
    assert await exists(keeping, key(old))
    age(keeping)
    assert await retention.sweep_files(keeping) == 2
    assert not await exists(keeping, key(old))


async def test_files_of_losers_go_and_the_winner_s_stay(rt: Runtime, version: Version) -> None:
    ended = await finished(rt, version)
    loser = key(ended).replace("/2/", "/1/")
    assert await retention.sweep_files(rt) == 0
    age(rt)
    assert await retention.sweep_files(rt) == 1
    assert not await exists(rt, loser)
    assert await exists(rt, key(ended))
    assert await retention.sweep_files(rt) == 0


async def test_a_running_attempt_keeps_its_files_although_they_are_old(rt: Runtime, version: Version) -> None:
    """It may wait for its database for days before it can name them."""
    queue = uuid4().hex[:12]
    await add(version, queue)
    (claimed,) = await claim(queue, uuid4(), 600, 1)
    await rt.storage.put(key(claimed), b"x", "image/png")
    age(rt)
    assert await retention.sweep_files(rt) == 0
    assert await exists(rt, key(claimed))


async def test_files_of_nothing_go_once_they_are_old(rt: Runtime, version: Version) -> None:
    gone, half = f"predictions/{uuid4()}/1/0.png", rt.settings.storage_dir / f"predictions/{uuid4()}/3/.abc.tmp"
    lost_upload, upload = f"uploads/{uuid4()}/5/0.bin", uuid4()
    for name in (gone, lost_upload, f"uploads/{upload}/1/0.bin", f"uploads/{upload}/2/0.bin"):
        await rt.storage.put(name, b"x", "image/png")
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half of a pict")
    foreign = rt.settings.storage_dir / "predictions" / "README"
    foreign.write_text("not ours")
    at = (await rows("SELECT now() AS at"))[0]["at"]
    await Upload.create(
        id=upload, owner="anon:test", key=f"uploads/{upload}/2/0.bin", content_type="image/png", size_bytes=1,
        created_at=at, completed_at=at, expires_at=at,
    )  # fmt: skip
    assert await retention.sweep_files(rt) == 0
    age(rt)
    assert await retention.sweep_files(rt) == 4
    assert await exists(rt, f"uploads/{upload}/2/0.bin")
    for name in (gone, lost_upload, f"uploads/{upload}/1/0.bin"):
        assert not await exists(rt, name)
    assert not half.parent.exists()
    assert foreign.exists()


async def test_a_store_full_of_foreign_files_is_left_alone(rt: Runtime, version: Version) -> None:
    """The database of another deployment, or an older copy of this one, knows none of them."""
    ended = await finished(rt, version)
    foreign = [f"predictions/{uuid4()}/1/0.png" for _ in range(30)]
    for name in foreign:
        await rt.storage.put(name, b"x", "image/png")
    age(rt)
    assert await retention.sweep_files(rt) == 1
    assert [name for name in foreign if not await exists(rt, name)] == []
    assert await exists(rt, key(ended))


async def test_files_that_a_finish_names_meanwhile_stay(
    rt: Runtime, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed while the attempt runs, judged after it ended."""
    queue = uuid4().hex[:12]
    await add(version, queue)
    (claimed,) = await claim(queue, uuid4(), 600, 1)
    await rt.storage.put(key(claimed), b"x", "image/png")
    age(rt)
    judge = retention._read_rows

    async def read_rows(folders: list[retention.Folder]) -> dict[tuple[str, UUID], dict[str, object]]:
        record = {"key": key(claimed), "contentType": "image/png", "bytes": 1, "width": None, "height": None}
        assert await finish(claimed, Result(PredictionStatus.SUCCEEDED, None, [record]))
        return await judge(folders)

    monkeypatch.setattr(retention, "_read_rows", read_rows)
    assert await retention.sweep_files(rt) == 0
    assert await exists(rt, key(claimed))
    assert to_json((await row(claimed.id))["files"]).count(str(claimed.id)) == 1


async def test_what_a_model_shows_as_its_sample_stays(keeping: Runtime, version: Version) -> None:
    shown, other = [await finished(keeping, version, 2 * DAY) for _ in range(2)]
    await rows(
        "UPDATE model SET samples = jsonb_build_array($2::text) WHERE id = $1 RETURNING id",
        version.model_id, str(shown.id),
    )  # fmt: skip
    while await retention.remove_old(keeping):
        pass
    assert [(await row(each.id))["data_removed"] for each in (shown, other)] == [False, True]
    assert await exists(keeping, key(shown))
    # No longer shown, it goes as any other
    await rows("UPDATE model SET deleted_at = now() WHERE id = $1 RETURNING id", version.model_id)
    while await retention.remove_old(keeping):
        pass
    assert (await row(shown.id))["data_removed"]
