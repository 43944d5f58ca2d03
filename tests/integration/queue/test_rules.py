"""The database refuses rows that cannot be, whoever writes them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.constraints import CheckConstraint

from server.adapters.database import now, rows
from server.domain.predictions import NewPrediction
from server.domain.webhooks import NewWebhook, WebhookEvent
from server.queue.accept import accept
from server.tables import Prediction, User, Version, Webhook, WebhookDelivery
from tests.integration.queue.store import add, count, new_row

AT = "now()"
WORKER = "gen_random_uuid()"
PREDICTIONS = [
    ("succeeded", "status = 'unheard'", "prediction_status"),
    ("starting", f"completed_at = {AT}", "prediction_ended"),
    ("processing", f"completed_at = {AT}", "prediction_ended"),
    ("succeeded", "completed_at = NULL", "prediction_ended"),
    ("starting", f"status = 'aborted', lease_until = NULL, completed_at = NULL, updated_at = {AT}", "prediction_ended"),
    ("starting", f"lease_until = {AT}", "prediction_lease"),
    ("processing", "lease_until = NULL", "prediction_lease"),
    ("failed", f"lease_until = {AT}", "prediction_lease"),
    ("starting", f"worker_id = {WORKER}", "prediction_worker"),
    ("processing", "worker_id = NULL", "prediction_worker"),
    ("processing", "attempt = 0", "prediction_worker"),
    ("processing", "started_at = NULL", "prediction_worker"),
    ("canceled", "canceled_at = NULL", "prediction_canceled"),
    ("succeeded", f"canceled_at = {AT}", "prediction_canceled"),
    ("processing", f"canceled_at = {AT}", "prediction_canceled"),
    ("succeeded", "error_code = 'INTERNAL'", "prediction_error"),
    ("starting", "error_code = 'INTERNAL'", "prediction_error"),
    ("starting", "attempt = -1", "prediction_counts"),
    ("starting", "losses = -1", "prediction_counts"),
]
VERSIONS = [
    ("READY", "state = 'ready'", "version_state"),
    ("READY", f"lease_until = {AT}", "version_lease"),
    ("REFUSED", f"lease_until = {AT}, attempt = 1", "version_lease"),
    ("PREPARING", f"lease_until = {AT}", "version_lease"),
    ("PREPARING", "attempt = -1", "version_counts"),
    ("PREPARING", "number = 0", "version_counts"),
]
DELIVERIES = [
    ("state = 'lost'", "webhook_delivery_state"),
    ("noted = 0", "webhook_delivery_counts"),
    ("sent = -1", "webhook_delivery_counts"),
    ("tries = 1", "webhook_delivery_counts"),
]


async def refused(table: str, change: str, key: object, column: str = "id") -> str:
    """The rule by which a change of a row is refused."""
    with pytest.raises(IntegrityError) as raised:
        await rows(f"UPDATE {table} SET {change} WHERE {column} = $1 RETURNING {column}", key)  # noqa: S608
    cause = raised.value.__cause__
    assert isinstance(cause, asyncpg.CheckViolationError)
    return str(cause.constraint_name)


@pytest.mark.parametrize(("status", "change", "rule"), PREDICTIONS)
async def test_predictions_that_cannot_be(version: Version, queue: str, status: str, change: str, rule: str) -> None:
    row = await add(version, queue, status=status)
    assert await refused("prediction", change, row.id) == rule


@pytest.mark.parametrize(("state", "change", "rule"), VERSIONS)
async def test_versions_that_cannot_be(version: Version, state: str, change: str, rule: str) -> None:
    await Version.filter(id=version.id).update(state=state)
    assert await refused("version", change, version.id) == rule


async def webhook(version: Version) -> Webhook:
    user = await User.create(handle=uuid4().hex, email=f"{uuid4().hex}@example.com")
    row = await add(version, user_id=user.id)
    return await Webhook.create(prediction_id=row.id, user_id=user.id, url="x", base_url="x", created_at=now())


@pytest.mark.parametrize("change", [f"lease_until = {AT}", "attempt = -1"])
async def test_webhooks_that_cannot_be(version: Version, change: str) -> None:
    made = await webhook(version)
    assert await refused("webhook", change, made.prediction_id, "prediction_id") == "webhook_lease"


@pytest.mark.parametrize(("change", "rule"), DELIVERIES)
async def test_deliveries_that_cannot_be(version: Version, change: str, rule: str) -> None:
    made, at = await webhook(version), now()
    delivery = await WebhookDelivery.create(
        id=uuid4(), prediction_id=made.prediction_id, user_id=made.user_id, event="start", state="pending",
        noted=1, sent=0, tries=0, attempts=[], next_at=at, created_at=at, updated_at=at,
    )  # fmt: skip
    assert await refused("webhook_delivery", change, delivery.id) == rule


async def test_what_breaks_a_rule_is_no_doubled_request(version: Version, queue: str) -> None:
    """Who takes it for one looks for the other prediction, which is not there, and tries again for ever."""
    user_id = (await version.model).owner_id
    told = NewPrediction("a/b", {}, webhook=NewWebhook("https://example.com/", (WebhookEvent.START,), "x"))
    for new in (NewPrediction("a/b", {}), told):
        fields: dict[str, Any] = {"idempotency_key": uuid4().hex, "user_id": user_id}
        with pytest.raises(IntegrityError, match="prediction_counts"):
            await accept(new_row(version, queue, attempt=-1, **fields), {}, new)
        assert await accept(new_row(version, queue, **fields), {}, new)
        assert not await accept(new_row(version, queue, **fields), {}, new)
        key = fields["idempotency_key"]
        assert await count("SELECT count(*) FROM prediction WHERE idempotency_key = $1", key) == 1


@pytest.mark.parametrize("table", [Prediction, Version, Webhook, WebhookDelivery])
async def test_the_tables_declare_the_rules_that_the_database_has(version: Version, table: Any) -> None:
    name = table._meta.db_table
    checks = {constraint.name: constraint.check for constraint in table._meta.constraints}
    assert all(isinstance(constraint, CheckConstraint) for constraint in table._meta.constraints)
    has = "SELECT conname, pg_get_constraintdef(oid) AS rule, convalidated FROM pg_constraint WHERE contype = 'c' AND "
    of_database = await rows(f"{has} conrelid = '{name}'::regclass")
    assert all(row["convalidated"] for row in of_database)
    # Written as PostgreSQL writes them
    copy = f"rules_{uuid4().hex}"
    rules = ", ".join(f'CONSTRAINT "{rule}" CHECK ({check})' for rule, check in checks.items())
    await rows(f'CREATE TABLE {copy} (LIKE "{name}", {rules})')
    declared = await rows(f"{has} conrelid = '{copy}'::regclass")
    await rows(f"DROP TABLE {copy}")
    assert {row["conname"]: row["rule"] for row in of_database} == {row["conname"]: row["rule"] for row in declared}
