"""The state of the server's parts: database, Redis, workers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import version

from server.adapters.connections import ReadOnlyDatabaseError
from server.adapters.database import CLOCK_SECONDS, DATABASE_ERRORS, clock_note, pending_migrations, require_writes
from server.runtime import Runtime
from server.services import catalogue
from server.services.catalogue import WorkersSummary

PACKAGE = "inference-server"
DATABASE_SECONDS = 5.0

NO_WORKER = "No worker is up, so predictions wait: start one with `inference-server worker`."
WALLS_INCOMPLETE = "Models run without one of their walls; administrators read which and why in `workers { walls }`."
PREDICTORS_BROKEN = (
    "A worker could not load a class; administrators read which and why in `workers { brokenPredictors }`."
)
DISK_LOW = "The disk of a worker is almost full; administrators read which in `workers { disks }`."
NO_ROOM = (
    "Models wait for room on the disk, which those in use fill up to MODEL_CACHE_MAX_BYTES: raise that on the workers, "
    "or delete models. `workers { disks }` and `latestVersion { progress }` tell which."
)
NO_ENGINE = (
    "Versions of the engine VLLM wait, and no worker has vLLM: start one from an environment with vLLM, or scale such "
    "workers up."
)
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Health:
    """The state of each part; `workers` counts those alive.

    A part is `ok` or `away`; the database also `behind` (migrations are missing) or `read-only`, Redis `refusing`,
    `nearly full`, `evicting` or `shared`, `storage` `low`, and `clock` `off` where this process's is not PostgreSQL's.
    `walls` is `incomplete` where the models of a worker run without one of the walls, and `predictors` is `broken`
    where a worker could not load one of its classes, and `disks` `low` where a disk of a worker is almost full, or
    `waiting` where versions wait for room below MODEL_CACHE_MAX_BYTES; which and why, administrators read of the
    workers. `notes` has a sentence about each of these. What only the database knows is `unknown` while that does
    not answer or its schema is behind.
    """

    database: str
    redis: str
    workers: int
    storage: str = "ok"
    notes: tuple[str, ...] = ()
    walls: str = "ok"
    predictors: str = "ok"
    disks: str = "ok"
    clock: str = "ok"

    @property
    def is_ready(self) -> bool:
        """Whether requests can be served: Redis and workers may be away, since predictions are kept."""
        return self.database == "ok"

    @property
    def is_degraded(self) -> bool:
        """Whether a part is missing."""
        parts = (self.database, self.redis, self.predictors, self.storage, self.disks, self.clock)
        return self.workers == 0 or any(part != "ok" for part in parts)


async def check(rt: Runtime) -> Health:
    """Ask each part; PostgreSQL is away if it does not answer within DATABASE_SECONDS, Redis by a limit of its own."""
    watch = rt.store_watch
    redis = watch.redis.word if await rt.event_log.ping() else "away"
    notes = tuple(state.note for state in (watch.redis, watch.files) if state.note)
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            ahead = await require_writes()
            database = "behind" if await pending_migrations() else "ok"
            # A schema that is behind may lack what the summary reads
            is_behind = database == "behind"
            workers = WorkersSummary(await catalogue.workers_alive()) if is_behind else await catalogue.summary()
    except ReadOnlyDatabaseError:
        return Health("read-only", redis, 0, watch.files.word, notes, *(UNKNOWN,) * 4)
    except DATABASE_ERRORS:
        return Health("away", redis, 0, watch.files.word, notes, *(UNKNOWN,) * 4)
    walls = predictors = disks = UNKNOWN
    if not is_behind:
        walls = "incomplete" if workers.without_a_wall else "ok"
        predictors = "broken" if workers.with_broken_predictors else "ok"
        disks = "low" if workers.with_a_low_disk else "waiting" if workers.versions_without_room else "ok"
    clock = "off" if abs(ahead) > CLOCK_SECONDS else "ok"
    if clock != "ok":
        notes += (clock_note(ahead),)
    if workers.alive == 0:
        notes += (NO_WORKER,)
    if workers.versions_without_engine:
        notes += (NO_ENGINE,)
    if walls == "incomplete":
        notes += (WALLS_INCOMPLETE,)
    if predictors == "broken":
        notes += (PREDICTORS_BROKEN,)
    if disks == "low":
        notes += (DISK_LOW,)
    if disks == "waiting":
        notes += (NO_ROOM,)
    return Health(database, redis, workers.alive, watch.files.word, notes, walls, predictors, disks, clock)


def release() -> str:
    """The release of this software."""
    return version(PACKAGE)
