"""OpenAI's own Python client against this server, unchanged but for its base URL."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from tests.conftest import LiveServer

ASK: list[Any] = [{"role": "user", "content": "What is a lease?"}]


def joined(chunks: list[ChatCompletionChunk], index: int = 0) -> str:
    """The text that came for one choice."""
    choices = [choice for chunk in chunks for choice in chunk.choices if choice.index == index]
    return "".join(choice.delta.content or "" for choice in choices)


def test_models_are_listed_and_retrieved(openai_client: openai.OpenAI) -> None:
    listed = {model.id: model for model in openai_client.models.list()}
    assert {"demo/chat", "demo/prose", "demo/echo"} <= set(listed)
    model = openai_client.models.retrieve("demo/chat")
    assert model == listed["demo/chat"]
    assert (model.object, model.owned_by) == ("model", "demo")


def test_errors_are_those_of_the_client(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        openai_client.models.retrieve("demo/nothing")
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError) as also:
        openai_client.chat.completions.create(model="nothing", messages=ASK)
    assert also.value.code == "model_not_found"
    wrong = openai_client.with_options(api_key="sk-wrong")
    with pytest.raises(openai.AuthenticationError) as credential:
        wrong.models.list()
    assert credential.value.code == "invalid_api_key"
    with pytest.raises(openai.BadRequestError) as parameter:
        openai_client.chat.completions.create(model="demo/chat", messages=ASK, temperature=9)
    assert (parameter.value.param, parameter.value.code) == ("temperature", "integer_above_max_value")
    with pytest.raises(openai.NotFoundError):
        openai_client.post("/nothing", cast_to=object)


def test_a_conversation_is_answered(openai_client: openai.OpenAI) -> None:
    answer = openai_client.chat.completions.with_raw_response.create(
        model="demo/chat", messages=ASK, seed=1, max_completion_tokens=40
    )
    completion = answer.parse()
    (choice,) = completion.choices
    assert choice.message.role == "assistant"
    assert choice.message.content
    assert choice.finish_reason in ("stop", "length")
    assert completion.usage is not None
    assert completion.usage.prompt_tokens > 0
    assert completion.usage.completion_tokens > 0
    assert completion.model.startswith("demo/chat:")
    assert completion.id == f"chatcmpl-{answer.headers['x-prediction-id']}"
