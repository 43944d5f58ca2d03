"""Input files by URL: fetched by the worker, within size and time, from where it may, and never from inside."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Any

import httpx
import pytest

from tests.conftest import LiveServer
from tests.integration.custom.sending import LIMIT, inline, picture, rejected
from tests.support.api import Client
from tests.support.operations import RawClient, ended
from tests.support.receiver import Answering, answer, hang, listening


async def weigh(ada: Client, models: dict[str, str], url: str, **more: Any) -> dict[str, Any]:
    return await ada.create(models["weigh"], {"file": url, **more}, wait=30)


async def test_a_file_is_fetched_with_its_type(ada: Client, models: dict[str, str]) -> None:
    data = b"x" * 300_000
    script = [answer(200, data, content_type="application/pdf"), answer(200, b"small", content_type="text/plain")]
    async with listening(*script) as host:
        row = await weigh(ada, models, host.url("/a"), more=[inline(b"inline", "text/csv"), host.url("/b")])
    assert row["status"] == "SUCCEEDED", row
    first, second, third = row["output"]
    assert (first["bytes"], first["sha256"], first["suffix"]) == (len(data), hashlib.sha256(data).hexdigest(), ".pdf")
    assert (second["suffix"], third["bytes"], third["suffix"]) == (".csv", 5, ".txt")
    request = host.told[0]
    assert request.line == "GET /a HTTP/1.1"
    # Nothing of the server's own goes along
    assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_redirects_are_followed_and_each_is_judged(ada: Client, models: dict[str, str]) -> None:
    async with listening(answer(302, location="/there.csv"), answer(200, b"1,2")) as host:
        row = await weigh(ada, models, host.url("/here"))
        assert (row["output"][0]["bytes"], row["output"][0]["suffix"]) == (3, ".csv")
        host.script.append(answer(302, location="http://169.254.169.254/latest/meta-data"))
        inside = await weigh(ada, models, host.url("/here"))
        host.script += [answer(307, location="/again")] * 6
        endless = await weigh(ada, models, host.url("/here"))
        host.script.append(answer(302, location="file:///etc/passwd"))
        local = await weigh(ada, models, host.url("/here"))
    assert_refused(inside, "This address is not on the public internet.")
    assert_refused(endless, "The host redirects too often.")
    assert_refused(local, "A URL must begin with https:// or http:// and name a host.")


def assert_refused(row: dict[str, Any], reason: str) -> None:
    assert (row["status"], row["error"]["code"]) == ("FAILED", "INPUT_REJECTED"), row
    assert row["error"]["message"].endswith(reason), row["error"]
    # What may be secret in a link is not told
    assert "?" not in row["error"]["message"]


async def _endless(_: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def _breaks(_: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
    await writer.drain()


@pytest.mark.parametrize(
    ("answering", "reason"),
    [
        (answer(404), "The host answered 404."),
        (answer(500), "The host answered 500."),
        (answer(200, b"x", content_encoding="gzip"), "The host sends it compressed, though it was asked not to."),
        (answer(200, bytes(LIMIT + 1)), f"It has more than {LIMIT} bytes."),
        (_endless, f"It has more than {LIMIT} bytes."),
        (hang, "It did not come within 2 seconds."),
        (_breaks, "peer closed connection without sending complete message body (received 4 bytes, expected 1000)"),
    ],
    ids=["missing", "broken", "compressed", "announced", "endless", "silent", "cut"],
)
async def test_a_bad_host_is_told_and_holds_nobody(
    ada: Client, models: dict[str, str], answering: Answering, reason: str
) -> None:
    async with listening(answering) as host:
        began = time.monotonic()
        row = await weigh(ada, models, host.url("/x?token=secret"))
        assert time.monotonic() - began < 20
    assert_refused(row, reason)


async def test_nobody_listens(ada: Client, models: dict[str, str]) -> None:
    assert_refused(
        await weigh(ada, models, "http://127.0.0.1:9/x"), "The host refused the connection or cannot be reached."
    )


async def test_all_files_together_are_bounded(ada: Client, models: dict[str, str]) -> None:
    async with listening(*[answer(200, bytes(1_600_000))] * 2) as host:
        row = await weigh(ada, models, host.url("/a"), more=[host.url("/b")])
    assert_refused(row, f"It has more than {LIMIT - 1_600_000} bytes.")


async def test_a_cancel_ends_the_fetching(ada: Client, models: dict[str, str]) -> None:
    async with listening(hang) as host:
        row = await ada.create(models["weigh"], {"file": host.url()})
        await host.wait(1)
        await ada.cancel(row["id"])
        found = await ended(ada, row["id"])
    assert found["status"] in {"CANCELED", "ABORTED"}
    assert found["stopSeconds"] < 1.5


async def test_an_output_is_an_input_by_its_link(ada: Client, models: dict[str, str], live: LiveServer) -> None:
    values = {"picture": inline(picture(300, 200), "image/png"), "width": 90}
    (file,) = (await ada.create(models["thumbnail"], values, wait=30))["files"]
    row = await ada.create(models["thumbnail"], {"picture": file["url"], "width": 30}, wait=30)
    assert [(each["width"], each["height"]) for each in row["files"]] == [(30, 20)], row
    # Whatever the server is called: the signature tells that the link is its own
    elsewhere = httpx.URL(file["url"]).copy_with(host="inference.example", port=None)
    row = await ada.create(models["thumbnail"], {"picture": str(elsewhere), "width": 10}, wait=30)
    assert [each["width"] for each in row["files"]] == [10], row
    stranger = RawClient(live.url)
    row = await stranger.create(models["thumbnail"], {"picture": file["url"], "width": 8}, wait=30)
    assert row["status"] == "SUCCEEDED"
    (violation,) = await rejected(stranger, models["weigh"], {"file": "https://example.com/x"})
    assert violation["message"].startswith("Sign in to give a file by its URL")
    await stranger.close()
    past = httpx.URL(file["url"]).copy_merge_params({"exp": "1000000000"})
    (violation,) = await rejected(ada, models["weigh"], {"file": str(past.copy_with(host="10.0.0.1"))})
    assert violation["message"] == "This address is not on the public internet."
