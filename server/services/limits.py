"""What administrators set for single users: their part of busy workers, and how many predictions may wait and run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS
from server.adapters.tasks import wait_for_event
from server.domain.accounts import USER_OWNER, Viewer
from server.domain.api_keys import Scope
from server.domain.audit import AuditAction
from server.errors import ForbiddenError, InvalidInputError, QueueFullError, Violation
from server.queue import shares
from server.queue.depths import count_waiting
from server.queue.shares import LEAST_WEIGHT, MOST_WEIGHT, Charge
from server.runtime import Runtime
from server.services import accounts, audit
from server.tables import User, UserLimit, Version
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
SHORTEST_PAUSE_SECONDS = 0.05
WAITING_RETRY_SECONDS = 5.0
MOST_COUNT = 1_000_000
FIELDS = ("weight", "most_waiting", "most_running", "most_waiting_per_model")


@dataclass(frozen=True)
class Limits:
    """A user's: null is no limit, and `most_waiting` is never above MAX_WAITING_PREDICTIONS."""

    weight: float = 1.0
    most_waiting: int | None = None
    most_running: int | None = None
    most_waiting_per_model: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True)
class LimitChanges:
    """What to set; None leaves it as it is, and 0 removes a limit."""

    weight: float | None = None
    most_waiting: int | None = None
    most_running: int | None = None
    most_waiting_per_model: int | None = None


async def set_limits(rt: Runtime, viewer: Viewer, handle: str, changes: LimitChanges) -> User:
    """Change what one user may ask for; it counts for predictions from now on, at other processes 2 seconds later.

    Raises:
        ForbiddenError: the viewer is no admin, or the API key is not for that.
        NotFoundError: there is no such user.
        InvalidInputError: a value is out of its range.
    """
    viewer.require(Scope.ADMIN)
    if not viewer.is_admin:
        raise ForbiddenError("Only administrators may set the limits of users.")
    violations = []
    if changes.weight is not None and not LEAST_WEIGHT <= changes.weight <= MOST_WEIGHT:
        violations.append(Violation("/weight", f"A weight is {LEAST_WEIGHT} to {MOST_WEIGHT:g}.", "range"))
    counts = {"mostWaiting": changes.most_waiting, "mostRunning": changes.most_running}
    for name, count in {**counts, "mostWaitingPerModel": changes.most_waiting_per_model}.items():
        if count is not None and not 0 <= count <= MOST_COUNT:
            violations.append(Violation(f"/{name}", f"A limit is 1 to {MOST_COUNT}; 0 removes it.", "range"))
    if violations:
        raise InvalidInputError(violations)
    user = await accounts.find(handle)
    given = {name: getattr(changes, name) for name in FIELDS if getattr(changes, name) is not None}
    async with in_transaction():
        # Two administrators at once: under the lock of the user's row, so that the log tells what was before
        await User.select_for_update().get(id=user.id)
        row = await UserLimit.get_or_none(user_id=user.id)
        is_new = row is None
        row = row or UserLimit(user_id=user.id)
        before = {name: getattr(row, name) for name in given}
        for name, value in given.items():
            setattr(row, name, value or None)
        await row.save(force_create=is_new)
        subject = accounts.subject_of(user)
        after = {name: getattr(row, name) for name in given}
        await audit.record(viewer, AuditAction.USER_LIMITS_SET, subject, before, after)
    rt.limits.clear()
    logger.info("limits.set", user=user.handle, by=str(viewer.user_id), weight=row.weight, waiting=row.most_waiting,
                running=row.most_running, waiting_per_model=row.most_waiting_per_model)  # fmt: skip
    await release_held(rt, [user.id])
    return user


async def of_users(user_ids: list[UUID]) -> dict[UUID, Limits]:
    """What was set for users; those for whom nothing was are missing."""
    return {
        row.user_id: Limits(row.weight, row.most_waiting, row.most_running, row.most_waiting_per_model)
        for row in await UserLimit.filter(user_id__in=user_ids)
    }


async def read(rt: Runtime, owner: str) -> Limits:
    """What an owner may ask for, read at most every two seconds."""
    if not owner.startswith(USER_OWNER):
        return NO_LIMITS

    async def fetch(_: str) -> Limits:
        return replace(NO_LIMITS, **await shares.read_limits(UUID(owner.removeprefix(USER_OWNER))))

    limits: Limits = await rt.limits.get(owner, fetch)
    return limits


def charge(limits: Limits, version: Version) -> Charge:
    """What a new prediction of a version is charged."""
    return Charge(version.expected_seconds, limits.weight, limits.most_running is not None)


async def check(rt: Runtime, owner: str, limits: Limits, model_id: UUID) -> None:
    """Raise QueueFullError where no more predictions of an owner may wait; else count one more."""
    most, limit = rt.settings.max_waiting_predictions, "server"
    if limits.most_waiting is not None and (not most or limits.most_waiting < most):
        most, limit = limits.most_waiting, "user"
    if most:
        # Whatever the limit was when it was counted
        bound = most

        async def count(owner: str) -> int:
            return await count_waiting(owner, bound)

        if await rt.waiting.get(owner, count) >= most:
            raise _full(most, "your predictions", limit)
    if (most_of_model := limits.most_waiting_per_model) is not None:
        waiting = await shares.count_waiting_of_model(owner, model_id, most_of_model)
        if waiting >= most_of_model:
            raise _full(most_of_model, "your predictions of this model", "model")
    if most:
        rt.waiting.add_one(owner)


def _full(most: int, what: str, limit: str) -> QueueFullError:
    metrics.QUEUE_REFUSALS.labels(limit).inc()
    advice = "create more when some of them have run, or cancel some"
    return QueueFullError(f"{most} of {what} are waiting already; {advice}.", WAITING_RETRY_SECONDS)


async def release_held(rt: Runtime, user_ids: Iterable[UUID]) -> None:
    """Let what is held back by limits of running predictions go to the workers, as far as it may."""
    work = UnitOfWork()
    for user_id in user_ids:
        for queue, prediction_id in await shares.release(user_id):
            work.ring(queue, prediction_id)
    await send(rt, work)


async def release_for_ever(rt: Runtime, wake: asyncio.Event) -> None:
    """Release what may run, once a second and where `wake` says that a prediction ended while some are held."""
    while True:
        wake.clear()
        is_held = False
        try:
            if user_ids := await shares.list_held():
                is_held = True
                await release_held(rt, user_ids)
        except DATABASE_ERRORS as error:
            logger.warning("limits.failed", error=str(error))
        if is_held:
            await asyncio.sleep(SHORTEST_PAUSE_SECONDS)
            await wait_for_event(wake, POLL_SECONDS)
        else:
            await asyncio.sleep(POLL_SECONDS)
