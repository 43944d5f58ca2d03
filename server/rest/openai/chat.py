"""Chat completions: messages in, a message out, with or without streaming."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from server.adapters import wire
from server.domain.api_keys import Scope
from server.domain.ids import encode_id, parse_id
from server.domain.models import ModelKind
from server.domain.predictions import NewPrediction, PredictionStatus
from server.domain.reply_stream import ReplyStream
from server.domain.text_output import FinishReason, choices_of, finish_reason_of, text_of
from server.errors import BadUserInputError, ConflictError, NotFoundError
from server.live import prediction_rows
from server.live.text_progress import Piece
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Caller, Calling, Changing
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import ERRORS, EVENT_STREAM, JSON_OBJECT, ChatCompletion, CompletionMessages
from server.rest.openai.messages import read_messages
from server.rest.openai.models import find_version
from server.rest.openai.running import DONE, IdempotencyKey, Run, data_event, failure_of, stream
from server.rest.openai.sampling import (
    OWN_FIELDS,
    Metadata,
    Sampling,
    ServiceTier,
    Unread,
    check_parameters,
    fingerprint_of,
    most_tokens,
    pinned_slug,
    priority_of,
    properties_of,
    read_sampling,
    tier_of,
)
from server.rest.requests import BoundedRoute
from server.services import predictions
from server.tables import Model, Prediction, Version

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
PREFIX = "chatcmpl-"
ACCEPTED = {**OWN_FIELDS, "chat_template": "chat_template", "chat_template_kwargs": "chat_template_kwargs"}
_ADVICE = {
    ModelKind.TEXT_GENERATION.value: "use /completions.",
    ModelKind.IMAGE_GENERATION.value: "use /images/generations.",
}
_REFUSED = {
    "functions": "'functions' is not supported; give 'tools'.",
    "function_call": "'function_call' is not supported; give 'tool_choice'.",
    "audio": "Models answer in text alone; leave 'audio' out.",
    "web_search_options": "There is no web search; leave 'web_search_options' out.",
}


class ChatRequest(Sampling):
    """A conversation, and how it goes on."""

    messages: list[JSON_OBJECT] = Field(description="The conversation, with `content` as a text or in parts.")
    max_completion_tokens: int | None = Field(None, description="If left out, as many as the model may write.")
    max_tokens: int | None = Field(None, description="The older name of `max_completion_tokens`.")
    logprobs: bool | None = Field(None, description="Give the log probability of each token.")
    top_logprobs: int | None = Field(None, description="And of so many of the likeliest; beside `logprobs` alone.")
    response_format: JSON_OBJECT | None = Field(None, description="text, json_object, json_schema.")
    tools: list[JSON_OBJECT] | None = Field(None, description="Functions that the model may ask to call.")
    tool_choice: str | JSON_OBJECT | None = Field(None, description="auto, none, required, or a function.")
    parallel_tool_calls: bool | None = Field(None, description="Where false, the first call alone is given.")
    reasoning_effort: str | None = Field(None, description="For models whose chat template reads it.")
    modalities: list[str] | None = Field(None, description="`text` alone.")
    metadata: Metadata = None
    store: Unread = None
    service_tier: ServiceTier = None
    prediction: Unread = None
    prompt_cache_key: Unread = None
    prompt_cache_retention: Unread = None
    safety_identifier: Unread = None
    verbosity: Unread = None


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses=EVENT_STREAM,
)
async def create_chat_completion(
    caller: Changing, request: Request, body: ChatRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Answer a conversation; with `stream` as server-sent events, as it is written.

    It is canceled when its client leaves. The header `x-prediction-id` names the prediction behind it, as all of this
    server's interfaces know it.
    """
    model, version, values = await prepare(caller, request, body)
    slug, priority = pinned_slug(model, version), priority_of(body.service_tier)
    new = NewPrediction(slug, values, idempotency_key, metadata=body.metadata, openai=about(body), priority=priority)

    async def make() -> Run:
        row = await predictions.create(caller.rt, caller.viewer, new, version)
        return Run(caller, request, row, stays=idempotency_key is not None)

    if body.stream:
        return await stream(caller, request, make, lambda row: ChatWriter(body, model, version, row))
    run = await make()
    row = await run.result()
    response = answer(completion_body(row, model, version))
    response.headers.update(run.headers)
    return response


