"""One trace from the operation to the predictor, over three processes; and what is never in it."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal

import pytest

from tests.conftest import LiveServer
from tests.integration.tracing.traces import caller, create, one
from tests.support.api import CREATE, Client
from tests.support.collector import Collector, Exported
from tests.support.operations import add_model, administrator, settled
from tests.support.processes import family
from tests.support.receiver import answer, listening

SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5


def parents(spans: list[Exported]) -> dict[str, str]:
    """The name of the span above each."""
    names = {span.id: span.name for span in spans}
    return {span.name: names.get(span.parent, span.parent) for span in spans}


async def test_one_trace_from_the_request_to_the_predictor_and_the_webhook(user: Client, collector: Collector) -> None:
    header, trace, span = caller()
    async with listening() as receiver:
        webhook = {"url": receiver.url("/hook?key=hidden")}
        made = await create(user, header, {"text": "a b c", "delay_seconds": 0.1}, wait=30, webhook=webhook)
        told = (await receiver.wait(1))[0]
    assert made["status"] == "SUCCEEDED"
    names = ("POST /graphql", "mutation createPrediction", "create prediction", "queue", "attempt", "fetch model",
             "run", "load", "predict", "finish", "webhook")  # fmt: skip
    spans = await asyncio.to_thread(collector.of, trace, *names)
    assert parents(spans) == {
        "POST /graphql": span,
        "mutation createPrediction": "POST /graphql",
        "create prediction": "mutation createPrediction",
        "queue": "create prediction",
        "attempt": "create prediction",
        "fetch model": "attempt",
        "run": "attempt",
        "load": "run",
        "predict": "run",
        "finish": "attempt",
        "webhook": "create prediction",
    }
    assert {s.service: s.resource["inference.role"] for s in spans} == {
        "inference-server-api": "api",
        "inference-server-worker": "worker",
        "inference-server-runner": "runner",
    }
    assert {s.name for s in spans if s.service == "inference-server-runner"} == {"load", "predict"}
    assert [one(spans, n).kind for n in ("POST /graphql", "create prediction", "attempt", "webhook")] == [
        SERVER, PRODUCER, CONSUMER, CLIENT,
    ]  # fmt: skip
    assert not any(s.is_error for s in spans)
    predict, attempt = one(spans, "predict"), one(spans, "attempt")
    assert 0.2e9 < predict.ended - predict.began < 20e9
    assert attempt.began <= predict.began <= predict.ended <= attempt.ended
    assert attempt.attributes["status"] == "succeeded"
    assert one(spans, "POST /graphql").attributes == {
        "http.request.method": "POST",
        "url.scheme": "http",
        "http.response.status_code": 200,
        "http.route": "/graphql",
    }
    assert told.headers["traceparent"] == f"00-{trace}-{one(spans, 'webhook').id}-01"
    assert collector.headers[-1]["x-team"] == "models"
    assert collector.headers[-1]["path"] == "/v1/traces"


async def test_a_model_knows_the_trace_that_it_runs_in(traced: LiveServer, collector: Collector) -> None:
    admin = await administrator(traced)
    slug = (await settled(admin, (await add_model(admin, source={"predictor": "parent"}))["slug"]))["slug"]
    made = await admin.create(slug, {}, wait=30)
    _, trace, span, flags = made["output"].split("-")
    spans = await asyncio.to_thread(collector.of, trace, "predict")
    assert (one(spans, "predict").id, int(flags, 16) & 1) == (span, 1)
    await admin.close()


async def test_an_error_of_a_model_is_marked_by_its_code_alone(user: Client, collector: Collector) -> None:
    header, trace, _ = caller()
    secret = f"secret{secrets.token_hex(8)}"
    made = await create(user, header, {"text": secret, "fail": True}, wait=30)
    assert made["status"] == "FAILED"
    spans = await asyncio.to_thread(collector.of, trace, "predict", "attempt", "POST /graphql")
    assert {s.name for s in spans if s.is_error} == {"predict", "attempt"}
    assert (
        one(spans, "predict").attributes["error.type"] == one(spans, "attempt").attributes["error.type"] == "INTERNAL"
    )
    assert secret not in str([s.raw for s in spans])


async def test_what_is_refused_is_marked_by_its_code(user: Client, collector: Collector) -> None:
    header, trace, _ = caller()
    body = {"query": CREATE, "variables": {"input": {"model": "no/such", "input": {}}}}
    await user.http.post(f"{user.url}/graphql", json=body, headers={"traceparent": header})
    spans = await asyncio.to_thread(collector.of, trace, "create prediction", "POST /graphql")
    assert one(spans, "create prediction").attributes["error.type"] == "NOT_FOUND"
    header, trace, _ = caller()
    await user.http.post(f"{user.url}/graphql", json={"query": "{ nothing }"}, headers={"traceparent": header})
    spans = await asyncio.to_thread(collector.of, trace, "query other", "POST /graphql")
    assert one(spans, "query other").attributes["error.type"] == "GRAPHQL_VALIDATION_FAILED"


async def test_both_attempts_of_a_prediction_whose_runner_died(
    traced: LiveServer, user: Client, collector: Collector
) -> None:
    header, trace, _ = caller()
    made = await create(user, header, {"text": "a b c d e f", "delay_seconds": 0.3})
    await until_running(user, made["id"])
    runner = next(p for p in family(traced) if "workers.runner.main" in " ".join(p.cmdline()))
    # It may run anybody's code, and exports nothing itself
    assert [name for name in runner.environ() if name.startswith("OTEL_")] == []
    runner.kill()
    spans = await asyncio.to_thread(collector.of, trace, "attempt", "attempt", "predict", "predict", "queue", "queue")
    first, second = one(spans, "attempt", attempt=1), one(spans, "attempt", attempt=2)
    assert (first.is_error, first.attributes["error.type"]) == (True, "WORKER_LOST")
    assert (second.is_error, second.attributes["status"]) == (False, "succeeded")
    assert first.parent == second.parent == one(spans, "create prediction").id
    assert one(spans, "predict", attempt=1).is_error
    assert not one(spans, "predict", attempt=2).is_error
    assert one(spans, "queue", attempt=2).began >= first.began


@pytest.mark.slow
async def test_both_attempts_of_a_prediction_whose_worker_died(
    traced: LiveServer, user: Client, collector: Collector
) -> None:
    header, trace, _ = caller()
    made = await create(user, header, {"text": "a b c d e f", "delay_seconds": 0.3})
    await until_running(user, made["id"])
    for process in family(traced):
        process.kill()
    traced.processes.pop("worker-0").wait(20)
    traced.start("worker-0", "worker")
    spans = await asyncio.to_thread(collector.of, trace, "attempt", "attempt", seconds=60)
    lost, second = one(spans, "attempt", attempt=1), one(spans, "attempt", attempt=2)
    assert (lost.attributes["error.type"], second.attributes["status"]) == ("WORKER_LOST", "succeeded")
    assert lost.parent == second.parent
    assert lost.ended <= second.began
    assert lost.ended - lost.began > 1e9


MALFORMED = {
    "nonsense": "nonsense",
    "empty": "",
    "upper case": f"00-{'A' * 32}-{'B' * 16}-01",
    "no trace": f"00-{'0' * 32}-{'b' * 16}-01",
    "no span": f"00-{'a' * 32}-{'0' * 16}-01",
    "version ff": f"ff-{'a' * 32}-{'b' * 16}-01",
    "more than version 00 has": f"00-{'a' * 32}-{'b' * 16}-01-more",
    "too long": f"01-{'a' * 32}-{'b' * 16}-01-{'x' * 5000}",
    "digits of another script": f"00-{'a' * 32}-{'b' * 16}-0\u0661",
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_context_is_ignored(user: Client, collector: Collector, name: str) -> None:
    headers = [(b"authorization", f"Bearer {user.token}".encode()), (b"traceparent", MALFORMED[name].encode())]
    marker = f"M{secrets.token_hex(8)}"
    query = f"query {marker} {{ viewer {{ id }} }}"
    found = await user.http.post(f"{user.url}/graphql", json={"query": query}, headers=headers)
    assert "errors" not in found.json()
    spans = await asyncio.to_thread(
        collector.wait, lambda spans: any(s.attributes.get("graphql.operation.name") == marker for s in spans)
    )
    operation = next(s for s in spans if s.attributes.get("graphql.operation.name") == marker)
    assert operation.trace != "a" * 32
    spans = await asyncio.to_thread(collector.of, operation.trace, "POST /graphql")
    assert one(spans, "POST /graphql").parent == ""


async def test_two_contexts_are_none(user: Client, collector: Collector) -> None:
    (first, trace, _), (second, other, _) = caller(), caller()
    headers = [("traceparent", first), ("traceparent", second)]
    await user.http.get(f"{user.url}/p/nothing", headers=headers)
    header, last, _ = caller()
    await user.http.get(f"{user.url}/p/nothing", headers={"traceparent": header})
    await asyncio.to_thread(collector.of, last, "GET /p/{id}")
    assert not [s for s in collector.spans if s.trace in (trace, other)]


async def test_a_caller_who_records_nothing_is_followed(user: Client, collector: Collector) -> None:
    header, trace, _ = caller()
    made = await create(user, header.removesuffix("01") + "00", {"text": "a"}, wait=30)
    assert made["status"] == "SUCCEEDED"
    header, last, _ = caller()
    await create(user, header, {"text": "b"}, wait=30)
    await asyncio.to_thread(collector.of, last, "attempt", "POST /graphql")
    assert not [s for s in collector.spans if s.trace == trace]


async def test_nothing_that_a_client_sent_is_in_any_span(
    traced: LiveServer, user: Client, collector: Collector
) -> None:
    header, trace, _ = caller()
    prompt, key = f"prompt{secrets.token_hex(8)}", f"key{secrets.token_hex(8)}"
    async with listening(answer(500)) as receiver:
        webhook = {"url": receiver.url(f"/{key}?token={key}")}
        made = await create(user, header, {"text": prompt}, wait=30, webhook=webhook, idempotencyKey=key)
        await receiver.wait(1)
    headers = {"authorization": f"Bearer {user.token}", "traceparent": header, "user-agent": key, "cookie": key}
    query = "{ prediction(id: ID) { id text } }".replace("ID", json.dumps(made["id"]))
    params = {"query": query, "variables": json.dumps({"unused": prompt})}
    await user.http.get(f"{user.url}/graphql", params=params, headers=headers)
    await user.http.get(f"{user.url}/files/none?sig={key}&exp=1", headers=headers)
    names = ("POST /graphql", "GET /graphql", "GET /files/{key}", "predict", "finish", "webhook")
    spans = await asyncio.to_thread(collector.of, trace, *names)
    said = str([(s.raw, s.resource) for s in spans])
    secret_key = traced.environment["SECRET_KEY"]
    for secret in (prompt, key, str(user.token), secret_key, "sig=", "unused", "x-team"):
        assert secret not in said
    assert one(spans, "webhook").attributes["error.type"] == "500"
    assert all("exception" not in s.raw for s in spans)


async def until_running(client: Client, prediction_id: str) -> None:
    async with asyncio.timeout(30):
        async for event in client.events(prediction_id):
            if event["__typename"] == "OutputAppended":
                return


async def test_a_worker_that_stops_sends_what_is_left(traced: LiveServer, user: Client, collector: Collector) -> None:
    header, trace, _ = caller()
    made = await create(user, header, {"text": "a b c d e f g h", "delay_seconds": 0.5})
    await until_running(user, made["id"])
    os.kill(traced.processes["worker-0"].pid, signal.SIGTERM)
    traced.processes.pop("worker-0").wait(60)
    spans = [s for s in collector.spans if s.trace == trace]
    attempt = one(spans, "attempt")
    assert (attempt.attributes["status"], attempt.is_error) == ("handed back", False)
    await user.cancel(made["id"])
    traced.start("worker-0", "worker")
