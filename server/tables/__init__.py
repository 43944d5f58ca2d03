"""Rows: one Tortoise model a table. PostgreSQL is the truth of everything here."""

from __future__ import annotations

from typing import Any

from server.tables.api_keys import ApiKey
from server.tables.audit import AuditEvent
from server.tables.batches import Batch, BatchLine, BatchWebhook
from server.tables.budgets import Budget, BudgetHold
from server.tables.deletions import Deletion
from server.tables.environments import RunEnvironment
from server.tables.experiments import Experiment, ExperimentWebhook, Outcome, OutcomeSum
from server.tables.gallery import ModelCaller, ModelDay, ModelReport, ModelStar, ModelText
from server.tables.identities import Identity, SignIn
from server.tables.invitations import Invitation, PasswordReset
from server.tables.mails import Mail
from server.tables.model_aliases import ModelAlias
from server.tables.models import FormerModelName, Model, ModelVariable, Version
from server.tables.predictions import Prediction, Usage
from server.tables.prices import PriceList
from server.tables.public_links import PublicLink
from server.tables.roll_ups import ExperimentSum, RollUp, UsageDay, VersionPeriod
from server.tables.runs import RunCount
from server.tables.sessions import RefreshToken, Session
from server.tables.storage import StoredBytes
from server.tables.uploads import Upload, UploadUse
from server.tables.users import User, UserLimit
from server.tables.webhooks import Webhook, WebhookDelivery, WebhookSecret
from server.tables.workers import MemoryRequest, Predictor, Worker

__all__ = [
    "ApiKey",
    "AuditEvent",
    "Batch",
    "BatchLine",
    "BatchWebhook",
    "Budget",
    "BudgetHold",
    "Deletion",
    "Experiment",
    "ExperimentSum",
    "ExperimentWebhook",
    "FormerModelName",
    "Identity",
    "Invitation",
    "Mail",
    "MemoryRequest",
    "Model",
    "ModelAlias",
    "ModelCaller",
    "ModelDay",
    "ModelReport",
    "ModelStar",
    "ModelText",
    "ModelVariable",
    "Outcome",
    "OutcomeSum",
    "PasswordReset",
    "Prediction",
    "Predictor",
    "PriceList",
    "PublicLink",
    "RefreshToken",
    "RollUp",
    "RunCount",
    "RunEnvironment",
    "Session",
    "SignIn",
    "StoredBytes",
    "Upload",
    "UploadUse",
    "Usage",
    "UsageDay",
    "User",
    "UserLimit",
    "Version",
    "VersionPeriod",
    "Webhook",
    "WebhookDelivery",
    "WebhookSecret",
    "Worker",
    "loaded",
    "tortoise_config",
    "with_relations",
]

NOUNS = (
    *("users", "sessions", "api_keys", "models", "batches", "predictions", "uploads", "webhooks", "workers", "runs"),
    *("storage", "model_aliases", "audit", "deletions", "mails", "invitations", "identities", "environments"),
    "experiments",
    "prices",
    "budgets",
    "gallery",
    "roll_ups",
    "public_links",
)
MODULES = tuple(f"server.tables.{name}" for name in NOUNS)


def loaded(row: Any, relation: str) -> Any:
    """The row that a foreign key refers to, where it was loaded with its own; else None."""
    return getattr(row, f"_{relation}", None)


def with_relations(row: Prediction, other: Prediction) -> Prediction:
    """A prediction's row with the model and version that an older copy of it was loaded with."""
    for relation in ("model", "version"):
        if (related := loaded(other, relation)) is not None:
            setattr(row, relation, related)
    return row


async def _leave_session(connection: Any) -> None:
    """Nothing here changes its session, so that a second statement behind each to reset it would be for nothing.

    asyncpg itself rolls back a transaction that was left open.
    """


def tortoise_config(database_url: str, pool_size: int = 10, command_seconds: float | None = 30) -> dict[str, Any]:
    """Tortoise's configuration for one PostgreSQL database; a Unix socket is given as `?host=/dir&port=5432`.

    No statement takes longer than `command_seconds`. Of several hosts, the one that takes writes is used.
    """
    # None is kept open that nobody uses: a pool that shall have one says so at length whenever it has not
    limits = {"minsize": 0, "maxsize": pool_size, "command_timeout": command_seconds}
    credentials = {"dsn": database_url, **limits, "reset": _leave_session}
    return {
        "connections": {"default": {"engine": "server.adapters.connections", "credentials": credentials}},
        "apps": {"models": {"models": list(MODULES), "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }
