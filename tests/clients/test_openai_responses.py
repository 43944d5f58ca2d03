"""Responses by OpenAI's own Python client: items, events, the background, and streams that go on."""

from __future__ import annotations

import json
from typing import Any

import openai
import pydantic
import pytest

from tests.support.chat_model import WEATHER, scripted

ASK = "What is a lease?"
TOOL: Any = {"type": "function", **WEATHER["function"]}


def asked(**changes: Any) -> dict[str, Any]:
    """A short request."""
    return {"model": "demo/chat", "input": ASK, "max_output_tokens": 40, "extra_body": {"seed": 1}, **changes}


def text_of(events: list[Any]) -> str:
    """The words that came."""
    return "".join(event.delta for event in events if event.type == "response.output_text.delta")


def test_a_response_is_made_and_read(openai_client: openai.OpenAI) -> None:
    made = openai_client.responses.create(**asked(instructions="Be brief."))
    assert (made.status, made.object) in (("completed", "response"), ("incomplete", "response"))
    assert made.output_text
    assert made.instructions == "Be brief."
    assert made.usage is not None
    assert made.usage.output_tokens > 0
    assert openai_client.responses.retrieve(made.id) == made
    items = openai_client.responses.input_items.list(made.id, order="asc").data
    assert [item.role for item in items if item.type == "message"] == ["system", "user"]
    cut = openai_client.responses.create(**asked(max_output_tokens=2))
    assert cut.status == "incomplete"
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "max_output_tokens"


def test_a_service_tier_is_given_back(openai_client: openai.OpenAI) -> None:
    assert openai_client.responses.create(**asked()).service_tier == "default"
    for tier in ("flex", "priority"):
        made = openai_client.responses.create(**asked(service_tier=tier, background=True))
        assert made.service_tier == tier
        assert openai_client.responses.retrieve(made.id).service_tier == tier
        openai_client.responses.cancel(made.id)
    with pytest.raises(openai.BadRequestError) as refused:
        openai_client.responses.create(**asked(extra_body={"service_tier": "turbo"}))
    assert refused.value.param == "service_tier"


def test_its_events_come_as_it_is_written(openai_client: openai.OpenAI) -> None:
    whole = openai_client.responses.create(**asked())
    events = list(openai_client.responses.create(**asked(), stream=True))
    assert text_of(events) == whole.output_text
    assert [event.type for event in events if "delta" not in event.type] == [
        *("response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"),
        *("response.output_text.done", "response.content_part.done", "response.output_item.done"),
        f"response.{whole.status}",
    ]
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(set(numbers))
    with openai_client.responses.stream(**asked()) as stream:
        assert stream.get_final_response().output_text == whole.output_text


def test_a_stream_goes_on_behind_any_event(openai_client: openai.OpenAI) -> None:
    events = list(openai_client.responses.create(**asked(), stream=True, background=True))
    response_id = events[0].response.id
    for place, event in enumerate(events):
        again = list(openai_client.responses.retrieve(response_id, stream=True, starting_after=event.sequence_number))
        assert text_of(again) == text_of(events[place + 1 :])
        assert [each.type for each in again if "delta" not in each.type] == [
            each.type for each in events[place + 1 :] if "delta" not in each.type
        ]
    assert openai_client.responses.retrieve(response_id).output_text == text_of(events)


def test_it_is_deleted(openai_client: openai.OpenAI) -> None:
    made = openai_client.responses.create(**asked())
    openai_client.responses.delete(made.id)
    for gone in (openai_client.responses.retrieve, openai_client.responses.delete):
        with pytest.raises(openai.NotFoundError):
            gone(made.id)
    with pytest.raises(openai.BadRequestError, match="There is no response"):
        openai_client.responses.create(**asked(previous_response_id=made.id))
    long = {"max_output_tokens": 900, "extra_body": {"seed": 1, "ignore_eos": True}}
    running = openai_client.responses.create(**asked(background=True, **long))
    openai_client.responses.delete(running.id)
    with pytest.raises(openai.NotFoundError):
        openai_client.responses.retrieve(running.id)


def test_it_runs_in_the_background(openai_client: openai.OpenAI) -> None:
    made = openai_client.responses.create(**asked(background=True))
    assert made.status in ("queued", "in_progress")
    (last,) = list(openai_client.responses.retrieve(made.id, stream=True))[-1:]
    assert last.type in ("response.completed", "response.incomplete")
    assert openai_client.responses.retrieve(made.id).output_text
    long = openai_client.responses.create(
        **asked(background=True, max_output_tokens=900, extra_body={"seed": 1, "ignore_eos": True})
    )
    openai_client.responses.cancel(long.id)
    (last,) = list(openai_client.responses.retrieve(long.id, stream=True))[-1:]
    assert last.type == "response.failed"
    assert openai_client.responses.retrieve(long.id).status == "cancelled"


def test_what_a_response_was_given_is_read_later(openai_client: openai.OpenAI, chat_model: str) -> None:
    first = openai_client.responses.create(**asked(metadata={"team": "blue"}, background=True))
    list(openai_client.responses.retrieve(first.id, stream=True))
    read = openai_client.responses.retrieve(first.id)
    assert (read.metadata, read.background, read.previous_response_id) == ({"team": "blue"}, True, None)
    assert read.parallel_tool_calls is True
    second = openai_client.responses.create(**asked(input="And an epoch?", previous_response_id=first.id))
    read = openai_client.responses.retrieve(second.id)
    assert (read.metadata, read.background, read.previous_response_id) == ({}, False, first.id)
    tools: Any = {"tools": [TOOL], "tool_choice": "none", "parallel_tool_calls": False}
    third = openai_client.responses.create(**asked(model=chat_model, **tools))
    assert openai_client.responses.retrieve(third.id).parallel_tool_calls is False


