"""Secrets in the database: sealed, sealed anew when SECRET_KEY is replaced, made anew when nobody can read them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from server.adapters.database import now
from server.adapters.vault import Vault
from server.domain.accounts import Viewer
from server.errors import ConflictError, UnauthenticatedError
from server.runtime import Runtime
from server.services import webhooks
from server.tables import WebhookSecret
from tests.integration.queue.store import SECRET
from tests.integration.webhooks.conftest import Place

OTHER = "another secret key of more than 32 characters"


async def test_first_needs_at_once_make_one_secret(rt: Runtime, place: Place) -> None:
    made = await asyncio.gather(*(webhooks.secret(rt, place.user.id) for _ in range(10)))
    assert len(set(made)) == 1
    (row,) = await WebhookSecret.filter(user_id=place.user.id)
    assert made[0][6:] not in row.sealed


async def test_a_replaced_secret_key_reads_what_the_former_sealed_and_seals_it_anew(rt: Runtime, place: Place) -> None:
    secret = await webhooks.secret(rt, place.user.id)
    both = replace(rt, vault=Vault(OTHER, [SECRET]))
    assert await webhooks.secret(both, place.user.id) == secret
    newer = replace(rt, vault=Vault(OTHER))
    assert await webhooks.secret(newer, place.user.id) == secret


async def test_what_nobody_can_read_is_replaced(rt: Runtime, place: Place) -> None:
    secret = await webhooks.secret(rt, place.user.id)
    newer = replace(rt, vault=Vault(OTHER))
    made = await webhooks.secret(newer, place.user.id)
    assert made != secret
    assert await webhooks.signing_secrets(newer, place.user.id) == [made]


async def test_rotations_end_and_are_bounded(rt: Runtime, place: Place) -> None:
    first = await webhooks.secret(rt, place.user.id)
    made = [await webhooks.rotate_secret(rt, place.viewer) for _ in range(4)]
    assert all(rotation.previous_until is not None for rotation in made)
    newest_first = [rotation.secret for rotation in reversed(made)]
    assert await webhooks.signing_secrets(rt, place.user.id) == [*newest_first, first]
    with pytest.raises(ConflictError):
        await webhooks.rotate_secret(rt, place.viewer)
    left = await WebhookSecret.filter(user_id=place.user.id, expires_at=None).count()
    assert left == 1
    a_day = now() - timedelta(seconds=1)
    await WebhookSecret.filter(user_id=place.user.id, expires_at__not_isnull=True).update(expires_at=a_day)
    assert await webhooks.signing_secrets(rt, place.user.id) == newest_first[:1]
    assert (await webhooks.rotate_secret(rt, place.viewer)).secret != newest_first[0]
    assert await WebhookSecret.filter(user_id=place.user.id).count() == 2


async def test_rotations_at_once_leave_one_newest(rt: Runtime, place: Place) -> None:
    made = await asyncio.gather(*(webhooks.rotate_secret(rt, place.viewer) for _ in range(4)))
    assert await WebhookSecret.filter(user_id=place.user.id, expires_at=None).count() == 1
    assert await webhooks.secret(rt, place.user.id) in {rotation.secret for rotation in made}


async def test_nobody_has_no_secret(rt: Runtime) -> None:
    with pytest.raises(UnauthenticatedError):
        await webhooks.rotate_secret(rt, Viewer())
