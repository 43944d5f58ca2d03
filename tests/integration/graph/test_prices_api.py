"""What users see of prices and costs, and how administrators set them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import echo_model, ended

SET = """mutation ($input: SetPricesInput!) { setPrices(input: $input) { __typename
  ... on PriceList { currency chargesFailed chargesCanceled createdAt
    prices { unit amount device version { slug } } }
  ... on InvalidInput { violations { path code } } ... on UserError { message code } } }"""
PRICES = "{ prices { currency createdAt prices { unit amount device version { slug } } } }"
COST = """query ($id: ID!) { prediction(id: $id) { status metrics { predictSeconds }
  cost { amount waived currency lines { unit quantity price amount } } } }"""
SECOND = {"unit": "SECOND", "amount": "0.5"}


@pytest.fixture(autouse=True)
async def _no_prices_remain(admin: Client) -> AsyncIterator[None]:
    # Nor any of other tests
    await admin.run(SET, input={"prices": []})
    yield
    await admin.run(SET, input={"prices": []})


async def set_prices(client: Client, *prices: dict[str, Any], **rules: bool) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(SET, input={"prices": list(prices), **rules}))["setPrices"]
    return answer


async def cost(client: Client, prediction_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(COST, id=prediction_id))["prediction"]
    return found


def second_line(seconds: float, price: str) -> dict[str, Any]:
    quantity = Decimal(str(seconds))
    return {"unit": "SECOND", "quantity": plain(quantity), "price": price, "amount": plain(quantity * Decimal(price))}


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


async def test_what_ends_costs_what_ran_at_the_prices_of_its_accept(ada: Client, admin: Client, bob: Client) -> None:
    slug = await echo_model(ada)
    free = await ada.create(slug, {"text": "a"})
    await ended(ada, free["id"])
    assert (await cost(ada, free["id"]))["cost"] is None
    assert (await ada.run(PRICES))["prices"] is None
    await set_prices(admin, SECOND)
    slow = await ada.create(slug, {"text": "a b c", "delay_seconds": 0.3})
    assert (await cost(ada, slow["id"]))["cost"] is None
    listing = await set_prices(admin, {**SECOND, "amount": "9"})
    assert listing["prices"] == [{"unit": "SECOND", "amount": "9", "device": "ANY", "version": None}]
    assert (await ended(ada, slow["id"]))["status"] == "SUCCEEDED"
    told = await cost(ada, slow["id"])
    line = second_line(told["metrics"]["predictSeconds"], "0.5")
    assert told["cost"] == {"amount": line["amount"], "waived": "0", "currency": "USD", "lines": [line]}
    later = await ada.create(slug, {"text": "a"})
    await ended(ada, later["id"])
    assert [each["price"] for each in (await cost(ada, later["id"]))["cost"]["lines"]] == ["9"]
    assert (await bob.run(COST, id=slow["id"]))["prediction"] is None
    assert (await ada.run(PRICES))["prices"]["createdAt"] == listing["createdAt"]


async def test_rest_and_webhooks_tell_the_same(ada: Client, admin: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    await set_prices(admin, SECOND)
    row = await ada.create(slug, {"text": "a"})
    await ended(ada, row["id"])
    async with httpx.AsyncClient(base_url=live_server.url, headers={"authorization": f"Bearer {ada.token}"}) as http:
        answer = (await http.get(f"/v1/predictions/{row['id']}")).json()
    assert answer["cost"] == (await cost(ada, row["id"]))["cost"]


async def test_what_waits_and_is_canceled_is_free(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada)
    await admin.run("mutation ($s: String!) { pauseModel(input: { model: $s }) { __typename } }", s=slug)
    await set_prices(admin, SECOND, chargesFailed=True)
    row = await ada.create(slug, {"text": "a"})
    await ada.cancel(row["id"])
    assert (await cost(ada, row["id"]))["cost"] == {"amount": "0", "waived": "0", "currency": "USD", "lines": []}


async def test_prices_of_versions_are_seen_by_who_sees_these(ada: Client, bob: Client, admin: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    own = {"unit": "OUTPUT_TOKEN", "amount": "0.000001", "device": "CUDA", "version": f"{slug}:1"}
    listing = await set_prices(admin, SECOND, own, {**own, "version": None})
    shown = [{**SECOND, "device": "ANY", "version": None}, {**own, "version": {"slug": f"{slug}:1"}},
             {**own, "version": None}]  # fmt: skip
    assert listing["prices"] == shown
    assert (await ada.run(PRICES))["prices"]["prices"] == shown
    assert (await bob.run(PRICES))["prices"]["prices"] == [shown[0], shown[2]]
    log = await admin.run("{ auditEvents(first: 5) { nodes { action after } } }")
    after = next(each["after"] for each in log["auditEvents"]["nodes"] if each["action"] == "PRICES_SET")
    assert after["prices"][1] == f"OUTPUT_TOKEN CUDA {slug}:1 0.000001"


@pytest.mark.parametrize(
    ("prices", "path", "code"),
    [
        ([{**SECOND, "amount": "-1"}], "/prices/0/amount", "range"),
        ([SECOND, {**SECOND, "amount": "0.0000000000001", "device": "CPU"}], "/prices/1/amount", "range"),
        ([SECOND, SECOND], "/prices/1", "uniqueItems"),
        ([{**SECOND, "version": "no/such:1"}], "/prices/0/version", "version"),
        ([{**SECOND, "version": "no/such"}], "/prices/0/version", "version"),
        ([{**SECOND, "version": "no/such:99999999999"}], "/prices/0/version", "version"),
    ],
)
async def test_what_are_no_prices(admin: Client, prices: list[dict[str, Any]], path: str, code: str) -> None:
    before = (await set_prices(admin, {**SECOND, "amount": 3}))["createdAt"]
    answer = await set_prices(admin, *prices)
    assert answer["violations"] == [{"path": path, "code": code}]
    assert (await admin.run(PRICES))["prices"]["createdAt"] == before


@pytest.mark.parametrize("amount", [0.1, "NaN", "1e999999", "", None, "0x1", "1" * 50])
async def test_amounts_are_decimals(admin: Client, amount: object) -> None:
    answer = await admin.raw(SET, input={"prices": [{"unit": "SECOND", "amount": amount}]})
    assert answer["errors"][0]["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")


async def test_only_administrators_set_prices(ada: Client, nobody: Client) -> None:
    for client in (ada, nobody):
        answer = await client.raw(SET, input={"prices": [SECOND]})
        assert answer["data"]["setPrices"]["code"] == "FORBIDDEN"
    assert "prices" in await nobody.run(PRICES)
