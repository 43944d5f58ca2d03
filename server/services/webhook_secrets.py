"""The secrets that sign a user's webhooks: made at first need, shown to their user, rotated with a day of overlap."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.adapters.database import now
from server.adapters.vault import UnreadableSecretError
from server.domain.accounts import Viewer
from server.domain.webhooks import ROTATION_SECONDS, SECRET_PREFIX
from server.errors import ConflictError
from server.runtime import Runtime
from server.tables import User, WebhookSecret

logger = structlog.get_logger(__name__)

SECRET_BYTES = 32
MAX_LIVE = 5


@dataclass(frozen=True)
class Rotation:
    """The new secret, and until when the ones before it sign too."""

    secret: str
    previous_until: datetime | None


async def current(rt: Runtime, user_id: UUID) -> str:
    """The secret that a user's receivers verify with."""
    return (await signing(rt, user_id))[0]


async def signing(rt: Runtime, user_id: UUID) -> list[str]:
    """The secrets that sign now, the newest first; the first one is made where there is none."""
    if found := await _readable(rt, user_id):
        return found
    async with in_transaction():
        # Two that need the first secret at once get the same
        await User.select_for_update().get(id=user_id)
        return await _readable(rt, user_id) or [await _make(rt, user_id)]


async def rotate(rt: Runtime, viewer: Viewer) -> Rotation:
    """Make a new secret; those before it sign beside it for a day, so that receivers can change in their time.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
        ConflictError: too many still sign.
    """
    user_id = viewer.signed_in()
    async with in_transaction():
        await User.select_for_update().get(id=user_id)
        if await _live(user_id).count() >= MAX_LIVE:
            raise ConflictError(f"{MAX_LIVE} of your secrets sign already; rotate again when one of them has expired.")
        until = now() + timedelta(seconds=ROTATION_SECONDS)
        had = await WebhookSecret.filter(user_id=user_id, expires_at=None).update(expires_at=until)
        await WebhookSecret.filter(user_id=user_id, expires_at__lte=now()).delete()
        return Rotation(await _make(rt, user_id), until if had else None)


def _live(user_id: UUID) -> QuerySet[WebhookSecret]:
    return WebhookSecret.filter(Q(expires_at=None) | Q(expires_at__gt=now()), user_id=user_id)


async def _readable(rt: Runtime, user_id: UUID) -> list[str]:
    found = []
    for row in await _live(user_id).order_by("-created_at", "-id"):
        try:
            found.append(rt.vault.open(row.sealed))
        except UnreadableSecretError:
            # SECRET_KEY was replaced: nobody can read it any more, and the user gets a new one
            logger.warning("webhooks.secret_unreadable", user=str(user_id), secret=str(row.id))
            continue
        if not rt.vault.is_newest(row.sealed):
            await WebhookSecret.filter(id=row.id).update(sealed=rt.vault.seal(found[-1]))
    return found


async def _make(rt: Runtime, user_id: UUID) -> str:
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    await WebhookSecret.create(id=uuid4(), user_id=user_id, sealed=rt.vault.seal(secret), created_at=now())
    return secret
