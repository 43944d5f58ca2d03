"""Files of predictions in a store."""

from __future__ import annotations

from server.adapters.storage import StorageMissingError
from server.queue.claim import PredictionLease
from server.runtime import Runtime


def key(claimed: PredictionLease) -> str:
    return f"predictions/{claimed.id}/{claimed.attempt}/0.png"


async def exists(rt: Runtime, name: str) -> bool:
    try:
        await rt.storage.size(name)
    except StorageMissingError:
        return False
    return True