@router.get("/chat/completions/{completion_id}", response_model=ChatCompletion)
async def get_chat_completion(caller: Calling, completion_id: str) -> Response:
    """The answer to a conversation again, also of one that was streamed; raises as the answer itself did."""
    row = await find_chat(caller, completion_id)
    if not PredictionStatus(row.status).is_terminal:
        raise ConflictError("The completion has not ended.")
    if (failure := failure_of(row)) is not None:
        raise failure
    version = await Version.get(id=row.version_id).select_related("model__owner")
    return answer(completion_body(row, version.model, version))


@router.get("/chat/completions/{completion_id}/messages", response_model=CompletionMessages)
async def list_chat_completion_messages(
    caller: Calling, completion_id: str, order: Annotated[Literal["asc", "desc"], Query()] = "asc"
) -> Response:
    """The messages of a conversation that was answered; all of them at once."""
    row = await find_chat(caller, completion_id)
    messages = [{"id": f"{completion_id}-{number}", **each} for number, each in enumerate(row.input["messages"])]
    await caller.spend(len(messages))
    messages = messages if order == "asc" else messages[::-1]
    first, last = (messages[0]["id"], messages[-1]["id"]) if messages else (None, None)
    return answer({"object": "list", "data": messages, "first_id": first, "last_id": last, "has_more": False})


async def prepare(caller: Caller, request: Request, body: ChatRequest) -> tuple[Model, Version, dict[str, Any]]:
    """The model and version that a request names, and what it is for them.

    Raises:
        RefusedError: there is no such model, it does not chat, or the request asks for what it cannot do.
        UnavailableError: the version is not READY.
    """
    caller.viewer.require(Scope.RUN)
    extra = extra_of(body)
    request.state.parameter_names = parameter_names(body)
    model, version = await find_version(caller, body.model, body.user)
    return model, version, read_request(body, version, extra, caller.rt.settings.max_new_tokens)


def about(body: ChatRequest) -> dict[str, Any] | None:
    """What a request has beside its input, as the row of its prediction notes it."""
    return {"parallel_tool_calls": False} if body.parallel_tool_calls is False else None


def extra_of(body: ChatRequest) -> dict[str, Any]:
    """What a request has beside its form, by the names of a version's inputs; raises RefusedError."""
    return check_parameters(body, ACCEPTED, _REFUSED)


def parameter_names(body: ChatRequest) -> dict[str, str]:
    """What the client calls the inputs of versions."""
    names = {own: client for client, own in ACCEPTED.items()}
    names["max_new_tokens"] = "max_tokens" if body.max_tokens is not None else "max_completion_tokens"
    names["logprobs"] = "top_logprobs"
    return names


def read_request(body: ChatRequest, version: Version, extra: dict[str, Any], most_new_tokens: int) -> dict[str, Any]:
    """The input of a version that a request asks for; the version's own schema judges it.

    Raises:
        RefusedError: it asks for what no input is.
    """
    fields = properties_of(version)
    if "messages" not in fields:
        advice = _ADVICE.get(version.model.kind, "run it by another interface of this server.")
        if version.model.kind == ModelKind.TEXT_GENERATION.value:
            advice += f" {version.info.get('chat_template_problem') or 'It has no chat template that works here.'}"
        raise RefusedError(f"{body.model} is not a chat model; {advice}", "model", "unsupported_model")
    if body.max_tokens is not None and body.max_completion_tokens is not None:
        message = "Give one of 'max_tokens' and 'max_completion_tokens'."
        raise RefusedError(message, "max_tokens", "invalid_value")
    if body.modalities not in (None, ["text"]):
        raise RefusedError("Models answer in text alone.", "modalities", "unsupported_value")
    most = body.max_tokens if body.max_completion_tokens is None else body.max_completion_tokens
    values = {**read_sampling(body, version, most_tokens(version, most_new_tokens) if most is None else most), **extra}
    values["messages"] = read_messages(body.messages)
    if body.top_logprobs is not None and not body.logprobs:
        raise RefusedError("'top_logprobs' needs 'logprobs'.", "top_logprobs", "invalid_value")
    if body.logprobs:
        values["logprobs"] = body.top_logprobs or 0
    if body.response_format is not None and body.response_format != {"type": "text"}:
        _support(fields, "response_format", "Its tokenizer is none that formats can be asked of.")
        values["response_format"] = body.response_format
    if body.tools is not None:
        if not body.tools:
            raise RefusedError("'tools' is empty; leave it out.", "tools", "array_below_min_length")
        _support(fields, "tools", "Its chat template shows none.")
        values["tools"] = body.tools
        if "skip_special_tokens" in fields:
            # Some models begin a call with such a token
            values.setdefault("skip_special_tokens", False)
    if body.tool_choice is not None:
        if not body.tools:
            raise RefusedError(
                "'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", "invalid_value"
            )
        values["tool_choice"] = body.tool_choice
    if body.reasoning_effort is not None:
        known = fields.get("chat_template_kwargs", {}).get("properties", {})
        _support(known, "reasoning_effort", "Its chat template reads none.")
        own = values.get("chat_template_kwargs") or {}
        values["chat_template_kwargs"] = {"reasoning_effort": body.reasoning_effort, **own}
    return values


