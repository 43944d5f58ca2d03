"""Scalars that GraphQL lacks."""

from __future__ import annotations

from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
MAX_BIG_INT = 2**53 - 1


def _parse(value: object) -> int:
    # Another exception than GraphQL's own would count as a bug of ours
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise GraphQLError("A BigInt must be an integer, or a string with an integer.")
    try:
        number = int(value)
    except ValueError:
        raise GraphQLError("A BigInt must be an integer, or a string with an integer.") from None
    if abs(number) > MAX_BIG_INT:
        raise GraphQLError("A BigInt must have at most 53 bits.")
    return number


BIG_INT: ScalarDefinition = strawberry.scalar(
    name="BigInt",
    description="An integer of up to 53 bits, such as a number of bytes. As input, a string is accepted too.",
    serialize=int,
    parse_value=_parse,
)
SCALARS: dict[object, ScalarDefinition] = {BigInt: BIG_INT}
