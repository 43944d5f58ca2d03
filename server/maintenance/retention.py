"""What is removed in time: data of old predictions, expired uploads and sessions, and files that no row names."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from server.adapters import metrics
from server.adapters.database import DATABASE_ERRORS, from_json, rows
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.storage import Folder, StorageError
from server.domain.predictions import PredictionStatus
from server.queue import batches, deletions, results, storage
from server.queue.deletions import RemovedRow
from server.runtime import Runtime
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

REMOVED_AT_ONCE = 100
UPLOADS_AT_ONCE = 50
DELETED_AT_ONCE = 1000
FORGOTTEN_AT_ONCE = 1000
FILES_AT_ONCE = 8
SPARE_SECONDS = 300.0
"""Between the last moment that an upload can be used and the first that it can be removed."""
INVITATIONS_SECONDS = 2_592_000.0
FOLDERS_AT_ONCE = 200
FEW_FOLDERS = 20


async def remove_old(rt: Runtime) -> int:
    """Remove input, output, files and logs of predictions that ended long ago; their number.

    That is PREDICTION_RETENTION_SECONDS, and ANONYMOUS_RETENTION_SECONDS for those without an account. Batches that
    ended as long ago forget their lines that could not run.
    The row forgets first, so that nobody is shown what is about to go; files that stay behind here (the store is away,
    the process is killed) belong to no row any more and are found by `sweep_files`.
    """
    removed = []
    if (seconds := rt.settings.prediction_retention_seconds) is not None:
        removed += await results.remove_old_data(seconds, REMOVED_AT_ONCE)
        await batches.remove_old_data(seconds)
    if (seconds := rt.settings.anonymous_retention_seconds) is not None:
        removed += await results.remove_old_data(seconds, REMOVED_AT_ONCE, anonymous=True)
    work = UnitOfWork()
    for row in removed:
        with suppress(*REDIS_ERRORS):
            await rt.event_log.delete(str(row["id"]))
        await _remove(rt, f"predictions/{row['id']}/")
        work.announce(row["id"], row["owner"])
    await send(rt, work)
    return len(removed)


async def remove_deleted(rt: Runtime) -> int:
    """Delete predictions that were to be deleted once they ended, and files of deleted ones; how many of both.

    Whoever deletes does this itself as far as it can; here is what still ran then, and what it left behind: since the
    store was away, there was too much, or its process was killed.
    """
    due = await deletions.list_due(DELETED_AT_ONCE)
    removed = await delete_rows(rt, due) if due else []
    left = await deletions.list_with_files(DELETED_AT_ONCE)
    await remove_files(rt, left)
    settings = rt.settings
    # Until the sweeper has surely seen what an attempt that lost left behind
    await deletions.forget_old(2 * (settings.stray_file_seconds + settings.file_sweep_seconds), FORGOTTEN_AT_ONCE)
    return len(removed) + len(left)


async def delete_rows(rt: Runtime, prediction_ids: Sequence[UUID]) -> list[RemovedRow]:
    """Delete those of some predictions that have ended and that are to be deleted, with their events; not their files.

    Their deletion was asked for before (`deletions.request`).
    """
    removed = await deletions.remove(prediction_ids)
    metrics.DELETIONS.inc(len(removed))
    work = UnitOfWork()
    for row in removed:
        try:
            await rt.event_log.delete(str(row.id))
        except REDIS_ERRORS:
            # Each would cost its timeout; events expire by themselves, and hubs look at their rows
            break
        work.announce(row.id, row.owner)
    await send(rt, work)
    return removed


async def remove_files(rt: Runtime, prediction_ids: Sequence[UUID]) -> None:
    """Remove the files of deleted predictions, some at a time; what the store does not remove now is left for later."""
    slots = asyncio.Semaphore(FILES_AT_ONCE)

    async def remove(prediction_id: UUID) -> UUID | None:
        async with slots:
            return prediction_id if await _remove(rt, f"predictions/{prediction_id}/") else None

    gone = await asyncio.gather(*(remove(each) for each in prediction_ids))
    if done := [each for each in gone if each is not None]:
        await deletions.note_files_removed(done)


async def remove_expired_uploads(rt: Runtime) -> int:
    """Remove uploads that expired and that nothing waits or runs with, nor a batch reads; how many.

    Their files go first, so that none is forgotten.
    """
    gone = []
    for row in await rows(_EXPIRED_UPLOADS, SPARE_SECONDS, UPLOADS_AT_ONCE):
        try:
            await rt.storage.delete_prefix(f"uploads/{row['id']}/")
        except StorageError as error:
            logger.warning("uploads.not_removed", prefix=f"uploads/{row['id']}/", error=str(error))
        else:
            gone.append(row["id"])
    if gone:
        await storage.remove_uploads(gone)
    return len(gone)


_EXPIRED_UPLOADS = """
SELECT u.id FROM upload u WHERE u.expires_at < now() - make_interval(secs => $1) AND NOT EXISTS (
  SELECT 1 FROM upload_use h JOIN prediction p ON p.id = h.prediction_id
  WHERE h.upload_id = u.id AND p.status IN ('starting', 'processing'))
  AND NOT EXISTS (SELECT 1 FROM batch b WHERE b.upload_id = u.id AND b.expanded_at IS NULL)
