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
from server.domain.audit import AuditAction, Subject, SubjectType
from server.domain.webhooks import ROTATION_SECONDS, SECRET_PREFIX, NewWebhook, WebhookEvent, violations
from server.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from server.queue import deliveries
from server.runtime import Runtime
from server.services import audit, rate_limits
from server.tables import User, Webhook, WebhookDelivery, WebhookSecret
from server.unit_of_work import UnitOfWork, send

logger = structlog.get_logger(__name__)

SECRET_BYTES = 32
SECRETS_MAX = 5


def check(rt: Runtime, viewer: Viewer, new: NewWebhook | None) -> None:
    """Refuse a webhook that breaks rules, before anything is stored.

    Raises:
        ForbiddenError: nobody is signed in, so that no secret could sign.
        InvalidInputError: its URL or events break rules.
    """
    if new is None:
        return
    if viewer.user_id is None:
        raise ForbiddenError("Sign in to use webhooks: they are signed with a secret of your account.")
    if broken_rules := violations(new, rt.settings.webhook_allow):
        raise InvalidInputError(broken_rules)


def events_of(new: NewWebhook | None) -> list[str] | None:
    """The events of a webhook, in the order of deliveries, as the prediction's row stores them."""
    return [event.value for event in WebhookEvent if event in new.events] if new else None


def again(row: Webhook, events: Iterable[str]) -> NewWebhook:
    """The webhook of a prediction, for another one in its place."""
    return NewWebhook(row.url, tuple(map(WebhookEvent, events)), row.base_url, is_rest=row.is_rest)


def listing(viewer: Viewer, user_id: UUID) -> QuerySet[WebhookDelivery] | None:
    """A user's deliveries; None to everybody but this user and administrators."""
    if viewer.user_id != user_id and not viewer.is_admin:
        return None
    viewer.require(Scope.READ)
    return WebhookDelivery.filter(user_id=user_id)


async def of_predictions(prediction_ids: list[UUID]) -> dict[UUID, list[WebhookDelivery]]:
    """The deliveries of predictions, in the order of their events; `visible` says which of them a viewer may see."""
    by_prediction: dict[UUID, list[WebhookDelivery]] = {key: [] for key in prediction_ids}
    for row in await WebhookDelivery.filter(prediction_id__in=prediction_ids):
        by_prediction[row.prediction_id].append(row)
    order = {event.value: number for number, event in enumerate(WebhookEvent)}
    return {key: sorted(rows, key=lambda row: order[row.event]) for key, rows in by_prediction.items()}


def visible(viewer: Viewer, rows: Iterable[WebhookDelivery]) -> list[WebhookDelivery]:
    """Those deliveries that a viewer may see: users their own, administrators all."""
    return [row for row in rows if viewer.is_admin or row.user_id == viewer.user_id]


async def by_ids(viewer: Viewer, ids: list[UUID]) -> dict[UUID, WebhookDelivery]:
    """Deliveries by id, those that the viewer may see; raises ForbiddenError for an API key that may not read."""
    viewer.require(Scope.READ)
    return await _visible_by_ids(viewer, ids)


async def _visible_by_ids(viewer: Viewer, ids: list[UUID]) -> dict[UUID, WebhookDelivery]:
    if viewer.user_id is None:
        return {}
    query = WebhookDelivery.filter(id__in=ids)
    return {row.id: row for row in await (query if viewer.is_admin else query.filter(user_id=viewer.user_id))}


async def urls(prediction_ids: list[UUID]) -> dict[UUID, str]:
    """The URLs that the webhooks of predictions are sent to."""
    return {row.prediction_id: row.url for row in await Webhook.filter(prediction_id__in=prediction_ids)}


async def redeliver(rt: Runtime, viewer: Viewer, delivery_id: UUID) -> WebhookDelivery:
    """Send a delivery again now, whatever its state, with its whole schedule; its webhook is enabled again.

    Raises:
        NotFoundError: there is none, or it is not the viewer's.
        ForbiddenError: an API key without the scope RUN asks.
        RateLimitedError: the viewer had too many sent again.
    """
    viewer.require(Scope.RUN)
    row = (await _visible_by_ids(viewer, [delivery_id])).get(delivery_id)
    if row is not None:
        await rate_limits.count_redelivery(rt, viewer)
    if row is None or not await deliveries.send_again(row.id):
        raise NotFoundError("There is no delivery with this id.")
    await send(rt, UnitOfWork(deliver=True))
    return await WebhookDelivery.get(id=delivery_id)


@dataclass(frozen=True)
class SecretRotation:
    """The new secret, and until when earlier ones sign beside it."""

    secret: str
    previous_until: datetime | None


async def secret(rt: Runtime, user_id: UUID) -> str:
    """The secret that a user's receivers verify with."""
    return (await signing_secrets(rt, user_id))[0]


async def signing_secrets(rt: Runtime, user_id: UUID) -> list[str]:
    """The secrets that sign now, the newest first; where there is none, one is made."""
    if readable := await _readable_secrets(rt, user_id):
        return readable
    async with in_transaction():
        # Two that need the first secret at once get the same
        await User.select_for_update().get(id=user_id)
        return await _readable_secrets(rt, user_id) or [await _make_secret(rt, user_id)]


async def rotate_secret(rt: Runtime, viewer: Viewer) -> SecretRotation:
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
                f"You have {SECRETS_MAX} signing secrets already; rotate again when one of them has expired."
            )
        until = now() + timedelta(seconds=ROTATION_SECONDS)
        earlier = await WebhookSecret.filter(user_id=user_id, expires_at=None).update(expires_at=until)
        await WebhookSecret.filter(user_id=user_id, expires_at__lte=now()).delete()
        user = Subject(SubjectType.USER, user_id, await audit.handle_of(user_id), user_id)
        await audit.record(viewer, AuditAction.WEBHOOK_SECRET_ROTATED, user)
        return SecretRotation(await _make_secret(rt, user_id), until if earlier else None)


def _live_secrets(user_id: UUID) -> QuerySet[WebhookSecret]:
    return WebhookSecret.filter(Q(expires_at=None) | Q(expires_at__gt=now()), user_id=user_id)


async def _readable_secrets(rt: Runtime, user_id: UUID) -> list[str]:
    readable = []
    for row in await _live_secrets(user_id).order_by("-created_at", "-id"):
        try:
            readable.append(rt.vault.open(row.sealed))
        except UnreadableSecretError:
            # SECRET_KEY was replaced, so nobody can read the secret any more: the user gets a new one
            logger.warning("webhooks.secret_unreadable", user=str(user_id), secret=str(row.id))
            continue
        if not rt.vault.is_newest(row.sealed):
            await WebhookSecret.filter(id=row.id).update(sealed=rt.vault.seal(readable[-1]))
    return readable


async def _make_secret(rt: Runtime, user_id: UUID) -> str:
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    await WebhookSecret.create(id=uuid4(), user_id=user_id, sealed=rt.vault.seal(secret), created_at=now())
    return secret
