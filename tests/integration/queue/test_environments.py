"""What predictions ran with: written by the statement that ends them, once for all that ran so."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from server.domain.lineage import Environment
from server.domain.predictions import PredictionStatus
from server.live.lineage import environments
from server.queue import results
from server.queue.claim import claim
from server.queue.finish import Result, finish
from server.runtime import Runtime
from server.tables import Prediction, RunEnvironment, Version
from tests.integration.queue.store import add


async def test_it_is_written_once_and_whoever_shares_a_result_has_it(rt: Runtime, version: Version, queue: str) -> None:
    ran = Environment("cpu", "x86_64", "float32", None, "batched", {"torch": "2.9.0", queue: "1"})
    key = uuid4().hex
    for _ in range(8):
        await add(version, queue, cache_key=key)
    first, *others = await claim(queue, uuid4(), 600, 8)
    result = Result(PredictionStatus.SUCCEEDED, "x", environment=ran)
    assert all(await asyncio.gather(*(finish(lease, result) for lease in others)))
    assert await finish(first, Result(PredictionStatus.SUCCEEDED, "x"))
    assert (await Prediction.get(id=first.id)).environment_id is None, "an older worker says nothing"
    ids = {row.environment_id for row in await Prediction.filter(id__in=[lease.id for lease in others])}
    assert ids == {ran.id}
    assert await RunEnvironment.filter(id=ran.id).count() == 1
    assert await environments([ran.id]) == {ran.id: ran}
    await Prediction.filter(id=first.id).delete()
    await add(version, queue, cache_key=key)
    (last,) = await claim(queue, uuid4(), 600, 1)
    shared = await results.find(rt, last)
    assert shared is not None
    assert shared.environment == ran