ORDER BY u.expires_at LIMIT $2
"""


async def remove_expired_sessions() -> None:
    """Forget sessions and refresh tokens that nobody can use any more."""
    await rows("DELETE FROM session WHERE expires_at < now() RETURNING id")
    await rows("DELETE FROM refresh_token WHERE expires_at < now() RETURNING hash")


async def remove_expired_links() -> None:
    """Forget links and sign-ins that nobody can use any more; invitations INVITATIONS_SECONDS after their end."""
    await rows("DELETE FROM password_reset WHERE expires_at < now() RETURNING hash")
    await rows("DELETE FROM sign_in WHERE expires_at < now() RETURNING id")
    await rows(_DELETE_INVITATIONS, INVITATIONS_SECONDS)


_DELETE_INVITATIONS = "DELETE FROM invitation WHERE expires_at < now() - make_interval(secs => $1) RETURNING id"


async def sweep_files_for_ever(rt: Runtime) -> None:
    """Look through the store every FILE_SWEEP_SECONDS, from a random moment on: workers do not do it all at once."""
    seconds = rt.settings.file_sweep_seconds
    await asyncio.sleep(random.uniform(0, seconds))  # noqa: S311 - nobody is to be kept from guessing it
    while True:
        try:
            await sweep_files(rt)
        except (*DATABASE_ERRORS, StorageError) as error:
            logger.warning("files.sweep_failed", error=str(error))
        await asyncio.sleep(seconds)


async def sweep_files(rt: Runtime) -> int:
    """Remove folders of files older than STRAY_FILE_SECONDS that no row names; their number.

    These are of attempts that lost, of predictions whose data was removed, and of rows that are gone.
    """
    oldest, count = time.time() - rt.settings.stray_file_seconds, 0
    batch: list[Folder] = []
    async for folder in rt.storage.folders():
        if folder.changed_at < oldest:
            batch.append(folder)
        if len(batch) == FOLDERS_AT_ONCE:
            count += await _sweep(rt, batch)
            batch = []
    return count + await _sweep(rt, batch)


async def _sweep(rt: Runtime, folders: list[Folder]) -> int:
    if not folders:
        return 0
    of_folders = await _read_rows(folders)
    deleted = await deletions.among([folder.id for folder in folders if folder.kind == "predictions"])
    orphans = [folder for folder in folders if (folder.kind, folder.id) not in of_folders and folder.id not in deleted]
    if len(orphans) > max(FEW_FOLDERS, len(folders) // 2):
        # Deleted rows are remembered: this is the store of another database, or the database is an older copy
        logger.error("files.of_another_database", folders=len(folders), without_row=len(orphans))
        folders = [folder for folder in folders if folder not in orphans]
    stray = [folder for folder in folders if _is_stray(folder, of_folders.get((folder.kind, folder.id)))]
    return sum([await _remove(rt, folder.prefix) for folder in stray])


async def _read_rows(folders: list[Folder]) -> dict[tuple[str, UUID], dict[str, Any]]:
    """The rows of folders, by kind and id, read after the folders were listed."""
    return {
        (kind, row["id"]): row
        for kind, sql in (("predictions", _PREDICTIONS), ("uploads", _UPLOADS))
        for row in await rows(sql, [folder.id for folder in folders if folder.kind == kind])
    }


_PREDICTIONS = "SELECT id, status, attempt, files, data_removed FROM prediction WHERE id = ANY($1::uuid[])"
_UPLOADS = "SELECT id, key, completed_at FROM upload WHERE id = ANY($1::uuid[])"


def _is_stray(folder: Folder, row: dict[str, Any] | None) -> bool:
    """Whether nothing can name a folder's files any more."""
    if row is None:
        return True
    if folder.kind == "uploads":
        return row["completed_at"] is not None and not _lies_in(folder, [row["key"]])
    if row["data_removed"]:
        return True
    if PredictionStatus(row["status"]).is_terminal:
        return not _lies_in(folder, (record["key"] for record in from_json(row["files"]) or []))
    # The newest attempt may be about to finish; older ones are fenced
    return folder.attempt < int(row["attempt"])


def _lies_in(folder: Folder, keys: Iterable[str]) -> bool:
    return any(key.startswith(folder.prefix) for key in keys)


async def _remove(rt: Runtime, prefix: str) -> bool:
    try:
        await rt.storage.delete_prefix(prefix)
    except StorageError as error:
        logger.warning("files.not_removed", prefix=prefix, error=str(error))
        return False
    return True
