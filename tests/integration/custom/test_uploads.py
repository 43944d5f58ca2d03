"""Uploads: whose they are, and what a sender may send."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from server.domain.files import BINARY
from tests.conftest import LiveServer
from tests.integration.custom.sending import CREATE_UPLOAD, LIMIT, picture, place, rejected, uploaded
from tests.support.api import Client
from tests.support.operations import code_of, somebody


async def test_an_upload_is_its_owner_s_alone(ada: Client, live: LiveServer, models: dict[str, str]) -> None:
    uri = await uploaded(ada, b"secret")
    eve, _ = await somebody(live.url)
    nobody = Client(live.url)
    for client in (eve, nobody):
        (violation,) = await rejected(client, models["weigh"], {"file": uri})
        assert violation["code"] == "upload"
        await client.close()


UPLOAD = "query ($uri: String!) { upload(uri: $uri) { uri contentType sizeBytes fileUrl } }"


async def test_its_owner_alone_reads_an_upload_again(ada: Client, live: LiveServer) -> None:
    data = picture(9, 4)
    uri = await uploaded(ada, data, "image/png")
    own = (await ada.run(UPLOAD, uri=uri))["upload"]
    assert (own["uri"], own["contentType"], own["sizeBytes"]) == (uri, "image/png", len(data))
    answer = await ada.http.get(own["fileUrl"])
    assert (answer.content, answer.headers["content-type"]) == (data, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    # What could run code is kept and not shown, whatever it is called
    page = await uploaded(ada, b"<script>alert(1)</script>", "text/html")
    answer = await ada.http.get((await ada.run(UPLOAD, uri=page))["upload"]["fileUrl"])
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == (BINARY, "attachment")
    assert (await ada.run(UPLOAD, uri=(await place(ada, 3))["uri"]))["upload"]["fileUrl"] is None
    eve, _ = await somebody(live.url)
    for client in (eve, Client(live.url)):
        assert (await client.run(UPLOAD, uri=uri))["upload"] is None
        await client.close()
    for wrong in (uri[:-1], uri.upper(), "", "data:,"):
        assert (await ada.run(UPLOAD, uri=wrong))["upload"] is None


async def test_an_upload_without_its_bytes_cannot_be_used(ada: Client, models: dict[str, str]) -> None:
    upload = await place(ada, 3)
    (violation,) = await rejected(ada, models["weigh"], {"file": upload["uri"]})
    assert "its file has not come" in violation["message"]


@pytest.mark.parametrize("size", [0, -1, LIMIT + 1, 2**53 - 1])
async def test_sizes_that_no_file_has(ada: Client, size: int) -> None:
    found = await place(ada, size)
    assert found["violations"][0]["path"] == "/sizeBytes"


@pytest.mark.parametrize("content_type", ["", "png", "image/png; q=1", "a/b\r\nx: y", "é/x", "a/" + "b" * 200])
async def test_types_that_are_none(ada: Client, content_type: str) -> None:
    assert (await place(ada, 1, content_type))["violations"][0]["path"] == "/contentType"


async def test_nobody_signed_in_uploads(live: LiveServer) -> None:
    client = Client(live.url)
    new = {"sizeBytes": 1}
    assert await code_of(client, CREATE_UPLOAD, input=new) == "UNAUTHENTICATED"
    await client.close()


async def test_one_user_has_so_many_uploads_even_when_they_ask_at_once(ada: Client) -> None:
    made = await asyncio.gather(*(place(ada, 1) for _ in range(12)))
    assert [m["__typename"] for m in made].count("Upload") == 6
    assert {m.get("code") for m in made} == {None, "CONFLICT"}


async def pieces(total: int) -> AsyncIterator[bytes]:
    while total > 0:
        yield bytes(min(total, 65_536))
        total -= 65_536


@pytest.mark.parametrize(("announced", "sent", "status"), [(10, 11, 413), (10, 9, 400), (10, 0, 400)])
async def test_a_file_is_as_long_as_announced(ada: Client, announced: int, sent: int, status: int) -> None:
    upload = await place(ada, announced)
    for content in (bytes(sent), pieces(sent)):
        answer = await ada.http.put(upload["url"], content=content)
        assert answer.status_code == status, answer.text
    assert (await ada.http.put(upload["url"], content=bytes(announced))).status_code == 201


async def test_more_than_any_file_may_have(ada: Client) -> None:
    upload = await place(ada, LIMIT)
    assert (await ada.http.put(upload["url"], content=bytes(LIMIT + 1))).status_code == 413
    streamed = await ada.http.put(upload["url"], content=pieces(LIMIT + 100_000))
    assert streamed.status_code == 413
    assert (await ada.http.put(upload["url"], content=pieces(LIMIT))).status_code == 201


async def test_a_file_comes_once(ada: Client, live: LiveServer) -> None:
    upload = await place(ada, 1_000_000)
    sent = [bytes([n]) * 1_000_000 for n in range(5)]
    answers = await asyncio.gather(*(ada.http.put(upload["url"], content=data) for data in sent))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    kept = list((live.data_dir / "files" / "uploads" / upload["uri"].partition(":")[2]).rglob("*.bin"))
    (winner,) = [answer for answer in answers if answer.status_code == 201]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == [winner.json()["sha256"]]


async def test_links_that_are_not_ours(ada: Client) -> None:
    upload, other = await place(ada, 1), await place(ada, 1)
    path, _, query = upload["url"].partition("?")
    bad = [
        path,
        f"{path}?{query.replace('exp=', 'exp=9')}",
        f"{path}?{query[:-2]}",
        f"{other['url'].partition('?')[0]}?{query}",
        f"{path}?exp=1&sig=",
    ]
    for url in bad:
        assert (await ada.http.put(url, content=b"x")).status_code == 403, url
    assert (await ada.http.put(f"{path}x?{query}", content=b"x")).status_code == 404
    assert (await ada.http.get(upload["url"])).status_code == 405
    key = f"/files/uploads/{upload['uri'].partition(':')[2]}/1/0.bin?{query}"
    assert (await ada.http.get(path.partition("/uploads/")[0] + key)).status_code == 403


async def test_a_sender_who_leaves_can_come_back(ada: Client, live: LiveServer) -> None:
    upload = await place(ada, 100_000)

    async def breaks() -> AsyncIterator[bytes]:
        yield bytes(50_000)
        raise ConnectionAbortedError

    with pytest.raises((httpx.HTTPError, OSError)):
        await ada.http.put(upload["url"], content=breaks())
    await asyncio.sleep(0.2)
    assert not list((live.data_dir / "files").rglob("*.tmp"))
    assert (await ada.http.put(upload["url"], content=bytes(100_000))).status_code == 201
