"""How lists are sorted."""

from __future__ import annotations

from enum import StrEnum


class OrderDirection(StrEnum):
    """The direction of sorting."""

    ASC = "ASC"
    DESC = "DESC"


class ModelOrderField(StrEnum):
    """What models can be sorted by; the values are columns."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    NAME = "name"
    STARS = "stars"
    TRENDING = "trend"
