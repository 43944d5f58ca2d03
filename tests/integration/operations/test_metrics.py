"""What the pages of metrics say of what really happened, and whom they say it to."""

from __future__ import annotations

import json
import re
import secrets

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.embedded.servers import LocalServers
from tests.conftest import ROOT, LiveServer, running
from tests.integration.operations.scraping import AUTHORIZED, scrape, worker_url
from tests.support.api import Client, wait_for
from tests.support.operations import somebody

STATES = ("open", "in_use", "limit", "waiting")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x"])
def test_metrics_are_for_those_with_the_token(live_server: LiveServer, header: str | None) -> None:
    token = live_server.environment["METRICS_TOKEN"]
    headers = {} if header is None else {"authorization": header.format(token=token)}
    for url in (live_server.url, worker_url(live_server)):
        answer = httpx.get(f"{url}/metrics", headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert "inference_" not in answer.text


def test_the_token_goes_in_no_other_place(live_server: LiveServer) -> None:
    token = live_server.environment["METRICS_TOKEN"]
    answer = httpx.get(f"{live_server.url}/metrics?token={token}", headers={"x-metrics-token": token}, trust_env=False)
    assert answer.status_code == 401


def test_without_a_token_there_are_none(local_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(local_servers, tmp_path_factory.mktemp("plain"), workers=0) as live:
        answer = httpx.get(f"{live.url}/metrics", headers=AUTHORIZED, trust_env=False)
        assert answer.status_code == 404
        assert "inference_" not in answer.text


async def test_operations_are_counted_by_what_they_ask_for(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    before = scrape(live_server.url)
    await client.run("query Counted { models { nodes { slug } } }")
    await client.run("{ viewer { handle } }")
    await client.raw('query Mine { prediction(id: "nonsense") { id } }')
    after = scrape(live_server.url)

    def more(**labels: str) -> float:
        name = "inference_operations_total"
        return after.value(name, **labels) - before.value(name, **labels)

    assert more(type="query", field="models", operation="Counted", outcome="ok") == 1
    assert more(type="query", field="viewer", operation="", outcome="ok") == 1
    assert more(type="query", field="prediction", operation="other", outcome="error") == 1
    for page in (after, before):
        assert "Mine" not in page.text
    count = "inference_operation_seconds_count"
    assert after.value(count, type="query", field="models") == before.value(count, type="query", field="models") + 1
    cost = "inference_operation_cost_points_sum"
    assert after.value(cost) - before.value(cost) >= 3
    await client.close()


@pytest.mark.slow
async def test_no_client_makes_new_series(live_server: LiveServer) -> None:
    client = Client(live_server.url)
    names = [f"n{secrets.token_hex(6)}" for _ in range(30)]
    for name in names:
        await client.raw(f"query {name} {{ {name} }}")
        await client.raw(f"query {name} {{ {name}: __typename }}")
        await client.raw(f"subscription {name} {{ {name} }}")
        await client.raw(f"fragment {name} on Query {{ {name} }} query {{ ...{name} }}")
        await client.raw(f"{name} {{")
    page = scrape(live_server.url)
    assert not [name for name in names if name in page.text]
    name = "inference_operations_total"
    assert page.total(name, operation="other", outcome="invalid", field="other") >= len(names)
    assert page.total(name, operation="other", outcome="ok", field="__typename") >= len(names)
    await client.close()


async def test_what_is_refused_at_the_door_is_counted(live_server: LiveServer) -> None:
    before = scrape(live_server.url)
    client = Client(live_server.url, token="expired")
    await client.raw("{ viewer { handle } }")
    after = scrape(live_server.url)
    name, code = "inference_refused_operations_total", "UNAUTHENTICATED"
    assert after.value(name, code=code) == before.value(name, code=code) + 1
    await client.close()


async def test_a_prediction_leaves_its_times_with_its_worker(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    before = scrape(worker_url(live_server))
    made = await client.create("demo/prose", {"prompt": "To be", "max_new_tokens": 4})
    assert [event async for event in client.events(made["id"])]

    def grown(name: str, **labels: str) -> float:
        now = scrape(worker_url(live_server))
        return now.total(name, **labels) - before.total(name, **labels)

    def ended() -> bool:
        return grown("inference_predictions_ended_total", kind="text", status="succeeded", result="own") >= 1

    wait_for(ended)
    for phase in ("queue", "predict", "total", "first_token"):
        assert grown("inference_prediction_seconds_count", kind="text", phase=phase) >= 1
    assert grown("inference_tokens_total", kind="text", direction="output") >= 4
    assert grown("inference_tokens_total", kind="text", direction="input") >= 1
    await client.close()


async def test_a_shared_result_is_no_run(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    values = {"text": f"a b {secrets.token_hex(8)}"}
    first = await client.create("demo/echo", values, useCache=True, wait=30)
    before = scrape(worker_url(live_server))
    second = await client.create("demo/echo", values, useCache=True, wait=30)
    assert (first["text"], second["text"]) == (values["text"], values["text"])
    name, labels = "inference_predictions_ended_total", {"kind": "custom", "status": "succeeded"}
    wait_for(lambda: scrape(worker_url(live_server)).total(name, **labels) > before.total(name, **labels))
    after = scrape(worker_url(live_server))
    grown = {result: after.value(name, **labels, result=result) - before.value(name, **labels, result=result)
             for result in ("own", "shared")}  # fmt: skip
    assert grown == {"own": 0, "shared": 1}
    seconds = "inference_prediction_seconds_count"
    assert after.total(seconds, kind="custom") == before.total(seconds, kind="custom")
    await client.close()


async def test_one_page_tells_of_all_workers_and_sockets(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    made = await client.create("demo/echo", {"text": "a b c d", "delay_seconds": 30})
    page = scrape(live_server.url)
    assert page.value("inference_workers") >= 1
    assert page.value("inference_up", part="database") == page.value("inference_up", part="redis") == 1
    assert "inference_model_cache_bytes{" in page.text
    assert "inference_model_evictions_total{" in page.text
    query = "subscription ($id: ID!) { predictionEvents(id: $id) { __typename } }"
    async with client.socket() as socket:
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": {"id": made["id"]}}})
        )
        assert json.loads(await socket.recv())["type"] == "next"
        page = scrape(live_server.url)
        assert page.value("inference_sockets") >= 1
        assert page.value("inference_subscriptions") >= 1
    await client.cancel(made["id"])
    await client.close()


async def test_the_page_of_metrics_names_what_there_is_with_its_labels(live_server: LiveServer) -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    documented: dict[str, str] = {}
    for name, labels in re.findall(r"`(inference_\w+?)(?:_total)?(?:\{([a-z_, ]+)\})?`", text):
        documented[name] = documented.get(name) or labels
    pages = [scrape(live_server.url).text, scrape(worker_url(live_server)).text]
    families = {
        family.name: {name for sample in family.samples for name in sample.labels} - {"le"}
        for page in pages
        for family in text_string_to_metric_families(page)
        if family.name.startswith("inference_") and not family.name.endswith("_created")
    }
    assert sorted(families.keys() - documented.keys()) == []
    assert sorted(documented.keys() - families.keys()) == []
    wrong = {
        name: labels for name, labels in families.items() if labels and labels != set(documented[name].split(", "))
    }
    assert wrong == {}


async def test_failures_runs_and_connections_are_counted(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    before = scrape(worker_url(live_server))
    made = await client.create("demo/prose", {"prompt": "word " * 5000, "max_new_tokens": 4})
    assert [event async for event in client.events(made["id"])]
    name, labels = "inference_prediction_failures_total", {"kind": "text", "code": "INPUT_REJECTED"}
    wait_for(lambda: scrape(worker_url(live_server)).value(name, **labels) > before.value(name, **labels))
    for page in (scrape(live_server.url), scrape(worker_url(live_server))):
        states = {state: page.value("inference_database_connections", state=state) for state in STATES}
        assert 1 <= states["open"] <= states["limit"] == 10
        assert 0 <= states["in_use"] <= states["open"]
        assert page.value("inference_event_loop_lag_seconds_count") >= 1
        assert page.total("inference_build_info") == 1
    page = scrape(live_server.url)
    assert page.value("inference_database_bytes") > 1_000_000
    assert page.total("inference_disk_free_bytes") > 0
    assert 'worker="' not in page.text
    await client.close()
