"""What lists may go by."""

from __future__ import annotations

from enum import StrEnum


class OrderDirection(StrEnum):
    """Which end of a list comes first."""

    ASC = "ASC"
    DESC = "DESC"


class ModelOrderField(StrEnum):
    """What a list of models may go by; the values are columns."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    NAME = "name"
