from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLError

from graph.types.scalars import DECIMAL
from server.domain.models import DeviceClass
from server.domain.prices import MOST_PRICES, Cost, Price, PriceUnit, decimal_text, price_violations

ONE = uuid4()


def price(amount: str, device: DeviceClass = DeviceClass.ANY, version: UUID | None = None) -> Price:
    return Price(PriceUnit.SECOND, Decimal(amount), device, version)


@pytest.mark.parametrize("amount", ["0", "0.000000000001", "1000000", "1E-7", "1E+5", "2.50"])
def test_prices(amount: str) -> None:
    assert price_violations([price(amount)]) == []
    assert Price.of_row(price(amount).row()) == price(amount)


@pytest.mark.parametrize(
    "amount", ["-0.1", "1000000.1", "NaN", "sNaN", "Infinity", "0.0000000000001", "1E-999999", "1E+9"]
)
def test_what_is_no_price(amount: str) -> None:
    assert [(each.path, each.code) for each in price_violations([price("1"), price(amount, DeviceClass.CPU)])] == [
        ("/prices/1/amount", "range")
    ]


def test_a_place_has_one_price() -> None:
    assert price_violations([price("1"), price("1", DeviceClass.CPU), price("1", version=ONE)]) == []
    (violation,) = price_violations([price("1", version=ONE), price("1"), price("2", version=ONE)])
    assert (violation.path, violation.code) == ("/prices/2", "uniqueItems")
    assert [each.code for each in price_violations([price("1")] * (MOST_PRICES + 1))] == ["maxItems"]


@pytest.mark.parametrize(
    ("value", "text"),
    [("1E-12", "0.000000000001"), ("0.010003000000", "0.010003"), ("1E+3", "1000"), ("100", "100"), ("0E-12", "0"),
     ("123456789012345678.123456789012", "123456789012345678.123456789012")],
)  # fmt: skip
def test_decimals_as_text(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


def test_a_cost_reads_what_the_ledger_has() -> None:
    line = {"unit": "SECOND", "quantity": "0.100000", "price": "0.1", "amount": "0.010000000000"}
    cost = Cost.of_charge({"amount": "0.010000000000", "currency": "EUR", "lines": [line], "list": "x"})
    shown = {"unit": "SECOND", "quantity": "0.1", "price": "0.1", "amount": "0.01"}
    assert cost.body() == {"amount": "0.01", "currency": "EUR", "lines": [shown], "waived": "0"}


def test_the_scalar_takes_texts_and_integers() -> None:
    parse = DECIMAL.parse_value
    assert parse is not None
    assert [parse("0.1"), parse(" 2 "), parse(-3), parse("1e-7")] == [Decimal("0.1"), 2, -3, Decimal("1E-7")]
    for value in (0.1, True, None, "", "x", "NaN", "Infinity", "1e999999", "1e-999999", "1" * 41, [1], {}):
        with pytest.raises(GraphQLError, match="Decimal"):
            parse(value)
