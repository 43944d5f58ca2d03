from __future__ import annotations

import time
from base64 import b64decode
from typing import Any
from uuid import UUID

import pytest

from server.domain import inputs
from server.domain.files import (
    MAX_DATA_URI_BYTES,
    BadFileError,
    InlineFile,
    RemoteFile,
    UploadRef,
    file_fields,
    named,
    parse,
    remote_files,
    uploads,
    violations,
    with_links,
    with_texts,
    without_files,
)
from server.domain.input_schema import restrict

ID = "0b0e4a52-6b3c-4d2e-9f00-000000000001"
FILE = {"type": "string", "format": "file"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"upload:{ID}", UploadRef(UUID(ID))),
        ("https://example.com/a.png?x=1", RemoteFile("https://example.com/a.png?x=1")),
        ("HTTP://example.com", RemoteFile("HTTP://example.com")),
        ("data:,", InlineFile("text/plain", b"")),
        ("data:,a%20b", InlineFile("text/plain", b"a b")),
        ("DATA:image/PNG;BASE64,QUI=", InlineFile("image/png", b"AB")),
        ("data:text/plain;charset=utf-8;base64,QUI=", InlineFile("text/plain", b"AB")),
        ("data:text/plain;charset=utf-8,%C3%A9", InlineFile("text/plain", "é".encode())),
        ("data:image/svg+xml;base64,QUI%3D", InlineFile("image/svg+xml", b"AB")),
    ],
)
def test_what_a_file_may_be(text: str, expected: object) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "upload:",
            f"upload:{ID.upper()}",
            f" upload:{ID}",
            f"upload:{ID} ",
            "upload:1",
            "x",
            5,
            None,
            [],
            {},
        ),
        *("file:///etc/passwd", "/etc/passwd", "../x", "ftp://x", "blob:x", "//host/x"),
        *("data:", "data:x", "data:;base64,A", "data:;base64,QQ", "data:;base64,é", "data:../x,QQ"),
    ],
)
def test_what_is_no_file(text: object) -> None:
    with pytest.raises(BadFileError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["data:" + ";a" * 300_000, "data:" + ";" * 700_000, "data:" + "," * 700_000, "data:;base64," + "%" * 700_000],
)
def test_long_ones_are_refused_quickly(text: str) -> None:
    began = time.process_time()
    with pytest.raises(BadFileError):
        parse(text)
    assert time.process_time() - began < 2


def test_the_limit_of_a_data_uri() -> None:
    assert len(parse("data:," + "x" * MAX_DATA_URI_BYTES).data) == MAX_DATA_URI_BYTES  # type: ignore[union-attr]
    with pytest.raises(BadFileError, match="256001 bytes, more than 256000"):
        parse("data:," + "x" * (MAX_DATA_URI_BYTES + 1))


def test_files_are_found_in_fields_lists_and_optional_ones() -> None:
    schema: dict[str, Any] = {
        "properties": {
            "one": FILE,
            "many": {"type": "array", "items": FILE},
            "maybe": {"anyOf": [FILE, {"type": "null"}]},
            "text": {"type": "string"},
            "a/b~": FILE,
        },
        "allOf": [{"properties": {"late": FILE}}, True],
    }
    assert file_fields(schema) == {"one", "many", "maybe", "a/b~", "late"}
    values = {"one": "data:,1", "many": [f"upload:{ID}", "no"], "maybe": None, "text": "data:,x", "a/b~": 7, "late": ""}
    assert [file.path for file in named(schema, values)] == ["/a~1b~0", "/late", "/many/0", "/many/1", "/one"]
    assert [v.path for v in violations(schema, values)] == ["/input/a~1b~0", "/input/late", "/input/many/1"]
    assert uploads(schema, {"one": f"upload:{ID}", "many": [f"upload:{ID}"]}) == {UUID(ID): "/many/0"}


def test_a_file_that_comes_with_the_input_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = {"properties": {"one": FILE, "many": {"type": "array", "items": FILE}}, "required": []}
    values = {"one": "data:;base64,QUI=", "many": ["data:;base64,QUM=", f"upload:{ID}"]}
    decoded = []

    def decode(text: bytes, *, validate: bool) -> bytes:
        decoded.append(text)
        return b64decode(text, validate=validate)

    monkeypatch.setattr("server.domain.files.base64.b64decode", decode)
    assert inputs.complete({"type": "object", **schema}, values) == values
    assert uploads(schema, values) == {UUID(ID): "/many/1"}
    assert list(remote_files(schema, values)) == []
    assert decoded == [b"QUM=", b"QUI="]


