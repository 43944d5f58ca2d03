"""Experiments: what their results say of real rows, and guardrails that return traffic, with their webhook."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.domain.ids import parse_id
from server.domain.statistics import LEAST_COUNT, rate
from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import PUBLISH, USER_ERROR, echo_model, settled, somebody
from tests.support.receiver import OK, answer, listening

EXPERIMENT = """id name createdAt endedAt endReason maxErrorRate maxP95Seconds baseline { number }
  shares { weight version { number } } breach { version limit count hits atLeast }
  versionResults { version { number } isBaseline count enoughData errorRate { estimate low high }
    errorRateDifference { estimate low high } queueSeconds { p50 p95 } firstTokenSeconds { p50 }
    totalSeconds { p50 p95 } isExact cost { amount currency } meanCost
    outcomes { name kind count mean { estimate low high } difference { estimate low high } } }"""
SET = f"""mutation ($i: SetTrafficInput!) {{ setTraffic(input: $i) {{ __typename
  ... on Model {{ experiments {{ {EXPERIMENT} }} }} {USER_ERROR} }} }}"""
READ = f"""query ($s: String!) {{ model(slug: $s) {{ traffic {{ weight version {{ number }} }}
  experiments {{ {EXPERIMENT} }} }} }}"""
RECORD = f"""mutation ($i: RecordOutcomeInput!) {{ recordOutcome(input: $i) {{ __typename
  ... on Outcome {{ name value updatedAt }} {USER_ERROR} }} }}"""
NOTED = "query ($id: ID!) { prediction(id: $id) { experiment { id } outcomes { name value } } }"
CREATE = """mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) {
  ... on Prediction { id version { number } } } }"""
GUIDE = Path(__file__).parents[3] / "docs" / "experiments.md"
# Rows like one that ran: so many of a version, of which some failed, with their seconds and perhaps an outcome
ADD = """
WITH like_it AS (SELECT * FROM prediction WHERE version_id = $2 AND status = 'succeeded' LIMIT 1),
added AS (
  INSERT INTO prediction (id, owner, model_id, version_id, queue, rank, share, priority, status, input, logs, attempt,
    losses, alone, outside_runner, run_at, request_hash, data_removed, created_at, updated_at, completed_at, metrics,
    experiment_id)
  SELECT gen_random_uuid(), owner, model_id, version_id, queue, rank, share, priority,
    CASE WHEN n <= $4 THEN 'failed' ELSE 'succeeded' END, input, '', attempt, 0, false, false, run_at, '', false, now(),
    now(), now(), jsonb_build_object('queue_seconds', 0.5, 'total_seconds', n * $5::float8), $1
  FROM like_it, generate_series(1, $3) AS n RETURNING id, version_id, owner, status, metrics),
ledger AS (
  INSERT INTO usage (prediction_id, owner, predict_seconds, input_tokens, output_tokens, amount, charge, created_at)
  SELECT id, owner, 0, 0, 0, round((metrics->>'total_seconds')::numeric / $5::float8::numeric / 3000000, 12),
    '{"currency": "USD"}', now() FROM added WHERE status = 'succeeded')
