"""Usage: what the ledger adds up to, by GraphQL and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from server.domain.usage import UsageGrouping
from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import code_of, echo_model, ended, handle_of

SUM = "predictions predictSeconds inputTokens outputTokens amount"
REPORT = f"currency hasMore total {{ {SUM} }} groups {{ key name used {{ {SUM} }} }}"
OWN = f"""query ($from: DateTime!, $to: DateTime!, $by: UsageGrouping!) {{
  viewer {{ usage(from: $from, to: $to, groupBy: $by) {{ {REPORT} }} }} }}"""
ALL = f"""query ($from: DateTime!, $to: DateTime!, $by: UsageGrouping!, $user: String) {{
  usage(from: $from, to: $to, groupBy: $by, user: $user) {{ {REPORT} }} }}"""
SET = "mutation ($input: SetPricesInput!) { setPrices(input: $input) { __typename } }"
COST = "query ($id: ID!) { prediction(id: $id) { cost { amount } metrics { predictSeconds } } }"
SHOWN = {"predictions": "predictions", "predict_seconds": "predictSeconds", "input_tokens": "inputTokens",
         "output_tokens": "outputTokens", "amount": "amount"}  # fmt: skip


def period(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat(), **more}


async def own(client: Client, by: str) -> dict[str, Any]:
    report: dict[str, Any] = (await client.run(OWN, **period(by=by)))["viewer"]["usage"]
    return report


async def csv_lines(live: LiveServer, client: Client, by: str, **more: Any) -> list[dict[str, str]]:
    headers = {"authorization": f"Bearer {client.token}"}
    async with httpx.AsyncClient(base_url=live.url, headers=headers) as http:
        answer = await http.get("/v1/usage", params=period(group_by=by, **more))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
async def priced(admin: Client) -> AsyncIterator[None]:
    await admin.run(SET, input={"prices": [{"unit": "SECOND", "amount": "0.000001"}]})
    yield
    await admin.run(SET, input={"prices": []})


async def test_sums_are_those_of_the_predictions_and_csv_has_the_same(
    ada: Client, admin: Client, live_server: LiveServer, priced: None
) -> None:
    slugs = [await echo_model(ada), await echo_model(ada)]
    key = await with_key(ada, "RUN", "READ")
    ids = [(await client.create(slug, {"text": "a"}))["id"] for client in (ada, key) for slug in slugs]
    told = []
    for prediction_id in ids:
        await ended(ada, prediction_id)
        told.append((await ada.run(COST, id=prediction_id))["prediction"])
    amount = sum(Decimal(each["cost"]["amount"]) for each in told)
    seconds = sum(Decimal(str(each["metrics"]["predictSeconds"])) for each in told)
    for by in ("DAY", "MODEL", "KEY"):
        report = await own(ada, by)
        assert (report["currency"], report["hasMore"], report["total"]["predictions"]) == ("USD", False, 4)
        assert Decimal(report["total"]["amount"]) == amount > 0
        assert Decimal(report["total"]["predictSeconds"]) == seconds
        for name in SHOWN.values():
            assert sum(Decimal(group["used"][name]) for group in report["groups"]) == Decimal(report["total"][name])
        *lines, total = await csv_lines(live_server, ada, by)
        assert [(line["key"], line["name"]) for line in lines] == [
            (group["key"] or "", group["name"] or "") for group in report["groups"]
        ]
        shown = [*(group["used"] for group in report["groups"]), report["total"]]
        assert [{SHOWN[name]: line[name] for name in SHOWN} for line in (*lines, total)] == [
            {name: str(used[name]) for name in SHOWN.values()} for used in shown
        ]
        user = await handle_of(ada)
        assert (await admin.run(ALL, **period(by=by, user=user)))["usage"] == report
        assert await csv_lines(live_server, admin, by, user=user) == [*lines, total]
    assert {group["name"] for group in (await own(ada, "MODEL"))["groups"]} == set(slugs)
    keys = {group["name"]: group["used"]["predictions"] for group in (await own(ada, "KEY"))["groups"]}
    assert keys.pop(None) == 2
    assert list(keys.values()) == [2]
    everybody = (await admin.run(ALL, **period(by="USER")))["usage"]
    (group,) = [each for each in everybody["groups"] if each["name"] == await handle_of(ada)]
    assert group["used"] == (await own(ada, "DAY"))["total"]
    lines = await csv_lines(live_server, admin, "USER", everybody=True)
    assert lines[-1]["predictions"] == str(everybody["total"]["predictions"])


async def test_who_may_read_it(ada: Client, bob: Client, nobody: Client, live_server: LiveServer) -> None:
    for client in (ada, nobody):
        assert await code_of(client, ALL, **period(by="DAY")) == "FORBIDDEN"
    assert (await ada.run(OWN, **period(by="DAY")))["viewer"]["usage"]["groups"] == []
    blind = await with_key(bob, "RUN")
    assert (await blind.run(OWN, **period(by="DAY")))["viewer"]["usage"] is None
    async with httpx.AsyncClient(base_url=live_server.url) as http:
        assert (await http.get("/v1/usage")).status_code == 401
        headers = {"authorization": f"Bearer {ada.token}"}
        for asked in ({"user": await handle_of(bob)}, {"everybody": "true"}):
            assert (await http.get("/v1/usage", params=asked, headers=headers)).status_code == 403
        assert (await http.get("/v1/usage", headers=headers)).text.splitlines()[-1].startswith("total,,0,0,0,0,0,USD")


@pytest.mark.parametrize("by", UsageGrouping)
@pytest.mark.parametrize(
    "changes",
    [{"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, {"from": "0001-01-01T00:00:00Z"},
     {"to": "9999-12-31T23:59:59-14:00"}],
)  # fmt: skip
async def test_a_time_that_is_none(ada: Client, live_server: LiveServer, by: str, changes: dict[str, str]) -> None:
    assert await code_of(ada, OWN, **{**period(by=by), **changes}) == "BAD_USER_INPUT"
    headers = {"authorization": f"Bearer {ada.token}"}
    async with httpx.AsyncClient(base_url=live_server.url, headers=headers) as http:
        for asked in ({**period(group_by=by), **changes}, {"to": "0001-01-01T00:00:00Z"}, {"group_by": "HOUR"}):
            assert (await http.get("/v1/usage", params=asked)).status_code in (400, 422)