@pytest.mark.parametrize(
    "own",
    [{"type": "string"}, {"type": "string", "format": "x"}, {"format": "uri", "anyOf": [{"type": "string"}]}, True],
)
def test_a_version_s_own_schema_cannot_make_a_file_text(own: object) -> None:
    predictor = {"type": "object", "properties": {"file": FILE}, "required": ["file"]}
    schema = restrict({"type": "object", "properties": {"file": own}}, predictor)
    assert schema["properties"]["file"]["format"] == "file"
    assert [v.path for v in violations(schema, {"file": "/etc/passwd"})] == ["/input/file"]


def test_files_in_an_output_are_links_wherever_they_stand() -> None:
    output = [{"label": "cat", "mask": {"file": 1}}, {"file": 0}, {"deep": [[{"file": 0}]]}, {"file": 7}, {"file": "0"}]
    assert with_links(output, ["a", "b"]) == [
        {"label": "cat", "mask": "b"},
        "a",
        {"deep": [["a"]]},
        {"file": 7},
        {"file": "0"},
    ]
    assert with_links({"file": True}, ["a", "b"]) == {"file": True}
    assert with_links({"file": 0, "more": 1}, ["a"]) == {"file": 0, "more": 1}
    deep: object = {"file": 0}
    for _ in range(100_000):
        deep = [deep]
    with_links(deep, ["a"])


MESSAGES: dict[str, Any] = {
    "type": "array",
    "items": {
        "properties": {
            "content": {
                "type": ["string", "array"],
                "items": {"properties": {"image_url": {"properties": {"url": FILE}}, "text": {"type": "string"}}},
            }
        }
    },
}


def test_files_are_known_within_messages() -> None:
    schema: dict[str, Any] = {"properties": {"messages": MESSAGES, "one": FILE}}
    picture = {"type": "image_url", "image_url": {"url": f"upload:{ID}"}}
    values: dict[str, Any] = {
        "messages": [
            {"content": "data:,x"},
            {"content": [{"text": "data:,y"}, picture, {"image_url": {"url": "/etc/passwd"}}]},
            {"content": None},
        ],
        "one": "data:,z",
    }
    places = ["/one", "/messages/1/content/1/image_url/url", "/messages/1/content/2/image_url/url"]
    files = list(named(schema, values))
    assert [file.path for file in files] == places
    assert [violation.path for violation in violations(schema, values)] == [f"/input{places[2]}"]
    assert uploads(schema, {"messages": values["messages"][:1]}) == {}
    assert uploads(schema, {"messages": [{"content": [picture]}]}) == {UUID(ID): "/messages/0/content/0/image_url/url"}
    filled = with_texts(values, files, ["a", "b", "c"])
    assert filled["one"] == "a"
    assert [part.get("image_url") for part in filled["messages"][1]["content"]] == [None, {"url": "b"}, {"url": "c"}]
    assert values["messages"][1]["content"][1]["image_url"]["url"] == f"upload:{ID}"
    # a schema of a version's own takes no file away
    own = restrict(
        {"type": "object", "properties": {"messages": {"type": "array"}}},
        {"type": "object", "properties": {"messages": MESSAGES}, "required": []},
    )
    assert [file.path for file in named(own, {"messages": values["messages"]})] == places[1:]


def test_an_input_without_its_files() -> None:
    part = {"type": "object", "properties": {"url": FILE, "text": {"type": "string"}}}
    schema = {
        "properties": {
            "image": FILE,
            "many": {"type": "array", "items": FILE},
            "parts": {"type": "array", "items": part},
            "text": {"type": "string"},
        }
    }
    parts = [{"url": "data:,x", "text": "a"}, {"text": "b"}]
    values = {"image": f"upload:{ID}", "many": ["https://example.com/?secret", "data:,x"], "parts": parts, "text": "t"}
    assert without_files(schema, values) == {
        "image": None, "many": [None, None], "parts": [{"url": None, "text": "a"}, {"text": "b"}], "text": "t",
    }  # fmt: skip
    assert values["parts"] == [{"url": "data:,x", "text": "a"}, {"text": "b"}]
    assert without_files(schema, {"text": "t"}) == {"text": "t"}
