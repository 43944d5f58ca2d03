"""The secrets that sign webhooks: each user's own, and how they change."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.conftest import LiveServer
from tests.integration.webhooks.operations import ROTATE, create, secret_of
from tests.support.api import Client
from tests.support.operations import administrator, somebody
from tests.support.receiver import listening


async def test_the_old_secret_signs_beside_the_new_one_until_it_ends(user: Client, live: LiveServer) -> None:
    old = await secret_of(user)
    rotated = (await user.run(ROTATE))["rotateWebhookSecret"]
    new = rotated["secret"]
    assert rotated["previousUntil"] is not None
    assert await secret_of(user) == new != old
    async with listening() as receiver:
        await create(user, receiver.url())
        (told,) = await receiver.wait(1)
    assert len(told.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(told.body, told.headers)["text"] == "hello"
    connection = await asyncpg.connect(live.environment["DATABASE_URL"])
    try:
        stored = await connection.fetch("SELECT sealed FROM webhook_secret")
        assert not any(old[6:] in row["sealed"] or new[6:] in row["sealed"] for row in stored)
        await connection.execute("UPDATE webhook_secret SET expires_at = now() WHERE expires_at IS NOT NULL")
    finally:
        await connection.close()
    async with listening() as receiver:
        await create(user, receiver.url())
        (told,) = await receiver.wait(1)
    assert Webhook(new).verify(told.body, told.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(told.body, told.headers)


async def test_secrets_are_each_users_own(live: LiveServer, user: Client) -> None:
    other, _ = await somebody(live.url)
    admin = await administrator(live)
    try:
        mine = await secret_of(user)
        assert mine.startswith("whsec_")
        assert await asyncio.gather(*(secret_of(user) for _ in range(5))) == [mine] * 5
        assert await secret_of(other) != mine
        me = (await user.run("{ viewer { id } }"))["viewer"]["id"]
        query = """query ($id: ID!) { node(id: $id) { ... on User { handle webhookSecret
          webhookDeliveries { totalCount } } } }"""
        seen = (await other.run(query, id=me))["node"]
        assert (seen["webhookSecret"], seen["webhookDeliveries"]) == (None, None)
        seen = (await admin.run(query, id=me))["node"]
        assert (seen["webhookSecret"], seen["webhookDeliveries"]) == (None, {"totalCount": 0})
    finally:
        await other.close()
        await admin.close()


async def test_a_first_secret_that_is_asked_for_at_once_is_one(live: LiveServer) -> None:
    client, _ = await somebody(live.url)
    found = await asyncio.gather(*(secret_of(client) for _ in range(10)))
    await client.close()
    assert len(set(found)) == 1


async def test_rotations_are_bounded(user: Client) -> None:
    made = [(await user.run(ROTATE))["rotateWebhookSecret"] for _ in range(6)]
    assert [found["__typename"] for found in made] == ["WebhookSecretRotation"] * 5 + ["ConflictError"]
    assert made[0]["previousUntil"] is None
    assert await secret_of(user) == made[4]["secret"]
