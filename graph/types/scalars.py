"""Scalars that GraphQL lacks."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from server.domain.prices import decimal_text

BigInt = NewType("BigInt", int)
MAX_BIG_INT = 2**53 - 1
Money = NewType("Money", Decimal)
MAX_DIGITS = 40


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


def _parse_decimal(value: object) -> Decimal:
    # A float is not what somebody wrote: 0.1 is none
    rule = "A Decimal must be a string with a decimal number, such as 0.0001, or an integer."
    if isinstance(value, bool) or not isinstance(value, int | str) or len(text := str(value)) > MAX_DIGITS:
        raise GraphQLError(rule)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise GraphQLError(rule) from None
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise GraphQLError(rule)
    return number


DECIMAL: ScalarDefinition = strawberry.scalar(
    name="Decimal",
    description="An exact decimal number as a string, such as 0.0001. As input, an integer is accepted too.",
    serialize=decimal_text,
    parse_value=_parse_decimal,
)
SCALARS: dict[object, ScalarDefinition] = {BigInt: BIG_INT, Money: DECIMAL}
