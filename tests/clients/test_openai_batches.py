"""Files and batches by OpenAI's own Python client, unchanged but for its base URL."""

from __future__ import annotations

import io
import json
import time
from array import array
from base64 import b64decode
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import openai
import pytest
from openai.types import Batch

from tests.conftest import LiveServer
from tests.support.chat_model import WEATHER
from tests.support.rest import rest_token

CHAT, TEXT, VECTORS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"


def upload(client: openai.OpenAI, lines: list[Any], name: str = "requests.jsonl") -> str:
    """The id of a file of lines; one that is a text stands there as it is."""
    data = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    return client.files.create(file=(name, io.BytesIO(data)), purpose="batch").id


def chat(key: str, content: str = "Say hello.", **body: Any) -> dict[str, Any]:
    body = {"model": "demo/chat", "messages": [{"role": "user", "content": content}], "max_tokens": 8, **body}
    return {"custom_id": key, "method": "POST", "url": CHAT, "body": body}


def ended(client: openai.OpenAI, batch: Batch, seconds: float = 90) -> Batch:
    deadline = time.monotonic() + seconds
    while batch.status in ("validating", "in_progress", "finalizing", "cancelling"):
        assert time.monotonic() < deadline, batch
        time.sleep(0.2)
        batch = client.batches.retrieve(batch.id)
    return batch


