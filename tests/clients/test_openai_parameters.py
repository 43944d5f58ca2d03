"""The table of parameters in docs/openai.md: complete, and each row sent."""

from __future__ import annotations

import re
from typing import Any

import openai
import pytest

from server.rest.openai.chat import ChatRequest
from server.rest.openai.completions import CompletionRequest
from server.rest.openai.responses import ResponseRequest
from tests.conftest import ROOT
from tests.support.chat_model import WEATHER

PAGE = (ROOT / "docs" / "openai.md").read_text()
COLUMNS = ("chat/completions", "completions", "responses")
ROWS = re.findall(r"^\| `(\w+)` \| ([\w ]*) ?\| ([\w ]*) ?\| ([\w ]*) ?\|", PAGE, re.M)
FORMS = dict(zip(COLUMNS, (ChatRequest, CompletionRequest, ResponseRequest), strict=True))
CASES = [
    (path, name, verdict.strip())
    for name, *verdicts in ROWS
    for path, verdict in zip(COLUMNS, verdicts, strict=True)
    if verdict.strip()
]
MESSAGES = [{"role": "user", "content": "What is a lease?"}]
TOOL = {"type": "function", **WEATHER["function"]}
WHOLE: dict[str, dict[str, Any]] = {
    "chat/completions": {"model": "demo/chat", "messages": MESSAGES, "max_completion_tokens": 2},
    "completions": {"model": "demo/prose", "prompt": "The function", "max_tokens": 2},
    "responses": {"model": "demo/chat", "input": "What is a lease?", "max_output_tokens": 2},
}
# Of what has another form in each column, by the name and the beginning of the path
VALUES: dict[str, Any] = {
    "stream": True, "background": True, "n": 2, "best_of": 1, "seed": -1, "stop": ["x"], "temperature": 0, "top_p": 0.5,
    "presence_penalty": 1, "frequency_penalty": -1, "logit_bias": {"5": -100}, "echo": True, "suffix": "x",
    "response_format": {"type": "json_object"}, "text": {"format": {"type": "json_object"}},
    "instructions": "Be brief.",
    "tools": [WEATHER], "tools responses": [TOOL], "tool_choice": "auto", "parallel_tool_calls": False,
    "modalities": ["text"], "truncation": "disabled", "include": ["message.output_text.logprobs"], "top_logprobs": 2,
    "logprobs": True, "logprobs completions": 2, "max_tokens": 2, "top_k": 3, "min_p": 0.1, "repetition_penalty": 1.1,
    "min_tokens": 1, "ignore_eos": True, "skip_special_tokens": False, "reasoning": {"effort": None}, "metadata": {},
    "stream_options": {"include_usage": True}, "store": False, "verbosity": "low", "service_tier": "auto",
}  # fmt: skip
# What a parameter needs beside it
BESIDE: dict[str, dict[str, Any]] = {
    "stream_options": {"stream": True},
    "top_logprobs": {"logprobs": True},
    "tool_choice": {"tools": [WEATHER]},
    "parallel_tool_calls": {"tools": [WEATHER]},
    "max_tokens": {"max_completion_tokens": None},
}
# Those that demo/chat has no use for, which are refused for that
OTHER_MODELS = {"reasoning_effort", "chat_template", "chat_template_kwargs"}


@pytest.mark.parametrize("path", COLUMNS)
def test_the_table_has_every_parameter(path: str) -> None:
    shown = {name for column, name, _ in CASES if column == path}
    assert set(FORMS[path].model_fields) <= shown


@pytest.mark.parametrize(("path", "name", "verdict"), CASES)
def test_a_parameter_is_what_the_table_says(
    openai_client: openai.OpenAI, chat_model: str, path: str, name: str, verdict: str
) -> None:
    body = dict(WHOLE[path])
    if name in ("tools", "tool_choice", "parallel_tool_calls"):
        body["model"] = chat_model
    if path != "responses" or name not in ("top_logprobs", "stream_options"):
        beside = BESIDE.get(name, {})
        tools = {"tools": [TOOL]} if path == "responses" and "tools" in beside else {}
        body |= {**beside, **tools} if path != "completions" or name != "max_tokens" else {}
    if name == "previous_response_id":
        body[name] = openai_client.responses.create(**WHOLE["responses"]).id
    elif name not in body or name == "max_tokens":
        body[name] = VALUES.get(f"{name} {path}", VALUES.get(name, "x"))
    if verdict == "refused" or name in OTHER_MODELS:
        with pytest.raises(openai.BadRequestError) as refused:
            openai_client.post(f"/{path}", body=body, cast_to=object)
        assert refused.value.param == name
        return
    assert verdict in ("used", "not read")
    sent = {"json": body, "headers": openai_client.auth_headers, "timeout": 30}
    answer = openai_client._client.post(f"{openai_client.base_url}{path}", **sent)
    assert answer.status_code == 200, answer.text
    assert '"error":{' not in answer.text
