from __future__ import annotations

import pytest

from server.settings import Settings
from tests.unit.settings.problems import problem


@pytest.mark.parametrize("token", ["short", "x" * 15, "ü" * 20, "a token\nof two lines"])
def test_a_weak_metrics_token_is_refused(token: str) -> None:
    said = problem(metrics_token=token)
    assert said == "METRICS_TOKEN: must be at least 16 printable ASCII characters"
    assert token not in said


def test_a_workers_metrics_need_a_token() -> None:
    assert problem(worker_metrics_port=9108) == "WORKER_METRICS_PORT: needs METRICS_TOKEN"


def test_names_of_operations_are_checked() -> None:
    assert "'1x', 'a b'" in problem(metrics_operations="Good, 1x, a b")
    assert "more than 200" in problem(metrics_operations=",".join(f"N{i}" for i in range(201)))


def test_other_exporters_and_protocols_are_checked() -> None:
    assert problem(otel_traces_exporter="zipkin") == "OTEL_TRACES_EXPORTER: no exporter 'zipkin' is installed"
    said = problem(otel_traces_exporter="otlp", otel_exporter_otlp_protocol="grpc")
    assert "pip install opentelemetry-exporter-otlp-proto-grpc" in said
    assert problem(otel_exporter_otlp_protocol="http/json").startswith("OTEL_EXPORTER_OTLP_PROTOCOL: ")
    assert problem(otel_exporter_otlp_endpoint="localhost:4318").startswith("OTEL_EXPORTER_OTLP_ENDPOINT: ")


def test_what_turns_traces_on() -> None:
    def exporters(**values: str) -> tuple[str, ...]:
        return Settings(_env_file=None, **values).trace_exporters  # type: ignore[arg-type]

    url = "http://127.0.0.1:4318"
    assert exporters() == ()
    assert exporters(otel_exporter_otlp_endpoint=url) == ("otlp_proto_http",)
    assert exporters(otel_exporter_otlp_traces_endpoint=url) == ("otlp_proto_http",)
    assert exporters(otel_exporter_otlp_endpoint=url, otel_traces_exporter="none") == ()
    assert exporters(otel_exporter_otlp_endpoint=url, otel_sdk_disabled="true") == ()
    assert exporters(otel_traces_exporter="otlp, console") == ("otlp_proto_http", "console")
