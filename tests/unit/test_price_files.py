"""What `inference-server prices set` takes for prices."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.domain.models import DeviceClass
from server.domain.prices import PriceUnit
from server.errors import BadUserInputError
from server.money_commands import parse_prices


def test_decimals_are_those_that_are_written() -> None:
    price = '{"unit": "SECOND", "amount": 0.1, "device": "CUDA", "version": "a/b:1"}'
    new = parse_prices(f'{{"chargesCanceled": false, "prices": [{price}]}}', "EUR")
    ((parsed, version),) = new.prices
    assert (parsed.unit, parsed.amount, parsed.device, version) == (
        PriceUnit.SECOND, Decimal("0.1"), DeviceClass.CUDA, "a/b:1",
    )  # fmt: skip
    assert (new.charges_failed, new.charges_canceled) == (False, False)
    assert parse_prices('{"prices": [], "currency": "EUR"}', "EUR").prices == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "prices show --json"),
        ('{"prices": [], "charged": true}', "'charged'"),
        ('{"prices": [], "currency": "GBP"}', "CURRENCY"),
        ('{"prices": [], "chargesFailed": 1}', "true or false"),
        ('{"prices": [{"unit": "HOUR", "amount": 1}]}', "/prices/0"),
        ('{"prices": [{"unit": "SECOND", "amount": 1, "device": "TOASTER"}]}', "/prices/0"),
        ('{"prices": [{"unit": "SECOND"}]}', "/prices/0/amount"),
        ('{"prices": [{"unit": "SECOND", "amount": true}]}', "/prices/0/amount"),
        ('{"prices": [{"unit": "SECOND", "amount": "1 Euro"}]}', "/prices/0/amount"),
        ('{"prices": [{"unit": "SECOND", "amount": 1, "version": 7}]}', "/prices/0/version"),
        ('{"prices": [{"unit": "SECOND", "amount": 1, "price": 1}]}', "/prices/0"),
    ],
)
def test_what_is_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadUserInputError) as refused:
        parse_prices(text, "EUR")
    assert reason in refused.value.message
