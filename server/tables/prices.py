"""The rows of price lists."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model as Row


class PriceList(Row):
    """What predictions cost that are accepted until there is another list; never changed.

    `prices` has an object for each unit, device and version, whose amounts are decimals as text. The newest list of the
    server's currency holds; those of a currency that it had before stay for what they charged.
    """

    id = fields.UUIDField(primary_key=True)
    currency = fields.CharField(max_length=3)
    charges_failed = fields.BooleanField()
    charges_canceled = fields.BooleanField()
    prices: Any = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        """Table options."""

        table = "price_list"
        indexes = (("currency", "created_at", "id"),)