def _support(fields: dict[str, Any], name: str, reason: str) -> None:
    if name not in fields:
        raise RefusedError(f"This model does not support '{name}'. {reason}", name, "unsupported_parameter")


async def find_chat(
    caller: Caller, text: str, prefix: str = PREFIX, noun: str = "completion", scope: Scope = Scope.READ
) -> Prediction:
    """The prediction behind an answer to a conversation, by the answer's id.

    Raises:
        NotFoundError: there is none, or the caller may not know of it.
    """
    caller.viewer.require(scope)
    unknown = NotFoundError(f"There is no {noun} with the id {text[:100]!r}.")
    try:
        row = await prediction_rows.find_visible(caller.viewer, parse_id(text.removeprefix(prefix), "Prediction"))
    except (BadUserInputError, NotFoundError):
        raise unknown from None
    if not isinstance(row.input, dict) or not isinstance(row.input.get("messages"), list):
        raise unknown
    return row


def is_one_call(row: Prediction) -> bool:
    """Whether the first call of a tool alone was asked for."""
    return (row.openai or {}).get("parallel_tool_calls") is False


def completion_body(row: Prediction, model: Model, version: Version) -> JSON_OBJECT:
    """The completion that a prediction is."""
    has_logprobs = row.input.get("logprobs") is not None
    choices = [
        {
            "index": number,
            "message": _message(choice, is_one_call=is_one_call(row)),
            "logprobs": chat_logprobs(_tokens(choice)) if has_logprobs else None,
            "finish_reason": reason_of(choice),
        }
        for number, choice in enumerate(all_choices(row))
    ]
    body = {**_head(row, model, version, "chat.completion"), "choices": choices, "usage": usage_of(row)}
    return body if row.metadata is None else {**body, "metadata": row.metadata}


def _head(row: Prediction, model: Model, version: Version, kind: str) -> JSON_OBJECT:
    return {
        "id": f"{PREFIX}{encode_id('Prediction', row.id)}",
        "object": kind,
        "created": int(row.created_at.timestamp()),
        "model": pinned_slug(model, version),
        "system_fingerprint": fingerprint_of(version),
        "service_tier": tier_of(row),
    }


def all_choices(row: Prediction) -> list[dict[str, Any]]:
    """The texts of a prediction, each with what is known of it."""
    return choices_of(row.output) or [{"text": text_of(row.output) or ""}]


def reason_of(choice: dict[str, Any]) -> str:
    """Why a choice ended."""
    return finish_reason_of(choice) or FinishReason.STOP


def usage_of(row: Prediction) -> JSON_OBJECT:
    """How many tokens a prediction read and wrote."""
    metrics = row.metrics or {}
    usage = row.output.get("usage") if isinstance(row.output, dict) else None
    read, written = (
        int((usage or {}).get(name) or metrics.get(name) or 0) for name in ("input_tokens", "output_tokens")
    )
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": int(metrics.get("cached_input_tokens") or 0), "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": int((usage or {}).get("reasoning_tokens") or 0),
            "audio_tokens": 0,
        },
    }


