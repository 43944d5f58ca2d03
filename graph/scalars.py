"""Scalars that GraphQL lacks."""

from __future__ import annotations

from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)


def _parse(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("BigInt is an integer, or one in a string")
    return int(value)


BIG_INT: ScalarDefinition = strawberry.scalar(
    name="BigInt",
    description="An integer of up to 53 bits, such as a number of bytes; also accepted as a string.",
    serialize=int,
    parse_value=_parse,
)
SCALARS: dict[object, ScalarDefinition] = {BigInt: BIG_INT}
