"""Batches over the API, run by a real worker: created, watched, read, told of, and seen by their owner alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.integration.batches.operations import CREATE, MEMBERS, MODEL, create, ended, read
from tests.support.api import Client
from tests.support.operations import administrator, somebody
from tests.support.receiver import answer, listening

CANCEL = f"mutation ($i: CancelBatchInput!) {{ cancelBatch(input: $i) {{ {MEMBERS} }} }}"
DELETE = """mutation ($i: DeleteBatchInput!) { deleteBatch(input: $i) {
  __typename ... on DeletedBatch { id deleted pending } ... on UserError { code message } } }"""
REDELIVER = f"mutation ($i: RedeliverBatchWebhookInput!) {{ redeliverBatchWebhook(input: $i) {{ {MEMBERS} }} }}"
RETRY = f"mutation ($i: RetryFailedBatchInput!) {{ retryFailedBatch(input: $i) {{ {MEMBERS} }} }}"
UPLOAD = "mutation ($i: CreateUploadInput!) { createUpload(input: $i) { ... on Upload { uri url } } }"
WATCH = "subscription ($id: ID!) { batch(id: $id) { status counts { total succeeded live } } }"
SECRET = "{ viewer { webhookSecret } }"
PRICES = "mutation ($i: SetPricesInput!) { setPrices(input: $i) { __typename } }"
COST = "query ($id: ID!) { prediction(id: $id) { cost { amount } } }"


@pytest.fixture
async def ada(live_server: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(live_server.url)
    yield client
    await client.close()


def texts(*words: str) -> list[dict[str, str]]:
    return [{"text": word} for word in words]


async def test_a_batch_is_watched_to_its_end_and_its_results_are_read(ada: Client) -> None:
    made = await create(ada, inputs=texts("a", "b", "c"), metadata={"mine": 1}, maxConcurrency=2)
    assert (made["__typename"], made["status"], made["counts"]["total"]) == ("Batch", "PROCESSING", 3)
    seen = []
    async with ada.socket() as socket:
        await socket.send(json.dumps({"id": "1", "type": "subscribe",
                                      "payload": {"query": WATCH, "variables": {"id": made["id"]}}}))  # fmt: skip
        while (message := json.loads(await socket.recv()))["type"] == "next":
            seen.append(message["payload"]["data"]["batch"])
        assert message["type"] == "complete"
    assert seen[-1] == {"status": "COMPLETED", "counts": {"total": 3, "succeeded": 3, "live": 0}}
    over = await read(ada, made["id"])
    assert over["metadata"] == {"mine": 1}
    items = over["items"]["nodes"]
    assert [(item["batchIndex"], item["text"], item["batch"]["id"]) for item in items] == [
        (0, "a", made["id"]), (1, "b", made["id"]), (2, "c", made["id"]),
    ]  # fmt: skip
    results = await ada.http.get(over["results"])
    assert results.headers["content-type"] == "application/jsonl"
    lines = [json.loads(line) for line in results.text.splitlines()]
    assert [(line["index"], line["status"], line["output"]) for line in lines] == [
        (0, "SUCCEEDED", "a"), (1, "SUCCEEDED", "b"), (2, "SUCCEEDED", "c"),
    ]  # fmt: skip
    assert (await ada.http.get(over["results"].replace("sig=", "sig=x"))).status_code == 403
    listed = await ada.run("{ batches { totalCount nodes { id } } }")
    assert listed["batches"] == {"totalCount": 1, "nodes": [{"id": made["id"]}]}


async def test_a_file_of_lines_with_pages_and_invalid_ones(ada: Client) -> None:
    data = b'{"text": "a"}\n{"nothing": 1}\nnonsense\n' + b'{"text": "b"}\n' * 3
    upload = (await ada.run(UPLOAD, i={"sizeBytes": str(len(data)), "contentType": "application/jsonl"}))[
        "createUpload"
    ]
    assert (await ada.http.put(upload["url"], content=data)).status_code == 201
    made = await create(ada, upload=upload["uri"])
    assert made["status"] == "STARTING"
    over = await ended(ada, made["id"])
    assert over["counts"] == {"total": 6, "succeeded": 4, "failed": 0, "canceled": 0, "aborted": 0, "invalid": 2,
                              "live": 0, "running": 0}  # fmt: skip
    assert [(line["line"], line["violations"][0]["code"]) for line in over["invalidLines"]["nodes"]] == [
        (2, "required"), (3, "line"),
    ]  # fmt: skip
    page = """query ($id: ID!, $after: String) { batch(id: $id) { items(first: 2, after: $after, status: [SUCCEEDED]) {
        nodes { batchIndex } pageInfo { hasNextPage endCursor } } } }"""
    first = (await ada.run(page, id=made["id"]))["batch"]["items"]
    second = (await ada.run(page, id=made["id"], after=first["pageInfo"]["endCursor"]))["batch"]["items"]
    assert [node["batchIndex"] for node in first["nodes"] + second["nodes"]] == [0, 3, 4, 5]
    assert not second["pageInfo"]["hasNextPage"]
    lines = [json.loads(line) for line in (await ada.http.get(over["results"])).text.splitlines()]
    assert [line["status"] for line in lines] == ["SUCCEEDED", "INVALID", "INVALID", *["SUCCEEDED"] * 3]


async def test_one_key_makes_one_batch(ada: Client) -> None:
    made = await asyncio.gather(*(create(ada, inputs=texts("a"), idempotencyKey="k") for _ in range(10)))
    assert len({batch["id"] for batch in made}) == 1
    other = await create(ada, inputs=texts("b"), idempotencyKey="k")
    assert (other["__typename"], other["code"]) == ("ConflictError", "CONFLICT")


@pytest.mark.parametrize(
    ("new", "path"),
    [
        ({}, "/inputs"),
        ({"inputs": []}, "/inputs"),
        ({"inputs": texts("a"), "upload": "upload:x"}, "/inputs"),
        ({"upload": "upload:00000000-0000-0000-0000-000000000000"}, "/upload"),
        ({"inputs": texts("a"), "deadlineSeconds": 0}, "/deadlineSeconds"),
        ({"inputs": texts("a"), "maxConcurrency": 0}, "/maxConcurrency"),
        ({"inputs": texts("a"), "idempotencyKey": ""}, "/idempotencyKey"),
        ({"inputs": texts("a"), "metadata": [1]}, "/metadata"),
        ({"inputs": texts("a"), "webhook": {"url": "http://10.0.0.1/"}}, "/webhook/url"),
        ({"inputs": [{"text": "a\0"}]}, "/inputs"),
    ],
)
async def test_what_is_no_batch(ada: Client, new: dict[str, Any], path: str) -> None:
    made = await create(ada, **new)
    assert made["__typename"] == "InvalidInput", made
    assert [violation["path"] for violation in made["violations"]] == [path]


async def test_one_webhook_tells_of_the_end(ada: Client) -> None:
    async with listening(answer(500)) as receiver:
        made = await create(ada, inputs=texts("a", "b"), webhook={"url": receiver.url()})
        assert made["webhook"]["status"] == "WAITING"
        await receiver.wait(2, 60)
        over = await ended(ada, made["id"])
        while over["webhook"]["status"] == "PENDING":
            over = await read(ada, made["id"])
        assert [attempt["statusCode"] for attempt in over["webhook"]["attempts"]] == [500, 200]
        again = (await ada.run(REDELIVER, i={"id": made["id"]}))["redeliverBatchWebhook"]
        assert again["webhook"]["status"] in ("PENDING", "DELIVERED")
        await receiver.wait(3, 60)
    first, second, third = receiver.told
    assert (third.id, third.event) == (first.id, first.event)
    assert (first.id, first.event) == (second.id, "BATCH_COMPLETED")
    secret = (await ada.run(SECRET))["viewer"]["webhookSecret"]
    body = Webhook(secret).verify(second.body, second.headers)
    assert (body["id"], body["status"], body["counts"]["succeeded"]) == (made["id"], "COMPLETED", 2)
    assert (await ada.http.get(body["results"])).status_code == 200


async def test_it_is_charged_what_its_items_are(ada: Client, live_server: LiveServer) -> None:
    free = await ended(ada, (await create(ada, inputs=texts("a")))["id"])
    admin = await administrator(live_server)
    try:
        await admin.run(PRICES, i={"prices": [{"unit": "SECOND", "amount": "0.000001"}]})
        async with listening() as receiver:
            made = await create(ada, inputs=texts("a", "b", "c"), webhook={"url": receiver.url()})
            # What is accepted is charged by these prices, whatever holds when it runs
            await admin.run(PRICES, i={"prices": []})
            over = await ended(ada, made["id"])
            await receiver.wait(1, 60)
    finally:
        await admin.run(PRICES, i={"prices": []})
        await admin.close()
    assert free["cost"] is None
    assert made["cost"] == {"amount": "0", "currency": "USD"}
    items = [item["id"] for item in over["items"]["nodes"]]
    costs = [(await ada.run(COST, id=item))["prediction"]["cost"]["amount"] for item in items]
    amount = sum(map(Decimal, costs))
    assert 0 < amount == Decimal(over["cost"]["amount"])
    assert receiver.told[0].json["cost"] == over["cost"]
    # The ledger keeps what was deleted
    await ada.run("mutation ($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }", id=items[0])
    assert (await read(ada, made["id"]))["cost"] == over["cost"]


async def test_one_that_ended_is_deleted(ada: Client, live_server: LiveServer) -> None:
    made = await create(ada, inputs=texts("a", "b"), maxConcurrency=1)
    over = await ended(ada, made["id"])
    # It shares ada's connections
    (other, _), reader = await somebody(live_server.url), await with_key(ada, "READ", "RUN")
    try:
        assert (await other.run(DELETE, i={"id": made["id"]}))["deleteBatch"]["code"] == "NOT_FOUND"
        assert (await reader.run(DELETE, i={"id": made["id"]}))["deleteBatch"]["code"] == "FORBIDDEN"
    finally:
        await other.close()
    assert (await ada.http.get(over["results"])).status_code == 200
    gone = (await ada.run(DELETE, i={"id": made["id"]}))["deleteBatch"]
    assert gone == {"__typename": "DeletedBatch", "id": made["id"], "deleted": 2, "pending": 0}
    assert await read(ada, made["id"]) is None
    assert (await ada.http.get(over["results"])).status_code == 404
    for item in over["items"]["nodes"]:
        assert await ada.get(item["id"]) is None
    slow = await create(ada, inputs=[{"text": "slow " * 200, "delay_seconds": 0.5}])
    early = (await ada.run(DELETE, i={"id": slow["id"]}))["deleteBatch"]
    assert (early["code"], await read(ada, slow["id"]) is not None) == ("CONFLICT", True)
    await ada.run(CANCEL, i={"id": slow["id"]})


async def test_a_cancel_and_what_may_be_retried(ada: Client) -> None:
    made = await create(ada, inputs=[{"text": "slow " * 200, "delay_seconds": 0.5} for _ in range(6)])
    early = (await ada.run(RETRY, i={"id": made["id"]}))["retryFailedBatch"]
    assert early["code"] == "CONFLICT"
    canceled = (await ada.run(CANCEL, i={"id": made["id"]}))["cancelBatch"]
    assert canceled["cancelRequestedAt"]
    over = await ended(ada, made["id"])
    assert (over["status"], over["counts"]["canceled"]) == ("CANCELED", 6)
    again = (await ada.run(RETRY, i={"id": made["id"]}))["retryFailedBatch"]
    assert (again["code"], again["message"]) == ("CONFLICT", "Nothing failed in this batch.")


async def test_what_a_cancel_kept_from_running_is_not_run_again(ada: Client) -> None:
    slow = {"text": "slow " * 200, "delay_seconds": 0.5}
    made = await create(ada, inputs=[{"text": "b", "fail": True}, *[slow] * 4], maxConcurrency=1)
    early = (await ada.run(REDELIVER, i={"id": made["id"]}))["redeliverBatchWebhook"]
    assert early["code"] == "CONFLICT"
    while not (await read(ada, made["id"]))["counts"]["failed"]:
        await asyncio.sleep(0.1)
    await ada.run(CANCEL, i={"id": made["id"]})
    over = await ended(ada, made["id"])
    assert (over["status"], over["counts"]["failed"], over["counts"]["canceled"]) == ("CANCELED", 1, 4)
    again = (await ada.run(RETRY, i={"id": made["id"]}))["retryFailedBatch"]
    over = await ended(ada, again["id"])
    assert [(item["batchIndex"], item["status"]) for item in over["items"]["nodes"]] == [(0, "FAILED")]


async def test_what_failed_is_run_again(ada: Client) -> None:
    made = await create(ada, inputs=[{"text": "a"}, {"text": "b", "fail": True}, {"text": "c"}])
    over = await ended(ada, made["id"])
    assert (over["status"], over["counts"]["succeeded"], over["counts"]["failed"]) == ("COMPLETED", 2, 1)
    again = (await ada.run(RETRY, i={"id": made["id"]}))["retryFailedBatch"]
    assert (again["retryOf"]["id"], again["counts"]["total"]) == (made["id"], 1)
    over = await ended(ada, again["id"])
    assert [(item["batchIndex"], item["status"]) for item in over["items"]["nodes"]] == [(1, "FAILED")]
    (line,) = (await ada.http.get(over["results"])).text.splitlines()
    assert json.loads(line)["error"] == {"code": "INTERNAL", "message": "RuntimeError: b"}


async def test_nobody_else_sees_or_changes_it(ada: Client, live_server: LiveServer) -> None:
    made = await create(ada, inputs=texts("hush"))
    await ended(ada, made["id"])
    bob, _ = await somebody(live_server.url)
    nobody = Client(live_server.url)
    reads, runs = await with_key(ada, "READ"), await with_key(ada, "RUN")
    for stranger in (bob, nobody):
        assert (await stranger.run("query ($id: ID!) { batch(id: $id) { id } }", id=made["id"]))["batch"] is None
        answer = await stranger.raw(CANCEL, i={"id": made["id"]})
        assert "hush" not in str(answer)
        assert "NOT_FOUND" in str(answer) or "UNAUTHENTICATED" in str(answer)
        assert made["id"] not in str((await stranger.raw(RETRY, i={"id": made["id"]})).get("data"))
        async with stranger.socket() as socket:
            await socket.send(json.dumps({"id": "1", "type": "subscribe",
                                          "payload": {"query": WATCH, "variables": {"id": made["id"]}}}))  # fmt: skip
            message = json.loads(await socket.recv())
            errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
            assert [error["extensions"]["code"] for error in errors] == ["NOT_FOUND"]
    assert "UNAUTHENTICATED" in str(await nobody.raw(CREATE, i={"model": MODEL, "inputs": texts("a")}))
    assert "UNAUTHENTICATED" in str(await nobody.raw("{ batches { nodes { id } } }"))
    assert (await bob.run("{ batches { nodes { id } } }"))["batches"]["nodes"] == []
    assert "FORBIDDEN" in str(await reads.raw(CREATE, i={"model": MODEL, "inputs": texts("a")}))
    assert "FORBIDDEN" in str(await runs.raw("query ($id: ID!) { batch(id: $id) { id } }", id=made["id"]))
    assert (await reads.run("query ($id: ID!) { batch(id: $id) { id } }", id=made["id"]))["batch"]
    for client in (bob, nobody, reads, runs):
        await client.close()


async def test_it_costs_what_a_batch_costs_however_many_items_it_has(ada: Client) -> None:
    answer = await ada.raw("mutation ($i: CreateBatchInput!) { createBatch(input: $i) { __typename } }",
                           i={"model": MODEL, "inputs": texts(*"abc")})  # fmt: skip
    assert answer["extensions"]["cost"]["requested"] == 101
