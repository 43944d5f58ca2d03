"""What Redis and the store of files are like, looked at every few seconds by each process and by no request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import structlog
from redis.exceptions import AskError, ClusterCrossSlotError, ClusterDownError, ResponseError

from server.adapters.disk import DiskSpace, disk_space
from server.adapters.event_log import EventLog
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.storage import Storage, StorageError

logger = structlog.get_logger(__name__)

REDIS_SECONDS = 5.0
STORAGE_SECONDS = 30.0
# How long a store may take to say how it is; one that takes longer is away
PATIENCE_SECONDS = 10.0
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class StoreState:
    """How one store is: `ok`, or a word and a sentence about it."""

    word: str = "ok"
    note: str = ""


OK = StoreState()
REFUSING = "Redis refuses writes: predictions run and end, their live output waits."
CLUSTERED = "Redis is a node of a cluster, and refuses: write REDIS_URL as redis+cluster://host1:6379,host2:6379."
SHARED = (
    "Another installation, with another database, has the same names on this Redis: give one of them a REDIS_NAMESPACE "
    "(it may also have been this one until a moment ago, of a database that was restored)."
)
_OF_CLUSTERS = (AskError, ClusterCrossSlotError, ClusterDownError)


@dataclass
class StoreWatch:
    """Looks at Redis, the store of files and the disks; what changes is logged, and health shows it.

    Redis is `refusing` (it takes no writes), `nearly full`, `evicting`, or `shared` with processes of a `database` that
    is not this one's; the store is `away` (or without bucket,
    credentials or rights), and `low` where one of the `folders` here has less than `min_free_bytes` left. `disks`
    has the room of each folder at the last look.
    """

    event_log: EventLog
    storage: Storage
    folders: dict[str, Path] = field(default_factory=dict)
    min_free_bytes: int = 0
    disks: dict[str, DiskSpace] = field(default_factory=dict)
    database: str = ""
    """What tells the database of this process from others; empty where it is not known."""
    announces: bool = True
    """Whether others shall know of this process: one that only looks is no installation."""
    redis: StoreState = OK
    files: StoreState = OK

    async def run(self) -> None:
        """Look until canceled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._run_redis())
            tasks.create_task(self._run_files())

    async def _run_redis(self) -> None:
        while True:
            await self.look_at_redis()
            await asyncio.sleep(REDIS_SECONDS)

    async def _run_files(self) -> None:
        checking: asyncio.Task[None] | None = None
        try:
            while True:
                # A disk that hangs holds the thread that waits for it: there is never a second one
                if checking is None or checking.done():
                    checking = asyncio.create_task(self.look_at_files())
                await asyncio.wait({checking}, timeout=PATIENCE_SECONDS)
                if not checking.done():
                    self._note_files(StoreState("away", _AWAY), f"no answer within {PATIENCE_SECONDS:g} seconds")
                await asyncio.sleep(STORAGE_SECONDS)
        finally:
            if checking is not None:
                checking.cancel()

    async def look_at_redis(self) -> None:
        """Whether Redis takes writes, how full it is and whether it forgets; nothing where it is away."""
        try:
            memory = await self.event_log.memory()
            self.event_log.is_tight = memory.is_nearly_full
            state = OK
            if memory.evicts:
                policy = f"maxmemory-policy {memory.policy}"
                state = StoreState("evicting", f"Redis may evict keys ({policy}); set noeviction.")
            elif memory.is_nearly_full:
                used, bound = memory.used_bytes / MEGABYTE, memory.max_bytes / MEGABYTE
                state = StoreState("nearly full", f"Redis uses {used:.0f} of {bound:.0f} MB: events come less often.")
            others = await self.event_log.try_write(self.database, announces=self.announces)
            if len(others) + bool(self.database) > 1 and state == OK:
                state = StoreState("shared", SHARED)
        except ResponseError as error:
            is_cluster = isinstance(error, _OF_CLUSTERS)
            self._note_redis(StoreState("refusing", CLUSTERED if is_cluster else REFUSING), str(error))
        except REDIS_ERRORS:
            # Health asks it itself whether it is there
            pass
        else:
            self._note_redis(state, state.note)

    async def look_at_files(self) -> None:
        """Whether the store takes files, and whether the disks here have room."""
        for name, folder in self.folders.items():
            if (space := await anyio.to_thread.run_sync(disk_space, folder)) is not None:
                self.disks[name] = space
            else:
                self.disks.pop(name, None)
        try:
            await self.storage.check()
        except StorageError as error:
            self._note_files(StoreState("away", _AWAY), str(error))
            return
        for name, space in self.disks.items():
            if self.is_low(space):
                left = f"{space.free_bytes / MEGABYTE:.0f} MB"
                note = f"The disk of {name} has {left} left, less than MIN_FREE_DISK_BYTES."
                self._note_files(StoreState("low", note), note)
                return
        self._note_files(OK, "")

    def is_low(self, space: DiskSpace) -> bool:
        """Whether a disk is almost full."""
        return space.free_bytes < self.min_free_bytes

    def _note_redis(self, state: StoreState, reason: str) -> None:
        if state.word != self.redis.word:
            _log("redis", state, reason)
        self.redis = state

    def _note_files(self, state: StoreState, reason: str) -> None:
        if state.word != self.files.word:
            _log("storage", state, reason)
        self.files = state


_AWAY = "The store of files cannot be used, so predictions with files fail; the server's log says why."


def _log(store: str, state: StoreState, reason: str) -> None:
    log = logger.info if state == OK else logger.warning
    log("store.changed", store=store, state=state.word, reason=reason)
