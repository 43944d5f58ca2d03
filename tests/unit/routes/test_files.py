from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from server.adapters.signing import FileSigner
from server.adapters.storage import LocalStorage
from server.routes.files import Link, file_response

SIGNER = FileSigner("s" * 40)
ID = "0b0e4a52-6b3c-4d2e-9f00-000000000001"
KEY = f"predictions/{ID}/1/0.png"
DATA = b"\x89PNG" + b"x" * 100_000


@pytest.fixture
async def storage(tmp_path: Path) -> LocalStorage:
    made = LocalStorage(tmp_path, SIGNER)
    for name in ("0.png", "1.html", "2.svg", "3.webp", "4.wav", "5.mp4", "6.bin", "7.json", "8.pdf"):
        await made.put(f"predictions/{ID}/1/{name}", DATA, "ignored")
    return made


def soon() -> int:
    return int(time.time()) + 60


async def ask(
    storage: LocalStorage, key: str = KEY, expires: str | None = None, signature: str | None = None, **asked: str
) -> Response:
    at = soon()
    sent = str(at) if expires is None else expires
    link = Link(key, sent, SIGNER.sign(key, at) if signature is None else signature)
    headers = Headers({name.replace("_", "-"): value for name, value in asked.items()})
    return await file_response(storage, SIGNER, link, headers)


async def body(response: Response) -> bytes:
    if isinstance(response, StreamingResponse):
        return b"".join([bytes(chunk) async for chunk in response.body_iterator])  # type: ignore[arg-type]
    return bytes(response.body)


def code(response: Response) -> str:
    found: str = json.loads(bytes(response.body))["error"]["code"]
    return found


async def test_a_link_of_the_storage_gives_the_file(storage: LocalStorage) -> None:
    query = parse_qs(urlsplit(await storage.url(KEY, "image/png", 60)).query)
    response = await file_response(storage, SIGNER, Link(KEY, query["exp"][0], query["sig"][0]), Headers())
    assert await body(response) == DATA
    headers = response.headers
    assert response.status_code == 200
    assert headers["content-type"] == "image/png"
    assert headers["content-length"] == str(len(DATA))
    assert headers["content-disposition"] == "inline"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; media-src 'self'; sandbox"
    scope, age = headers["cache-control"].split(", max-age=")
    assert scope == "private"
    assert 50 <= int(age) <= 60


@pytest.mark.parametrize(("name", "content_type"), [("4.wav", "audio/wav"), ("5.mp4", "video/mp4")])
async def test_sound_and_video_keep_their_type(storage: LocalStorage, name: str, content_type: str) -> None:
    response = await ask(storage, f"predictions/{ID}/1/{name}")
    assert response.headers["content-type"] == content_type
    assert response.headers["content-disposition"] == "inline"
    assert response.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=70000-", 70_000, len(DATA) - 1),
        ("bytes=-5", len(DATA) - 5, len(DATA) - 1),
        ("bytes=10-999999999", 10, len(DATA) - 1),
        ("BYTES=0-0", 0, 0),
        ("bytes=-999999999", 0, len(DATA) - 1),
    ],
)
async def test_a_part_of_a_file(storage: LocalStorage, asked: str, first: int, last: int) -> None:
    response = await ask(storage, range=asked)
    assert response.status_code == 206
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(DATA)}"
    assert response.headers["content-length"] == str(last - first + 1)
    assert response.headers["content-type"] == "image/png"
    assert await body(response) == DATA[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=200000-", "bytes=-0", f"bytes={len(DATA)}-{len(DATA)}"])
async def test_a_part_that_the_file_does_not_have(storage: LocalStorage, asked: str) -> None:
    response = await ask(storage, range=asked)
    assert (response.status_code, code(response)) == (416, "INVALID_INPUT")
    assert response.headers["content-range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize(
    "asked", ["", "bytes=", "bytes=5-2", "bytes=a-b", "lines=0-1", "bytes=0-1,5-6", "bytes=--1", "bytes=" + "9" * 400]
)
async def test_what_asks_for_no_single_part_gets_the_whole(storage: LocalStorage, asked: str) -> None:
    response = await ask(storage, range=asked)
    assert (response.status_code, await body(response)) == (200, DATA)


async def test_a_part_only_of_the_file_that_the_client_has(storage: LocalStorage) -> None:
    tag = (await ask(storage)).headers["etag"]
    assert (await ask(storage, range="bytes=0-1", if_range=tag)).status_code == 206
    other = (await ask(storage, f"predictions/{ID}/1/3.webp")).headers["etag"]
    for known in (other, "Wed, 21 Oct 2015 07:28:00 GMT", f"W/{tag}"):
        assert (await ask(storage, range="bytes=0-1", if_range=known)).status_code == 200
    assert (await ask(storage, if_none_match=f'"x", {tag}')).status_code == 304
    assert (await ask(storage, if_none_match=other)).status_code == 200


@pytest.mark.parametrize("name", ["1.html", "2.svg", "6.bin", "7.json", "8.pdf"])
async def test_what_a_browser_could_run_is_only_downloaded(storage: LocalStorage, name: str) -> None:
    response = await ask(storage, f"predictions/{ID}/1/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == "attachment"


async def test_an_expired_link(storage: LocalStorage) -> None:
    at = int(time.time()) - 1
    response = await ask(storage, KEY, str(at), SIGNER.sign(KEY, at))
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


@pytest.mark.parametrize("signature", ["", "x", "\ud800", FileSigner("other" * 10).sign(KEY, soon())], ids=range(4))
async def test_a_forged_link(storage: LocalStorage, signature: str) -> None:
    response = await ask(storage, signature=signature)
    assert (response.status_code, code(response)) == (403, "FORBIDDEN")


async def test_the_signature_of_another_file(storage: LocalStorage) -> None:
    at = soon()
    response = await ask(storage, KEY, str(at), SIGNER.sign(f"predictions/{ID}/1/1.html", at))
    assert response.status_code == 403


@pytest.mark.parametrize("expires", ["", "x", "-1", "1e9", " 99999999999", "9" * 400, "\u0661", "\0", "99999999999"])
async def test_another_expiry(storage: LocalStorage, expires: str) -> None:
    assert (await ask(storage, expires=expires)).status_code == 403


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", f"predictions/{ID[:-1]}2/1/0.png", KEY + "\n"])
async def test_a_file_that_is_gone_or_never_was(storage: LocalStorage, key: str) -> None:
    response = await ask(storage, key)
    assert (response.status_code, code(response)) == (404, "NOT_FOUND")


async def test_a_store_that_cannot_be_read_is_no_missing_file(tmp_path: Path) -> None:
    # A link to itself: no permission would stop root
    (tmp_path / "predictions").symlink_to(tmp_path / "predictions")
    response = await ask(LocalStorage(tmp_path, SIGNER))
    assert (response.status_code, code(response)) == (503, "UNAVAILABLE")
