"""The state of the server's parts: database, Redis, workers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import version

from server.adapters.database import DATABASE_ERRORS, pending_migrations
from server.runtime import Runtime
from server.services import catalogue

PACKAGE = "inference-server"
DATABASE_SECONDS = 5.0


@dataclass(frozen=True)
class Health:
    """The state of each part, `ok`, `away` or `behind` (migrations are missing); `workers` counts those alive."""

    database: str
    redis: str
    workers: int

    @property
    def is_ready(self) -> bool:
        """Whether requests can be served: Redis and workers may be away, since predictions are kept."""
        return self.database == "ok"

    @property
    def is_degraded(self) -> bool:
        """Whether a part is missing."""
        return self.database != "ok" or self.redis != "ok" or self.workers == 0


async def check(rt: Runtime) -> Health:
    """Ask each part; PostgreSQL is away if it does not answer within DATABASE_SECONDS, Redis by a limit of its own."""
    redis = "ok" if await rt.event_log.ping() else "away"
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            database = "behind" if await pending_migrations() else "ok"
            workers = await catalogue.workers_alive()
    except DATABASE_ERRORS:
        return Health("away", redis, 0)
    return Health(database, redis, workers)


def release() -> str:
    """The release of this software."""
    return version(PACKAGE)
