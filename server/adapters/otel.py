"""Tracing by the OpenTelemetry SDK; imported only where an exporter is set."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from importlib.metadata import entry_points, version

from dotenv import dotenv_values
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Tracer

from server.adapters.tracing import Tracing, next_span_id
from server.settings import SettingsError
from server.settings.settings import EXPORTERS

CLOSE_SECONDS = 2.0


class _Ids(RandomIdGenerator):
    """Random ids, and those that were given out before their spans were measured."""

    def generate_span_id(self) -> int:
        """An id of 64 bits."""
        return next_span_id.get() or super().generate_span_id()


def open_otel(names: Sequence[str], role: str) -> Tracing:
    """Tracing with these exporters, each set up by the standard's variables, of the environment or of `.env`.

    Raises:
        SettingsError: what is set makes no exporter.
    """
    for name, value in dotenv_values(".env").items():
        if name.startswith("OTEL_") and value:
            os.environ.setdefault(name, value)
    # A batch that is lost is one line, not one for each try
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    points = [entry_points(group=EXPORTERS, name=name) for name in names]
    try:
        return export_to([next(iter(point)).load()() for point in points], role)
    except (ValueError, TypeError, RuntimeError, OSError, ImportError) as error:
        raise SettingsError(f"OTEL_TRACES_EXPORTER: the exporter cannot be made: {error}") from error


def export_to(exporters: Sequence[SpanExporter], role: str) -> Tracing:
    """Spans of this process, and of its runner, through one queue to each exporter."""
    processors = [BatchSpanProcessor(exporter) for exporter in exporters]
    is_named = "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "") or "OTEL_SERVICE_NAME" in os.environ

    def tracer(of: str) -> Tracer:
        name = {} if is_named else {SERVICE_NAME: f"inference-server-{of}"}
        resource = Resource.create({**name, SERVICE_VERSION: version("inference-server"), "inference.role": of})
        provider = TracerProvider(resource=resource, shutdown_on_exit=False, id_generator=_Ids())
        for processor in processors:
            provider.add_span_processor(processor)
        return provider.get_tracer("inference-server", version("inference-server"))

    def close() -> None:
        # In threads: a collector that does not answer holds nobody up for long
        threads = [threading.Thread(target=processor.shutdown, daemon=True) for processor in processors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(CLOSE_SECONDS)

    return Tracing(tracer(role), tracer("runner"), close)