def chat_logprobs(tokens: list[Any]) -> JSON_OBJECT:
    """Log probabilities in the form of chat."""
    content = [{**_token(token), "top_logprobs": [_token(other) for other in token.get("top", ())]} for token in tokens]
    return {"content": content, "refusal": None}


def _token(token: dict[str, Any]) -> JSON_OBJECT:
    text = token["token"]
    return {"token": text, "logprob": token["logprob"], "bytes": list(text.encode(errors="replace"))}


def _tokens(choice: dict[str, Any]) -> list[Any]:
    return (choice.get("logprobs") or {}).get("content") or []


def _message(choice: dict[str, Any], *, is_one_call: bool) -> JSON_OBJECT:
    own = choice.get("message") or {"content": choice["text"]}
    message: JSON_OBJECT = {"role": "assistant", "content": own.get("content"), "refusal": None, "annotations": []}
    if own.get("reasoning_content"):
        message["reasoning_content"] = own["reasoning_content"]
    if calls := calls_of(own, is_one_call=is_one_call):
        message["tool_calls"] = calls
    return message


def calls_of(message: dict[str, Any], *, is_one_call: bool) -> list[JSON_OBJECT]:
    """The calls of a message, with their arguments as text."""
    calls: list[JSON_OBJECT] = []
    for number, call in enumerate(message.get("tool_calls") or ()):
        arguments = call["function"].get("arguments", {})
        text = arguments if isinstance(arguments, str) else wire.encode(arguments)
        function = {"name": call["function"]["name"], "arguments": text}
        calls.append({"id": str(call.get("id") or f"call_{number}"), "type": "function", "function": function})
    return calls[:1] if is_one_call else calls


class ChatWriter:
    """The pieces of a streamed completion."""

    def __init__(self, body: ChatRequest, model: Model, version: Version, row: Prediction) -> None:
        self._body = body
        self._head = _head(row, model, version, "chat.completion.chunk")
        self._has_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        if self._has_usage:
            self._head["usage"] = None
        self._replies: dict[int, ReplyStream] = {}

    def go_on(self, pieces: list[Piece]) -> Iterator[bytes]:
        """What comes next of the texts."""
        for piece in pieces:
            yield from self._begin(piece.choice)
            tokens = piece.logprobs if self._body.logprobs else None
            yield from self._say(piece.choice, *self._replies[piece.choice].push(piece.prefix + piece.text), tokens)

    def end(self, row: Prediction) -> Iterator[bytes]:
        """The rest of the texts, calls, and the ends; raises RefusedError where the prediction failed."""
        if (failure := failure_of(row)) is not None:
            raise failure
        for number, choice in enumerate(all_choices(row)):
            yield from self._begin(number)
            own = choice.get("message") or {"content": choice["text"]}
            yield from self._say(
                number, *self._replies[number].finish(own.get("reasoning_content"), own.get("content"))
            )
            for place, call in enumerate(calls_of(own, is_one_call=self._body.parallel_tool_calls is False)):
                yield self._chunk(number, {"tool_calls": [{"index": place, **call}]})
            yield self._chunk(number, {}, reason=reason_of(choice))
        if self._has_usage:
            yield data_event({**self._head, "choices": [], "usage": usage_of(row)})
        yield DONE

    def _begin(self, number: int) -> Iterator[bytes]:
        if number not in self._replies:
            takes_tools = bool(self._body.tools) and self._body.tool_choice != "none"
            self._replies[number] = ReplyStream(takes_tools=takes_tools)
            yield self._chunk(number, {"role": "assistant", "content": "", "refusal": None})

    def _say(self, number: int, reasoning: str, content: str, tokens: list[Any] | None = None) -> Iterator[bytes]:
        if reasoning:
            yield self._chunk(number, {"reasoning_content": reasoning})
        if content or tokens:
            yield self._chunk(number, {"content": content}, tokens)

    def _chunk(
        self, number: int, delta: JSON_OBJECT, tokens: list[Any] | None = None, reason: str | None = None
    ) -> bytes:
        logprobs = chat_logprobs(tokens) if tokens else None
        choice = {"index": number, "delta": delta, "logprobs": logprobs, "finish_reason": reason}
        return data_event({**self._head, "choices": [choice]})
