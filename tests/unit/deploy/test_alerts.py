"""Prometheus' own tool reads the rules, and each alert fires for what it is about, and for nothing less."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.charts import CHART

ROOT = Path(__file__).parents[3]
ALERTS = CHART / "monitoring" / "alerts.yaml"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
NAMES = [rule["alert"] for rule in RULES if "alert" in rule]
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="this machine has no promtool; on Debian: apt-get install prometheus"
)
Series = dict[str, str]


def accepts(fast: int) -> Series:
    """A minute's worth of accepts, of 100 so many within 0.25 s."""
    labels = 'type="mutation", field="createPrediction"'
    return {
        f'inference_operation_seconds_bucket{{{labels}, le="0.25"}}': f"0+{fast}x120",
        f"inference_operation_seconds_count{{{labels}}}": "0+100x120",
    }


def tokens(fast: int) -> Series:
    return {
        'inference_prediction_seconds_bucket{kind="text", phase="first_token", le="10.0"}': f"0+{fast}x120",
        'inference_prediction_seconds_count{kind="text", phase="first_token"}': "0+100x120",
    }


def failures(part: int) -> Series:
    return {
        'inference_prediction_failures_total{kind="text", code="OUT_OF_MEMORY"}': f"0+{part}x120",
        'inference_prediction_failures_total{kind="text", code="INPUT_REJECTED"}': "0+50x120",
        'inference_predictions_ended_total{kind="text", status="failed", result="own"}': "0+100x120",
    }


def losses(failed: int) -> Series:
    series = {'inference_losses_total{kind="text", cause="lease"}': "0+10x120"}
    code = 'inference_prediction_failures_total{kind="text", code="WORKER_LOST"}'
    return {**series, code: f"0+{failed}x120"} if failed else series


def steady(value: float, series: str) -> Series:
    return {series: f"{value}x120"}


# What fires each alert, and what does not yet
CASES: dict[str, tuple[Series, Series]] = {
    "InferenceAcceptSlow": (accepts(90), accepts(100)),
    "InferenceFirstTokenSlow": (tokens(90), tokens(96)),
    "InferencePredictionsLostWorkers": (losses(1), losses(0)),
    "InferenceDatabaseAway": (
        steady(1, 'inference_up{part="database", instance="a"}')
        | steady(0, 'inference_up{part="database", instance="b"}'),
        steady(1, 'inference_up{part="database", instance="a"}')
        | steady(0, 'inference_up{part="redis", instance="a"}'),
    ),
    "InferenceRedisAway": (steady(0, 'inference_up{part="redis"}'), steady(1, 'inference_up{part="redis"}')),
    "InferenceConnectionsExhausted": (
        steady(3, 'inference_database_connections{state="waiting"}'),
        steady(9, 'inference_database_connections{state="in_use"}'),
    ),
    "InferenceInternalErrors": (
        {'inference_operations_total{outcome="internal"}': "0+1x120"},
        {'inference_operations_total{outcome="error"}': "0+1x120"},
    ),
    "InferenceEventLoopLate": (
        {
            'inference_event_loop_lag_seconds_bucket{instance="a", le="0.5"}': "0+10x120",
            'inference_event_loop_lag_seconds_bucket{instance="a", le="1.0"}': "0+100x120",
            'inference_event_loop_lag_seconds_bucket{instance="a", le="+Inf"}': "0+100x120",
        },
        {
            'inference_event_loop_lag_seconds_bucket{instance="a", le="0.5"}': "0+100x120",
            'inference_event_loop_lag_seconds_bucket{instance="a", le="+Inf"}': "0+100x120",
        },
    ),
    "InferenceDiskLow": (
        steady(1e9, 'inference_worker_disk_free_bytes{host="a", folder="MODEL_CACHE_DIR"}'),
        steady(3e9, 'inference_disk_free_bytes{folder="STORAGE_DIR"}'),
    ),
    "InferenceQueueStuck": (
        steady(900, 'inference_queue_age_seconds{queue="text"}') | steady(0, 'inference_queue_running{queue="text"}'),
        steady(900, 'inference_queue_age_seconds{queue="text"}') | steady(4, 'inference_queue_running{queue="text"}'),
    ),
    "InferenceQueueOld": (
        steady(900, 'inference_queue_age_seconds{queue="text"}'),
        steady(300, 'inference_queue_age_seconds{queue="text"}'),
    ),
    "InferenceNoWorkers": (
        steady(0, "inference_workers") | steady(2, 'inference_queue_depth{queue="text"}'),
        steady(0, "inference_workers") | steady(0, 'inference_queue_depth{queue="text"}'),
    ),
    "InferenceRunnersDie": (
        {'inference_runner_ends_total{reason="died"}': "0+1x120"},
        {'inference_runner_ends_total{reason="killed"}': "0+1x120"},
    ),
    "InferenceFailuresMany": (failures(20), failures(5)),
    "InferenceModelsWithoutRoom": (
        steady(1, "inference_models_waiting_for_disk"),
        steady(0, "inference_models_waiting_for_disk"),
    ),
    "InferencePinsMissing": (
        steady(1, 'inference_models_pinned{state="missing"}'),
        steady(1, 'inference_models_pinned{state="held"}'),
    ),
    "InferenceWebhooksLate": (
        steady(600, "inference_webhooks_late_seconds"),
        steady(100, "inference_webhooks_late_seconds"),
    ),
}


