"""Replicate's own Python client against this server, unchanged but for its base URL."""

from __future__ import annotations

import asyncio
import base64
import datetime
import io
import json
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import replicate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from replicate.exceptions import ModelError, ReplicateError
from replicate.helpers import FileOutput
from replicate.webhook import Webhooks

from server.embedded.servers import LocalServers
from server.services.demo import YELLOW_STAR
from tests.conftest import LOCAL_RECEIVERS, LiveServer, free_port, running
from tests.support.rest import rest_token

TEXT = "to be or not to be"
PICTURE = base64.b64decode(YELLOW_STAR)
SHAPE = {"prompt": "a red circle on a blue background", "steps": 2, "seed": 1}


@pytest.fixture
async def client(live_server: LiveServer) -> AsyncIterator[replicate.Client]:
    found = replicate.Client(api_token=rest_token(live_server.url), base_url=live_server.url)
    found.poll_interval = 0.05
    yield found
    # It closes no connections by itself
    found._client.close()
    await found._async_client.aclose()


def test_a_model_is_run(client: replicate.Client) -> None:
    assert client.run("demo/echo", input={"text": TEXT}) == TEXT
    assert client.run("demo/echo", input={"text": TEXT}, wait=False) == TEXT
    asked = {"prompt": "The function returns", "max_new_tokens": 12, "seed": 1}
    pieces = client.run("demo/prose", input=asked)
    assert len(pieces) > 3
    version = client.models.get("demo/prose").latest_version
    assert version is not None
    # By version its output is an iterator, here and while it runs
    for wait in (True, False):
        assert list(client.run(f"demo/prose:{version.id}", input=asked, wait=wait)) == pieces


def test_one_that_takes_longer_than_the_client_waits_is_waited_for_all_the_same(client: replicate.Client) -> None:
    assert client.run("demo/echo", input={"text": TEXT, "delay_seconds": 0.4}, wait=1) == TEXT


def test_a_model_is_streamed(client: replicate.Client) -> None:
    pieces = [str(event) for event in client.stream("demo/echo", input={"text": TEXT, "delay_seconds": 0.05})]
    assert "".join(pieces) == TEXT
    assert len(pieces) > 3
    with pytest.raises(RuntimeError, match="It broke"):
        list(client.stream("demo/echo", input={"text": "It broke.", "fail": True}))


def test_a_model_that_fails_raises_its_words(client: replicate.Client) -> None:
    with pytest.raises(ModelError, match="It broke"):
        client.run("demo/echo", input={"text": "It broke.", "fail": True})


def test_a_prediction_is_made_read_listed_canceled_and_waited_for(client: replicate.Client) -> None:
    slow = {"text": "word " * 100, "delay_seconds": 0.1}
    made = client.predictions.create(model="demo/echo", input=slow)
    assert made.status in ("starting", "processing")
    made.cancel()
    made.wait()
    assert made.status == "canceled"
    ended = client.predictions.create(version=client.models.get("demo/echo").latest_version.id, input={"text": TEXT})  # type: ignore[union-attr]
    ended.wait()
    assert (client.predictions.get(ended.id).output, ended.logs is not None) == (TEXT, True)
    assert [each.id for each in client.predictions.list()] == [ended.id, made.id]
    follows = client.predictions.create(model="demo/echo", input={"text": TEXT, "delay_seconds": 0.05})
    assert "".join(str(event) for event in follows.stream()) == TEXT


def test_models_are_found(client: replicate.Client, live_server: LiveServer) -> None:
    listed = {
        f"{model.owner}/{model.name}" for page in replicate.pagination.paginate(client.models.list) for model in page
    }
    assert {"demo/echo", "demo/prose", "demo/shapes"} <= listed
    assert "shapes" in [model.name for model in client.models.search("shapes")]
    model = client.models.get("demo", "echo")
    assert (model.id, model.visibility) == ("demo/echo", "public")
    versions = model.versions.list()
    assert model.versions.get(versions[0].id).openapi_schema["components"]["schemas"]["Input"]["required"] == ["text"]
    assert "demo" in [each.slug for each in client.collections.list()]
    assert "echo" in [each.name for each in client.collections.get("demo").models or []]
    assert client.accounts.current().type == "user"
    assert "cpu" in [each.sku for each in client.hardware.list()]


def test_a_deployment_is_a_name_for_a_version(client: replicate.Client) -> None:
    (version,) = client.models.get("demo/echo").versions.list().results
    sizes = {"hardware": "any", "min_instances": 0, "max_instances": 1}
    made = client.deployments.create(name="support", model="demo/echo", version=version.id, **sizes)
    assert made.current_release is not None
    assert (made.name, made.current_release.version) == ("support", version.id)
    prediction = client.deployments.predictions.create(made.id, input={"text": "through a name"})
    prediction.wait()
    assert "".join(prediction.output) == "through a name"
    assert prediction.version == version.id
    assert [each.name for each in client.deployments.list().results] == ["support"]
    with pytest.raises(ReplicateError) as twice:
        client.deployments.create(name="support", model="demo/echo", version=version.id, **sizes)
    assert twice.value.status == 409
    other = client.models.get("demo/prose").versions.list().results[0]
    changed = client.deployments.update(made.owner, "support", version=other.id)
    assert changed.current_release is not None
    assert changed.current_release.model == "demo/prose"
    assert client.deployments.get(made.id).current_release == changed.current_release
    assert client.deployments.delete(made.owner, "support")
    with pytest.raises(ReplicateError) as gone:
        client.deployments.get(made.id)
    assert gone.value.status == 404


