"""A leased prediction and what its attempt writes to, without database, Redis or runner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import redis

from server.adapters.database import now
from server.adapters.event_log import EventLog
from server.queue.claim import PredictionLease

ID = "p"


class AwayLog(EventLog):
    """A log whose Redis is away: a result never rests on it."""

    is_tight = False

    def __init__(self) -> None:
        """Nothing to connect to."""

    async def append(self, *_: Any) -> tuple[int, str]:
        raise redis.ConnectionError("away")


def lease(queue: str = "custom") -> PredictionLease:
    at = now()
    return PredictionLease(uuid4(), 3, "anon:x", uuid4(), queue, {}, False, at - timedelta(seconds=2), at, at, None)
