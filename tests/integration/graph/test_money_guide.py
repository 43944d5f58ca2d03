"""The examples of docs/money.md run in their order, and come to what it says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from server.domain.budgets import nearest_prices
from server.domain.models import DeviceClass
from server.domain.prices import Price, PriceUnit, decimal_text
from tests.support.api import Client
from tests.support.operations import ended, handle_of

PAGE = (Path(__file__).parents[3] / "docs" / "money.md").read_text()
BLOCKS: list[str] = re.findall(r"^```graphql\n(.*?)^```", PAGE, re.M | re.S)


@pytest.fixture(autouse=True)
async def _no_prices_remain(admin: Client) -> AsyncIterator[None]:
    yield
    await admin.run("mutation { setPrices(input: { prices: [] }) { __typename } }")


def block(word: str) -> str:
    """The example that has a word."""
    (text,) = [text for text in BLOCKS if word in text]
    return text


async def test_the_examples(ada: Client, admin: Client) -> None:
    listed = (await admin.run(block("setPrices")))["setPrices"]["prices"]
    own = uuid4()
    prices = [
        Price(PriceUnit(each["unit"]), Decimal(each["amount"]), DeviceClass(each["device"]), each["version"] and own)
        for each in listed
    ]
    # What the page works out: 2 seconds on a GPU, 100 tokens of the version
    dearest = nearest_prices(prices, own, DeviceClass.CUDA)
    worked = 2 * dearest[PriceUnit.SECOND] + 100 * dearest[PriceUnit.OUTPUT_TOKEN]
    assert f"2 · {dearest[PriceUnit.SECOND]} + 100 · {dearest[PriceUnit.OUTPUT_TOKEN]} = {decimal_text(worked)}" in PAGE
    most = Decimal((await ada.run(block("estimateCost")))["estimateCost"]["most"])
    budget = block("setBudget").replace('"guest"', f'"{await handle_of(ada)}"')
    (told,) = (await admin.run(budget))["setBudget"]["budgets"]
    assert (told["amount"], told["spent"]) == ("25", "0")
    created = await ada.create("demo/prose:1", {"prompt": "Once", "max_new_tokens": 100})
    assert (await ended(ada, created["id"]))["status"] == "SUCCEEDED"
    cost = (await ada.run(block("cost { amount"), id=created["id"]))["prediction"]["cost"]
    assert {line["unit"] for line in cost["lines"]} == {"SECOND", "OUTPUT_TOKEN"}
    assert 0 < Decimal(cost["amount"]) == sum(Decimal(line["amount"]) for line in cost["lines"]) <= most
    now = datetime.now(UTC)
    times = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    usage = (await ada.run(block("groupBy: MODEL"), **times))["viewer"]["usage"]
    assert (usage["groups"][0]["name"], usage["total"]["amount"]) == ("demo/prose", cost["amount"])
