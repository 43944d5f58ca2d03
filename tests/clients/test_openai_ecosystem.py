"""LangChain and LiteLLM as clients, and what LibreChat and Open WebUI send; each library in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import LiveServer
from tests.support.chat_model import WEATHER

LANGCHAIN = """
import os
from typing import Literal
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

@tool
def weather(city: Literal["Rome", "Oslo"]) -> str:
    "The weather of a city."
    return "It is warm."

class Answer(BaseModel):
    "An answer."
    city: Literal["Rome", "Oslo"]
    warm: bool

common = {"base_url": os.environ["BASE_URL"], "api_key": os.environ["TOKEN"], "seed": 1, "max_retries": 0}
chat = ChatOpenAI(model="demo/chat", max_tokens=30, temperature=0, **common)
whole = chat.invoke("What is a lease?")
assert whole.usage_metadata["output_tokens"] > 0, whole
pieces = list(chat.stream("What is a lease?", stream_usage=True))
assert "".join(piece.content for piece in pieces) == whole.content, (pieces, whole)
assert len(pieces) > 3
caller = ChatOpenAI(model=os.environ["CHAT_MODEL"], max_tokens=100, **common)
tools = caller.bind_tools([weather], tool_choice="weather", strict=True)
question = HumanMessage("How is the weather in Rome?")
call = tools.invoke([question])
assert call.tool_calls[0]["name"] == "weather", call
answer = ToolMessage(weather.invoke(call.tool_calls[0]["args"]), tool_call_id=call.tool_calls[0]["id"])
assert tools.invoke([question, call, answer]).tool_calls
for method in ("json_schema", "function_calling"):
    model = ChatOpenAI(model=os.environ["CHAT_MODEL"], max_tokens=300, **common)
    parsed = model.with_structured_output(Answer, method=method, strict=True).invoke("Where?")
    assert isinstance(parsed, Answer), (method, parsed)
common["seed"] = None
responses = ChatOpenAI(model="demo/chat", use_responses_api=True, max_tokens=30, temperature=0, **common)
assert responses.invoke("What is a lease?").text
assert "".join(piece.text for piece in responses.stream("What is a lease?"))
print("done")
"""
LITELLM = """
import os
import litellm

common = {
    "model": "openai/demo/chat", "api_base": os.environ["BASE_URL"], "api_key": os.environ["TOKEN"],
    "messages": [{"role": "user", "content": "What is a lease?"}], "max_tokens": 30, "seed": 1, "temperature": 0,
}
whole = litellm.completion(**common)
assert whole.choices[0].message.content
pieces = list(litellm.completion(**common, stream=True))
assert "".join(piece.choices[0].delta.content or "" for piece in pieces) == whole.choices[0].message.content
for changes, error in (
    ({"model": "openai/demo/nothing"}, litellm.NotFoundError),
    ({"api_key": "sk-wrong"}, litellm.AuthenticationError),
    ({"messages": common["messages"] * 900}, litellm.ContextWindowExceededError),
):
    try:
        litellm.completion(**(common | changes), num_retries=0, max_retries=0)
    except error:
        continue
    raise AssertionError(changes)
print("done")
"""


def run(program: str, client: openai.OpenAI, live: LiveServer, chat_model: str) -> None:
    """Run a program with a client's credential."""
    environment = {
        **os.environ,
        "BASE_URL": f"{live.url}/openai/v1",
        "TOKEN": client.api_key,
        "CHAT_MODEL": chat_model,
        "NO_PROXY": "*",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LANGSMITH_TRACING": "false",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.endswith("done\n"), done.stdout + done.stderr[-4000:]


@pytest.mark.slow
def test_langchain(openai_client: openai.OpenAI, live_server: LiveServer, chat_model: str) -> None:
    run(LANGCHAIN, openai_client, live_server, chat_model)


@pytest.mark.slow
def test_litellm(openai_client: openai.OpenAI, live_server: LiveServer, chat_model: str) -> None:
    run(LITELLM, openai_client, live_server, chat_model)


def test_what_librechat_sends(openai_client: openai.OpenAI, live_server: LiveServer, chat_model: str) -> None:
    headers = {
        "authorization": f"Bearer {openai_client.api_key}",
        "content-type": "application/json",
        "user-agent": "LibreChatUser/JS 5.8.2",
        "x-stainless-lang": "js",
        "x-stainless-helper-method": "stream",
    }
    tool = {"type": "function", "function": {**WEATHER["function"], "strict": False}}
    question = {"type": "text", "text": "How is the weather in Rome?"}
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    history: list[dict[str, Any]] = [
        {"role": "developer", "content": "Answer briefly."},
        {"role": "user", "content": [question]},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "It is warm.", "name": "weather", "tool_call_id": "call_1"},
    ]
    with httpx.Client(base_url=f"{live_server.url}/openai/v1", headers=headers, timeout=60, trust_env=False) as client:
        assert client.get("/models").json()["data"]
        common = {"model": chat_model, "user": "66f1c0ffee1234567890abcd", "temperature": 1, "top_p": 1}
        common |= {"presence_penalty": 0, "frequency_penalty": 0, "max_tokens": 24}
        body = {**common, "stream": True, "stream_options": {"include_usage": True}}
        for messages, tools in (([history[1]], {}), (history, {"tools": [tool], "tool_choice": "auto"})):
            with client.stream("POST", "/chat/completions", json={**body, "messages": messages, **tools}) as answer:
                lines = [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
            assert answer.status_code == 200, lines
            assert lines[-1] == "[DONE]"
            usage = json.loads(lines[-2])
            assert usage["choices"] == []
            assert usage["usage"]["completion_tokens"] > 0
        # The title of a conversation, as words and by a function that has to be called
        title = {"name": "output_title", "parameters": {"type": "object", "properties": {"title": {"type": "string"}}}}
        forced = {"tool_choice": {"type": "function", "function": {"name": "output_title"}}}
        forced |= {"tools": [{"type": "function", "function": title}], "max_tokens": 200}
        for more in ({}, forced):
            whole = client.post("/chat/completions", json={**common, "messages": [history[1]], **more})
            assert whole.status_code == 200, whole.text
            assert whole.json()["choices"][0]["message"]["role"] == "assistant"


def test_what_open_webui_sends(openai_client: openai.OpenAI, live_server: LiveServer) -> None:
    headers = {"authorization": f"Bearer {openai_client.api_key}", "content-type": "application/json"}
    with httpx.Client(base_url=f"{live_server.url}/openai/v1", headers=headers, timeout=60, trust_env=False) as client:
        models = client.get("/models").json()
        assert {"id", "object", "created", "owned_by"} == set(models["data"][0])
        body: dict[str, Any] = {
            "stream": True,
            "model": "demo/chat",
            "messages": [
                {"role": "system", "content": "You answer questions about this inference server."},
                {"role": "user", "content": "What is a lease?"},
            ],
            "stream_options": {"include_usage": True},
            "temperature": 0.7,
            "top_p": 0.9,
            "max_tokens": 64,
            "stop": ["</s>"],
            "seed": 1,
        }
        with client.stream("POST", "/chat/completions", json=body) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = [line for line in answer.iter_lines() if line]
        assert lines[-1] == "data: [DONE]"
        assert all(line.startswith(("data: ", ": ")) for line in lines)
        # The title of a conversation is asked for without a stream
        title = client.post("/chat/completions", json={**body, "stream": False, "stream_options": None})
        assert title.json()["choices"][0]["message"]["content"]