INSERT INTO outcome (id, prediction_id, name, value, experiment_id, version_id, created_at, updated_at)
SELECT gen_random_uuid(), id, 'score', $6::float8 + (row_number() OVER ()) % 5, $1, version_id, now(), now() FROM added
"""


@dataclass(frozen=True)
class Divided:
    """A model of two READY versions that have run, and its owner."""

    owner: Client
    slug: str
    live: LiveServer

    async def set(self, **options: Any) -> dict[str, Any]:
        shares = [{"version": number, "weight": 50} for number in (1, 2)]
        answer = await self.owner.run(SET, i={"model": self.slug, "shares": shares, **options})
        changed: dict[str, Any] = answer["setTraffic"]
        return changed

    async def read(self) -> dict[str, Any]:
        model: dict[str, Any] = (await self.owner.run(READ, s=self.slug))["model"]
        return model

    async def add(self, number: int, count: int, errors: int, *, step: float = 0.01, score: float = 0.0) -> None:
        experiment = parse_id((await self.read())["experiments"][0]["id"], "Experiment")
        name = self.slug.partition("/")[2]
        find = "SELECT v.id FROM version v JOIN model m ON m.id = v.model_id WHERE m.name = $1 AND v.number = $2"
        database = await asyncpg.connect(self.live.environment["DATABASE_URL"])
        try:
            version = await database.fetchval(find, name, number)
            await database.execute(ADD, experiment, version, count, errors, step, score)
        finally:
            await database.close()


@pytest.fixture(scope="module")
async def divided(live_server: LiveServer) -> AsyncIterator[Divided]:
    """An echo model of two versions, each of which has run."""
    owner, _ = await somebody(live_server.url)
    slug = await echo_model(owner)
    await owner.run(PUBLISH, input={"model": slug, "source": {"predictor": "echo"}})
    await settled(owner, slug)
    for number in (1, 2):
        made = await owner.create(f"{slug}:{number}", {"text": "x"}, wait=60)
        assert made["status"] == "SUCCEEDED", made
    yield Divided(owner, slug, live_server)
    await owner.close()


def period() -> dict[str, str]:
    now = datetime.now(UTC)
    return {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()}


def by_version(experiment: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {each["version"]["number"]: each for each in experiment["versionResults"]}


async def test_results_are_those_of_the_rows(divided: Divided, bob: Client) -> None:
    began = await divided.set(name="longer answers", baseline=1)
    (first, *_) = began["experiments"]
    assert (first["name"], first["baseline"], first["endedAt"]) == ("longer answers", {"number": 1}, None)
    assert [each["count"] for each in first["versionResults"]] == [0, 0]
    await divided.add(1, LEAST_COUNT - 1, 0)
    few = by_version((await divided.read())["experiments"][0])[1]
    assert (few["count"], few["enoughData"], few["errorRate"]) == (LEAST_COUNT - 1, False, None)
    assert few["outcomes"][0]["mean"] is None
    await divided.add(1, 171, 20)
    await divided.add(2, 100, 30, step=0.02, score=1.0)
    results = by_version((await divided.read())["experiments"][0])
    base, other = results[1], results[2]
    assert (base["isBaseline"], base["count"], base["errorRateDifference"]) == (True, 200, None)
    assert (other["isBaseline"], other["count"], other["enoughData"]) == (False, 100, True)
    expected = rate(100, 30)
    assert expected is not None
    assert other["errorRate"] == {"estimate": 0.3, "low": expected.low, "high": expected.high}
    difference = other["errorRateDifference"]
    assert difference["estimate"] == pytest.approx(0.2)
    assert difference["low"] < 0.2 < difference["high"]
    # Those that succeeded took 0.62 to 2 s, in even steps
    assert other["totalSeconds"] == {"p50": pytest.approx(1.31), "p95": pytest.approx(1.931)}
    assert other["queueSeconds"] == {"p50": 0.5, "p95": 0.5}
    assert other["firstTokenSeconds"] == {"p50": None}
    # 70 of its runs were charged, each a third of a millionth more than the one before
    amount = sum(Decimal(number) for number in range(31, 101)) / 3_000_000
    assert Decimal(other["cost"]["amount"]) == pytest.approx(amount, abs=Decimal("1e-10"))
    assert Decimal(other["meanCost"]) == (Decimal(other["cost"]["amount"]) / 100).quantize(Decimal("1e-12"))
    assert (other["cost"]["currency"], other["isExact"]) == ("USD", True)
    (score,) = other["outcomes"]
    assert (score["name"], score["kind"], score["count"]) == ("score", "MEAN", 100)
    assert score["mean"]["estimate"] == pytest.approx(3.0)
    assert score["difference"]["low"] < 1.0 < score["difference"]["high"]
    # Nobody else sees it
    assert (await bob.run(READ, s=divided.slug))["model"]["experiments"] == []
    await divided.owner.run(SET, i={"model": divided.slug, "shares": []})
    assert (await divided.read())["experiments"][0]["endReason"] == "STOPPED"


async def test_outcomes_are_noted_once_a_name(divided: Divided, bob: Client, nobody: Client, admin: Client) -> None:
    await divided.set()
    new = {"model": divided.slug, "input": {"text": "x"}}
    made = (await bob.run(CREATE, i=new))["createPrediction"]

    async def record(client: Client, name: str, value: float) -> dict[str, Any]:
        given = {"prediction": made["id"], "name": name, "value": value}
        answer: dict[str, Any] = (await client.run(RECORD, i=given))["recordOutcome"]
        return answer

    for value in (0.0, 1.0, 1.0):
        noted = await record(bob, "thumb", value)
        assert (noted["name"], noted["value"]) == ("thumb", value)
    result = by_version((await divided.read())["experiments"][0])[made["version"]["number"]]
    assert [(each["name"], each["kind"], each["count"]) for each in result["outcomes"]] == [("thumb", "RATE", 1)]
    # The owner of the model does not vote for who ran it
    for client in (divided.owner, nobody):
        assert (await record(client, "thumb", 0))["code"] == "NOT_FOUND"
    for name, value in (("", 1), ("1a", 1), ("a b", 1), ("a" * 65, 1), ("ok", 1e300)):
        assert (await record(bob, name, value))["code"] == "INVALID_INPUT"
    for number in range(19):
        assert (await record(bob, f"more{number}", number))["__typename"] == "Outcome"
    assert (await record(bob, "one.too.many", 1))["code"] == "CONFLICT"
    assert (await record(bob, "thumb", 0))["value"] == 0
    # Which experiment it is of is for the owner of the model to know, and what came of it for who ran it
    seen = (await bob.run(NOTED, id=made["id"]))["prediction"]
    assert seen["experiment"] is None
    assert [each["name"] for each in seen["outcomes"]] == sorted(["thumb", *(f"more{number}" for number in range(19))])
    assert seen["outcomes"][-1] == {"name": "thumb", "value": 0}
    theirs = (await admin.run(NOTED, id=made["id"]))["prediction"]
    assert theirs == {
        "experiment": {"id": (await divided.read())["experiments"][0]["id"]},
        "outcomes": seen["outcomes"],
    }
    own = (await divided.owner.run(CREATE, i=new))["createPrediction"]
    noted = (await divided.owner.run(NOTED, id=own["id"]))["prediction"]
    assert noted == {"experiment": theirs["experiment"], "outcomes": []}
    # Whoever has the id of one without an account, has run it
    theirs = (await nobody.run(CREATE, i=new))["createPrediction"]
    given = {"prediction": theirs["id"], "name": "thumb", "value": 1}
    assert (await nobody.run(RECORD, i=given))["recordOutcome"]["value"] == 1
    noted = (await nobody.run(NOTED, id=theirs["id"]))["prediction"]
    assert noted == {"experiment": None, "outcomes": [{"name": "thumb", "value": 1}]}
    await divided.owner.run(SET, i={"model": divided.slug, "shares": []})


async def test_the_examples_of_the_guide_run(divided: Divided) -> None:
    made = await divided.owner.create(divided.slug, {"text": "x"}, wait=60)
    answers = []
    for example in re.findall(r"```graphql\n(.*?)```", GUIDE.read_text(), re.DOTALL)[2:]:
        document = example.replace("guest/summary", divided.slug).replace("UHJlZGljdGlvbjox", made["id"])
        ((name, answer),) = (await divided.owner.run(document, **(period() if "$from" in document else {}))).items()
        answers.append((name, answer))
        assert "code" not in answer, (name, answer)
    names = "setTraffic model createPrediction recordOutcome setTraffic model setTraffic setVersionAlias"
    assert " ".join(name for name, _ in answers) == names
    (_, shared), (_, model), _, (_, noted), (_, guarded), (_, performing), (_, whole), (_, named) = answers
    assert [share["weight"] for share in shared["traffic"]] == [90, 10]
    assert (model["experiments"][0]["endedAt"], len(model["experiments"][0]["versionResults"])) == (None, 2)
    assert noted == {"name": "thumb", "value": 1}
    assert guarded["experiments"][0]["name"] == "shorter prompt"
    assert [version["number"] for version in performing["versions"]] == [2, 1]
    assert {len(version["performance"]["ends"]) for version in performing["versions"]} == {5}
    assert whole["traffic"] == [{"weight": 100, "version": {"number": 1}}]
    assert named["versionAliases"] == [{"alias": "stable", "version": 1}]
    await divided.owner.run(SET, i={"model": divided.slug, "shares": []})


async def test_a_guardrail_returns_the_traffic_once_and_tells(divided: Divided, admin: Client) -> None:
    async with listening(answer(500), OK) as receiver:
        guardrail = {"maxErrorRate": 0.1, "maxP95Seconds": 60.0, "webhookUrl": receiver.url()}
        await divided.set(name="risky", baseline=1, guardrail=guardrail)
        await divided.add(1, 100, 40)
        await divided.add(2, 100, 5)
        await divided.add(2, 200, 85)
        while (ended := (await divided.read())["experiments"][0])["endedAt"] is None:
            await asyncio.sleep(0.1)
        assert (ended["endReason"], ended["name"]) == ("GUARDRAIL", "risky")
        assert (ended["breach"]["version"], ended["breach"]["limit"]) == (2, "maxErrorRate")
        assert 0.1 < ended["breach"]["atLeast"] < 0.3
        assert (await divided.read())["traffic"] == [{"weight": 100, "version": {"number": 1}}]
        made = (await divided.owner.run(CREATE, i={"model": divided.slug, "input": {"text": "x"}}))["createPrediction"]
        assert made["version"]["number"] == 1
        while len(receiver.told) < 2:
            await asyncio.sleep(0.1)
        first, second = receiver.told
        assert first.id == second.id
        assert (second.event, second.json["id"]) == ("EXPERIMENT_ENDED", ended["id"])
        assert second.json["breach"] == ended["breach"]
        assert second.json["model"] == {"slug": divided.slug}
    query = """query ($s: String!) { auditEvents(first: 10, filter: { subject: $s, actions: [TRAFFIC_RETURNED] }) {
      nodes { actor door before after } } }"""
    (event,) = (await admin.run(query, s=divided.slug))["auditEvents"]["nodes"]
    assert (event["actor"], event["door"]) == ("server", "SERVER")
    assert event["before"] == {"weights": {"1": 50, "2": 50}}
    assert event["after"]["weights"] == {"1": 100}


async def test_guardrails_that_are_none(divided: Divided) -> None:
    for guardrail, path in (
        ({}, "/guardrail"),
        ({"maxErrorRate": 0}, "/guardrail/maxErrorRate"),
        ({"maxErrorRate": 1.5}, "/guardrail/maxErrorRate"),
        ({"maxP95Seconds": -1}, "/guardrail/maxP95Seconds"),
        ({"maxErrorRate": 0.1, "webhookUrl": "http://10.0.0.1/"}, "/webhook/url"),
    ):
        refused = await divided.set(guardrail=guardrail)
        assert [violation["path"] for violation in refused["violations"]] == [path]
