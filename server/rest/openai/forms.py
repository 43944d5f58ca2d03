"""What `/openai/v1` takes and gives, as the OpenAPI document shows it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

JSON_OBJECT = dict[str, Any]


class Form(BaseModel):
    """Base of all bodies."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())


class ErrorForm(Form):
    """What is wrong."""

    message: str = Field(description="What is wrong, as a sentence.")
    type: str = Field(description="Kind of the error, such as `invalid_request_error`.")
    param: str | None = Field(description="The parameter that is wrong, if it is one.")
    code: str | None = Field(description="Stable code of the error, such as `model_not_found`.")


class ErrorAnswer(Form):
    """An error."""

    error: ErrorForm


ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request cannot be done.", "model": ErrorAnswer},
    "5XX": {"description": "The server cannot do it now.", "model": ErrorAnswer},
}
EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


class OpenAIModel(Form):
    """A model."""

    id: str = Field(description="`owner/name`, or an alias.")
    object: Literal["model"]
    created: int = Field(description="When it was added, in seconds since 1970.")
    owned_by: str = Field(description="Handle of its owner.")


class OpenAIModels(Form):
    """A list of models."""

    object: Literal["list"]
    data: list[OpenAIModel]


class ChatMessage(Form):
    """What a model says."""

    role: Literal["assistant"]
    content: str | None
    refusal: None = None
    tool_calls: list[JSON_OBJECT] | None = Field(None, description="Functions that it asks to call.")
    reasoning_content: str | None = Field(None, description="What it thought before, where it shows that.")


class ChatChoice(Form):
    """One answer of several."""

    index: int
    message: ChatMessage
    logprobs: JSON_OBJECT | None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"]


class Usage(Form):
    """How many tokens were read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: JSON_OBJECT = Field(description="`cached_tokens`: those that were computed before.")
    completion_tokens_details: JSON_OBJECT = Field(description="`reasoning_tokens`: those of the reasoning.")


class ChatCompletion(Form):
    """The answer to a conversation."""

    id: str = Field(description="`chatcmpl-` and the prediction's id.")
    object: Literal["chat.completion"]
    created: int = Field(description="When it was asked, in seconds since 1970.")
    model: str = Field(description="The version that answered, as owner/name:number.")
    system_fingerprint: str = Field(description="Changes with the version.")
    choices: list[ChatChoice]
    usage: Usage
    service_tier: str = Field(description="`default`, `flex` or `priority`: its place among your own that waited.")
    metadata: dict[str, str] | None = Field(None, description="What was given as `metadata`.")


class CompletionMessages(Form):
    """The messages of a conversation that was answered."""

    object: Literal["list"]
    data: list[JSON_OBJECT]
    first_id: str | None
    last_id: str | None
    has_more: bool


class CompletionChoice(Form):
    """One text of several."""

    index: int
    text: str
    logprobs: JSON_OBJECT | None
    finish_reason: Literal["stop", "length", "tool_calls", "content_filter"]


class Completion(Form):
    """How texts go on."""

    id: str = Field(description="`cmpl-` and the id of the first prediction.")
    object: Literal["text_completion"]
    created: int = Field(description="When it was asked, in seconds since 1970.")
    model: str = Field(description="The version that answered, as owner/name:number.")
    system_fingerprint: str = Field(description="Changes with the version.")
    choices: list[CompletionChoice]
    usage: Usage


class ResponseForm(Form):
    """A response as it stands."""

    id: str = Field(description="`resp_` and the prediction's id.")
    object: Literal["response"]
    created_at: int = Field(description="When it was asked for, in seconds since 1970.")
    status: Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]
    model: str = Field(description="The version that answers, as owner/name:number.")
    output: list[JSON_OBJECT] = Field(description="Reasoning, words and calls, once it has ended.")
    error: JSON_OBJECT | None
    usage: JSON_OBJECT | None
    service_tier: str = Field(description="`default`, `flex` or `priority`: its place among your own that wait.")
    metadata: dict[str, str] = Field(description="What was given as `metadata`.")
    previous_response_id: str | None = Field(description="The response whose conversation goes on.")
    background: bool = Field(description="Whether it goes on without its client.")
    parallel_tool_calls: bool = Field(description="Where false, the first call alone is given.")


class DeletedResponse(Form):
    """A response that was deleted."""

    id: str
    object: Literal["response"]
    deleted: Literal[True]


class InputItems(Form):
    """What a response was given."""

    object: Literal["list"]
    data: list[JSON_OBJECT]
    first_id: str | None
    last_id: str | None
    has_more: bool