def lines_of(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    assert file_id is not None
    return [json.loads(line) for line in client.files.content(file_id).text.splitlines()]


def test_a_file_from_its_upload_to_its_end(openai_client: openai.OpenAI) -> None:
    file = openai_client.files.create(file=("notes.txt", b"some notes"), purpose="user_data")
    assert (file.object, file.bytes, file.filename, file.purpose) == ("file", 10, "notes.txt", "user_data")
    assert file.expires_at is not None
    assert openai_client.files.retrieve(file.id) == file
    assert openai_client.files.content(file.id).read() == b"some notes"
    other = upload(openai_client, ["{}"])
    assert [each.id for each in openai_client.files.list()][:2] == [other, file.id]
    assert [each.id for each in openai_client.files.list(purpose="user_data")] == [file.id]
    assert [each.id for each in openai_client.files.list(limit=1, order="asc")][-1] == other
    assert openai_client.files.delete(file.id).deleted
    for ask in (openai_client.files.retrieve, openai_client.files.content, openai_client.files.delete):
        with pytest.raises(openai.NotFoundError):
            ask(file.id)
    with pytest.raises(openai.BadRequestError) as wrong:
        openai_client.files.create(file=b"x", purpose="nonsense")  # type: ignore[arg-type]
    assert wrong.value.param == "purpose"


def test_a_file_whose_bytes_are_gone_is_no_empty_answer(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    file = openai_client.files.create(file=("notes.txt", b"gone"), purpose="user_data")
    folder = Path(live_server.environment["DATA_DIR"]) / "files" / "uploads" / str(UUID(file.id.removeprefix("file-")))
    (stored,) = (path for path in folder.rglob("*") if path.is_file())
    stored.unlink()
    with pytest.raises(openai.NotFoundError):
        openai_client.files.content(file.id)


def test_a_batch_of_conversations(openai_client: openai.OpenAI) -> None:
    file_id = upload(
        openai_client, [chat("one", seed=1), chat("two", logprobs=True), chat("three", temperature=9), "no"]
    )
    batch = openai_client.batches.create(
        input_file_id=file_id, endpoint=CHAT, completion_window="24h", metadata={"mine": "yes"}
    )
    assert (batch.object, batch.endpoint, batch.input_file_id) == ("batch", CHAT, file_id)
    assert batch.output_file_id is None
    over = ended(openai_client, batch)
    assert over.status == "completed", over
    assert over.metadata == {"mine": "yes"}
    assert over.request_counts is not None
    assert (over.request_counts.total, over.request_counts.completed, over.request_counts.failed) == (4, 2, 2)
    one, two = lines_of(openai_client, over.output_file_id)
    assert (one["custom_id"], two["custom_id"]) == ("one", "two")
    assert one["response"]["status_code"] == 200
    completion = one["response"]["body"]
    assert (completion["object"], one["error"]) == ("chat.completion", None)
    assert completion["choices"][0]["message"]["content"]
    assert completion["usage"]["completion_tokens"] > 0
    assert two["response"]["body"]["choices"][0]["logprobs"]["content"]
    three, four = lines_of(openai_client, over.error_file_id)
    assert (three["custom_id"], three["response"]["status_code"]) == ("three", 400)
    assert three["response"]["body"]["error"]["param"] == "temperature"
    assert four["custom_id"] is None
    # It reads as what the client itself would have had
    alone = openai_client.chat.completions.create(**chat("one", seed=1)["body"])
    assert alone.choices[0].message.content == completion["choices"][0]["message"]["content"]
    assert openai_client.files.retrieve(str(over.output_file_id)).purpose == "batch_output"
    assert next(each.id for each in openai_client.batches.list(limit=1)) == batch.id


def test_a_batch_of_texts_and_what_its_lines_may_not_be(openai_client: openai.OpenAI) -> None:
    def text(key: str, **body: Any) -> dict[str, Any]:
        body = {"model": "demo/prose", "prompt": "Once", "max_tokens": 4, **body}
        return {"custom_id": key, "method": "POST", "url": TEXT, "body": body}

    lines = [
        text("good"), text("other", model="demo/chat"), {**text("url"), "url": CHAT}, text("stream", stream=True),
        {**text("x"), "custom_id": ""}, {**text("method"), "method": "GET"}, text("two", prompt=["a", "b"]),
        text("unknown", nonsense=1), text("type", max_tokens="many"),
    ]  # fmt: skip
    made = openai_client.batches.create(
        input_file_id=upload(openai_client, lines), endpoint=TEXT, completion_window="24h"
    )
    over = ended(openai_client, made)
    (good,) = lines_of(openai_client, over.output_file_id)
    assert good["response"]["body"]["object"] == "text_completion"
    assert good["response"]["body"]["choices"][0]["text"]
    errors = {
        line["custom_id"]: line["response"]["body"]["error"] for line in lines_of(openai_client, over.error_file_id)
    }
    assert {key: (error["param"], error["code"]) for key, error in errors.items()} == {
        "other": ("model", "mismatched_model"),
        "url": ("url", "invalid_url"),
        "stream": ("stream", "unsupported_value"),
        "": ("custom_id", "missing_required_parameter"),
        "method": ("method", "invalid_value"),
        "two": ("prompt", "unsupported_value"),
        "unknown": ("nonsense", "unknown_parameter"),
        "type": ("max_tokens", "invalid_type"),
    }


def test_a_model_by_the_name_that_it_had_when_the_file_was_written(
    openai_client: openai.OpenAI, live_server: LiveServer
) -> None:
    def ask(query: str, **values: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {openai_client.api_key}"}
        body = {"query": query, "variables": {"i": values}}
        answer = httpx.post(f"{live_server.url}/graphql", json=body, headers=headers, trust_env=False).json()
        model: dict[str, Any] = answer["data"]["change"]
        return model

    fork = "mutation ($i: ForkModelInput!) { change: forkModel(input: $i) { ... on Model { slug } } }"
    rename = "mutation ($i: UpdateModelInput!) { change: updateModel(input: $i) { ... on Model { slug } } }"
    former = ask(fork, model="demo/prose", name="former")["slug"]
    slug = ask(rename, model=former, name="newer")["slug"]
    bodies = [{"model": name, "prompt": "Once", "max_tokens": 2} for name in (former, slug, f"{former}:1")]
    lines = [{"custom_id": str(n), "method": "POST", "url": TEXT, "body": body} for n, body in enumerate(bodies)]
    file = upload(openai_client, lines)
    over = ended(
        openai_client, openai_client.batches.create(input_file_id=file, endpoint=TEXT, completion_window="24h")
    )
    assert over.error_file_id is None
    answers = lines_of(openai_client, over.output_file_id)
    assert [answer["response"]["body"]["model"] for answer in answers] == [f"{slug}:1"] * 3


def test_what_a_line_notes_is_given_back(openai_client: openai.OpenAI, chat_model: str) -> None:
    forced = {"tool_choice": "required", "tools": [WEATHER], "max_tokens": 200, "seed": 1}
    lines = [
        chat("noted", model=chat_model, metadata={"row": "7"}),
        chat("called", model=chat_model, parallel_tool_calls=False, **forced),
        chat("nul", model=chat_model, metadata={"row": "7\0"}),
        chat("long", model=chat_model, metadata={"row": "x" * 600}),
    ]
    made = openai_client.batches.create(
        input_file_id=upload(openai_client, lines), endpoint=CHAT, completion_window="24h"
    )
    over = ended(openai_client, made)
    noted, called = (line["response"]["body"] for line in lines_of(openai_client, over.output_file_id))
    assert noted["metadata"] == {"row": "7"}
    assert openai_client.chat.completions.retrieve(noted["id"]).model_dump()["metadata"] == {"row": "7"}
    assert "metadata" not in called
    assert len(called["choices"][0]["message"]["tool_calls"]) == 1
    nul, long = (line["response"]["body"]["error"] for line in lines_of(openai_client, over.error_file_id))
    assert (nul["param"], nul["message"]) == ("metadata", "Text must not contain the NUL character.")
    assert long["param"] == "metadata.row"


def test_a_batch_of_vectors(openai_client: openai.OpenAI, embeddings_model: str) -> None:
    def texts(key: str, given: Any, **body: Any) -> dict[str, Any]:
        body = {"model": embeddings_model, "input": given, **body}
        return {"custom_id": key, "method": "POST", "url": VECTORS, "body": body}

    alone = openai_client.embeddings.create(model=embeddings_model, input=["a lease", "until when"])
    size = len(alone.data[0].embedding)
    lines = [
        texts("both", ["a lease", "until when"], dimensions=size), texts("one", "a lease", encoding_format="base64"),
        texts("length", "a lease", dimensions=size + 1), texts("tokens", [1, 2]), texts("many", ["x"] * 300),
        texts("none", []), texts("other", "a", nonsense=1), texts("long", "word " * 5000),
    ]  # fmt: skip
    made = openai_client.batches.create(
        input_file_id=upload(openai_client, lines), endpoint=VECTORS, completion_window="24h"
    )
    over = ended(openai_client, made)
    assert (over.status, over.endpoint) == ("completed", VECTORS)
    answers = {line["custom_id"]: line["response"] for line in lines_of(openai_client, over.output_file_id)}
    assert {key: answer["status_code"] for key, answer in answers.items()} == {"both": 200, "one": 200, "length": 400}
    both = openai.types.CreateEmbeddingResponse.model_validate(answers["both"]["body"])
    assert [each.index for each in both.data] == [0, 1]
    for each, same in zip(both.data, alone.data, strict=True):
        assert each.embedding == pytest.approx(same.embedding, abs=1e-5)
    assert both.usage == alone.usage
    numbers = array("f", b64decode(answers["one"]["body"]["data"][0]["embedding"]))
    assert list(numbers) == pytest.approx(alone.data[0].embedding, abs=1e-5)
    assert answers["length"]["body"]["error"]["param"] == "dimensions"
    errors = {
        line["custom_id"]: line["response"]["body"]["error"] for line in lines_of(openai_client, over.error_file_id)
    }
    assert {key: error["param"] for key, error in errors.items()} == {
        "tokens": "input", "many": "input", "none": "input", "other": "nonsense", "long": None,
    }  # fmt: skip
    assert errors["long"]["code"] == "input_rejected"


def test_a_batch_is_canceled(openai_client: openai.OpenAI) -> None:
    lines = [chat(str(number), max_tokens=200) for number in range(300)]
    made = openai_client.batches.create(
        input_file_id=upload(openai_client, lines), endpoint=CHAT, completion_window="24h"
    )
    canceled = openai_client.batches.cancel(made.id)
    assert canceled.status in ("cancelling", "cancelled")
    over = ended(openai_client, made)
    assert (over.status, over.cancelled_at is not None) == ("cancelled", True)


@pytest.mark.parametrize(
    ("line", "endpoint", "param"),
    [
        ("nonsense", CHAT, "input_file_id"),
        (chat("a"), "/v1/nonsense", "endpoint"),
        (chat("a", model="demo/nothing"), CHAT, "model"),
        (chat("a", model="demo/echo"), CHAT, "model"),
    ],
)
def test_what_is_no_batch(openai_client: openai.OpenAI, line: Any, endpoint: Any, param: str) -> None:
    with pytest.raises(openai.APIStatusError) as wrong:
        openai_client.batches.create(
            input_file_id=upload(openai_client, [line]), endpoint=endpoint, completion_window="24h"
        )
    assert (wrong.value.status_code in (400, 404), wrong.value.param) == (True, param)


def test_nobody_else_has_them(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    file_id = upload(openai_client, [chat("mine")])
    made = openai_client.batches.create(input_file_id=file_id, endpoint=CHAT, completion_window="24h")
    over = ended(openai_client, made)
    with openai.OpenAI(api_key=rest_token(live_server.url), base_url=openai_client.base_url, max_retries=0) as bob:
        assert list(bob.files.list()) == []
        assert list(bob.batches.list()) == []
        for ask in (bob.files.retrieve, bob.files.content, bob.files.delete):
            for each in (file_id, str(over.output_file_id)):
                with pytest.raises(openai.NotFoundError):
                    ask(each)
        for ask in (bob.batches.retrieve, bob.batches.cancel):
            with pytest.raises(openai.NotFoundError):
                ask(made.id)
        with pytest.raises(openai.NotFoundError):
            bob.batches.create(input_file_id=file_id, endpoint=CHAT, completion_window="24h")
    with openai.OpenAI(api_key="sk-nobody", base_url=openai_client.base_url, max_retries=0) as nobody:
        with pytest.raises(openai.AuthenticationError):
            nobody.files.list()
        with pytest.raises(openai.AuthenticationError):
            nobody.batches.list()
