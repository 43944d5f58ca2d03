"""Input files from the caller to the model: uploads and data URIs, and what is refused at each door."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from PIL import Image

from tests.conftest import LiveServer
from tests.integration.graph.asking import code_of, ended, somebody
from tests.support.api import Client

CREATE_UPLOAD = """mutation ($input: CreateUploadInput!) { createUpload(input: $input) { __typename
  ... on Upload { uri url contentType sizeBytes expiresAt }
  ... on InvalidInput { violations { path message code } } ... on UserError { code message } } }"""
LIMIT = 3_000_000


@pytest.fixture
async def ada(live: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(live.url)
    yield client
    await client.close()


async def place(client: Client, size: int, content_type: str = "application/octet-stream") -> dict[str, Any]:
    new = {"sizeBytes": size, "contentType": content_type}
    made: dict[str, Any] = (await client.run(CREATE_UPLOAD, input=new))["createUpload"]
    return made


async def uploaded(client: Client, data: bytes, content_type: str = "application/octet-stream") -> str:
    upload = await place(client, len(data), content_type)
    answer = await client.http.put(upload["url"], content=data)
    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] == hashlib.sha256(data).hexdigest()
    return str(upload["uri"])


def inline(data: bytes, content_type: str = "application/octet-stream") -> str:
    return f"data:{content_type};base64,{base64.b64encode(data).decode()}"


def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG")
    return buffer.getvalue()


async def rejected(client: Client, model: str, values: dict[str, Any]) -> list[dict[str, str]]:
    made = await client.create(model, values)
    assert made["__typename"] == "InvalidInput", made
    return list(made["violations"])


async def test_files_reach_the_model_read_only_and_leave(ada: Client, models: dict[str, str], live: LiveServer) -> None:
    data = random.Random(1).randbytes(1_400_000)
    uri = await uploaded(ada, data, "application/pdf")
    values = {"file": uri, "more": [inline(b"small", "text/plain"), uri]}
    found = await ada.create(models["weigh"], values, wait=30)
    assert found["status"] == "SUCCEEDED", found
    first, second, third = found["output"]
    assert (first["bytes"], first["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert (second["bytes"], second["suffix"]) == (5, ".txt")
    assert (first["mode"], first["suffix"], third["sha256"]) == ("0o400", ".pdf", first["sha256"])
    assert found["input"]["file"] == uri
    assert Path(first["path"]).is_relative_to(live.data_dir / "inputs")
    await gone(Path(first["path"]).parent)


async def gone(folder: Path) -> None:
    for _ in range(600):
        if not await asyncio.to_thread(folder.exists):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{folder} stays")


async def test_the_page_s_thumbnail(ada: Client, models: dict[str, str]) -> None:
    uri = await uploaded(ada, picture(900, 600), "image/png")
    found = await ada.create(models["thumbnail"], {"picture": uri, "width": 90}, wait=30)
    assert found["status"] == "SUCCEEDED", found
    (file,) = found["files"]
    assert (file["width"], file["height"], file["contentType"]) == (90, 60, "image/png")
    small = await ada.create(models["thumbnail"], {"picture": inline(picture(40, 40), "image/png")}, wait=30)
    assert [(f["width"], f["height"]) for f in small["files"]] == [(40, 40)]


async def test_a_picture_of_too_many_pixels(ada: Client, models: dict[str, str]) -> None:
    bomb = picture(1001, 1000)
    assert len(bomb) < 10_000
    found = await ada.create(models["thumbnail"], {"picture": inline(bomb, "image/png")}, wait=30)
    message = "The picture has 1001000 pixels, more than MAX_IMAGE_PIXELS (1000000)."
    assert found["error"] == {"code": "INPUT_REJECTED", "message": message}
    found = await ada.create(models["thumbnail"], {"picture": inline(picture(5000, 5000), "image/png")}, wait=30)
    assert found["error"]["code"] == "INPUT_REJECTED"
    assert "MAX_IMAGE_PIXELS (1000000)" in found["error"]["message"]


NO_FILES = [
    ("http://127.0.0.1:1/x.png", "never fetched from elsewhere"),
    ("file:///etc/passwd", "never fetched from elsewhere"),
    ("/etc/passwd", "never fetched from elsewhere"),
    ("", "never fetched from elsewhere"),
    ("upload:../../etc/passwd", "never fetched from elsewhere"),
    (f"upload:{uuid4()}\n", "never fetched from elsewhere"),
    (f"upload:{uuid4()}", "There is no such upload of yours"),
    ("data:;base64,$$$", "not base64"),
    ("data:nothing", "A data URI is data:TYPE;base64,DATA."),
    ("data:a b/c;base64,QQ==", "media type"),
    (inline(bytes(256_001)), "holds 256001 bytes, more than 256000"),
    ("data:,%41" + "%41" * 256_000, "more than 256000"),
]


@pytest.mark.parametrize(("text", "why"), NO_FILES, ids=range(len(NO_FILES)))
async def test_what_is_no_file_never_reaches_a_worker(ada: Client, models: dict[str, str], text: str, why: str) -> None:
    for values, path in [
        ({"file": text}, "/input/file"),
        ({"file": inline(b"x"), "more": [inline(b"y"), text]}, "/input/more/1"),
    ]:
        (violation,) = await rejected(ada, models["weigh"], values)
        assert why in violation["message"]
        assert violation["path"] == path


@pytest.mark.parametrize("value", [1, None, [], {"a": 1}, [inline(b"x")]])
async def test_a_file_is_text(ada: Client, models: dict[str, str], value: object) -> None:
    assert {v["path"] for v in await rejected(ada, models["weigh"], {"file": value})} == {"/input/file"}


async def test_the_largest_data_uri_passes(ada: Client, models: dict[str, str]) -> None:
    found = await ada.create(models["weigh"], {"file": inline(bytes(256_000))}, wait=30)
    assert found["output"][0]["bytes"] == 256_000


async def test_too_many_files(ada: Client, models: dict[str, str]) -> None:
    (violation,) = await rejected(ada, models["weigh"], {"file": inline(b"x"), "more": [inline(b"x")] * 100})
    assert violation["message"] == "An input names at most 100 files."


async def test_all_files_together_are_bounded(ada: Client, models: dict[str, str]) -> None:
    uri = await uploaded(ada, bytes(2_000_000))
    found = await ada.create(models["weigh"], {"file": uri, "more": [uri]}, wait=30)
    message = f"The input files have 4000000 bytes together, more than MAX_INPUT_BYTES ({LIMIT})."
    assert found["error"] == {"code": "INPUT_REJECTED", "message": message}


async def test_an_upload_is_its_owner_s_alone(ada: Client, live: LiveServer, models: dict[str, str]) -> None:
    uri = await uploaded(ada, b"secret")
    eve, _ = await somebody(live.url)
    nobody = Client(live.url)
    for client in (eve, nobody):
        (violation,) = await rejected(client, models["weigh"], {"file": uri})
        assert violation["code"] == "upload"
        await client.close()


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


async def database(live: LiveServer, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(live.environment["DATABASE_URL"])
    await connection.execute(sql, *values)
    await connection.close()


async def test_an_expired_upload_goes_when_nothing_needs_it(
    ada: Client, live: LiveServer, models: dict[str, str]
) -> None:
    uri = await uploaded(ada, b"to be removed")
    folder = live.data_dir / "files" / "uploads" / uri.partition(":")[2]
    assert any(folder.rglob("*.bin"))
    running = await ada.create(models["weigh"], {"file": uri, "hold": 60})
    sql = "UPDATE upload SET expires_at = now() - interval '10 minutes' WHERE id = $1"
    await database(live, sql, uri.partition(":")[2])
    (violation,) = await rejected(ada, models["weigh"], {"file": uri})
    assert "it has expired" in violation["message"]
    await asyncio.sleep(6)
    assert any(folder.rglob("*.bin")), "a prediction runs with it"
    await ada.cancel(running["id"])
    await ended(ada, running["id"])
    await gone(folder)


async def test_a_worker_that_was_killed_leaves_no_copies(ada: Client, live: LiveServer, models: dict[str, str]) -> None:
    made = await ada.create(models["weigh"], {"file": inline(b"x" * 100), "hold": 3})
    while (await ada.get(made["id"]) or {})["status"] != "PROCESSING":
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    copies = list((live.data_dir / "inputs").rglob("0.bin"))
    assert len(copies) == 1
    worker = live.processes.pop("worker-0")
    os.killpg(worker.pid, 9)
    worker.wait()
    live.start("worker-0", "worker", LEASE_SECONDS="30")
    await gone(copies[0].parent)
    await database(live, "UPDATE prediction SET lease_until = now() WHERE status = 'processing'")
    assert (await ended(ada, made["id"]))["status"] == "SUCCEEDED"


async def test_output_files_are_bounded(ada: Client, models: dict[str, str]) -> None:
    found = await ada.create(models["heavy"], {"sizes": [900_000, 1_000_000, 200_000, 1]}, wait=30)
    message = "The output files have more bytes together than MAX_OUTPUT_BYTES (2000000)."
    assert found["error"] == {"code": "STORAGE", "message": message}
    assert [file["bytes"] for file in found["files"]] == [900_000, 1_000_000]
    fits = await ada.create(models["heavy"], {"sizes": [1_000_000, 1_000_000]}, wait=30)
    assert fits["status"] == "SUCCEEDED"
