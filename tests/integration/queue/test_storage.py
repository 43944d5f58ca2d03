"""What owners store is counted by what stores and removes it, bounded, and forgotten in time without an account."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from server.adapters.database import rows
from server.domain.accounts import Viewer
from server.domain.predictions import NewPrediction, PredictionStatus
from server.embedded.servers import LocalServers
from server.errors import ConflictError
from server.maintenance import retention
from server.queue import storage
from server.queue.claim import PredictionLease, claim
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.services import predictions, uploads
from server.services.storage import of_users
from server.services.uploads import NewUpload
from server.tables import Prediction, Upload, Version
from tests.integration.queue import store
from tests.integration.queue.store import add, row

DAY = 86_400
FILE = {"key": "k", "contentType": "image/png", "bytes": 1_000_000, "width": None, "height": None}


@pytest.fixture
async def bounded(database: str, schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A runtime in which users may store 3 MB, and addresses 2 MB."""
    url = schema_servers.redis_url.replace("db=0", "db=1")
    bounds = {"storage_bytes_per_user": 3_000_000, "storage_bytes_per_address": 2_000_000}
    async with store.runtime(url, tmp_path, **bounds) as made:
        yield made


async def ended(version: Version, result: Result, **fields: Any) -> Prediction:
    """A prediction of an owner that ended like this."""
    queue = uuid4().hex[:12]
    made = await add(version, queue, **fields)
    (lease,) = await claim(queue, uuid4(), 600, 1)
    assert await finish(lease, result)
    assert await finish(lease, result), "a finish that is sent again counts once"
    return made


async def age(prediction: Prediction, seconds: float) -> None:
    sql = "UPDATE prediction SET completed_at = now() - make_interval(secs => $2) WHERE id = $1 RETURNING id"
    await rows(sql, prediction.id, seconds)


def user_of(version: Version) -> dict[str, Any]:
    return {"user_id": version.model.owner_id, "owner": f"user:{version.model.owner_id}"}


async def test_what_is_stored_is_counted_and_what_is_removed_no_more(rt: Runtime, version: Version) -> None:
    owner = user_of(version)
    text = Result(PredictionStatus.SUCCEEDED, "x" * 500_000, logs="l" * 1000)
    picture = Result(PredictionStatus.SUCCEEDED, None, [FILE])
    made = [await ended(version, text, **owner), await ended(version, picture, **owner)]
    used = await storage.read(owner["owner"])
    assert 1_501_000 < used < 1_503_000
    assert (await of_users(rt, [owner["user_id"]]))[owner["user_id"]].used_bytes == used
    await age(made[0], 2 * DAY)
    removed = await retention.results.remove_old_data(DAY, 1000)
    assert made[0].id in {each["id"] for each in removed}
    assert 1_000_000 < await storage.read(owner["owner"]) < 1_001_000
    upload = await uploads.create(rt, Viewer(owner["user_id"]), NewUpload("image/png", 50_000))
    assert 1_050_000 < await storage.read(owner["owner"]) < 1_051_000
    await rows("UPDATE upload SET expires_at = now() - interval '1 day' WHERE id = $1 RETURNING id", upload.id)
    await retention.remove_expired_uploads(rt)
    assert await Upload.get_or_none(id=upload.id) is None
    assert 1_000_000 < await storage.read(owner["owner"]) < 1_001_000


async def test_what_ended_uncounted_is_counted_once_by_sweeps(rt: Runtime, version: Version) -> None:
    """What an older release ended, and what was canceled before it ran: by several processes at once."""
    owner = user_of(version)
    data = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=100_000))
    old = [
        await add(version, uuid4().hex[:12], status="succeeded", output={"text": data}, files=[FILE], **owner)
        for _ in "ab"
    ]
    canceled = await add(version, uuid4().hex[:12], input={"text": data}, **owner)
    assert (await predictions.cancel(rt, Viewer(owner["user_id"]), canceled.id)).status == "canceled"
    await add(version, uuid4().hex[:12], input={"text": data}, **owner)
    gone = await add(version, uuid4().hex[:12], status="succeeded", data_removed=True, **owner)
    assert await storage.read(owner["owner"]) == 0
    while any(await asyncio.gather(*(storage.count_ended(1) for _ in range(4)))):
        pass
    used = await storage.read(owner["owner"])
    # As PostgreSQL stores them: about 100,000 bytes of random text, which it compresses a little
    assert 2_150_000 < used < 2_305_000
    counts = [(await row(each.id))["stored_bytes"] for each in (*old, canceled)]
    assert (sum(counts), (await row(gone.id))["stored_bytes"]) == (used, None)
    await age(old[0], 2 * DAY)
    await retention.results.remove_old_data(DAY, 1000)
    assert await storage.read(owner["owner"]) == used - counts[0]


