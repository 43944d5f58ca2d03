"""Lines of batches in OpenAI's form, without a server: which become inputs, and what is said of the others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from server.domain.version_ids import encode_version_id
from server.rest.openai.batch_lines import ENDPOINTS, read_request

CHAT = "/v1/chat/completions"
PROPERTIES = {
    "messages": {"type": "array"}, "prompt": {"type": "string"}, "n": {"type": "integer"},
    "max_new_tokens": {"type": "integer", "maximum": 64}, "texts": {"type": "array", "maxItems": 2},
}  # fmt: skip
RT: Any = SimpleNamespace(settings=SimpleNamespace(openai_aliases={"small": "ada/m"}, max_new_tokens=32))


@pytest.fixture
def version() -> Any:
    owner = SimpleNamespace(handle="ada")
    model = SimpleNamespace(former_names=[], owner=owner, name="m", kind="TEXT_GENERATION")
    return SimpleNamespace(id=uuid4(), model=model, number=3, input_schema={"properties": PROPERTIES}, info={})


def line(url: str = CHAT, **body: Any) -> dict[str, Any]:
    body = {"model": "ada/m", **body}
    return {"custom_id": "k", "method": "POST", "url": url, "body": body}


def read(version: Any, value: object, url: str = CHAT) -> Any:
    return read_request(RT, cast("Any", SimpleNamespace(endpoint=url)), version, value)


@pytest.mark.parametrize(
    ("url", "body", "values"),
    [
        (CHAT, {"messages": [{"role": "user", "content": "x"}]},
         {"messages": [{"role": "user", "content": "x"}], "n": 1, "max_new_tokens": 32}),
        ("/v1/completions", {"prompt": ["x"], "max_tokens": 5}, {"prompt": "x", "n": 1, "max_new_tokens": 5}),
        ("/v1/embeddings", {"input": ["a", "b"]}, {"texts": ["a", "b"]}),
    ],
)  # fmt: skip
def test_a_line_is_an_input(version: Any, url: str, body: dict[str, Any], values: dict[str, Any]) -> None:
    request = read(version, line(url, **body), url)
    assert (request.key, request.violations, request.input) == ("k", (), values)
    assert set(ENDPOINTS) >= {url}


def test_what_a_request_has_beside_its_input(version: Any) -> None:
    request = read(version, line(messages=[], metadata={"row": "7"}, parallel_tool_calls=False))
    assert (request.metadata, request.openai) == ({"row": "7"}, {"parallel_tool_calls": False})
    url = "/v1/embeddings"
    request = read(version, line(url, input="a", encoding_format="base64", dimensions=3), url)
    assert (request.metadata, request.openai) == (None, {"encoding_format": "base64", "dimensions": 3})
    for plain in (read(version, line(messages=[])), read(version, line(url, input="a"), url)):
        assert (plain.metadata, plain.openai) == (None, None)


@pytest.mark.parametrize("name", ["ada/m", "ada/m:3", "small", "{id}", "ada/m:{id}"])
def test_its_model_by_any_of_its_names(version: Any, name: str) -> None:
    named = name.replace("{id}", encode_version_id(version.id))
    assert read(version, line(model=named, messages=[])).violations == ()


@pytest.mark.parametrize("name", ["ada/other", "ada/m:2", "bob/m", "", 3, "ada/m:" + "0" * 64])
def test_another_model(version: Any, name: object) -> None:
    (violation,) = read(version, line(model=name, messages=[])).violations
    assert (violation.path, violation.code) == ("model", "mismatched_model")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], ""),
        ({}, "custom_id"),
        ({**line(messages=[]), "custom_id": "x" * 513}, "custom_id"),
        ({**line(messages=[]), "method": "GET"}, "method"),
        ({**line(messages=[]), "url": "/v1/completions"}, "url"),
        ({**line(messages=[]), "body": "x"}, "body"),
        (line(), "messages"),
        (line(messages="x"), "messages"),
        (line(messages=[], stream=True), "stream"),
        (line(messages=[], metadata={"a": 1}), "metadata.a"),
        (line(messages=[], metadata={"a": "x" * 513}), "metadata.a"),
        (line(messages=[], metadata={str(number): "" for number in range(17)}), "metadata"),
        (line(messages=[], functions=[]), "functions"),
    ],
)
def test_what_is_no_request(version: Any, value: object, path: str) -> None:
    assert [violation.path for violation in read(version, value).violations] == [path]


@pytest.mark.parametrize(
    ("url", "body", "path"),
    [
        ("/v1/completions", {"prompt": ["a", "b"]}, "prompt"),
        ("/v1/completions", {"prompt": "a", "echo": True}, "echo"),
        ("/v1/embeddings", {"input": ["a", "b", "c"]}, "input"),
        ("/v1/embeddings", {"input": "a", "encoding_format": "hex"}, "encoding_format"),
        ("/v1/embeddings", {"input": "a", "dimensions": "3"}, "dimensions"),
    ],
)
def test_what_an_endpoint_refuses_in_batches(version: Any, url: str, body: dict[str, Any], path: str) -> None:
    assert [violation.path for violation in read(version, line(url, **body), url).violations] == [path]
