"""Partial indexes: only rows that a query still looks at."""

from __future__ import annotations

from tortoise.indexes import Index


class LiveIndex(Index):
    """A B-tree index over the rows that fulfil `where`, a constant SQL condition."""

    def __init__(self, *, fields: tuple[str, ...], name: str, where: str) -> None:
        super().__init__(fields=fields, name=name)
        self.extra = f" WHERE {where}"
