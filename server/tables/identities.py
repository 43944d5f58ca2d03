"""The rows of single sign-on: who users are at the provider, and sign-ins that are under way there."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.models import Model as Row
from uuid6 import uuid7

from server.tables.users import User


class Identity(Row):
    """Who a user is at a provider: its issuer and the subject there, which never changes, as a name or address may."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="identities", on_delete=fields.CASCADE
    )
    user_id: UUID
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=255)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "identity"
        unique_together = (("issuer", "subject"),)
        indexes = (("user_id",),)


class SignIn(Row):
    """A sign-in that is under way: `state` went to the provider, `secret` stayed with the browser that began it.

    When the provider has answered, `ticket` went to the browser too, which gets a session for both; or `problem` says
    why it gets none. All three are kept by their SHA-256, the verifier of PKCE sealed.
    """

    id = fields.UUIDField(primary_key=True, default=uuid7)
    state_hash = fields.CharField(max_length=64, unique=True)
    secret_hash = fields.CharField(max_length=64)
    nonce = fields.CharField(max_length=64)
    sealed_verifier = fields.TextField()
    answered_at = fields.DatetimeField(null=True)
    ticket_hash = fields.CharField(max_length=64, unique=True, null=True)
    user: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sign_ins", on_delete=fields.CASCADE, null=True
    )
    user_id: UUID | None
    problem = fields.TextField(null=True)
    expires_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "sign_in"
        indexes = (("expires_at",),)
