"""Alerts and dashboards ask for what an API and a worker really say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import yaml

from server.adapters.metrics import REGISTRY
from tests.conftest import LiveServer
from tests.integration.operations.scraping import scrape, worker_url
from tests.support.api import wait_for
from tests.support.charts import CHART
from tests.support.operations import somebody

MONITORING = CHART / "monitoring"
SELECTOR = re.compile(r"\b((?:inference|process)_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!=|=)\s*"([^"]*)"')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# What Prometheus adds itself
ADDED = {"instance", "job", "le"}
SUFFIXES = ("_bucket", "_count", "_sum")


def expressions() -> Iterator[tuple[str, str, set[str]]]:
    """Each expression of rules and panels: where it is, what it asks, and the labels that it is shown by."""
    rules = [
        rule for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
    ]
    for rule in rules:
        shown = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule.get("annotations", {}))))
        yield rule.get("alert") or rule["record"], rule["expr"], shown
    for path in sorted((MONITORING / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield f"{path.stem}: {panel['title']}", target["expr"], set(LEGEND.findall(target["legendFormat"]))


def family(name: str) -> str:
    """The family of a sample's name."""
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)


def labels_of(pages: list[str]) -> dict[str, set[str]]:
    """The labels of every family of the pages by its name; of one without samples those it was declared with."""
    labels: dict[str, set[str]] = {}
    for page in pages:
        for name in re.findall(r"^# TYPE (\S+) ", page, re.MULTILINE):
            declared = getattr(REGISTRY._names_to_collectors.get(name), "_labelnames", ())
            labels.setdefault(name, set()).update(declared)
        for name, text in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", page, re.MULTILINE):
            for key in (name, family(name)):
                if key in labels:
                    labels[key].update(re.findall(r'(\w+)="', text))
    return labels


async def test_every_metric_and_label_that_is_asked_for_is_exported(live_server: LiveServer) -> None:
    client, _ = await somebody(live_server.url)
    made = await client.create("demo/prose", {"prompt": "To be", "max_new_tokens": 4})
    assert [event async for event in client.events(made["id"])]
    await client.close()

    def measured() -> bool:
        return scrape(worker_url(live_server)).total("inference_prediction_seconds_count", phase="first_token") >= 1

    wait_for(measured)
    pages = [scrape(url).text for url in (live_server.url, worker_url(live_server))]
    labels = labels_of(pages)
    records = {name for name, _, _ in expressions() if ":" in name and " " not in name}
    asked = set()
    for where, expression, shown in expressions():
        assert set(re.findall(r"\binference:\w+(?::\w+)*", expression)) <= records, where
        metrics = SELECTOR.findall(re.sub(r"\binference:[\w:]+", "", expression))
        for name, matchers in metrics:
            key = name if name in labels else family(name)
            assert key in labels, (where, name)
            asked.add(key)
            for label, _, _ in MATCHER.findall(matchers):
                assert label in labels[key] | ADDED, (where, name, label)
        known = set().union(*(labels[name if name in labels else family(name)] for name, _ in metrics), ADDED)
        grouped = {label.strip() for group in GROUPING.findall(expression) for label in group.split(",")}
        if metrics:
            assert grouped | shown <= known, (where, grouped | shown)
    assert len(asked) > 40
    # The bounds that the objectives name are bounds of buckets
    for bound in (
        'inference_operation_seconds_bucket{field="createPrediction",le="0.25",type="mutation"}',
        'inference_prediction_seconds_bucket{kind="text",le="10.0",phase="first_token"}',
    ):
        assert any(f"\n{bound} " in page for page in pages), bound


def test_what_every_process_says_has_a_place_on_a_dashboard() -> None:
    """Of the metrics that the documentation lists, those that no panel and no rule has are named here."""
    page = (CHART.parents[2] / "docs" / "operations.md").read_text()
    documented = set(re.findall(r"`(inference_\w+)", page))
    shown = {family(name) for _, expression, _ in expressions() for name, _ in SELECTOR.findall(expression)}
    elsewhere = {
        "inference_queue_paused", "inference_starved_predictions", "inference_predictions_requeued_total",
        "inference_audit_events_total", "inference_invitations_open", "inference_mails_waiting",
        "inference_webhooks_pending", "inference_webhook_seconds", "inference_batch_items",
        "inference_batch_lines_total", "inference_predictions_deleted_total", "inference_memory_requests_total",
        "inference_predictions_running",
    }  # fmt: skip
    bare = {name.removesuffix("_total") for name in shown}
    missing = {name for name in documented if name.removesuffix("_total") not in bare}
    assert missing == elsewhere
