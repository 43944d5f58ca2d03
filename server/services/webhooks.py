"""Webhooks as clients see them: accepted with a prediction, listed, sent again; and the secrets that sign them.

A secret is made at first need, shown to its user, and rotated with a day of overlap.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
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
from server.domain.api_keys import Scope
from server.domain.webhooks import ROTATION_SECONDS, SECRET_PREFIX, NewWebhook, WebhookEvent, violations
from server.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from server.queue import deliveries
from server.runtime import Runtime
from server.tables import User, Webhook, WebhookDelivery, WebhookSecret
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

SECRET_BYTES = 32
SECRETS_MAX = 5


def check(rt: Runtime, viewer: Viewer, new: NewWebhook | None) -> None:
    """Refuse a webhook that cannot be, before anything is made.

    Raises:
        ForbiddenError: nobody is signed in, so that no secret could sign.
        InvalidInputError: its URL or events break rules.
    """
    if new is None:
        return
    if viewer.user_id is None:
        raise ForbiddenError("Sign in to be told by webhook: its signature is made with a secret of your account.")
    if found := violations(new, rt.settings.webhook_allow):
        raise InvalidInputError(found)


def events_of(new: NewWebhook | None) -> list[str] | None:
    """What the prediction's row keeps of its webhook: the events, in the order of deliveries."""
    return [event.value for event in WebhookEvent if event in new.events] if new else None


def listing(viewer: Viewer, user_id: UUID) -> QuerySet[WebhookDelivery] | None:
    """A user's deliveries; None to everybody but this user and administrators."""
    if viewer.user_id != user_id and not viewer.is_admin:
        return None
    viewer.require(Scope.READ)
    return WebhookDelivery.filter(user_id=user_id)


async def of_predictions(prediction_ids: list[UUID]) -> dict[UUID, list[WebhookDelivery]]:
    """The deliveries of predictions, in the order of their events; `shown` says which of them a viewer may see."""
    found: dict[UUID, list[WebhookDelivery]] = {key: [] for key in prediction_ids}
    for row in await WebhookDelivery.filter(prediction_id__in=prediction_ids):
        found[row.prediction_id].append(row)
    place = {event.value: number for number, event in enumerate(WebhookEvent)}
    return {key: sorted(held, key=lambda row: place[row.event]) for key, held in found.items()}


def shown(viewer: Viewer, found: Iterable[WebhookDelivery]) -> list[WebhookDelivery]:
    """Those deliveries that a viewer may see: their own, and all to administrators."""
    return [row for row in found if viewer.is_admin or row.user_id == viewer.user_id]


async def by_ids(viewer: Viewer, ids: list[UUID]) -> dict[UUID, WebhookDelivery]:
    """Deliveries by id, those that the viewer may see; raises ForbiddenError for an API key that may not read."""
    viewer.require(Scope.READ)
    return await _known(viewer, ids)


async def _known(viewer: Viewer, ids: list[UUID]) -> dict[UUID, WebhookDelivery]:
    if viewer.user_id is None:
        return {}
    query = WebhookDelivery.filter(id__in=ids)
    return {row.id: row for row in await (query if viewer.is_admin else query.filter(user_id=viewer.user_id))}


async def urls(prediction_ids: list[UUID]) -> dict[UUID, str]:
    """Whom predictions are told of to."""
    return {row.prediction_id: row.url for row in await Webhook.filter(prediction_id__in=prediction_ids)}


async def redeliver(rt: Runtime, viewer: Viewer, delivery_id: UUID) -> WebhookDelivery:
    """Send a delivery again now, whatever became of it, with its whole schedule; a receiver that was off is on again.

    Raises:
        NotFoundError: there is none, or it is not the viewer's.
        ForbiddenError: an API key without the scope RUN asks.
    """
    viewer.require(Scope.RUN)
    row = (await _known(viewer, [delivery_id])).get(delivery_id)
    if row is None or not await deliveries.send_again(row.id):
        raise NotFoundError("There is no delivery with this id.")
    await send(rt, UnitOfWork(deliver=True))
    return await WebhookDelivery.get(id=delivery_id)


@dataclass(frozen=True)
class Rotation:
    """The new secret, and until when the ones before it sign too."""

    secret: str
    previous_until: datetime | None


async def secret(rt: Runtime, user_id: UUID) -> str:
    """The secret that a user's receivers verify with."""
    return (await signing_secrets(rt, user_id))[0]


async def signing_secrets(rt: Runtime, user_id: UUID) -> list[str]:
    """The secrets that sign now, the newest first; the first one is made where there is none."""
    if found := await _readable_secrets(rt, user_id):
        return found
    async with in_transaction():
        # Two that need the first secret at once get the same
        await User.select_for_update().get(id=user_id)
        return await _readable_secrets(rt, user_id) or [await _make_secret(rt, user_id)]


async def rotate_secret(rt: Runtime, viewer: Viewer) -> Rotation:
    """Make a new secret; those before it sign beside it for a day, so that receivers can change in their time.

    Raises:
        UnauthenticatedError, ForbiddenError: nobody is signed in, or an API key asks.
        ConflictError: too many still sign.
    """
    user_id = viewer.signed_in()
    async with in_transaction():
        await User.select_for_update().get(id=user_id)
        if await _live_secrets(user_id).count() >= SECRETS_MAX:
            raise ConflictError(
                f"{SECRETS_MAX} of your secrets sign already; rotate again when one of them has expired."
            )
        until = now() + timedelta(seconds=ROTATION_SECONDS)
        had = await WebhookSecret.filter(user_id=user_id, expires_at=None).update(expires_at=until)
        await WebhookSecret.filter(user_id=user_id, expires_at__lte=now()).delete()
        return Rotation(await _make_secret(rt, user_id), until if had else None)


def _live_secrets(user_id: UUID) -> QuerySet[WebhookSecret]:
    return WebhookSecret.filter(Q(expires_at=None) | Q(expires_at__gt=now()), user_id=user_id)


async def _readable_secrets(rt: Runtime, user_id: UUID) -> list[str]:
    found = []
    for row in await _live_secrets(user_id).order_by("-created_at", "-id"):
        try:
            found.append(rt.vault.open(row.sealed))
        except UnreadableSecretError:
            # SECRET_KEY was replaced: nobody can read it any more, and the user gets a new one
            logger.warning("webhooks.secret_unreadable", user=str(user_id), secret=str(row.id))
            continue
        if not rt.vault.is_newest(row.sealed):
            await WebhookSecret.filter(id=row.id).update(sealed=rt.vault.seal(found[-1]))
    return found


async def _make_secret(rt: Runtime, user_id: UUID) -> str:
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    await WebhookSecret.create(id=uuid4(), user_id=user_id, sealed=rt.vault.seal(secret), created_at=now())
    return secret
