"""The rows of links that let somebody in: invitations, and resets of a password."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.users import User


class Invitation(Row):
    """A link that makes one account, by the SHA-256 of its token; `email` goes when it is accepted.

    `mail_state` is None where its administrator was given the link.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    email = fields.CharField(max_length=254, null=True)
    is_admin = fields.BooleanField()
    hash = fields.CharField(max_length=64, unique=True)
    inviter: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="invitations", on_delete=fields.SET_NULL, null=True
    )
    inviter_id: UUID | None
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="accepted_invitations", on_delete=fields.CASCADE, null=True
    )
    user_id: UUID | None
    mail_state = fields.CharField(max_length=10, null=True)
    mail_error = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "invitation"
        indexes = (("created_at", "id"), ("email",), ("expires_at",))
        constraints = (
            CheckConstraint(
                name="invitation_end",
                check="(accepted_at IS NULL) = (email IS NOT NULL) AND (accepted_at IS NULL OR revoked_at IS NULL)",
            ),
            CheckConstraint(name="invitation_mail", check="mail_state IN ('pending', 'sent', 'failed')"),
        )


class PasswordReset(Row):
    """A link that sets another password, by the SHA-256 of its token."""

    hash = fields.CharField(max_length=64, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="password_resets", on_delete=fields.CASCADE
    )
    user_id: UUID
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "password_reset"
        indexes = (("user_id",), ("expires_at",))
