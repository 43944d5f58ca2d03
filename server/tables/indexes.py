"""Partial indexes: only rows that a query still looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise.indexes import Index

if TYPE_CHECKING:
    from tortoise.backends.base.schema_generator import BaseSchemaGenerator
    from tortoise.models import Model


class LiveIndex(Index):
    """A B-tree index over the rows that fulfil `where`, a constant SQL condition."""

    def __init__(self, *, fields: tuple[str, ...], name: str, where: str) -> None:
        super().__init__(fields=fields, name=name)
        self.extra = f" WHERE {where}"


class UniqueLiveIndex(LiveIndex):
    """A LiveIndex of which no two rows have the same fields."""

    INDEX_TYPE = ""

    def get_sql(self, schema_generator: BaseSchemaGenerator, model: type[Model], safe: bool) -> str:
        """The statement that makes it."""
        return super().get_sql(schema_generator, model, safe).replace("CREATE INDEX", "CREATE UNIQUE INDEX", 1)
