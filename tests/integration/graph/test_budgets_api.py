"""Budgets as users and administrators see them, by every door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.conftest import LiveServer
from tests.integration.accounts.operations import acting, new_key, with_key
from tests.support.api import Client
from tests.support.operations import code_of, echo_model, ended, handle_of

PRICES = "mutation ($input: SetPricesInput!) { setPrices(input: $input) { __typename } }"
SET = """mutation ($input: SetBudgetInput!) { setBudget(input: $input) { __typename
  ... on User { handle } ... on InvalidInput { violations { path code } } ... on UserError { message code } } }"""
BUDGETS = "{ viewer { budgets { apiKey period currency amount isHard spent reserved left isExceeded } } }"
CREATE = """mutation ($input: CreatePredictionInput!) { createPrediction(input: $input) { __typename
  ... on Prediction { id } ... on UserError { code message } } }"""
COST = "query ($id: ID!) { prediction(id: $id) { cost { amount } } }"
BATCH = """mutation ($input: CreateBatchInput!) { createBatch(input: $input) { __typename ... on Batch { id }
  ... on UserError { message } } }"""
READ_BATCH = "query ($id: ID!) { batch(id: $id) { status note counts { succeeded } } }"
# By PREDICTION_SECONDS this is 1.8 for one
PRICE = "0.001"
ECHO = {"text": "a"}


@pytest.fixture(autouse=True)
async def _prices(admin: Client) -> AsyncIterator[None]:
    await admin.run(PRICES, input={"prices": [{"unit": "SECOND", "amount": PRICE}]})
    yield
    await admin.run(PRICES, input={"prices": []})


async def set_budget(client: Client, **budget: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(SET, input={"period": "TOTAL", **budget}))["setBudget"]
    return answer


async def budgets(client: Client) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await client.run(BUDGETS))["viewer"]["budgets"]
    return listed


async def create(client: Client, slug: str, **values: Any) -> dict[str, Any]:
    answer = await client.run(CREATE, input={"model": slug, "input": {**ECHO, **values}})
    created: dict[str, Any] = answer["createPrediction"]
    return created


async def test_fifty_at_once_stay_within_a_budget(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada)
    assert (await set_budget(admin, user=await handle_of(ada), amount="10"))["__typename"] == "User"
    answers = await asyncio.gather(*(create(ada, slug, delay_seconds=0.2) for _ in range(50)))
    accepted = [each["id"] for each in answers if each["__typename"] == "Prediction"]
    refused = [each for each in answers if each["__typename"] == "BudgetExceeded"]
    # Some may have ended before others were asked for
    assert len(accepted) >= 5
    assert len(accepted) + len(refused) == 50
    assert refused[0]["code"] == "BUDGET_EXCEEDED"
    assert "10 USD in all" in refused[0]["message"]
    costs = []
    for prediction_id in accepted:
        await ended(ada, prediction_id)
        costs.append(Decimal((await ada.run(COST, id=prediction_id))["prediction"]["cost"]["amount"]))
    (budget,) = await budgets(ada)
    assert (Decimal(budget["spent"]), budget["reserved"]) == (sum(costs), "0")
    assert Decimal(budget["left"]) == 10 - sum(costs) > 0
    assert (budget["isHard"], budget["isExceeded"], budget["currency"]) == (True, False, "USD")


async def test_the_other_doors_refuse_in_their_forms(ada: Client, admin: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    await set_budget(admin, user=await handle_of(ada), amount="0.5")
    headers = {"authorization": f"Bearer {ada.token}"}
    async with httpx.AsyncClient(base_url=live_server.url, headers=headers) as http:
        answer = await http.post(f"/v1/models/{slug}/predictions", json={"input": ECHO})
        assert (answer.status_code, answer.json()["code"]) == (402, "BUDGET_EXCEEDED")
        body = {"model": "demo/chat", "messages": [{"role": "user", "content": "Hi"}]}
        answer = await http.post("/openai/v1/chat/completions", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")
    assert answer.json()["error"]["type"] == "insufficient_quota"
    assert answer.headers["x-should-retry"] == "false"


async def test_a_budget_that_only_warns_refuses_nothing(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada)
    await set_budget(admin, user=await handle_of(ada), amount="0", isHard=False)
    created = await create(ada, slug)
    await ended(ada, created["id"])
    (budget,) = await budgets(ada)
    assert (budget["isExceeded"], budget["reserved"], budget["left"]) == (True, "0", "0")
    await set_budget(admin, user=await handle_of(ada))
    assert await budgets(ada) == []


async def test_users_set_those_of_their_own_keys(ada: Client, bob: Client, admin: Client, nobody: Client) -> None:
    slug = await echo_model(ada)
    created = await new_key(ada, "RUN", "READ")
    key = created["apiKey"]["id"]
    assert (await set_budget(ada, apiKey=key, amount="1"))["__typename"] == "User"
    assert (await set_budget(bob, apiKey=key, amount="100"))["code"] == "NOT_FOUND"
    assert (await set_budget(ada, user=await handle_of(ada), amount="100"))["code"] == "FORBIDDEN"
    for client in (nobody, await with_key(ada, "RUN", "READ", "WRITE")):
        answer = await client.raw(SET, input={"period": "TOTAL", "apiKey": key, "amount": "100"})
        codes = [answer["data"] and answer["data"]["setBudget"]["code"]] + [
            error["extensions"]["code"] for error in answer.get("errors", [])
        ]
        assert {"FORBIDDEN", "UNAUTHENTICATED"} & set(codes), answer
    (budget,) = await budgets(ada)
    assert (budget["apiKey"], budget["amount"]) == (key, "1")
    assert (await create(acting(ada, created["key"]), slug))["__typename"] == "BudgetExceeded"
    assert (await create(ada, slug))["__typename"] == "Prediction"
    read = "query ($s: String!) { model(slug: $s) { owner { budgets { amount } } } }"
    assert (await bob.run(read, s=slug))["model"]["owner"]["budgets"] is None
    assert (await admin.run(read, s=slug))["model"]["owner"]["budgets"] == [{"amount": "1"}]
    log = await admin.run("{ auditEvents(first: 20) { nodes { action after } } }")
    told = [each["after"] for each in log["auditEvents"]["nodes"] if each["action"] == "BUDGET_SET"]
    assert {"period": "TOTAL", "amount": "1", "currency": "USD", "hard": True} in told


@pytest.mark.parametrize(
    ("budget", "path", "code"),
    [
        ({"amount": "1"}, "/user", "oneOf"),
        ({"user": "x", "apiKey": "QXBpS2V5OjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA", "amount": "1"}, "/user",
         "oneOf"),
        ({"user": "x", "amount": "-1"}, "/amount", "range"),
        ({"user": "x", "amount": "1000000001"}, "/amount", "range"),
        ({"user": "x", "amount": "0.0000000000001"}, "/amount", "range"),
    ],
)  # fmt: skip
async def test_what_is_no_budget(admin: Client, budget: dict[str, Any], path: str, code: str) -> None:
    assert (await set_budget(admin, **budget))["violations"] == [{"path": path, "code": code}]
    assert (await set_budget(admin, user="no-such", amount="1"))["code"] == "NOT_FOUND"


async def test_an_estimate_is_what_is_held(ada: Client, admin: Client, nobody: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    estimate = """query ($input: CreatePredictionInput!) { estimateCost(input: $input) { most currency } }"""
    new = {"model": slug, "input": {"text": "w " * 60, "delay_seconds": 1}}
    assert (await ada.run(estimate, input=new))["estimateCost"] == {"most": "1.8", "currency": "USD"}
    limited = {**new, "deadlineSeconds": 100}
    assert (await ada.run(estimate, input=limited))["estimateCost"]["most"] == "0.1"
    await set_budget(admin, user=await handle_of(ada), amount="10")
    created = (await ada.run(CREATE, input=limited))["createPrediction"]
    (budget,) = await budgets(ada)
    assert budget["reserved"] == "0.1"
    await ada.cancel(created["id"])
    await ended(ada, created["id"])
    assert await code_of(ada, estimate, input={**new, "input": {}}) == "INVALID_INPUT"
    assert await code_of(nobody, estimate, input=new) == "NOT_FOUND"
    await admin.run(PRICES, input={"prices": []})
    assert (await ada.run(estimate, input=new))["estimateCost"] is None


async def test_a_batch_waits_for_its_budget(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada)
    await set_budget(admin, user=await handle_of(ada), amount="4")
    batch = (await ada.run(BATCH, input={"model": slug, "inputs": [ECHO] * 6}))["createBatch"]
    async with asyncio.timeout(60):
        while (now := (await ada.run(READ_BATCH, id=batch["id"]))["batch"])["status"] != "COMPLETED":
            await asyncio.sleep(0.2)
    assert now["counts"]["succeeded"] == 6
    (budget,) = await budgets(ada)
    assert budget["reserved"] == "0"
    assert 0 < Decimal(budget["spent"]) < 4
    await set_budget(admin, user=await handle_of(ada), amount="1")
    batch = (await ada.run(BATCH, input={"model": slug, "inputs": [ECHO] * 2}))["createBatch"]
    async with asyncio.timeout(60):
        while not (now := (await ada.run(READ_BATCH, id=batch["id"]))["batch"])["note"]:
            await asyncio.sleep(0.2)
    assert "budget" in now["note"]
    await set_budget(admin, user=await handle_of(ada))
    async with asyncio.timeout(60):
        while (now := (await ada.run(READ_BATCH, id=batch["id"]))["batch"])["status"] != "COMPLETED":
            await asyncio.sleep(0.2)