def test_every_alert_has_its_case() -> None:
    assert sorted(CASES) == sorted(NAMES)


@needs_promtool
def test_the_rules_are_rules() -> None:
    done = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_each_alert_fires_for_what_it_is_about_and_for_nothing_less(tmp_path: Path) -> None:
    tests: list[dict[str, Any]] = []
    for name, (bad, good) in CASES.items():
        for is_bad, series in ((True, bad), (False, good)):
            fires = [instance(name, series)] if is_bad else []
            tests.append(
                {
                    "name": f"{name} {'fires' if is_bad else 'does not'}",
                    "interval": "1m",
                    "input_series": [{"series": each, "values": values} for each, values in series.items()],
                    "alert_rule_test": [{"eval_time": "100m", "alertname": name, "exp_alerts": fires}],
                }
            )
    shutil.copy(ALERTS, tmp_path / "alerts.yaml")
    file = tmp_path / "tests.yaml"
    file.write_text(yaml.safe_dump({"rule_files": ["alerts.yaml"], "tests": tests}))
    done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


# Of each alert that keeps some, the labels that its expression leaves
LABELS: dict[str, tuple[str, ...]] = {
    "InferenceConnectionsExhausted": ("state",),
    "InferenceEventLoopLate": ("instance",),
    "InferenceDiskLow": ("host", "folder"),
    "InferenceQueueStuck": ("queue",),
    "InferenceQueueOld": ("queue",),
    "InferenceRunnersDie": ("reason",),
}


def instance(name: str, series: Series) -> dict[str, Any]:
    """One alert as promtool expects it, by the labels of the first series."""
    (rule,) = [rule for rule in RULES if rule.get("alert") == name]
    have = dict(re.findall(r'(\w+)="([^"]*)"', next(iter(series))))
    kept = {label: have[label] for label in LABELS.get(name, ())}
    filled = {
        key: re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda match: have.get(match[1], ""), text)
        for key, text in rule["annotations"].items()
    }
    return {"exp_labels": {**rule["labels"], **kept}, "exp_annotations": filled}


def test_each_alert_has_a_runbook_that_names_it() -> None:
    pages = set()
    for rule in RULES:
        if "alert" in rule:
            page = ROOT / rule["annotations"]["runbook_url"]
            assert f"`{rule['alert']}`" in page.read_text(), page
            pages.add(page.name)
    assert pages | {"README.md"} == {page.name for page in (ROOT / "docs" / "runbooks").glob("*.md")}