def test_reasoning_that_the_prompt_begins_is_an_item(openai_client: openai.OpenAI, thinking_model: str) -> None:
    said = {"text": {"format": scripted("Let me see.</think>It is warm.")}}
    request = asked(model=thinking_model, extra_body=said, max_output_tokens=200)
    whole = openai_client.responses.create(**request)
    assert [item.type for item in whole.output] == ["reasoning", "message"]
    assert whole.usage is not None
    assert 2 <= whole.usage.output_tokens_details.reasoning_tokens < whole.usage.output_tokens - 2
    events = list(openai_client.responses.create(**request, stream=True))
    assert events[-1].response.usage.output_tokens_details == whole.usage.output_tokens_details
    assert text_of(events) == whole.output_text == "It is warm."
    assert "".join(e.delta for e in events if e.type == "response.reasoning_text.delta") == "Let me see."
    for event in events:
        if event.type == "response.reasoning_text.delta":
            rest = openai_client.responses.retrieve(
                events[0].response.id, stream=True, starting_after=event.sequence_number
            )
            assert text_of(list(rest)) == "It is warm."


def test_a_conversation_goes_on(openai_client: openai.OpenAI) -> None:
    first = openai_client.responses.create(**asked(instructions="Be brief."))
    second = openai_client.responses.create(**asked(input="And an epoch?", previous_response_id=first.id))
    items = openai_client.responses.input_items.list(second.id, order="asc").data
    said = [(item.role, item.content[0].text) for item in items if item.type == "message"]
    assert said == [("user", ASK), ("assistant", first.output_text), ("user", "And an epoch?")]
    same = openai_client.responses.create(**asked(input=[{"role": role, "content": text} for role, text in said]))
    assert same.output_text == second.output_text
    with pytest.raises(openai.BadRequestError) as unknown:
        openai_client.responses.create(**asked(previous_response_id="resp_nothing"))
    assert unknown.value.code == "previous_response_not_found"


def test_functions_are_called(openai_client: openai.OpenAI, chat_model: str) -> None:
    forced: Any = {"type": "function", "name": "weather"}
    request = asked(model=chat_model, tools=[TOOL], tool_choice=forced, max_output_tokens=100)
    first = openai_client.responses.create(**request)
    (call,) = first.output
    assert call.type == "function_call"
    assert json.loads(call.arguments)["city"] in ("Rome", "Oslo")
    events = list(openai_client.responses.create(**request, stream=True))
    assert [event.arguments for event in events if event.type == "response.function_call_arguments.done"] == [
        call.arguments
    ]
    history: Any = [
        {"role": "user", "content": ASK},
        call,
        {"type": "function_call_output", "call_id": call.call_id, "output": "It is warm."},
    ]
    said = {"seed": 1, "text": {"format": scripted("It is warm.")}}
    last = openai_client.responses.create(**asked(model=chat_model, input=history, tools=[TOOL], extra_body=said))
    assert last.output_text == "It is warm."


def test_reasoning_is_an_item_of_its_own(openai_client: openai.OpenAI, chat_model: str) -> None:
    said = {"seed": 1, "text": {"format": scripted("<think>Let me see.</think>It is warm.")}}
    request = asked(model=chat_model, extra_body=said)
    whole = openai_client.responses.create(**request)
    assert [item.type for item in whole.output] == ["reasoning", "message"]
    assert whole.output_text == "It is warm."
    events = list(openai_client.responses.create(**request, stream=True))
    assert text_of(events) == "It is warm."
    assert "".join(e.delta for e in events if e.type == "response.reasoning_text.delta") == "Let me see."


def test_a_response_is_parsed(openai_client: openai.OpenAI) -> None:
    class Answer(pydantic.BaseModel):
        city: str
        warm: bool

    parsed = openai_client.responses.parse(**asked(text_format=Answer, max_output_tokens=200))
    assert isinstance(parsed.output_parsed, Answer)


def test_what_cannot_be_done_is_refused(openai_client: openai.OpenAI) -> None:
    def refusal(**changes: Any) -> tuple[str | None, str | None]:
        with pytest.raises(openai.BadRequestError) as refused:
            openai_client.responses.create(**asked(extra_body=changes))
        return refused.value.param, refused.value.code

    assert refusal(model="demo/prose") == ("model", "unsupported_model")
    assert refusal(tools=[{"type": "web_search"}]) == ("tools[0].type", "unsupported_value")
    assert refusal(conversation="c") == ("conversation", "unsupported_parameter")
    assert refusal(truncation="auto") == ("truncation", "unsupported_value")
    assert refusal(frobnicate=1) == ("frobnicate", "unknown_parameter")
    assert refusal(max_output_tokens=10**6) == ("max_output_tokens", "integer_above_max_value")
    assert refusal(input=[{"type": "item_reference", "id": "x"}]) == ("input[0]", "unsupported_value")
    assert refusal(input=[{"role": "user"}])[0] == "input[0].content"
    assert refusal(text={"format": 5}) == ("text.format", "invalid_type")
    assert refusal(reasoning={"effort": {}}) == ("reasoning.effort", "invalid_type")
    for unknown in ("resp_nothing", "nothing"):
        with pytest.raises(openai.NotFoundError):
            openai_client.responses.retrieve(unknown)