def test_a_file_is_an_input(client: replicate.Client, tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    path.write_bytes(PICTURE)
    for given in (path, io.BytesIO(PICTURE)):
        named = client.run("demo/naming", input={"image": given, "top_k": 1})
        assert named[0]["label"] == "yellow star"
    with path.open("rb") as file:
        named = client.run("demo/naming", input={"image": file, "top_k": 1}, file_encoding_strategy="base64")
    assert named[0]["label"] == "yellow star"
    made = client.files.create(path)
    assert (made.name, made.size, client.files.get(made.id).content_type) == ("star.png", len(PICTURE), "image/png")
    assert client.files.delete(made.id)
    assert made.id not in [each.id for each in client.files.list()]


def test_a_wrong_name_or_base_url_is_told_which_is_right(client: replicate.Client, live_server: LiveServer) -> None:
    with pytest.raises(ReplicateError, match="owner/name:3"):
        client.predictions.create(version="99", input={"text": TEXT})
    lost = replicate.Client(base_url=f"{live_server.url}/v1", api_token="x")
    try:
        with pytest.raises(ReplicateError, match="without /v1"):
            lost.predictions.create(model="demo/echo", input={"text": TEXT})
    finally:
        lost._client.close()


def test_errors_say_what_is_wrong(client: replicate.Client) -> None:
    with pytest.raises(ReplicateError) as invalid:
        client.run("demo/echo", input={"text": 1})
    assert invalid.value.status == 422
    assert "/input/text" in str(invalid.value.detail)
    with pytest.raises(ReplicateError) as unknown:
        client.models.get("demo/nothing")
    assert (unknown.value.status, unknown.value.title) == (404, "Not Found")
    with pytest.raises(ReplicateError) as source:
        client.models.create("demo", "mine", visibility="private", hardware="cpu")
    assert source.value.status == 422
    assert "/source" in str(source.value.detail)


async def test_the_asynchronous_half(client: replicate.Client) -> None:
    assert await client.async_run("demo/echo", input={"text": TEXT}) == TEXT
    pieces = [str(each) async for each in await client.async_stream("demo/echo", input={"text": TEXT})]
    assert "".join(pieces) == TEXT
    made = await client.predictions.async_create(model="demo/echo", input={"text": TEXT})
    await made.async_wait()
    assert made.output == TEXT


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.received.append((dict(self.headers), body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    """A receiver of webhooks, and what it received."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.received = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", server.received  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 with its key, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    at = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(__import__("ipaddress").ip_address("127.0.0.1"))
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), at, at + datetime.timedelta(days=1)
    )
    made = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False).sign(key, hashes.SHA256())
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())


class TlsProxy:
    """Passes what comes over TLS to a port, as a proxy before the server does."""

    def __init__(self, path: Path, port: int) -> None:
        self.port, self.target = port, 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(path)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", self.target)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while piece := await source.read(65_536):
                    sink.write(piece)
                    await sink.drain()
            except OSError:
                pass
            finally:
                sink.close()

        await asyncio.gather(pump(reader, outer), pump(inner, writer))

    def stop(self) -> None:
        """Stop listening, and close what is open."""

        async def close() -> None:
            self._server.close()
            passing = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in passing:
                task.cancel()
            await asyncio.gather(*passing, return_exceptions=True)
            # The transports close in the next rounds of the loop
            await asyncio.sleep(0.2)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture(scope="module")
def behind_tls(
    own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, ssl.SSLContext]]:
    """A server behind TLS that may tell this machine of predictions."""
    folder = tmp_path_factory.mktemp("tls")
    path, trust = certificate(folder)
    proxy = TlsProxy(path, free_port())
    url = f"https://127.0.0.1:{proxy.port}"
    settings = {"PUBLIC_URL": url, **LOCAL_RECEIVERS}
    with running(own_servers, tmp_path_factory.mktemp("data"), **settings) as live:
        proxy.target = urlsplit(live.url).port or 0
        proxy.start()
        yield url, trust
        proxy.stop()


@pytest.fixture
def secure(behind_tls: tuple[str, ssl.SSLContext]) -> Iterator[replicate.Client]:
    url, trust = behind_tls
    transport: Any = httpx.HTTPTransport(verify=trust)
    found = replicate.Client(api_token=rest_token(url, trust), base_url=url, transport=transport)
    yield found
    found._client.close()


@pytest.mark.slow
def test_an_output_file_is_one(secure: replicate.Client) -> None:
    (picture,) = secure.run("demo/shapes", input=SHAPE)
    assert isinstance(picture, FileOutput)
    assert picture.read().startswith(b"\x89PNG")
    assert b"".join(picture).startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_webhook_is_signed_as_the_client_verifies_it(secure: replicate.Client) -> None:
    with receiving() as (url, received):
        made = secure.predictions.create(
            model="demo/echo", input={"text": TEXT}, webhook=url, webhook_events_filter=["start", "completed"]
        )
        made.wait()
        for _ in range(200):
            if any(json.loads(body)["status"] == "succeeded" for _, body in received):
                break
            threading.Event().wait(0.05)
    secret = secure.webhooks.default.secret()
    for headers, body in received:
        Webhooks.validate(headers=headers, body=body, secret=secret, tolerance=60)
    last = json.loads(received[-1][1])
    assert (last["id"], last["status"], last["output"]) == (made.id, "succeeded", TEXT)
    assert last["urls"]["get"].startswith("https://")
