"""Files of inputs, as data URIs or uploads, and files of outputs, over links that expire."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from inference_client.blocking import complete
from inference_client.files import INLINE_BYTES, INLINE_TOTAL_BYTES, Content, File, encode
from inference_client.models import source_of
from PIL import Image


class Server:
    """Takes uploads, and gives the bytes of files."""

    def __init__(self, *, is_blocking: bool = True) -> None:
        self.is_blocking = is_blocking
        self.uploads: list[Content] = []

    async def upload(self, content: Content) -> str:
        self.uploads.append(content)
        return f"upload:{len(self.uploads)}"

    async def download(self, file: File) -> bytes:
        return b"\x89PNG"

    async def link(self, file: File) -> str | None:
        return None


def encoded(values: dict[str, Any], server: Server | None = None) -> dict[str, Any]:
    return complete(encode(values, server or Server()))


def file_of(server: Server) -> File:
    return File(server, "prediction-0123456789", 2, "http://server/files/a/1/2.png?exp=1&sig=a", "image/png", 4, 8, 8)


def test_small_files_travel_as_data_uris(tmp_path: Path) -> None:
    path = tmp_path / "star.png"
    path.write_bytes(b"\x89PNG")
    uri = "data:image/png;base64,iVBORw=="
    with path.open("rb") as opened:
        assert encoded({"a": path, "b": opened, "c": file_of(Server())}) == {"a": uri, "b": uri, "c": uri}
    unnamed = "data:application/octet-stream;base64,iVBORw=="
    assert encoded({"a": b"\x89PNG", "b": io.BytesIO(b"\x89PNG"), "c": [{"d": bytearray(b"\x89PNG")}]}) == {
        "a": unnamed, "b": unnamed, "c": [{"d": unnamed}]
    }  # fmt: skip
    picture = encoded({"a": Image.new("RGB", (2, 2))})["a"]
    assert Image.open(io.BytesIO(base64.b64decode(picture.removeprefix("data:image/png;base64,")))).size == (2, 2)


def test_what_is_no_file_stays_as_it_is() -> None:
    values = {"a": "text", "b": 1, "c": None, "d": [1.5, True], "e": {"f": "upload:1"}}
    assert encoded(values) == values
    with pytest.raises(TypeError, match="'rb'"):
        encoded({"a": io.StringIO("text")})


def test_large_files_and_those_that_are_too_many_for_a_request_are_uploaded() -> None:
    server = Server()
    assert encoded({"a": b"x" * (INLINE_BYTES + 1)}, server) == {"a": "upload:1"}
    count = INLINE_TOTAL_BYTES // INLINE_BYTES
    many = encoded({"many": [b"x" * INLINE_BYTES] * (count + 1)}, server)["many"]
    assert [text.partition(":")[0] for text in many] == ["data"] * count + ["upload"]
    assert [len(content.data) for content in server.uploads] == [INLINE_BYTES + 1, INLINE_BYTES]


def test_a_file_is_saved_whole_below_a_folder_or_under_a_name(tmp_path: Path) -> None:
    file = file_of(Server())
    assert file.name == "23456789-2.png"
    assert file.save(f"{tmp_path}/new/") == tmp_path / "new" / file.name
    assert file.save(tmp_path) == tmp_path / file.name
    assert file.save(tmp_path / "deep" / "star.png").read_bytes() == b"\x89PNG"
    assert sorted(path.name for path in tmp_path.rglob("*")) == [file.name, file.name, "deep", "new", "star.png"]


async def test_a_file_of_an_event_loop_is_awaited(tmp_path: Path) -> None:
    file = file_of(Server(is_blocking=False))
    for read in (file.read, file.image, lambda: file.save(tmp_path)):
        with pytest.raises(RuntimeError, match=r"await file\.aread"):
            read()
    assert await file.aread() == b"\x89PNG"
    assert (await file.asave(tmp_path)).read_bytes() == b"\x89PNG"


@pytest.mark.parametrize(
    ("given", "source"),
    [
        (("a/b", None, None, None), {"huggingface": {"repo": "a/b", "revision": None}}),
        (("a/b@v1", None, None, "pipeline"), {"huggingface": {"repo": "a/b", "revision": "v1"}}),
        ((None, "folder", None, None), {"local": {"path": "folder"}}),
        ((None, None, "prose", None), {"demo": "prose"}),
        ((None, None, None, "echo"), {"predictor": "echo"}),
    ],
)
def test_sources_of_versions(given: Any, source: Any) -> None:
    assert source_of(*given) == source


@pytest.mark.parametrize("given", [(None, None, None, None), ("a/b", "folder", None, None)])
def test_a_source_is_one(given: Any) -> None:
    with pytest.raises(ValueError, match="huggingface="):
        source_of(*given)
