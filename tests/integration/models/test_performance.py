"""`ModelVersion.performance`: what ran is told a little later, and to whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import change, code_of, echo_model, handle_of

SPEED = "{ p50 p95 p99 }"
SPEEDS = f"""queueSeconds {SPEED} firstTokenSeconds {SPEED} predictSeconds {SPEED} totalSeconds {SPEED}
  tokensPerSecond {SPEED}"""
ENDS = "ends { succeeded failed canceled aborted shared }"
PERFORMANCE = f"""performance(from: $from, to: $to) {{ from to isExact successRate {ENDS} {SPEEDS}
  series {{ from {ENDS} {SPEEDS} }} }}"""
READ = f"""query ($s: String!, $from: DateTime!, $to: DateTime!) {{ model(slug: $s) {{
  latestVersion {{ {PERFORMANCE} }} }} }}"""
OF_PREDICTION = f"""query ($id: ID!, $from: DateTime!, $to: DateTime!) {{ prediction(id: $id) {{
  version {{ {PERFORMANCE} }} }} }}"""
NOTHING = {"p50": None, "p95": None, "p99": None}


def period(hours: float = 2) -> dict[str, str]:
    now = datetime.now(UTC)
    return {"from": (now - timedelta(hours=hours)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}


async def read(client: Client, slug: str) -> Any:
    model = (await client.run(READ, s=slug, **period()))["model"]
    return model and model["latestVersion"]["performance"]


async def test_what_ran_is_told_to_whom_it_may(ada: Client, bob: Client, nobody: Client, admin: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    totals = []
    for _ in range(3):
        made = await ada.create(slug, {"text": "x"}, wait=60)
        query = "query ($id: ID!) { prediction(id: $id) { metrics { totalSeconds } } }"
        totals.append((await ada.run(query, id=made["id"]))["prediction"]["metrics"]["totalSeconds"])
    async with asyncio.timeout(60):
        while (report := await read(ada, slug))["ends"]["succeeded"] < 3:
            await asyncio.sleep(0.2)
    assert report["ends"] == {"succeeded": 3, "failed": 0, "canceled": 0, "aborted": 0, "shared": 0}
    assert report["successRate"] == 1
    assert datetime.fromisoformat(report["from"]).minute == 0
    assert datetime.fromisoformat(report["to"]) <= datetime.now(UTC) + timedelta(seconds=5)
    assert sum(point["ends"]["succeeded"] for point in report["series"]) == 3
    if report["isExact"]:
        assert report["totalSeconds"]["p50"] == pytest.approx(sorted(totals)[1])
    assert report["totalSeconds"]["p50"] == pytest.approx(sorted(totals)[1], rel=0.02, abs=0.002)
    assert report["firstTokenSeconds"] == NOTHING
    assert (await read(admin, slug))["ends"] == report["ends"]
    # Of others those alone know of it with whom it is shared
    for client in (bob, nobody):
        assert await read(client, slug) is None
    await change(ada, slug, sharedWith=[await handle_of(bob)])
    assert (await read(bob, slug))["ends"] == report["ends"]
    assert await read(nobody, slug) is None
    # Of a public model nobody is told how much it is used, nor of a few runs how fast they were
    await change(ada, slug, sharedWith=[], visibility="PUBLIC")
    blind = await with_key(ada, "RUN")
    for client in (bob, nobody):
        seen = await read(client, slug)
        assert (seen["ends"], seen["series"], seen["successRate"]) == (None, [], None)
        assert {seen[name]["p50"] for name in ("queueSeconds", "predictSeconds", "totalSeconds")} == {None}
    assert (await code_of(blind, READ, s=slug, **period())) == "FORBIDDEN"
    # Who ran it while it was public knows of its version, and not how it does since
    made = await bob.create(slug, {"text": "y"})
    await change(ada, slug, visibility="PRIVATE")
    seen = (await bob.run(OF_PREDICTION, id=made["id"], **period()))["prediction"]["version"]
    assert seen == {"performance": None}


@pytest.mark.parametrize(
    "changes",
    [{"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, {"from": "2025-01-01T00:00:00Z"},
     {"from": "9999-12-31T23:30:00Z", "to": "9999-12-31T23:59:59Z"}, {"to": "9999-12-31T23:59:59-14:00"}],
)  # fmt: skip
async def test_a_time_that_is_none(ada: Client, changes: dict[str, str]) -> None:
    slug = await echo_model(ada)
    assert await code_of(ada, READ, s=slug, **{**period(), **changes}) == "BAD_USER_INPUT"
