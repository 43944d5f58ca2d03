"""The rows of mail that waits to be sent."""

from __future__ import annotations

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model as Row


class Mail(Row):
    """A mail that is to be sent, deleted once it was sent or given up.

    It holds no text: that is made when it is sent, so that no link stands in the database. One about a password is
    written for whatever address is asked for; whether somebody has it is looked up when it is sent.
    """

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=20)
    recipient = fields.CharField(max_length=254)
    subject_id = fields.UUIDField(null=True)
    tries = fields.IntField()
    attempt = fields.IntField()
    lease_until = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "mail"
        indexes = (("next_at",),)
        constraints = (
            CheckConstraint(name="mail_kind", check="(kind = 'invitation') = (subject_id IS NOT NULL)"),
            CheckConstraint(name="mail_counts", check="tries >= 0 AND attempt >= 0"),
        )
