"""What the server failed is run again for its owner, once, as a new prediction; what ended stays ended."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from server.domain.ids import parse_id
from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.integration.administration.operations import audit, command, database_of
from tests.integration.operations.scraping import scrape
from tests.support.api import Client
from tests.support.operations import echo_model, ended

REQUEUE = """mutation ($i: RequeuePredictionInput!) { requeuePrediction(input: $i) { __typename
  ... on Prediction { id status user { handle } retryOf { id } } ... on UserError { code message } } }"""
REQUEUE_ALL = """mutation ($i: RequeuePredictionsInput!) { requeuePredictions(input: $i) { __typename
  ... on RequeuedPredictions { count refused } ... on UserError { code message } } }"""


async def act(client: Client, mutation: str, **values: Any) -> dict[str, Any]:
    (answer,) = (await client.run(mutation, i=values)).values()
    return dict(answer)


async def failed(live: LiveServer, client: Client, slug: str, code: str = "WORKER_LOST", **options: Any) -> str:
    """A prediction that ended, as it would have if the server had failed it."""
    made = await client.create(slug, {"text": "again"}, wait=60, **options)
    async with database_of(live) as connection:
        changed = await connection.execute(
            "UPDATE prediction SET status = 'failed', error_code = $2, output = NULL WHERE id = $1",
            parse_id(made["id"], "Prediction"), code,
        )  # fmt: skip
    assert changed == "UPDATE 1"
    return str(made["id"])


def row_id(text: str) -> UUID:
    return parse_id(text, "Prediction")


async def test_it_runs_again_for_its_owner_once(admin: Client, ada: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    hook = {"url": "https://nobody.invalid/", "events": ["COMPLETED"]}
    old = await failed(live_server, ada, slug, webhook=hook, deadlineSeconds=300)
    answers = await asyncio.gather(*(act(admin, REQUEUE, id=old) for _ in range(5)))
    assert {answer["__typename"] for answer in answers} == {"Prediction"}, answers
    (new,) = {answer["id"] for answer in answers}
    assert answers[0]["retryOf"] == {"id": old}
    again = await ended(ada, new)
    assert (again["status"], again["text"]) == ("SUCCEEDED", "again")
    assert (await ada.get(old) or {})["status"] == "FAILED"
    async with database_of(live_server) as connection:
        for each, deliveries in ((old, 1), (new, 1)):
            ledger = "SELECT count(*) FROM usage WHERE prediction_id = $1"
            assert await connection.fetchval(ledger, row_id(each)) == 1
            told = "SELECT count(*) FROM webhook_delivery WHERE prediction_id = $1 AND event = 'completed'"
            assert await connection.fetchval(told, row_id(each)) == deliveries
    events = await audit(admin, subject=str(row_id(old)))
    assert {event["action"] for event in events} == {"PREDICTION_REQUEUED"}
    assert events[0]["after"] == {"prediction": str(row_id(new)), "error": "WORKER_LOST"}


async def test_what_the_server_did_not_fail_is_refused(admin: Client, ada: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    fine = await ada.create(slug, {"text": "a"}, wait=60)
    theirs = await failed(live_server, ada, slug, "INPUT_REJECTED")
    gone = await failed(live_server, ada, slug)
    async with database_of(live_server) as connection:
        removed = "UPDATE prediction SET data_removed = true, input = '{}' WHERE id = $1"
        await connection.execute(removed, row_id(gone))
    assert (await act(admin, REQUEUE, id=fine["id"]))["code"] == "CONFLICT"
    assert (await act(admin, REQUEUE, id=theirs))["code"] == "CONFLICT"
    assert (await act(admin, REQUEUE, id=gone))["code"] == "UNAVAILABLE"
    assert (await act(admin, REQUEUE, id=str(UUID(int=7))))["code"] == "NOT_FOUND"


async def test_metrics_count_them(admin: Client, ada: Client, live_server: LiveServer) -> None:
    slug, name, before = await echo_model(ada), "inference_predictions_requeued_total", scrape(live_server.url)
    old, theirs = [await failed(live_server, ada, slug) for _ in range(2)]
    async with database_of(live_server) as connection:
        await connection.execute("UPDATE prediction SET batch_id = gen_random_uuid() WHERE id = $1", row_id(theirs))
    assert (await act(admin, REQUEUE, id=old))["__typename"] == "Prediction"
    assert (await act(admin, REQUEUE, id=theirs))["code"] == "CONFLICT"
    after = scrape(live_server.url)
    for outcome in ("accepted", "refused"):
        assert after.value(name, outcome=outcome) == before.value(name, outcome=outcome) + 1


@pytest.mark.parametrize("mutation", [REQUEUE, REQUEUE_ALL])
async def test_administrators_alone_may(
    admin: Client, ada: Client, nobody: Client, live_server: LiveServer, mutation: str
) -> None:
    slug = await echo_model(ada)
    old = await failed(live_server, ada, slug)
    values = {"id": old} if mutation == REQUEUE else {"model": slug}
    for client in (ada, nobody, await with_key(admin, "READ", "RUN"), await with_key(admin, "READ", "ADMIN")):
        assert (await act(client, mutation, **values))["code"] == "FORBIDDEN"
    assert [event["action"] for event in await audit(admin, subject=slug)] == []


async def test_all_of_a_model_are_run_again_and_no_batch_s(admin: Client, ada: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    codes = ("WORKER_LOST", "STORAGE", "INPUT_REJECTED")
    old = [await failed(live_server, ada, slug, code) for code in codes]
    assert await act(admin, REQUEUE_ALL, model=slug, errors=["STORAGE"]) == {
        "__typename": "RequeuedPredictions", "count": 1, "refused": 0,
    }  # fmt: skip
    assert (await act(admin, REQUEUE_ALL, model=slug))["count"] == 1
    assert (await act(admin, REQUEUE_ALL, model=slug))["count"] == 0
    async with database_of(live_server) as connection:
        item = "UPDATE prediction SET batch_id = gen_random_uuid(), error_code = 'STORAGE' WHERE id = $1"
        await connection.execute(item, row_id(old[2]))
    assert (await act(admin, REQUEUE_ALL, model=slug))["count"] == 0
    assert (await act(admin, REQUEUE, id=old[2]))["code"] == "CONFLICT"
    events = await audit(admin, subject=slug)
    assert [event["after"]["requeued"] for event in events] == [0, 0, 1, 1]


@pytest.mark.parametrize("values", [{"limit": 0}, {"limit": 1001}, {"errors": ["INTERNAL"]}, {"errors": []}])
async def test_what_cannot_be_is_said(admin: Client, values: dict[str, Any]) -> None:
    answer = await admin.raw(REQUEUE_ALL, i=values)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_operator_does_it_too(ada: Client, live_server: LiveServer) -> None:
    slug = await echo_model(ada)
    one, _ = await failed(live_server, ada, slug), await failed(live_server, ada, slug)
    done = command(live_server, "queues", "requeue", one)
    assert done.returncode == 0, done.stderr
    assert (await ended(ada, done.stdout.splitlines()[-1]))["status"] == "SUCCEEDED"
    all_of_it = command(live_server, "queues", "requeue", "--model", slug, "--error", "worker_lost")
    assert all_of_it.stdout.splitlines()[-1] == "1 run again."
    assert command(live_server, "queues", "requeue", "no id!").returncode == 1
