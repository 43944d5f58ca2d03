"""A HuggingFace hub on this machine: the parts of its HTTP API that downloads use, with faults on demand."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

API = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+?)(?:/(?P<part>revision|tree)/(?P<revision>[^/]+))?")
RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>.+)")
LARGE = (".safetensors", ".bin")


@dataclass
class Fault:
    """Something that goes wrong with the next `times` requests that match (`GET /path`)."""

    matches: str
    times: int = 1
    status: int | None = None
    body: bytes | None = None
    cut: str | None = None
    """`closed` or `reset`: how the connection ends in the middle of the body."""
    hold: threading.Event | None = None
    """The body is sent only when this is set."""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: threading.Event | None = None
    """The body is sent by single bytes, ten a second, until this is set."""


@dataclass
class HubServer:
    """Repositories as folders `owner/name/<commit>`; `requests` holds method, path and range of what was asked."""

    root: Path
    url: str = ""
    refs: dict[tuple[str, str], str] = field(default_factory=dict)
    gated: dict[str, str] = field(default_factory=dict)
    """The token that a gated repository asks for; everybody may list its files, as on the real hub."""
    hidden: set[str] = field(default_factory=set)
    """Gated repositories whose files cannot even be listed."""
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, repo: str, files: Mapping[str, bytes], revision: str = "main") -> str:
        """Make a commit of these files; its hash."""
        listing = "\n".join(f"{name} {hashlib.sha1(data).hexdigest()}" for name, data in sorted(files.items()))  # noqa: S324
        commit = hashlib.sha1(f"{repo}\n{listing}".encode()).hexdigest()  # noqa: S324
        for name, data in files.items():
            path = self.root / repo / commit / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.refs[repo, revision] = self.refs[repo, commit] = commit
        return commit

    def asked(self, pattern: str) -> list[str]:
        """The requests that match."""
        with self.lock:
            return [request for request in self.requests if re.search(pattern, request)]

    def note(self, request: str) -> Fault | None:
        """Remember a request; the fault that it meets, if any."""
        with self.lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.matches, request):
                    fault.times -= 1
                    return fault
        return None


def describe(path: Path, base: Path) -> dict[str, Any]:
    """A file as the API lists it, under the names of both listings."""
    data, name = path.read_bytes(), path.relative_to(base).as_posix()
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()  # noqa: S324
    found: dict[str, Any] = {"rfilename": name, "path": name, "type": "file", "size": len(data)}
    found |= {"blobId": blob, "oid": blob}
    if name.endswith(LARGE):
        sha256 = hashlib.sha256(data).hexdigest()
        found["lfs"] = {"size": len(data), "sha256": sha256, "oid": sha256, "pointerSize": 134}
    return found


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    hub: HubServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """What a file is."""
        self.do_GET()

    def do_GET(self) -> None:
        """Listings and files."""
        path = urlsplit(self.path).path
        fault = self.hub.note(f"{self.command} {unquote(path)} {self.headers.get('range', '')}".strip())
        if fault and fault.hold:
            fault.hold.wait(60)
        elif fault and not fault.cut and not fault.drip:
            return self.answer(fault.status or 200, dict(fault.headers), fault.body or b"")
        if path.startswith("/cdn/"):
            return self.body(self.hub.root / unquote(path.removeprefix("/cdn/")), {}, fault)
        match = API.fullmatch(path) or RESOLVE.fullmatch(path)
        if not match:
            return self.refuse(404, "EntryNotFound")
        part = match.groupdict()
        repo, revision = part["repo"], unquote(part["revision"] or "main")
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if (repo, "main") not in self.hub.refs:
            return self.refuse(404 if token else 401, "RepoNotFound")
        is_closed = repo in self.hub.gated and token != self.hub.gated[repo]
        if is_closed and ("file" in part or repo in self.hub.hidden):
            return self.refuse(403 if token else 401, "GatedRepo")
        commit = self.hub.refs.get((repo, revision))
        if commit is None:
            return self.refuse(404, "RevisionNotFound")
        base = self.hub.root / repo / commit
        if "file" in part:
            return self.resolve(base, base / unquote(part["file"]), commit, fault)
        listed = [describe(file, base) for file in sorted(base.rglob("*")) if file.is_file()]
        answer = listed if part["part"] == "tree" else {"id": repo, "sha": commit, "siblings": listed}
        return self.answer(200, {"content-type": "application/json"}, json.dumps(answer).encode())

    def resolve(self, base: Path, file: Path, commit: str, fault: Fault | None) -> None:
        """Small files come from here; for large ones the hub sends on to another place."""
        if not file.is_file():
            return self.refuse(404, "EntryNotFound")
        about = describe(file, base)
        headers = {"x-repo-commit": commit, "accept-ranges": "bytes"}
        if "lfs" not in about:
            return self.body(file, {**headers, "etag": f'"{about["oid"]}"'}, fault)
        headers |= {"x-linked-etag": f'"{about["lfs"]["oid"]}"', "x-linked-size": str(about["size"])}
        place = self.hub.url.replace("127.0.0.1", "localhost")
        where = f"{place}/cdn/{quote(str(file.relative_to(self.hub.root)))}"
        return self.answer(302, {**headers, "location": where}, b"")

    def body(self, file: Path, headers: dict[str, str], fault: Fault | None) -> None:
        """A file or the rest of it."""
        data, status = file.read_bytes(), 200
        if ranged := re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", "")):
            start, status = int(ranged[1]), 206
            headers |= {"content-range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            data = data[start:]
        self.answer(status, headers, data, fault.cut if fault else None, fault.drip if fault else None)

    def answer(
        self,
        status: int,
        headers: dict[str, str],
        data: bytes,
        cut: str | None = None,
        drip: threading.Event | None = None,
    ) -> None:
        """Write an answer, or half of one, or slowly."""
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        while drip and self.command != "HEAD" and data and not drip.wait(0.1):
            self.wfile.write(data[:1])
            data = data[1:]
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True
        if cut == "reset":
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def refuse(self, status: int, code: str | None = None) -> None:
        """An error as the hub words it."""
        headers = {"x-error-code": code, "x-error-message": code} if code else {}
        self.answer(status, headers, HTTPStatus(status).phrase.encode())


class _Server(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Clients that go away are no news."""


@contextmanager
def hub_server(root: Path) -> Iterator[HubServer]:
    """An empty hub, until the end."""
    hub = HubServer(root)
    server = _Server(("127.0.0.1", 0), type("HubHandler", (Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
