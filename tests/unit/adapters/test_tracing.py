"""Tracing that is off costs nothing; and what is set wrongly is said at the start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import SpanKind

from server.adapters.tracing import NO_TRACING, below, traceparent_of
from server.runtime import Role, open_tracing
from server.settings import Settings, SettingsError
from tests.support.marks import seldom

ROOT = Path(__file__).parents[3]
GIVEN = f"00-{'a' * 32}-{'b' * 16}-01"
APP = """
import sys
from server.app import create_app
from server.settings import Settings
import workers.middleware, workers.supervisor.supervisor
create_app(Settings(_env_file=None))
print(sorted(name for name in sys.modules if name.startswith((
    "opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf", "server.adapters.otel",
    "strawberry.extensions.tracing.opentelemetry", "starlette.middleware.opentelemetry"))))
"""
WITHOUT = """
import importlib.metadata, sys

found = importlib.metadata.entry_points

def entry_points(**chosen):
    kept = [e for e in found(**chosen) if not e.value.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
    return importlib.metadata.EntryPoints(kept)

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

importlib.metadata.entry_points = entry_points
sys.meta_path.insert(0, Missing())
"""


def run(*command: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    path = os.pathsep.join([environment.pop("before", ""), str(ROOT)]).strip(os.pathsep)
    return subprocess.run(
        [sys.executable, *command], env={**kept, "PYTHONPATH": path, **environment}, capture_output=True, text=True,
        timeout=60, check=False, cwd=folder,
    )  # fmt: skip


@pytest.fixture
def without(tmp_path: Path) -> str:
    """A folder that makes Python believe that of OpenTelemetry the API alone is installed."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT)
    return str(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment", [{}, *seldom({"OTEL_TRACES_EXPORTER": "none"}, {"OTEL_SDK_DISABLED": "true"})], ids=str
)
def test_nothing_is_imported_where_nothing_is_traced(environment: dict[str, str]) -> None:
    done = run("-c", APP, **environment)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_all_works_without_the_packages(without: str) -> None:
    done = run("-c", APP, before=without)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.mark.parametrize("command", ["serve", *seldom("worker", "up")])
def test_a_process_says_that_the_packages_are_missing(without: str, command: str) -> None:
    done = run("-m", "server.cli", command, before=without, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert done.returncode == 1
    assert "pip install 'inference-server[otel]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_exporter_that_cannot_be_made_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "10")
    with pytest.raises(SettingsError, match=r"^OTEL_TRACES_EXPORTER: the exporter cannot be made: .*queue"):
        open_tracing(Settings(_env_file=None, otel_exporter_otlp_endpoint="http://127.0.0.1:1"), Role.API)


def test_a_callers_context_goes_through_where_nothing_is_traced() -> None:
    assert open_tracing(Settings(_env_file=None), Role.API) is NO_TRACING
    with NO_TRACING.span("anything", SpanKind.SERVER, parent=GIVEN) as span:
        assert traceparent_of() == GIVEN
        assert not span.is_recording()
    token = attach(below(GIVEN) or Context())
    try:
        with NO_TRACING.span("anything", SpanKind.SERVER):
            assert traceparent_of() == GIVEN
            assert NO_TRACING.ahead() is None
    finally:
        detach(token)
    with NO_TRACING.span("anything"):
        assert traceparent_of() is None


def test_a_span_that_is_not_recorded_costs_next_to_nothing() -> None:
    def seconds_of_a_thousand() -> float:
        began = time.thread_time()
        for _ in range(1000):
            with NO_TRACING.span("anything") as span:
                span.set_attribute("a", 1)
        return time.thread_time() - began

    # The best of several, in time of this thread alone: what else the machine does is no cost of a span
    assert min(seconds_of_a_thousand() for _ in range(20)) / 1000 < 20e-6


def test_a_collector_that_is_not_there_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    tracing = open_tracing(Settings(_env_file=None), Role.API)
    assert tracing.is_on
    began = time.perf_counter()
    for _ in range(5000):
        with tracing.span("one"), tracing.span("two"):
            pass
    spent = time.perf_counter() - began
    assert spent / 10_000 < 1e-3
    began = time.perf_counter()
    tracing.close()
    assert time.perf_counter() - began < 4


def test_the_standards_variables_hold_in_an_env_file_too(tmp_path: Path) -> None:
    lines = ["OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_SERVICE_NAME=ours", "OTEL_RESOURCE_ATTRIBUTES=a=b"]
    (tmp_path / ".env").write_text("\n".join(lines))
    script = """
import os
from server.runtime import Role, open_tracing
from server.settings import load_settings
made = open_tracing(load_settings(), Role.API)
with made.span("one") as span:
    found = made._tracer.resource.attributes
    print(found["service.name"], found["a"], flush=True)
os._exit(0)
"""
    done = run("-c", script, folder=tmp_path)
    assert done.stdout.split() == ["ours", "b"], done.stderr