async def test_an_upload_that_was_never_counted_is_not_taken_out_of_the_count(rt: Runtime, version: Version) -> None:
    viewer = Viewer(version.model.owner_id)
    old, new = [await uploads.create(rt, viewer, NewUpload("image/png", 50_000)) for _ in range(2)]
    await rows("UPDATE upload SET stored_bytes = NULL WHERE id = $1 RETURNING id", old.id)
    for upload, left in ((old, 100_000), (new, 50_000)):
        await rows("UPDATE upload SET expires_at = now() - interval '1 day' WHERE id = $1 RETURNING id", upload.id)
        await retention.remove_expired_uploads(rt)
        assert await storage.read(viewer.owner_key) == left


async def test_addresses_of_one_network_are_one_owner(version: Version) -> None:
    mark = f"2001:db8:{random.randrange(1, 65535):x}:1"
    result = Result(PredictionStatus.SUCCEEDED, "x" * 10_000)
    for host in ("1", "2"):
        await ended(version, result, owner=f"anon:{mark}::{host}")
    await ended(version, result, owner="anon:::ffff:102:304")
    assert 20_000 < await storage.read(f"anon:{mark}::3") < 21_000
    assert await storage.read("anon:::ffff:102:304") >= 10_000
    assert await storage.read("anon:::ffff:102:305") == 0


async def test_whoever_has_stored_what_they_may_is_told_how_much(bounded: Runtime, version: Version) -> None:
    user = Viewer(version.model.owner_id)
    address = Viewer(address=f"10.{random.randrange(256)}.{random.randrange(256)}.1")
    big = Result(PredictionStatus.SUCCEEDED, None, [FILE, FILE])
    slug = f"{version.model.owner.handle}/{version.model.name}"
    for viewer, allowed in ((user, "3.0"), (address, "2.0")):
        await predictions.create(bounded, viewer, NewPrediction(slug, {}))
        await ended(version, big, user_id=viewer.user_id, owner=viewer.owner_key)
        if viewer.user_id:
            bounded.stored_bytes.clear()
            with pytest.raises(ConflictError, match=r"use 2\.0 of the 3\.0 MB"):
                await uploads.create(bounded, viewer, NewUpload("image/png", 1_500_000))
            await uploads.create(bounded, viewer, NewUpload("image/png", 900_000))
            await ended(version, big, user_id=viewer.user_id, owner=viewer.owner_key)
        bounded.stored_bytes.clear()
        with pytest.raises(ConflictError, match=rf"of the {allowed} MB allowed"):
            await predictions.create(bounded, viewer, NewPrediction(slug, {}))


async def test_data_without_an_account_is_removed_after_a_day_and_that_of_users_stays(
    rt: Runtime, version: Version
) -> None:
    result = Result(PredictionStatus.SUCCEEDED, "x" * 10_000)
    address = f"anon:10.{random.randrange(256)}.{random.randrange(256)}.2"
    old, young = [await ended(version, result, owner=address) for _ in range(2)]
    mine = await ended(version, result, **user_of(version))
    await age(old, DAY + 10)
    await age(young, DAY - 100)
    await age(mine, 400 * DAY)
    while await retention.remove_old(rt):
        pass
    assert [(await row(each.id))["data_removed"] for each in (old, young, mine)] == [True, False, False]
    assert (await row(old.id))["output"] is None
    assert 10_000 < await storage.read(address) < 11_000


async def test_many_that_end_and_go_at_once_are_counted_right(version: Version) -> None:
    """Of several owners each, in any order, from several connections: none waits for another for ever."""
    mark = random.randrange(256)
    owners = [f"anon:10.9.{mark}.{number}" for number in range(6)]
    queue, old = uuid4().hex[:12], []
    for owner in owners:
        old.append(await ended(version, Result(PredictionStatus.SUCCEEDED, "o" * 1000), owner=owner))
        await age(old[-1], 1000 * DAY)
    for number in range(60):
        await add(version, queue, owner=owners[number % 6])
    leases: list[PredictionLease] = await claim(queue, uuid4(), 600, 60)
    random.shuffle(leases)
    result = Result(PredictionStatus.SUCCEEDED, "x" * 1000)
    removals = [retention.results.remove_old_data(900 * DAY, 2, anonymous=True) for _ in range(5)]
    await asyncio.gather(*(finish(lease, result) for lease in leases), *removals)
    while await retention.results.remove_old_data(900 * DAY, 100, anonymous=True):
        pass
    for owner in owners:
        (counted,) = await rows(
            "SELECT sum(stored_bytes) AS n FROM prediction WHERE owner = $1 AND NOT data_removed", owner
        )
        assert await storage.read(owner) == counted["n"] > 10_000
