"""Input files that users upload: a place for one, its bytes, who may use it, and its end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from tortoise.transactions import in_transaction

from server.adapters.database import now, rows
from server.adapters.storage import StorageError
from server.domain.accounts import Viewer
from server.domain.api_keys import Scope
from server.domain.files import CONTENT_TYPE, UPLOAD
from server.domain.media import output_ending
from server.errors import ConflictError, InvalidInputError, NotFoundError, UnauthenticatedError, Violation
from server.queue.storage import add_upload, remove_uploads
from server.runtime import Runtime
from server.services import storage
from server.tables import Upload, User

logger = structlog.get_logger(__name__)

LINK_SECONDS = 3600


@dataclass(frozen=True)
class NewUpload:
    """A file to upload."""

    content_type: str
    size_bytes: int
    name: str | None = None
    purpose: str | None = None


class WrongSizeError(Exception):
    """More bytes came than were announced (`too_many`), or fewer."""

    def __init__(self, expected: int, *, too_many: bool) -> None:
        super().__init__(f"The file has {'more' if too_many else 'fewer'} bytes than the {expected} announced.")
        self.too_many = too_many


def uploader(viewer: Viewer) -> UUID:
    """The user behind a session or an API key that may run.

    Raises:
        UnauthenticatedError: nobody is signed in.
        ForbiddenError: the API key may not run.
    """
    if viewer.user_id is None:
        raise UnauthenticatedError("Sign in to upload files; a small one may come as a data URI.")
    viewer.require(Scope.RUN)
    return viewer.user_id


async def create(rt: Runtime, viewer: Viewer, new: NewUpload) -> Upload:
    """Make a place for one file.

    Raises:
        UnauthenticatedError: nobody is signed in.
        InvalidInputError: its size or type break rules.
        ConflictError: the user has as many as they may, or has stored as much.
    """
    user_id = uploader(viewer)
    violations, largest = [], rt.settings.max_input_bytes
    if not 1 <= new.size_bytes <= largest:
        violations.append(Violation("/sizeBytes", f"An input file has 1 to {largest} bytes.", "range"))
    if not CONTENT_TYPE.fullmatch(new.content_type):
        violations.append(Violation("/contentType", "Give a content type such as image/png.", "pattern"))
    if violations:
        raise InvalidInputError(violations)
    await storage.check(rt, viewer, new.size_bytes)
    at = now()
    async with in_transaction():
        # Counted under the user's row lock, so that many at once are not more than allowed
        await User.select_for_update().get(id=user_id)
        if await Upload.filter(owner=viewer.owner_key, expires_at__gt=at).count() >= rt.settings.max_uploads:
            raise ConflictError(f"You have {rt.settings.max_uploads} uploads already; they expire by themselves.")
        await add_upload(viewer.owner_key, new.size_bytes)
        return await Upload.create(
            id=uuid4(),
            owner=viewer.owner_key,
            key="",
            content_type=new.content_type.lower(),
            size_bytes=new.size_bytes,
            stored_bytes=new.size_bytes,
            created_at=at,
            expires_at=at + timedelta(seconds=rt.settings.upload_seconds),
            name=new.name,
            purpose=new.purpose,
        )


async def get(viewer: Viewer, uri: str) -> Upload | None:
    """The upload that the viewer made, as `upload:<id>`; None for anybody else's, and what is none.

    Raises:
        ForbiddenError: the viewer's API key may not read.
    """
    viewer.require(Scope.READ)
    match = UPLOAD.fullmatch(uri)
    if match is None or viewer.user_id is None:
        return None
    return await Upload.get_or_none(id=UUID(match[1]), owner=viewer.owner_key)


def signed(upload_id: UUID) -> str:
    """The text that the signature of an upload's link covers; no key of a file looks like it."""
    return f"put:{upload_id}"


def link(rt: Runtime, upload: Upload) -> str:
    """The path on this server to which a client PUTs the file's bytes."""
    expires_at = int(min(upload.created_at + timedelta(seconds=LINK_SECONDS), upload.expires_at).timestamp())
    return f"/uploads/{upload.id}?exp={expires_at}&sig={rt.signer.sign(signed(upload.id), expires_at)}"


async def receive(rt: Runtime, upload_id: UUID, chunks: AsyncIterator[bytes]) -> Upload:
    """Store the bytes of a file; it can be used when this returns, and nothing is stored when it raises.

    Raises:
        NotFoundError: there is no such upload any more.
        ConflictError: it has its bytes already.
        WrongSizeError: too many or too few bytes came.
        StorageError: the store did not take it.
    """
    upload = await Upload.filter(id=upload_id, expires_at__gt=now()).first()
    if upload is None:
        raise NotFoundError("There is no such upload, or it has expired.")
    if upload.completed_at is not None:
        raise ConflictError("This upload has its file already.")
    # Two that send at once write two files, of which one gets the row
    folder = f"uploads/{upload.id}/{secrets.randbelow(10**9)}/"
    key = f"{folder}0.{output_ending(upload.content_type)}"
    digest = hashlib.sha256()

    async def counted() -> AsyncIterator[bytes]:
        count = 0
        async for chunk in chunks:
            count += len(chunk)
            if count > upload.size_bytes:
                raise WrongSizeError(upload.size_bytes, too_many=True)
            digest.update(chunk)
            yield chunk
        if count < upload.size_bytes:
            raise WrongSizeError(upload.size_bytes, too_many=False)

    # Whole or not at all; what a store has after all that says it did not take it goes with the upload
    await rt.storage.put_stream(key, counted(), upload.content_type)
    is_stored = False
    try:
        is_stored = bool(await rows(_COMPLETE, upload.id, key, digest.hexdigest()))
    finally:
        if not is_stored:
            try:
                await rt.storage.delete_prefix(folder)
            except StorageError as error:
                logger.warning("uploads.not_removed", prefix=folder, error=str(error))
    if not is_stored:
        raise ConflictError("This upload has its file already.")
    return await Upload.get(id=upload_id)


_COMPLETE = """
UPDATE upload SET completed_at = now(), key = $2, sha256 = $3
WHERE id = $1 AND completed_at IS NULL AND expires_at > now() RETURNING id
"""


async def discard(upload_id: UUID) -> None:
    """Forget an upload whose file did not come, and will not: it counts no more."""
    await remove_uploads([upload_id])


async def listing(viewer: Viewer) -> list[Upload]:
    """A user's uploads that have their bytes and have not expired, newest first; raises as `create`."""
    uploader(viewer)
    alive = Upload.filter(owner=viewer.owner_key, completed_at__not_isnull=True, expires_at__gt=now())
    return await alive.order_by("-created_at", "-id")


async def find(viewer: Viewer, upload_id: UUID) -> Upload:
    """A user's upload that has its bytes and has not expired; raises as `create`, and NotFoundError."""
    uploader(viewer)
    alive = Upload.filter(owner=viewer.owner_key, completed_at__not_isnull=True, expires_at__gt=now())
    upload = await alive.get_or_none(id=upload_id)
    if upload is None:
        raise NotFoundError("There is no such file of yours, or it has expired.")
    return upload


async def expire(viewer: Viewer, upload_id: UUID) -> None:
    """Let no new prediction use an upload; its file is removed once none needs it. Raises as `find`."""
    upload = await find(viewer, upload_id)
    await Upload.filter(id=upload.id).update(expires_at=now())


async def of_owner(owner: str, ids: Iterable[UUID]) -> dict[UUID, Upload]:
    """The uploads of an owner that have their bytes, expired or not."""
    return {row.id: row for row in await Upload.filter(id__in=list(ids), owner=owner, completed_at__not_isnull=True)}
