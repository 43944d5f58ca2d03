from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from server.adapters.signing import FileSigner
from server.adapters.storage import LocalStorage, open_storage
from server.routes.pages import GraphiqlPage, UiPage
from server.settings import load_settings

SIGNER = FileSigner("s" * 40)
IN_S3 = {"storage_type": "s3", "s3_bucket": "pictures"}


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built UI."""
    for name in ("index.html", "graphiql.html"):
        (tmp_path / name).write_text(f"first {name}", encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What botocore signs with, and nothing of this machine's own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


def asking(storage: object) -> Request:
    return Request({"type": "http", "path": "/", "headers": [], "state": {"rt": SimpleNamespace(storage=storage)}})


def text(response: Response) -> str:
    return bytes(response.body).decode()


def policy_of(response: Response) -> dict[str, list[str]]:
    rules = response.headers["content-security-policy"].split(";")
    return {name: sources for name, *sources in (rule.split() for rule in rules)}


async def ui(static: Path, storage: object) -> Response:
    return await UiPage(directory=static).answer(asking(storage))


async def test_a_page_that_was_built_anew_is_served_anew(static: Path) -> None:
    page, graphiql = UiPage(directory=static), GraphiqlPage(directory=static)
    request = asking(LocalStorage(static, SIGNER))
    assert text(await page.answer(request)) == "first index.html"
    assert text(graphiql.response()) == "first graphiql.html"
    for name in ("index.html", "graphiql.html"):
        (static / name).write_text(f"second build of {name}")
    assert text(await page.answer(request)) == "second build of index.html"
    assert text(graphiql.response()) == "second build of graphiql.html"


def test_a_page_of_the_same_length_is_served_anew(static: Path) -> None:
    page, file = GraphiqlPage(directory=static), static / "graphiql.html"
    page.response()
    before = file.stat().st_mtime_ns
    file.write_text("Later graphiql.html"[: file.stat().st_size])
    os.utime(file, ns=(before + 1_000_000, before + 1_000_000))
    assert text(page.response()).startswith("Later")


def test_a_page_is_not_read_again_while_it_is_the_same(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = GraphiqlPage(directory=static)
    page.response()
    monkeypatch.setattr(Path, "read_text", lambda *_: pytest.fail("read again"))
    assert text(page.response()) == "first graphiql.html"


def test_a_page_that_goes_away_and_comes_back(static: Path) -> None:
    page, file = GraphiqlPage(directory=static), static / "graphiql.html"
    assert page.response().status_code == 200
    file.unlink()
    assert page.response().status_code == 503
    assert "hatch_build.py" in text(page.response())
    file.write_text("grüße", encoding="utf-8")
    assert (page.response().status_code, text(page.response())) == (200, "grüße")


async def test_workers_are_files_of_this_server(static: Path) -> None:
    for response in (GraphiqlPage(directory=static).response(), await ui(static, LocalStorage(static, SIGNER))):
        assert policy_of(response)["worker-src"] == ["'self'"]


async def test_pictures_kept_here_need_no_other_origin(static: Path) -> None:
    policy = policy_of(await ui(static, LocalStorage(static, SIGNER)))
    assert policy["img-src"] == ["'self'", "data:", "blob:"]
    assert policy["connect-src"] == ["'self'"]


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        ({"s3_endpoint_url": "http://minio.lan:9000"}, "http://minio.lan:9000"),
        ({"s3_endpoint_url": "https://r2.example/with/path", "s3_region": "auto"}, "https://r2.example"),
        (
            {"s3_endpoint_url": "http://minio.lan:9000", "s3_public_endpoint_url": "https://s3.example.com"},
            "https://s3.example.com",
        ),
        (
            {"s3_endpoint_url": "http://minio.lan:9000", "s3_addressing": "virtual"},
            "http://pictures.minio.lan:9000",
        ),
        ({"s3_region": "eu-west-1"}, "https://pictures.s3.amazonaws.com"),
        ({"s3_region": "eu-west-1", "s3_bucket": "dotted.name"}, "https://s3.eu-west-1.amazonaws.com"),
        ({}, "https://pictures.s3.amazonaws.com"),
    ],
)
async def test_pictures_in_s3_may_be_shown(static: Path, settings: dict[str, Any], origin: str) -> None:
    async with open_storage(load_settings(**{**IN_S3, **settings}), SIGNER) as storage:
        policy = policy_of(await ui(static, storage))
        link = await storage.url(f"predictions/{uuid4()}/1/0.png", "image/png", 60)
    assert link.startswith(f"{origin}/")
    assert policy["img-src"] == ["'self'", "data:", "blob:", origin]
    assert [name for name, sources in policy.items() if origin in sources] == ["img-src", "media-src"]


async def test_the_page_works_while_no_link_can_be_signed(static: Path) -> None:
    class Broken:
        async def url(self, *_: object) -> str:
            raise LookupError("no credentials")

    page = UiPage(directory=static)
    with capture_logs() as logs:
        response = await page.answer(asking(Broken()))
    assert response.status_code == 200
    assert policy_of(response)["img-src"] == ["'self'", "data:", "blob:"]
    assert [entry["event"] for entry in logs] == ["pages.file_origin_unknown"]
    async with open_storage(load_settings(**IN_S3), SIGNER) as storage:
        later = policy_of(await page.answer(asking(storage)))
    assert later["img-src"][-1] == "https://pictures.s3.amazonaws.com"


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("text/html,application/xhtml+xml,application/json;q=0.9", False),
    ],
)
async def test_who_asks_for_json_learns_what_the_server_has(static: Path, accept: str | None, is_json: bool) -> None:
    headers = [(b"accept", accept.encode())] if accept else []

    class Files:
        async def url(self, *_: object) -> str:
            return "/files/key"

    state = {"rt": SimpleNamespace(storage=Files())}
    request = Request({"type": "http", "path": "/", "headers": headers, "state": state})
    response = await UiPage(directory=static).answer(request)
    assert (response.headers["content-type"] == "application/json") is is_json
    if is_json:
        assert json.loads(response.body)["openapi"] == "/openapi.json"
