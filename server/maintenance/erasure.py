"""What is done for users who were deactivated or are being deleted, by whichever API comes to it.

A user's row says that they are being deleted, and goes last: whoever is cut off, another goes on where it ended.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from server.adapters.database import DATABASE_ERRORS, rows
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.storage import StorageError
from server.domain.accounts import USER_OWNER
from server.domain.audit import DELETED_USER
from server.maintenance import retention
from server.queue import deletions, erase
from server.queue.cancel import cancel_predictions_of_owner
from server.runtime import Runtime
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
USERS_AT_ONCE = 20
ROWS_AT_ONCE = 200
FILES_AT_ONCE = 8
TOMBSTONE = "deleted.user"
"""The handle of the account that has the models of deleted users; nobody can register it."""


async def work_for_ever(rt: Runtime) -> None:
    """Work every LOOK_SECONDS; an outage is logged and waited out."""
    while True:
        try:
            await work(rt)
        except (*DATABASE_ERRORS, *REDIS_ERRORS, StorageError) as error:
            logger.warning("erasure.failed", error=str(error))
        await asyncio.sleep(LOOK_SECONDS)


async def work(rt: Runtime) -> None:
    """Cancel what came of deactivated users meanwhile, and remove some more of those who are being deleted."""
    for user_id, owner in await erase.list_busy(USERS_AT_ONCE):
        await cancel_work(rt, user_id, owner)
    for row in await rows(_DELETING, USERS_AT_ONCE):
        if await delete_user(rt, row["id"], LOOK_SECONDS):
            logger.info("user.deleted")


async def cancel_work(rt: Runtime, user_id: UUID, owner: str) -> int:
    """Cancel all that waits or runs of a user, and their batches; how many predictions."""
    await erase.cancel_batches(user_id)
    count = 0
    while canceled := await cancel_predictions_of_owner(owner, ROWS_AT_ONCE):
        count += len(canceled)
        outbox = UnitOfWork()
        for row in canceled:
            outbox.announce_move(row)
        await send(rt, outbox)
    return count


async def delete_user(rt: Runtime, user_id: UUID, seconds: float) -> bool:
    """Remove what is left of a user who is being deleted, for about so many seconds; whether nothing is left.

    Files and streams go before the rows that name them.

    Raises:
        StorageError: the store is away; what is left is removed later.
    """
    users = await rows(_USER, user_id)
    if not users:
        return True
    owner, handle, deadline = f"{USER_OWNER}{user_id}", users[0]["handle"], time.monotonic() + seconds
    await cancel_work(rt, user_id, owner)
    while ids := await erase.list_predictions(owner, ROWS_AT_ONCE):
        if await erase.is_busy(user_id, owner) or time.monotonic() > deadline:
            return False
        await deletions.request(ids)
        await _remove_files(rt, [f"predictions/{key}/" for key in ids])
        removed = [row.id for row in await retention.delete_rows(rt, ids)]
        await deletions.note_files_removed(removed)
        await deletions.forget(removed)
        if not removed:
            return False
    while uploads := [row["id"] for row in await rows(_UPLOADS, owner, ROWS_AT_ONCE)]:
        if time.monotonic() > deadline:
            return False
        await _remove_files(rt, [f"uploads/{key}/" for key in uploads])
        await rows("DELETE FROM upload WHERE id = ANY($1::uuid[]) RETURNING id", uploads)
    if await erase.is_busy(user_id, owner):
        return False
    while await erase.erase_batches(user_id, ROWS_AT_ONCE):
        pass
    with suppress(*REDIS_ERRORS):
        await rt.event_log.delete_owner(owner, str(user_id))
    await _delete_rows(user_id, owner, handle, users[0]["email"])
    return True


async def _remove_files(rt: Runtime, prefixes: list[str]) -> None:
    room = asyncio.Semaphore(FILES_AT_ONCE)

    async def remove(prefix: str) -> None:
        async with room:
            await rt.storage.delete_prefix(prefix)

    await asyncio.gather(*map(remove, prefixes))


async def _delete_rows(user_id: UUID, owner: str, handle: str, email: str) -> None:
    """Remove the user's row with all that refers to it, in one transaction; a row that came just now undoes it."""
    async with in_transaction():
        await rows(_MAKE_TOMBSTONE, TOMBSTONE, f"{TOMBSTONE}@inference-server.invalid")
        (tombstone,) = await rows('SELECT id FROM "user" WHERE handle = $1', TOMBSTONE)
        await rows("DELETE FROM model_variable USING model m WHERE m.id = model_id AND m.owner_id = $1 RETURNING m.id",
                   user_id)  # fmt: skip
        await erase.erase_names_of_models(user_id, tombstone["id"])
        # What others call a model of theirs begins with the handle
        await rows("DELETE FROM model_alias WHERE starts_with(slug, $1::text) RETURNING id", f"{handle}/")
        await rows("DELETE FROM experiment_webhook WHERE user_id = $1 RETURNING experiment_id", user_id)
        await erase.erase_owner(owner)
        await rows("SELECT set_config('inference_server.forgets_names', 'on', true)")
        await rows(_FORGET_ACTOR, user_id, DELETED_USER)
        await rows(_FORGET_SUBJECT, user_id, DELETED_USER, [handle, email])
        await rows("DELETE FROM invitation WHERE email = $1 RETURNING id", email)
        await rows('DELETE FROM "user" WHERE id = $1 RETURNING id', user_id)


_DELETING = 'SELECT id FROM "user" WHERE deleting_at IS NOT NULL AND deactivated_at IS NOT NULL ORDER BY id LIMIT $1'
_USER = 'SELECT handle, email FROM "user" WHERE id = $1 AND deleting_at IS NOT NULL'
_UPLOADS = "SELECT id FROM upload WHERE owner = $1 LIMIT $2"
_MAKE_TOMBSTONE = """
INSERT INTO "user" (id, handle, email, is_admin, created_at) VALUES (gen_random_uuid(), $1, $2, false, now())
ON CONFLICT (handle) DO NOTHING RETURNING id
"""
_FORGET_ACTOR = """
UPDATE audit_event SET actor_id = NULL, actor = $2, key_id = NULL, address = '', client = '' WHERE actor_id = $1
RETURNING id
"""
_FORGET_SUBJECT = """
UPDATE audit_event SET subject_id = NULL, subject = $2, user_id = NULL, before = NULL, after = NULL
WHERE user_id = $1 OR subject = ANY($3::text[])
RETURNING id
"""
