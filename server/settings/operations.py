"""The settings of those who operate the server: what it says of itself, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from importlib.metadata import entry_points
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from server.settings.types import Blankable, HttpUrl, split

MIN_METRICS_TOKEN_LENGTH = 16
MAX_METRICS_OPERATIONS = 200
OPERATION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
EXPORTERS = "opentelemetry_traces_exporter"


def exporter_name(name: str, protocol: str) -> str:
    """What the package of an exporter calls it; OTLP goes over HTTP unless gRPC is asked for."""
    if name != "otlp":
        return name
    return "otlp_proto_grpc" if protocol == "grpc" else "otlp_proto_http"


class LogFormat(StrEnum):
    """How a line of the log looks."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class OperationsSettings(BaseSettings):
    """Logs, metrics and traces."""

    log_format: LogFormat = Field(
        LogFormat.AUTO, description="`json`, `console`, or `auto`: readable on a terminal, JSON elsewhere."
    )
    metrics_token: Annotated[SecretStr | None, Blankable] = Field(
        None, description="Who sends it as `Authorization: Bearer` may read `/metrics`; unset: there is none."
    )
    metrics_operations: str = Field(
        "", description="Comma-separated names of operations that metrics tell apart; all others are `other`."
    )
    worker_metrics_host: str = Field("127.0.0.1", description="Address that a worker's metrics are served on.")
    worker_metrics_port: Annotated[int | None, Blankable] = Field(
        None, ge=1, le=65535, description="Port of a worker's `/metrics`, one for each worker; unset: none."
    )

    otel_traces_exporter: str = Field(
        "", description="Comma-separated exporters of traces: `otlp`, `console`, `none`; unset: `otlp` for an endpoint."
    )
    otel_exporter_otlp_endpoint: HttpUrl = Field(
        None, description="Base URL of an OpenTelemetry collector that takes OTLP, as http://127.0.0.1:4318."
    )
    otel_exporter_otlp_traces_endpoint: HttpUrl = Field(
        None, description="The URL of the collector's traces, where that is not the base URL with `/v1/traces`."
    )
    otel_exporter_otlp_protocol: str = Field(
        "http/protobuf",
        pattern="^(http/protobuf|grpc)$",
        description="How OTLP is sent; `grpc` needs the package opentelemetry-exporter-otlp-proto-grpc.",
    )
    otel_sdk_disabled: bool = Field(False, description="Trace nothing, whatever else is set.")

    @cached_property
    def trace_exporters(self) -> tuple[str, ...]:
        """The exporters of traces, as their packages call them; with none, nothing is traced."""
        if self.otel_sdk_disabled:
            return ()
        names = split(self.otel_traces_exporter)
        if not names and (self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint):
            names = ("otlp",)
        return tuple(exporter_name(name, self.otel_exporter_otlp_protocol) for name in names if name != "none")

    @cached_property
    def counted_operations(self) -> frozenset[str]:
        """The names of operations that metrics tell apart."""
        return frozenset(split(self.metrics_operations))

    def operations_problems(self) -> Iterator[tuple[str, str]]:
        """What does not fit together: the setting's name, and what is wrong."""
        token = self.metrics_token.get_secret_value() if self.metrics_token else ""
        if token and (len(token) < MIN_METRICS_TOKEN_LENGTH or not token.isascii() or not token.isprintable()):
            yield "METRICS_TOKEN", f"must be at least {MIN_METRICS_TOKEN_LENGTH} printable ASCII characters"
        if self.worker_metrics_port is not None and not token:
            yield "WORKER_METRICS_PORT", "needs METRICS_TOKEN"
        wrong = sorted(name for name in self.counted_operations if not OPERATION_NAME.fullmatch(name))
        if wrong:
            yield "METRICS_OPERATIONS", f"{', '.join(map(repr, wrong))}: no names of operations"
        elif len(self.counted_operations) > MAX_METRICS_OPERATIONS:
            yield "METRICS_OPERATIONS", f"has more than {MAX_METRICS_OPERATIONS} names"
        for exporter in self.trace_exporters:
            if not entry_points(group=EXPORTERS, name=exporter):
                yield "OTEL_TRACES_EXPORTER", _lacking(exporter)


def _lacking(exporter: str) -> str:
    if exporter in {"otlp_proto_http", "console"}:
        return "traces need packages that are not installed; pip install 'inference-server[otel]'"
    if exporter == "otlp_proto_grpc":
        return (
            "OTLP over gRPC needs a package that is not installed; pip install opentelemetry-exporter-otlp-proto-grpc"
        )
    return f"no exporter {exporter!r} is installed"
