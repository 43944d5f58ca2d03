"""How much each owner has stored."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model as Row


class StoredBytes(Row):
    """The bytes of one owner's inputs, outputs, files and uploads; callers of one IPv6 network are one owner.

    Whatever statement stores or removes something changes it, so that nobody has to count.
    """

    owner = fields.CharField(max_length=80, primary_key=True)
    bytes = fields.BigIntField()

    class Meta:
        """Table options."""

        table = "stored_bytes"
