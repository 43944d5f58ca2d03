"""Messages and items of OpenAI's clients as inputs have them, and the names of what is wrong in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request

from server.rest.openai.errors import RefusedError, answer_invalid_request, place_of
from server.rest.openai.items import read_items
from server.rest.openai.messages import read_messages

CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def parts(*content: Any) -> Any:
    """What becomes of parts of a message."""
    (message,) = read_messages([{"role": "user", "content": list(content)}])
    return message["content"]


def test_parts_are_what_models_read() -> None:
    assert parts({"type": "text", "text": "a"}) == [{"type": "text", "text": "a"}]
    url = "data:image/png;base64,AA=="
    picture = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    assert parts(picture) == [{"type": "image_url", "image_url": {"url": url}}]
    sound = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}}
    assert parts(sound) == [{"type": "input_audio", "input_audio": {"data": "data:audio/mp3;base64,AA=="}}]
    assert read_messages(read_messages([{"role": "user", "content": [sound]}])) == read_messages(
        [{"role": "user", "content": [sound]}]
    )
    assert parts({"type": "refusal", "refusal": "no"}) == [{"type": "text", "text": "no"}]
    # What is none is told by the version's schema
    assert parts({"type": "video"}, 3) == [{"type": "video"}, 3]
    with pytest.raises(RefusedError) as refused:
        parts({"type": "text", "text": "a"}, {"type": "file", "file": {}})
    assert refused.value.param == "messages[0].content[1].type"


def test_what_is_null_or_says_nothing_to_a_model_is_left_out() -> None:
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [CALL],
        "refusal": None,
        "annotations": [],
        "audio": None,
    }
    assert read_messages([message]) == [{"role": "assistant", "tool_calls": [CALL]}]
    assert read_messages([{"role": "assistant", "content": None, "refusal": "no"}])[0]["content"] == "no"


def test_items_are_messages() -> None:
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {"type": "reasoning", "id": "rs", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "b", "annotations": []}]},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
        {"type": "function_call", "call_id": "c2", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "c"},
        {"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,AA=="}]},
    ]
    assert read_items(items) == [
        {"role": "user", "content": [{"type": "text", "text": "a"}]},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "b"}],
            "tool_calls": [CALL, {**CALL, "id": "c2"}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "c"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
    ]
    for wrong in ({"type": "web_search_call"}, "text", {"role": "user", "content": [{"type": "input_file"}]}):
        with pytest.raises(RefusedError) as refused:
            read_items([wrong])
        assert str(refused.value.param).startswith("input[0]")


def test_places_have_the_names_of_the_client() -> None:
    names = {"max_new_tokens": "max_tokens"}
    assert place_of("/input/messages/0/content/1/text", {}) == "messages[0].content[1].text"
    assert place_of("/input/max_new_tokens", names) == "max_tokens"
    assert place_of("/input", names) == ""


async def test_a_value_of_several_types_is_told_once() -> None:
    wrong = [
        {"type": "string_type", "loc": ("body", "stop", "str"), "msg": "Input should be a valid string"},
        {"type": "list_type", "loc": ("body", "stop", "list[str]"), "msg": "Input should be a valid list"},
    ]
    request = Request({"type": "http", "method": "POST", "path": "/openai/v1/completions", "headers": []})
    answer = await answer_invalid_request(request, RequestValidationError(wrong))
    error = json.loads(bytes(answer.body))["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, "stop", "invalid_type")
