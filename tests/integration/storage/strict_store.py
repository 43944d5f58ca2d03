"""The S3 server of the tests behind rules of stores that are no AWS, or no longer this year's."""

from __future__ import annotations

import base64
import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from threading import Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

Environ = dict[str, Any]
Rule = Callable[["StrictStore", Environ, bytes], tuple[str, str] | None]


@dataclass
class StrictStore:
    """A server whose buckets are those of every moto of this process."""

    url: str = ""
    rules: tuple[Rule, ...] = ()
    clock_ahead_seconds: float = 0.0
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method, and path with query, of each."""
    hosts: set[str] = field(default_factory=set)


def wants_md5(_: StrictStore, environ: Environ, body: bytes) -> tuple[str, str] | None:
    """MinIO of before 2025 and OVH: a removal of several objects needs the MD5 sum of its body."""
    if environ["REQUEST_METHOD"] != "POST" or not _asks(environ, "delete"):
        return None
    given = environ.get("HTTP_CONTENT_MD5")
    if given is None:
        return "400 Bad Request", "MissingContentMD5"
    expected = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    return None if given == expected else ("400 Bad Request", "BadDigest")


def knows_no_checksums(_: StrictStore, environ: Environ, __: bytes) -> tuple[str, str] | None:
    """Older Ceph and others: headers and encodings of newer checksums are refused."""
    unknown = [name for name in environ if name.startswith(("HTTP_X_AMZ_CHECKSUM", "HTTP_X_AMZ_SDK_CHECKSUM"))]
    if environ.get("HTTP_X_AMZ_TRAILER") or "TRAILER" in environ.get("HTTP_X_AMZ_CONTENT_SHA256", ""):
        unknown.append("trailer")
    return ("400 Bad Request", "XAmzContentSHA256Mismatch") if unknown else None


def deletes_singly(_: StrictStore, environ: Environ, __: bytes) -> tuple[str, str] | None:
    """GCS by its S3 interface, for long: no removal of several objects at all."""
    is_several = environ["REQUEST_METHOD"] == "POST" and _asks(environ, "delete")
    return ("501 Not Implemented", "NotImplemented") if is_several else None


def heeds_the_clock(store: StrictStore, environ: Environ, _: bytes) -> tuple[str, str] | None:
    """Every store: what was signed more than 15 minutes away from its own time is refused."""
    return ("403 Forbidden", "RequestTimeTooSkewed") if abs(store.clock_ahead_seconds) > 900 else None


def _asks(environ: Environ, name: str) -> bool:
    return name in {part.partition("=")[0] for part in environ.get("QUERY_STRING", "").split("&")}


@contextmanager
def strict_store(*rules: Rule, clock_ahead_seconds: float = 0.0) -> Iterator[StrictStore]:
    """Such a server with these rules."""
    moto = DomainDispatcherApplication(create_backend_app)
    store = StrictStore(rules=rules, clock_ahead_seconds=clock_ahead_seconds)

    def serve(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        query = environ.get("QUERY_STRING", "")
        store.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"] + (f"?{query}" if query else "")))
        store.hosts.add(environ["HTTP_HOST"])
        for rule in store.rules:
            if refusal := rule(store, environ, body):
                status, code = refusal
                date = formatdate(time.time() + store.clock_ahead_seconds, usegmt=True)
                start(status, [("content-type", "application/xml"), ("date", date)])
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [f"<Error><Code>{code}</Code></Error>".encode()]
        return moto(environ, start)

    server = make_server("127.0.0.1", 0, serve, threaded=True)
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
