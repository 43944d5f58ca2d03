"""Input files from the caller to the model: uploads and data URIs, and what is refused at each door."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import LiveServer
from tests.integration.custom.sending import LIMIT, inline, picture, rejected, uploaded
from tests.integration.worker.predictions import row_id
from tests.support.api import Client
from tests.support.operations import ended


async def test_files_reach_the_model_read_only_and_leave(ada: Client, models: dict[str, str], live: LiveServer) -> None:
    data = random.Random(1).randbytes(1_400_000)
    uri = await uploaded(ada, data, "application/pdf")
    values = {"file": uri, "more": [inline(b"small", "text/plain"), uri]}
    found = await ada.create(models["weigh"], values, wait=30)
    assert found["status"] == "SUCCEEDED", found
    first, second, third = found["output"]
    assert (first["bytes"], first["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert (second["bytes"], second["suffix"]) == (5, ".txt")
    # Its group reads it too where the model's process is a user of its own
    assert first["mode"] in {"0o400", "0o440"}
    assert (first["suffix"], third["sha256"]) == (".pdf", first["sha256"])
    assert found["input"]["file"] == uri
    # The class saw a path of the server, and whoever reads its output does not
    assert [each["path"] for each in (first, second, third)] == [
        f"<inputs>/{n}{s}" for n, s in enumerate((".pdf", ".txt", ".pdf"))
    ]
    await gone(live.data_dir / "inputs", f"*/{row_id(found['id'])}-*")


async def gone(folder: Path, pattern: str) -> None:
    for _ in range(600):
        if not await asyncio.to_thread(lambda: [*folder.glob(pattern)]):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{pattern} of {folder} stays")


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
    ("http://10.0.0.1/x.png", "This address is not on the public internet."),
    ("http://[::1]/x.png", "This address is not on the public internet."),
    ("http://169.254.169.254/latest/meta-data", "This address is not on the public internet."),
    ("https://ada:secret@example.com/x.png", "must not contain a user or password"),
    ("https://0x7f.1/x.png", "four decimal numbers"),
    ("https:///x.png", "name a host"),
    ("http://example.com/" + "x" * 8000, "at most 8000 characters"),
    ("file:///etc/passwd", "or as an http(s) URL"),
    ("/etc/passwd", "or as an http(s) URL"),
    ("", "or as an http(s) URL"),
    ("upload:../../etc/passwd", "or as an http(s) URL"),
    (f"upload:{uuid4()}\n", "or as an http(s) URL"),
    (f"upload:{uuid4()}", "There is no such upload of yours"),
    ("data:;base64,$$$", "not valid base64"),
    ("data:nothing", "A data URI has the form data:TYPE;base64,DATA."),
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
    # Some sweeps pass
    await asyncio.sleep(2)
    assert any(folder.rglob("*.bin")), "a prediction runs with it"
    await ada.cancel(running["id"])
    await ended(ada, running["id"])
    await gone(folder.parent, folder.name)


@pytest.mark.slow
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
    await gone(copies[0].parents[1], copies[0].parent.name)
    await database(live, "UPDATE prediction SET lease_until = now() WHERE status = 'processing'")
    assert (await ended(ada, made["id"]))["status"] == "SUCCEEDED"


async def test_output_files_are_bounded(ada: Client, models: dict[str, str]) -> None:
    found = await ada.create(models["heavy"], {"sizes": [900_000, 1_000_000, 200_000, 1]}, wait=30)
    message = "The output files have more bytes together than MAX_OUTPUT_BYTES (2000000)."
    assert found["error"] == {"code": "STORAGE", "message": message}
    assert [file["bytes"] for file in found["files"]] == [900_000, 1_000_000]
    fits = await ada.create(models["heavy"], {"sizes": [1_000_000, 1_000_000]}, wait=30)
    assert fits["status"] == "SUCCEEDED"
