"""How many bytes all answers of this process may have together, while they are made and until they are read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from server.errors import BusyError

logger = structlog.get_logger(__name__)

WAIT_SECONDS = 3.0
LOOK_SECONDS = 0.25
READ_SECONDS = 10.0
"""How long a client may read its answer while others wait for room."""
RETRY_SECONDS = 2
SMALL_BYTES = 64 * 1024
"""What an answer may have beside what it waited for."""
NO_ROOM = "This server is busy with large answers; try again in a few seconds."


class AnswerMemory:
    """The bytes of all answers of a process, under one bound; one owner's are at most half of it.

    When there is no room, whoever has read longest at one answer makes it: slow readers keep nobody out.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._of_owners: Counter[str] = Counter()
        self._readers: dict[AnswerAccount, tuple[float, asyncio.Timeout]] = {}
        self.total = 0

    @contextmanager
    def account(self, owner: str) -> Iterator[AnswerAccount]:
        """What one answer holds, until it was sent or given up."""
        account = AnswerAccount(self, owner)
        token = ACCOUNT.set(account)
        try:
            yield account
        finally:
            ACCOUNT.reset(token)
            account.release()

    def has_room(self, owner: str, size: int) -> bool:
        """Whether so many bytes more may be held."""
        return self.total + size <= self._limit and self._of_owners[owner] + size <= self._limit // 2

    def add(self, owner: str, size: int) -> None:
        """Count bytes, or with a negative size count them no more."""
        self.total += size
        self._of_owners[owner] += size
        if not self._of_owners[owner]:
            del self._of_owners[owner]

    def begin_reading(self, account: AnswerAccount, limit: asyncio.Timeout) -> None:
        """A client reads its answer, and is cut off where it takes long while others wait."""
        self._readers[account] = (asyncio.get_running_loop().time(), limit)

    def end_reading(self, account: AnswerAccount) -> None:
        """The answer was read, or given up."""
        self._readers.pop(account, None)

    def cut_off_slowest(self) -> None:
        """Give up the answer that is read longest, where that is too long."""
        at = asyncio.get_running_loop().time()
        account, (began, limit) = next(iter(self._readers.items()), (None, (at, None)))
        if account is not None and limit is not None and at - began > READ_SECONDS:
            self.end_reading(account)
            logger.warning("answers.cut_off", bytes=account.size, seconds=round(at - began, 1), owner=account.owner)
            limit.reschedule(at)


class AnswerAccount:
    """The bytes of one answer."""

    def __init__(self, memory: AnswerMemory, owner: str) -> None:
        self._memory = memory
        self.owner = owner
        self.size = 0
        # Whether there was no room for it, and whether it has to be given all the same
        self.is_refused = self.is_due = False

    async def hold(self, size: int, seconds: float = WAIT_SECONDS) -> None:
        """Hold so many bytes in all from now on; waits for room.

        Raises:
            BusyError: there was none in time.
        """
        if size <= self.size:
            return
        end = asyncio.get_running_loop().time() + seconds
        while not self._memory.has_room(self.owner, size - self.size):
            self._memory.cut_off_slowest()
            if self.is_refused or asyncio.get_running_loop().time() >= end:
                self.is_refused = True
                raise BusyError(NO_ROOM, RETRY_SECONDS)
            await asyncio.sleep(LOOK_SECONDS)
            if size <= self.size:
                # Another field of the same answer has waited for as much
                return
        self.hold_all(size)

    def take(self, size: int) -> None:
        """Hold so many bytes in all of what was read already; raises BusyError where there is no room for them."""
        if size > self.size and not self.is_due and not self._memory.has_room(self.owner, size - self.size):
            self.is_refused = True
            raise BusyError(NO_ROOM, RETRY_SECONDS)
        self.hold_all(size)

    def has_room_for(self, size: int) -> bool:
        """Whether an answer that is made has room, and hold it.

        What it has waited for by now has, and what a mutation says: asked again, that would be done twice.
        """
        more = size - self.size
        if more > max(SMALL_BYTES, self.size // 2) and not self.is_due and not self._memory.has_room(self.owner, more):
            self.is_refused = True
            return False
        self.hold_all(size)
        return True

    def hold_all(self, size: int) -> None:
        """Hold so many bytes in all, whether there is room or not: they are in memory already."""
        if size > self.size:
            self._memory.add(self.owner, size - self.size)
            self.size = size

    def release(self) -> None:
        """Hold nothing more."""
        self._memory.end_reading(self)
        if self.size:
            self._memory.add(self.owner, -self.size)
        self.size = 0

    @contextmanager
    def reading(self, limit: asyncio.Timeout) -> Iterator[None]:
        """The client reads; `limit` runs out where it takes long while others wait."""
        self._memory.begin_reading(self, limit)
        try:
            yield
        finally:
            self._memory.end_reading(self)


ACCOUNT: ContextVar[AnswerAccount | None] = ContextVar("account", default=None)
"""What the answer holds that is made now."""


async def hold(size: int) -> None:
    """Hold so many bytes for what is made now; raises BusyError."""
    if (account := ACCOUNT.get()) is not None:
        await account.hold(size)


def release() -> None:
    """Hold nothing more for what was made."""
    if (account := ACCOUNT.get()) is not None:
        account.release()
