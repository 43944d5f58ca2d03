"""OpenAI's own Python client against this server, unchanged but for its base URL."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import openai
import pydantic
import pytest
from openai.types.chat import ChatCompletionChunk

from tests.conftest import LiveServer
from tests.support.chat_model import WEATHER, scripted
from tests.support.operations import add_model, change, somebody

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


@pytest.mark.parametrize("base", ["", "/v1", "/openai"])
def test_a_wrong_base_url_is_told_which_one_is_right(openai_client: openai.OpenAI, base: str) -> None:
    root = str(openai_client.base_url).removesuffix("/").removesuffix("/openai/v1")
    with openai.OpenAI(api_key=openai_client.api_key, base_url=f"{root}{base}", max_retries=0) as lost:
        with pytest.raises(openai.NotFoundError, match="below /openai/v1"):
            lost.chat.completions.create(model="demo/chat", messages=ASK)
        with pytest.raises(openai.NotFoundError, match="below /openai/v1"):
            lost.embeddings.create(model="demo/chat", input="x")


def test_a_key_of_another_server_is_no_key(openai_client: openai.OpenAI) -> None:
    stranger = openai_client.with_options(api_key="sk-proj-1")
    with pytest.raises(openai.AuthenticationError, match="no valid access token or API key"):
        stranger.models.list()


def test_a_model_that_does_not_chat_says_what_it_does(openai_client: openai.OpenAI) -> None:
    for model, advice in (("demo/prose", "use /completions"), ("demo/shapes", "use /images/generations")):
        with pytest.raises(openai.BadRequestError, match=advice):
            openai_client.chat.completions.create(model=model, messages=ASK)


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


def test_a_conversation_is_streamed(openai_client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "demo/chat", "messages": ASK, "seed": 1, "max_tokens": 30, "temperature": 0}
    whole = openai_client.chat.completions.create(**asked)
    chunks = list(openai_client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
    assert joined(chunks) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len(chunks) > 3
    assert [c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason] == [
        whole.choices[0].finish_reason
    ]
    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)
    assert not any(chunk.usage for chunk in chunks[:-1])
    plain = list(openai_client.chat.completions.create(**asked, stream=True))
    assert not any("usage" in chunk.model_fields_set for chunk in plain)


def test_several_choices_with_log_probabilities(openai_client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {
        "model": "demo/chat", "messages": ASK, "seed": 3, "max_tokens": 8, "n": 2, "logprobs": True, "top_logprobs": 2,
    }  # fmt: skip
    whole = openai_client.chat.completions.create(**asked)
    chunks = list(openai_client.chat.completions.create(**asked, stream=True))
    assert len(whole.choices) == 2
    for choice in whole.choices:
        assert choice.message.content == joined(chunks, choice.index)
        assert choice.logprobs is not None
        tokens = choice.logprobs.content or []
        assert len(tokens[0].top_logprobs) == 2
        assert tokens[0].bytes == list(tokens[0].token.encode())
        streamed = [
            token
            for chunk in chunks
            for each in chunk.choices
            if each.index == choice.index and each.logprobs is not None
            for token in each.logprobs.content or []
        ]
        assert [token.token for token in streamed] == [token.token for token in tokens]


def test_an_answer_is_parsed(openai_client: openai.OpenAI) -> None:
    class Answer(pydantic.BaseModel):
        city: str
        warm: bool

    parsed = openai_client.chat.completions.parse(
        model="demo/chat", messages=ASK, seed=1, response_format=Answer, max_tokens=200
    )
    assert isinstance(parsed.choices[0].message.parsed, Answer)
    plain = openai_client.chat.completions.create(
        model="demo/chat", messages=ASK, seed=2, response_format={"type": "json_object"}, max_tokens=400
    )
    if plain.choices[0].finish_reason == "stop":
        assert isinstance(json.loads(plain.choices[0].message.content or ""), dict)
    with openai_client.chat.completions.stream(
        model="demo/chat", messages=ASK, seed=1, response_format=Answer, max_tokens=200
    ) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == parsed.choices[0].message.parsed


def test_a_tool_is_called_and_answered(openai_client: openai.OpenAI, chat_model: str) -> None:
    asked: dict[str, Any] = {"model": chat_model, "tools": [WEATHER], "seed": 1, "max_tokens": 100}
    messages = list(ASK)
    forced = {"type": "function", "function": {"name": "weather"}}
    first = openai_client.chat.completions.create(messages=messages, tool_choice=forced, **asked).choices[0]
    assert first.finish_reason == "tool_calls"
    (call,) = first.message.tool_calls or []
    assert call.type == "function"
    assert json.loads(call.function.arguments)["city"] in ("Rome", "Oslo")
    messages += [first.message, {"role": "tool", "tool_call_id": call.id, "content": "It is warm."}]
    said = scripted("It is warm.")
    last = openai_client.chat.completions.create(messages=messages, extra_body={"response_format": said}, **asked)
    assert last.choices[0].message.content == "It is warm."
    with openai_client.chat.completions.stream(messages=ASK, tool_choice=forced, **asked) as stream:
        streamed = stream.get_final_completion().choices[0]
    assert streamed.finish_reason == "tool_calls"
    (again,) = streamed.message.tool_calls or []
    assert again.function.arguments == call.function.arguments


@pytest.mark.parametrize(
    ("text", "content", "calls"),
    [
        ("Let me look.", "Let me look.", []),
        (
            'I look. <tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>',
            "I look.",
            [{"city": "Rome"}],
        ),
        ("<think>hm</think>a < b", "a < b", []),
    ],
)
def test_words_are_streamed_and_calls_are_not(
    openai_client: openai.OpenAI, chat_model: str, text: str, content: str, calls: list[Any]
) -> None:
    asked: dict[str, Any] = {
        "model": chat_model, "messages": ASK, "tools": [WEATHER], "seed": 1, "max_tokens": 200,
        "extra_body": {"response_format": scripted(text)},
    }  # fmt: skip
    whole = openai_client.chat.completions.create(**asked).choices[0]
    chunks = list(openai_client.chat.completions.create(**asked, stream=True))
    assert whole.message.content == joined(chunks) == content
    deltas = [call for chunk in chunks for c in chunk.choices for call in c.delta.tool_calls or []]
    for received in (deltas, whole.message.tool_calls or []):
        functions = [call.function for call in received if call.type == "function"]
        assert [json.loads(function.arguments or "") for function in functions if function] == calls
    reason = [c.finish_reason for chunk in chunks for c in chunk.choices if c.finish_reason]
    assert reason == [whole.finish_reason] == ["tool_calls" if calls else "stop"]


def test_a_text_goes_on(openai_client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "demo/prose", "seed": 1, "max_tokens": 6, "logprobs": 1}
    both = openai_client.completions.create(prompt=["The function", "The class"], n=2, **asked)
    assert [choice.index for choice in both.choices] == [0, 1, 2, 3]
    logprobs = both.choices[0].logprobs
    assert logprobs is not None
    assert "".join(logprobs.tokens or []) == both.choices[0].text
    assert both.usage is not None
    assert both.usage.completion_tokens == 24
    alone = openai_client.completions.create(prompt="The function", n=2, **asked)
    assert [choice.text for choice in alone.choices] == [choice.text for choice in both.choices[:2]]
    del asked["logprobs"]
    echo = list(openai_client.completions.create(prompt="The function", echo=True, stream=True, **asked))
    assert "".join(each.text for chunk in echo for each in chunk.choices) == "The function" + alone.choices[0].text
    for wrong in ({"suffix": "end"}, {"best_of": 3}, {"prompt": [1, 2]}):
        with pytest.raises(openai.BadRequestError) as refused:
            openai_client.completions.create(**{"prompt": "a", **asked, **wrong})
        assert refused.value.param == next(iter(wrong))


def test_several_texts_go_on_in_one_stream(openai_client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "demo/prose", "prompt": ["The function", "The class"], "seed": 1, "max_tokens": 6}
    whole = openai_client.completions.create(n=2, **asked)
    chunks = list(
        openai_client.completions.create(n=2, stream=True, stream_options={"include_usage": True}, echo=True, **asked)
    )
    assert len({chunk.id for chunk in chunks}) == 1
    *pieces, last = chunks
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.completion_tokens == 24
    details = (last.usage.prompt_tokens_details, last.usage.completion_tokens_details)
    assert details[0] is not None
    assert details[0].cached_tokens is not None
    assert details[1] is not None
    assert details[1].reasoning_tokens == 0
    for choice in whole.choices:
        own = [each for chunk in pieces for each in chunk.choices if each.index == choice.index]
        prompt = asked["prompt"][choice.index // 2]
        assert "".join(each.text for each in own) == prompt + choice.text
        assert [each.finish_reason for each in own if each.finish_reason] == ["length"]


def test_a_stream_of_several_texts_is_refused_or_left_as_a_whole(
    openai_client: openai.OpenAI, live_server: LiveServer
) -> None:
    asked: dict[str, Any] = {"model": "demo/prose", "seed": 1, "stream": True}
    with pytest.raises(openai.APIError) as refused:
        # An answer, or an event where the first text was quicker
        list(openai_client.completions.create(prompt=["The function", "word " * 2000], **asked))
    assert refused.value.code == "context_length_exceeded"
    raw = openai_client.completions.with_raw_response.create(
        prompt=["The function", "The class"], max_tokens=900, extra_body={"ignore_eos": True}, **asked
    )
    ids = raw.headers["x-prediction-id"].split(", ")
    raw.http_response.close()
    assert [status_of(openai_client, live_server, each) for each in ids] == ["canceled", "canceled"]


def test_reasoning_that_the_prompt_begins_is_none_of_the_words(
    openai_client: openai.OpenAI, thinking_model: str
) -> None:
    asked: dict[str, Any] = {"model": thinking_model, "messages": ASK, "max_tokens": 200, "n": 2}
    asked["response_format"] = scripted("Let me see.\n</think>\n\nIt is warm.")
    whole = openai_client.chat.completions.create(**asked)
    for choice in whole.choices:
        assert choice.message.content == "It is warm."
        assert choice.message.model_dump()["reasoning_content"] == "Let me see."
    assert whole.usage is not None
    assert whole.usage.completion_tokens_details is not None
    assert 2 <= (whole.usage.completion_tokens_details.reasoning_tokens or 0) < whole.usage.completion_tokens - 2
    counted: dict[str, Any] = {"stream_options": {"include_usage": True}}
    chunks = list(openai_client.chat.completions.create(stream=True, **counted, **asked))
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.completion_tokens_details == whole.usage.completion_tokens_details
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens is not None
    deltas = [(each.index, each.delta.model_dump()) for chunk in chunks for each in chunk.choices]
    for index in (0, 1):
        own = [delta for number, delta in deltas if number == index]
        assert "".join(delta.get("reasoning_content") or "" for delta in own) == "Let me see."
        assert "".join(delta["content"] or "" for delta in own) == "It is warm."


def test_an_answer_is_read_again(openai_client: openai.OpenAI, chat_model: str) -> None:
    completions = openai_client.chat.completions
    asked: dict[str, Any] = {"messages": ASK, "max_tokens": 6, "seed": 1, "metadata": {"team": "blue"}}
    made = completions.create(model="demo/chat", logprobs=True, **asked)
    again = completions.retrieve(made.id)
    assert again.model_dump() == made.model_dump()
    assert again.model_dump()["metadata"] == {"team": "blue"}
    (message,) = completions.messages.list(made.id).data
    assert (message.role, message.content) == ("user", ASK[0]["content"])
    (first, *_) = list(completions.create(model="demo/chat", stream=True, **asked))
    assert completions.retrieve(first.id).choices[0].message.content == made.choices[0].message.content
    forced: Any = {"type": "function", "function": {"name": "weather"}}
    one = completions.create(
        model=chat_model, messages=ASK, tools=[WEATHER], tool_choice=forced, parallel_tool_calls=False
    )
    assert completions.retrieve(one.id).choices == one.choices
    with pytest.raises(openai.NotFoundError):
        completions.retrieve("chatcmpl-nothing")
    with pytest.raises(openai.BadRequestError) as refused:
        completions.create(model="demo/chat", messages=ASK, metadata={"a": "b" * 600})
    assert refused.value.param == "metadata.a"


def test_what_cannot_be_done_is_refused(openai_client: openai.OpenAI, chat_model: str) -> None:
    def refusal(**changes: Any) -> tuple[str | None, str | None]:
        with pytest.raises(openai.BadRequestError) as refused:
            openai_client.chat.completions.create(
                **{"model": "demo/chat", "messages": ASK, "max_tokens": 4, "extra_body": changes}
            )
        return refused.value.param, refused.value.code

    assert refusal(model="demo/prose") == ("model", "unsupported_model")
    assert refusal(model="demo/echo") == ("model", "unsupported_model")
    assert refusal(frobnicate=1) == ("frobnicate", "unknown_parameter")
    assert refusal(functions=[]) == ("functions", "unsupported_parameter")
    assert refusal(tools=[WEATHER]) == ("tools", "unsupported_parameter")
    assert refusal(tool_choice="auto") == ("tool_choice", "invalid_value")
    assert refusal(modalities=["audio"]) == ("modalities", "unsupported_value")
    assert refusal(stream_options={"include_usage": True}) == ("stream_options", "invalid_value")
    assert refusal(top_logprobs=2) == ("top_logprobs", "invalid_value")
    assert refusal(n=100)[0] == "n"
    assert refusal(max_tokens=10**6) == ("max_tokens", "integer_above_max_value")
    assert refusal(max_tokens="many") == ("max_tokens", "invalid_type")
    assert refusal(messages=[{"role": "user"}])[0] == "messages[0].content"
    assert refusal(messages=[]) == ("messages", "array_below_min_length")
    assert refusal(messages=[{"role": "user", "content": "word " * 2000}])[1] == "context_length_exceeded"
    assert refusal(reasoning_effort="high")[0] == "reasoning_effort"
    with pytest.raises(openai.BadRequestError) as late:
        list(openai_client.chat.completions.create(model="demo/chat", messages=[*ASK] * 900, stream=True))
    assert late.value.code == "context_length_exceeded"


def test_what_openai_does_not_read_is_not_read(openai_client: openai.OpenAI) -> None:
    unread: dict[str, Any] = {
        "user": "u", "metadata": {"a": "b"}, "store": True, "service_tier": "auto", "prompt_cache_key": "k",
        "safety_identifier": "s", "temperature": None, "stop": None, "logit_bias": {}, "modalities": ["text"],
        "response_format": {"type": "text"}, "parallel_tool_calls": True, "top_k": 5, "verbosity": "low",
    }  # fmt: skip
    answer = openai_client.chat.completions.create(
        model="demo/chat", messages=[{"role": "developer", "content": "Be brief."}, *ASK], extra_body=unread
    )
    assert answer.choices[0].finish_reason in ("stop", "length")


@pytest.mark.parametrize(
    ("tier", "given", "priority"),
    [("flex", "flex", "low"), ("priority", "priority", "high"), ("default", "default", "normal"),
     ("auto", "default", "normal"), (None, "default", "normal")],
)  # fmt: skip
def test_a_service_tier_is_a_priority(
    openai_client: openai.OpenAI, live_server: LiveServer, tier: Any, given: str, priority: str
) -> None:
    asked: dict[str, Any] = {"model": "demo/chat", "messages": ASK, "max_completion_tokens": 4, "service_tier": tier}
    completion = openai_client.chat.completions.create(**asked)
    assert completion.service_tier == given
    assert openai_client.chat.completions.retrieve(completion.id).service_tier == given
    chunks = list(openai_client.chat.completions.create(**asked, stream=True))
    assert {chunk.service_tier for chunk in chunks} == {given}
    url = f"{live_server.url}/v1/predictions/{completion.id.removeprefix('chatcmpl-')}"
    headers = {"authorization": f"Bearer {openai_client.api_key}"}
    assert httpx.get(url, headers=headers, trust_env=False).json()["priority"] == priority


def test_no_other_service_tier_is_taken(openai_client: openai.OpenAI) -> None:
    for wrong in ("turbo", "FLEX", "", 1):
        extra = {"service_tier": wrong}
        with pytest.raises(openai.BadRequestError) as refused:
            openai_client.chat.completions.create(model="demo/chat", messages=ASK, extra_body=extra)
        assert refused.value.param == "service_tier"


LONG: dict[str, Any] = {"model": "demo/prose", "prompt": "The function", "max_tokens": 900, "seed": 1}
GO_ON = {"ignore_eos": True}


def status_of(client: openai.OpenAI, live: LiveServer, prediction_id: str) -> str:
    """How a prediction ended."""
    headers = {"authorization": f"Bearer {client.api_key}"}
    status = ""
    while status not in ("succeeded", "failed", "canceled"):
        answer = httpx.get(f"{live.url}/v1/predictions/{prediction_id}", headers=headers, trust_env=False)
        status = answer.json()["status"]
        time.sleep(0.05)
    return status


def test_a_client_that_leaves_a_stream_cancels_it(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    with openai_client.completions.with_streaming_response.create(**LONG, stream=True, extra_body=GO_ON) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("data: ")
        prediction_id = answer.headers["x-prediction-id"]
    assert status_of(openai_client, live_server, prediction_id) == "canceled"


def test_a_client_that_leaves_cancels_what_it_waits_for(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    client = openai_client.with_options(timeout=1)
    with pytest.raises(openai.APITimeoutError):
        client.completions.create(**{**LONG, "prompt": "The class"}, extra_body=GO_ON)
    headers = {"authorization": f"Bearer {client.api_key}"}
    listed = httpx.get(f"{live_server.url}/v1/predictions", headers=headers, trust_env=False).json()["results"]
    assert listed[0]["input"]["prompt"] == "The class"
    assert status_of(openai_client, live_server, listed[0]["id"]) == "canceled"


def test_with_a_key_it_goes_on_without_its_client(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    asked = {**LONG, "max_tokens": 400, "stream": True, "extra_headers": {"idempotency-key": "again"}}
    with openai_client.completions.with_streaming_response.create(**asked, extra_body=GO_ON) as answer:
        assert next(answer.iter_lines()).startswith("data: ")
        prediction_id = answer.headers["x-prediction-id"]
    again = openai_client.completions.with_raw_response.create(**{**asked, "stream": False, "extra_body": GO_ON})
    assert again.headers["x-prediction-id"] == prediction_id
    assert again.parse().usage.completion_tokens == 400
    assert status_of(openai_client, live_server, prediction_id) == "succeeded"


async def test_the_asynchronous_client(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    async with openai.AsyncOpenAI(api_key=openai_client.api_key, base_url=openai_client.base_url) as client:
        asked: Any = {"model": "demo/chat", "messages": ASK, "seed": 1, "max_tokens": 10}
        whole = await client.chat.completions.create(**asked)
        chunks = [chunk async for chunk in await client.chat.completions.create(**asked, stream=True)]
    assert joined(chunks) == whole.choices[0].message.content


SET_ALIAS = """mutation ($input: SetModelAliasInput!) { setModelAlias(input: $input) { __typename
  ... on ModelAlias { alias model } ... on InvalidInput { violations { path } } ... on UserError { code } } }"""
REMOVE_ALIAS = """mutation ($input: RemoveModelAliasInput!) { removeModelAlias(input: $input) { __typename
  ... on RemovedModelAlias { alias } ... on UserError { code } } }"""


async def test_a_model_has_the_names_that_a_user_gives_it(live_server: LiveServer) -> None:
    user, _ = await somebody(live_server.url)
    other, _ = await somebody(live_server.url)

    async def given(alias: str, model: str) -> dict[str, Any]:
        answer: dict[str, Any] = (await user.run(SET_ALIAS, input={"alias": alias, "model": model}))["setModelAlias"]
        return answer

    assert (await given("a/b", "demo/prose"))["violations"] == [{"path": "/alias"}]
    assert (await given("mine", "demo/nothing"))["code"] == "NOT_FOUND"
    assert (await given("mine", "demo/chat"))["alias"] == "mine"
    assert (await given("mine", "demo/prose:1"))["model"] == "demo/prose:1"
    own = {"alias": "mine", "model": "demo/prose:1"}
    listing = "{ viewer { modelAliases { alias model } } }"
    assert (await user.run(listing))["viewer"]["modelAliases"] == [own]
    assert (await other.run(listing))["viewer"]["modelAliases"] == []
    base_url = f"{live_server.url}/openai/v1"
    async with openai.AsyncOpenAI(api_key=str(user.token), base_url=base_url, max_retries=0) as client:
        answer = await client.completions.create(model="mine", prompt="The function", max_tokens=2)
        assert answer.model == "demo/prose:1"
        assert "mine" in [model.id async for model in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            await client.with_options(api_key=str(other.token)).models.retrieve("mine")
        removed = await user.run(REMOVE_ALIAS, input={"alias": "mine"})
        assert removed["removeModelAlias"]["alias"] == "mine"
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("mine")
    # An alias opens no model that one may not use
    slug = (await add_model(user, visibility="PUBLIC"))["slug"]
    theirs = {"input": {"alias": "theirs", "model": slug}}
    assert (await other.run(SET_ALIAS, **theirs))["setModelAlias"]["model"] == slug
    await change(user, slug, visibility="PRIVATE")
    assert (await other.run(SET_ALIAS, **theirs))["setModelAlias"]["code"] == "NOT_FOUND"
    async with openai.AsyncOpenAI(api_key=str(other.token), base_url=base_url, max_retries=0) as client:
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("theirs")
    again = await user.run(REMOVE_ALIAS, input={"alias": "mine"})
    assert again["removeModelAlias"]["code"] == "NOT_FOUND"
    await user.close()
    await other.close()
