"""An OpenTelemetry collector: takes OTLP over HTTP, and keeps the spans."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

ERROR = Status.STATUS_CODE_ERROR


@dataclass(frozen=True)
class Exported:
    """One span, with what its process says of itself."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    began: int
    ended: int
    is_error: bool
    attributes: dict[str, Any]
    resource: dict[str, Any]
    raw: str = field(repr=False)

    @property
    def service(self) -> str:
        return str(self.resource["service.name"])


class Collector:
    """What came, and how it is answered."""

    def __init__(self) -> None:
        self.spans: list[Exported] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[], int] = lambda: 200
        self.url = ""
        self._came = threading.Condition()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """One request of an exporter."""
        content = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        found = ExportTraceServiceRequest.FromString(content)
        status = self.answer()
        with self._came:
            self.headers.append(headers)
            if status == 200:
                self.spans += _spans(found)
            self._came.notify_all()
        return status

    def wait(self, enough: Callable[[list[Exported]], bool], seconds: float = 30) -> list[Exported]:
        """The spans, once they are enough."""
        deadline = time.monotonic() + seconds
        with self._came:
            while not enough(self.spans):
                left = deadline - time.monotonic()
                assert left > 0, [(span.name, span.service) for span in self.spans]
                self._came.wait(left)
            return list(self.spans)

    def of(self, trace: str, *names: str, seconds: float = 30) -> list[Exported]:
        """The spans of a trace, once each of these names is among them, as often as it is given."""

        def enough(spans: list[Exported]) -> bool:
            found = [span.name for span in spans if span.trace == trace]
            return all(found.count(name) >= names.count(name) for name in names)

        return [span for span in self.wait(enough, seconds) if span.trace == trace]


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))


def _spans(request: ExportTraceServiceRequest) -> Iterator[Exported]:
    for batch in request.resource_spans:
        resource = {item.key: _value(item.value) for item in batch.resource.attributes}
        for scope in batch.scope_spans:
            for span in scope.spans:
                yield Exported(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.kind,
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code == ERROR,
                    {item.key: _value(item.value) for item in span.attributes},
                    resource,
                    str(span),
                )


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector for the time of the context."""
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers["content-length"]))
            self.send_response(made.take({**headers, "path": self.path}, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
