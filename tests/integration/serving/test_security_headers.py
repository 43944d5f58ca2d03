"""What every kind of answer tells browsers and caches, over http and by a proxy that ends TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from server.routes.pages import STATIC_DIR
from tests.integration.serving.conftest import Api, StartApi
from tests.integration.serving.connecting import SENT

TOKEN = "a token for the metrics of this test"
DATA = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
PAGE = {"cache-control": "no-cache", "referrer-policy": "same-origin"}
TLS = ("strict-transport-security", "cross-origin-opener-policy", "cross-origin-resource-policy")
JSON = {"content-type": "application/json"}


class Ask(NamedTuple):
    """A request and what its answer is."""

    path: str
    status: int
    kind: dict[str, str] = DATA
    method: str = "GET"
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    content: bytes = b""


ASKS = {
    "health": Ask("/health/live", 200),
    "ready": Ask("/health/ready", 200),
    "page": Ask("/", 200 if (STATIC_DIR / "index.html").exists() else 503, PAGE),
    "page of a model": Ask("/models/a/b", 200 if (STATIC_DIR / "index.html").exists() else 503, PAGE),
    "GraphiQL": Ask(
        "/graphql", 200 if (STATIC_DIR / "graphiql.html").exists() else 503, PAGE, headers={"accept": "text/html"}
    ),
    "query": Ask("/graphql", 200, method="POST", headers=JSON, content=SENT.encode()),
    "query by GET": Ask("/graphql?query={__typename}", 200),
    "no GraphQL": Ask("/graphql", 400, method="POST", headers=JSON, content=b"{"),
    "no document": Ask("/graphql", 400, method="POST", headers=JSON, content=b"{}"),
    "method of GraphQL": Ask("/graphql", 405, method="DELETE"),
    "large body": Ask("/graphql", 413, method="POST", headers=JSON, content=b" " * 1_000_001),
    "wrong token": Ask(
        "/graphql", 401, method="POST", content=SENT.encode(),
        headers={**JSON, "authorization": "Bearer x", "accept": "application/graphql-response+json"},
    ),
    "metrics": Ask("/metrics", 200, headers={"authorization": f"Bearer {TOKEN}"}),
    "metrics of a stranger": Ask("/metrics", 401),
    "file": Ask("/files/predictions/x.png", 403),
    "upload": Ask("/uploads/00000000-0000-0000-0000-000000000000", 403, method="PUT"),
    "nothing": Ask("/nothing", 404),
    "no asset": Ask("/static/nothing.js", 404),
    "method": Ask("/health/live", 405, method="POST"),
    "large header": Ask("/", 431, headers={"x-long": "a" * 40_000}),
    "foreign page": Ask("/graphql", 400, method="OPTIONS",
                        headers={"origin": "https://b.example", "access-control-request-method": "POST"}),
    "allowed page": Ask("/graphql", 200, method="OPTIONS",
                        headers={"origin": "https://a.example", "access-control-request-method": "POST"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def api(start_api: StartApi) -> Iterator[Api]:
    with start_api(TRUSTED_PROXIES="127.0.0.1", METRICS_TOKEN=TOKEN, ALLOWED_ORIGINS="https://a.example") as started:
        yield started


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_an_answer_of_every_kind(api: Api, ask: Ask, scheme: str) -> None:
    answer = httpx.request(
        ask.method, f"{api.url}{ask.path}", content=ask.content, trust_env=False, timeout=20,
        headers={**ask.headers, "x-forwarded-proto": scheme},
    )  # fmt: skip
    assert answer.status_code == ask.status, answer.text
    assert {name: answer.headers.get(name) for name in ask.kind} == ask.kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    # What was refused before its headers were read knows of no proxy
    if ask.status != 431:
        assert [name in answer.headers for name in TLS] == [scheme == "https"] * 3
    if ask.kind is PAGE:
        assert "camera=()" in answer.headers["permissions-policy"]
    if ask.status >= 400 and ask.method != "OPTIONS" and ask.kind is DATA:
        body = answer.json()
        assert body["error"]["code"] if "error" in body else body["errors"]
    assert "server" not in answer.headers


@pytest.mark.skipif(not (STATIC_DIR / "index.html").exists(), reason="the pages are not built")
def test_an_asset_is_kept(api: Api) -> None:
    name = next(path for path in STATIC_DIR.rglob("*.js")).relative_to(STATIC_DIR)
    answer = httpx.get(f"{api.url}/static/{name}", headers={"x-forwarded-proto": "https"}, trust_env=False)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    same = httpx.get(f"{api.url}/static/{name}", headers={"if-none-match": answer.headers["etag"]}, trust_env=False)
    assert (same.status_code, same.headers["cache-control"]) == (304, answer.headers["cache-control"])
    assert answer.headers["x-content-type-options"] == same.headers["x-content-type-options"] == "nosniff"


HANDSHAKE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}


@pytest.mark.parametrize(
    ("path", "changes", "status"),
    [
        ("/nothing", {}, 403),
        ("/graphql", {"sec-websocket-key": "x"}, 400),
        ("/graphql", {"sec-websocket-version": "8"}, 400),
    ],
    ids=["no such socket", "key", "version"],
)
def test_a_refused_handshake(api: Api, path: str, changes: dict[str, str], status: int) -> None:
    answer = httpx.get(f"{api.url}{path}", headers={**HANDSHAKE, **changes}, trust_env=False, timeout=20)
    assert answer.status_code == status, answer.text
    assert {name: answer.headers.get(name) for name in DATA} == DATA
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "server" not in answer.headers
