"""The row of an audit event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.indexes import LiveIndex


class AuditEvent(Row):
    """Who did what to what, when, from where, and what it was before and after.

    Rows are only added: a trigger refuses every change but the removal of a deleted user's names, and every deletion
    but that of what is older than AUDIT_DAYS (see `migrations/models/24_*`). Nothing refers to a user's row, so that a
    line outlasts whom it tells of. `user_id` is whose the subject is.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    created_at = fields.DatetimeField()
    action = fields.CharField(max_length=40)
    actor_id: UUID | None = fields.UUIDField(null=True)
    actor = fields.CharField(max_length=80)
    door = fields.CharField(max_length=20)
    key_id: UUID | None = fields.UUIDField(null=True)
    address = fields.CharField(max_length=80)
    request_id = fields.CharField(max_length=128, default="")
    client = fields.CharField(max_length=300, default="")
    subject_type = fields.CharField(max_length=20)
    subject_id: UUID | None = fields.UUIDField(null=True)
    subject = fields.CharField(max_length=200)
    user_id: UUID | None = fields.UUIDField(null=True)
    before: Any = fields.JSONField(null=True)
    after: Any = fields.JSONField(null=True)

    class Meta:
        """Table options."""

        table = "audit_event"
        indexes = (
            Index(fields=("created_at", "id"), name="audit_event_all"),
            LiveIndex(fields=("actor_id", "created_at"), name="audit_event_actor", where="actor_id IS NOT NULL"),
            LiveIndex(fields=("subject_id", "created_at"), name="audit_event_subject", where="subject_id IS NOT NULL"),
            LiveIndex(fields=("user_id", "created_at"), name="audit_event_user", where="user_id IS NOT NULL"),
        )
