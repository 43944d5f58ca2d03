"""The rows of sign-ins and of the tokens that renew them."""

from __future__ import annotations

from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model as Row

from server.tables.users import User


class Session(Row):
    """One sign-in: a family of refresh tokens of which one is live; access tokens name it and end with it.

    `method` is how it began (SignInMethod), None of those from before that was kept.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sessions", on_delete=fields.CASCADE
    )
    user_id: UUID
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    method = fields.CharField(max_length=20, null=True)

    class Meta:
        """Table options."""

        table = "session"
        indexes = (("user_id",), ("expires_at",))


class RefreshToken(Row):
    """One refresh token, by the SHA-256 of it.

    `used_at` is when it was exchanged for the next `generation`, `repeated_at` when that answer was given once more.
    """

    hash = fields.CharField(max_length=64, primary_key=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "models.Session", related_name="refresh_tokens", on_delete=fields.CASCADE
    )
    session_id: UUID
    generation = fields.IntField()
    created_at = fields.DatetimeField(auto_now_add=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    repeated_at = fields.DatetimeField(null=True)

    class Meta:
        """Table options."""

        table = "refresh_token"
        unique_together = (("session_id", "generation"),)
        indexes = (("expires_at",),)
