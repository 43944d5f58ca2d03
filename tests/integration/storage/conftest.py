"""One contract, two stores: a folder, and a bucket of a real HTTP server that speaks S3."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiobotocore.session import get_session
from botocore.loaders import Loader, create_loader
from moto.server import ThreadedMotoServer
from starlette.applications import Starlette
from starlette.routing import Route

from server.adapters.signing import FileSigner
from server.adapters.storage import Storage, open_storage
from server.routes.files import serve
from server.settings import Settings

SIGNER = FileSigner("s" * 40)
PUBLIC = "http://files.test"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The URL of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def service_models() -> Loader:
    """botocore's descriptions of services, read once: each client reads them anew, for a tenth of a second."""
    return create_loader()


@pytest.fixture(autouse=True)
def read_models_once(service_models: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    def session() -> Any:
        made = get_session()
        made.register_component("data_loader", service_models)
        return made

    monkeypatch.setattr("server.adapters.storage.s3.get_session", session)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What S3 clients find in the environment; nothing of this machine's own configuration."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class Bucket:
    """A bucket of its own, looked at with bare HTTP."""

    endpoint: str
    name: str

    def settings(self, **overrides: Any) -> Settings:
        """Settings that name this bucket."""
        return Settings(
            **{
                "storage_type": "s3",
                "s3_bucket": self.name,
                "s3_region": "eu-central-1",
                "s3_endpoint_url": self.endpoint,
                **overrides,
            },
            _env_file=None,
        )

    def object(self, name: str) -> httpx.Response:
        """An object as the server keeps it."""
        return httpx.get(f"{self.endpoint}/{self.name}/{name}", headers=AUTHORIZED, trust_env=False)

    def put(self, suffix: str, content: str) -> None:
        """Change the bucket itself."""
        url = f"{self.endpoint}/{self.name}{suffix}"
        httpx.put(url, content=content, headers=AUTHORIZED, trust_env=False).raise_for_status()

    def deny(self, action: str) -> None:
        """Let nobody do this to the objects of the bucket, and everybody all else."""
        resource = f"arn:aws:s3:::{self.name}/*"
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
        self.put("?policy", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


# moto tells accounts apart by this header and checks no signature
AUTHORIZED = {"authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/eu-central-1/s3/aws4_request"}


@pytest.fixture
def bucket(s3_server: str) -> Bucket:
    """An empty bucket."""
    found = Bucket(s3_server, f"files-{uuid4().hex[:12]}")
    where = "<LocationConstraint>eu-central-1</LocationConstraint>"
    found.put("", f"<CreateBucketConfiguration>{where}</CreateBucketConfiguration>")
    return found


@dataclass
class Kept:
    """A store, and how a browser fetches its links."""

    storage: Storage
    http: httpx.AsyncClient

    async def read(self, key: str) -> bytes:
        """A whole file."""
        return b"".join([chunk async for chunk in self.storage.stream(key)])

    async def fetch(self, url: str) -> httpx.Response:
        """What a link gives; a path is asked of this server."""
        return await self.http.get(url)


@pytest.fixture(params=["local", "s3"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    """A store of each type."""
    async with AsyncExitStack() as stack:
        if request.param == "s3":
            settings = request.getfixturevalue("bucket").settings(s3_prefix="/a b/ü/")
            transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport()
        else:
            settings = Settings(storage_dir=tmp_path / "a b" / "ü", _env_file=None)
            transport = httpx.ASGITransport(_api)
        storage = await stack.enter_async_context(open_storage(settings, SIGNER))
        _state["rt"] = SimpleNamespace(storage=storage, signer=SIGNER)
        http = httpx.AsyncClient(base_url=PUBLIC, transport=transport, trust_env=False)
        yield Kept(storage, await stack.enter_async_context(http))


_state: dict[str, Any] = {}
_routes = Starlette(routes=[Route("/files/{key:path}", serve)])


async def _api(scope: Any, receive: Any, send: Any) -> None:
    await _routes({**scope, "state": dict(_state)}, receive, send)
