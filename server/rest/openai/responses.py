"""Responses: a conversation as items, answered now, as a stream, or in the background and read later.

A response is a prediction, and nothing else is kept of it: what it is made of stands in the prediction's row.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field, ValidationError
from starlette.responses import Response

from server.domain.api_keys import Scope
from server.domain.predictions import NewPrediction, PredictionStatus
from server.errors import NotFoundError
from server.live.prediction_events import wait_until_ended
from server.rest.answers import answer
from server.rest.caller import CHANGE, SIGN_IN, Caller, Calling, Changing
from server.rest.openai.chat import (
    ACCEPTED,
    ChatRequest,
    all_choices,
    find_chat,
    is_one_call,
    parameter_names,
    read_request,
)
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import ERRORS, EVENT_STREAM, JSON_OBJECT, DeletedResponse, Form, InputItems, ResponseForm
from server.rest.openai.items import input_items, read_items
from server.rest.openai.models import find_version
from server.rest.openai.response_events import INSTRUCTIONS, PREFIX, ResponseWriter, response_body
from server.rest.openai.running import IdempotencyKey, Run, stream
from server.rest.openai.sampling import Metadata, ServiceTier, Unread, pinned_slug, priority_of
from server.rest.requests import BoundedRoute
from server.services import deletions, predictions, versions
from server.tables import Prediction

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
_LOGPROBS = "message.output_text.logprobs"
STOP_SECONDS = 10.0
_REFUSED = {
    "conversation": "Conversations are not kept; give 'previous_response_id'.",
    "prompt": "Prompts are not kept; give 'input'.",
    "context_management": "Models read what they are given; leave 'context_management' out.",
    "max_tool_calls": "There are no built-in tools; leave 'max_tool_calls' out.",
    "moderation": "There is no moderation; leave 'moderation' out.",
}
# What the parts of a request are called here that have another name in chat
_PLACES = {
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
}


class ResponseRequest(Form):
    """What to answer; what is null is as if it were left out."""

    model_config = ConfigDict(extra="allow", strict=True, protected_namespaces=())

    model: str = Field(description="`owner/name`, `owner/name:version`, or an alias.", min_length=1, max_length=200)
    input: str | list[Any] = Field(description="A text, or messages, calls of functions and their outputs.")
    instructions: str | None = Field(None, description="A system message for this response alone.")
    previous_response_id: str | None = Field(
        None, description="The response whose conversation goes on.", max_length=200
    )
    stream: bool | None = Field(None, description="Answer with server-sent events, as the text is written.")
    background: bool | None = Field(None, description="Answer at once; it goes on without its client.")
    max_output_tokens: int | None = Field(None, description="If left out, as many as the model may write.")
    temperature: float | None = Field(None, description="If left out, the model's own.")
    top_p: float | None = Field(None, description="If left out, the model's own.")
    top_logprobs: int | None = Field(None, description="Give each token's log probability, and so many likely ones.")
    tools: list[JSON_OBJECT] | None = Field(None, description="Functions; there are no built-in tools.")
    tool_choice: str | JSON_OBJECT | None = Field(None, description="auto, none, required, or a function.")
    parallel_tool_calls: bool | None = Field(None, description="Where false, the first call alone is given.")
    text: JSON_OBJECT | None = Field(None, description="`format`: text, json_object, json_schema.")
    reasoning: JSON_OBJECT | None = Field(None, description="`effort`, for models whose chat template reads it.")
    include: list[str] | None = Field(None, description=f"`{_LOGPROBS}`; others are not read.")
    truncation: str | None = Field(None, description="`disabled`: what is too long is refused.")
    seed: int | None = Field(None, description="The same seed gives the same text; not OpenAI's.")
    metadata: Metadata = None
    store: Unread = None
    stream_options: Unread = None
    service_tier: ServiceTier = None
    user: str | None = Field(
        None, description="Whom it is for: where traffic is divided among versions, the same name gets the same one."
    )
    prompt_cache_key: Unread = None
    prompt_cache_retention: Unread = None
    safety_identifier: Unread = None


@router.post("/responses", response_model=ResponseForm, responses=EVENT_STREAM)
async def create_response(
    caller: Changing, request: Request, body: ResponseRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Answer a conversation; with `stream` as server-sent events, as it is written.

    It is canceled when its client leaves, unless it runs in the `background`: then it is read by its id, and a stream
    of it goes on behind any event.
    """
    caller.viewer.require(Scope.RUN)
    chat = _chat_request(body)
    names = {"max_new_tokens": "max_output_tokens", "messages": "input", "response_format": "text.format"}
    request.state.parameter_names = {**parameter_names(chat), **names}
    model, version = await find_version(caller, body.model, body.user)
    chat.messages = [*await _earlier_messages(caller, body.previous_response_id), *read_items(body.input)]
    if body.instructions:
        chat.messages.insert(0, {"role": "system", "content": body.instructions, "name": INSTRUCTIONS})
    values = read_request(chat, version, _extra(body), caller.rt.settings.max_new_tokens)
    slug = pinned_slug(model, version)
    about = {
        "previous_response_id": body.previous_response_id,
        "background": bool(body.background),
        "parallel_tool_calls": body.parallel_tool_calls is not False,
    }
    priority = priority_of(body.service_tier)
    new = NewPrediction(slug, values, idempotency_key, metadata=body.metadata, openai=about, priority=priority)
    stays = bool(body.background) or idempotency_key is not None

    async def make() -> Run:
        row = await predictions.create(caller.rt, caller.viewer, new, version)
        return Run(caller, request, row, stays=stays)

    if body.stream:
        return await stream(caller, request, make, lambda row: ResponseWriter(row, slug))
    run = await make()
    row = run.row if body.background else await run.result()
    response = answer(response_body(row, slug))
    response.headers.update(run.headers)
    return response


def _chat_request(body: ResponseRequest) -> ChatRequest:
    """What the same request is of chat, but for its messages.

    Raises:
        RefusedError: it asks for what no model does.
    """
    for name, reason in _REFUSED.items():
        if (body.model_extra or {}).get(name) is not None:
            raise RefusedError(reason, name, "unsupported_parameter")
    if body.truncation not in (None, "disabled"):
        raise RefusedError("What is too long is refused: give 'disabled'.", "truncation", "unsupported_value")
    tools = None
    if body.tools:
        tools = [_tool(tool, f"tools[{number}]") for number, tool in enumerate(body.tools)]
    choice = body.tool_choice
    if isinstance(choice, dict) and "name" in choice:
        choice = {"type": choice.get("type"), "function": {"name": choice["name"]}}
    format_ = (body.text or {}).get("format")
    if isinstance(format_, dict) and format_.get("type") == "json_schema":
        format_ = {"type": "json_schema", "json_schema": {k: v for k, v in format_.items() if k != "type"}}
    has_logprobs = body.top_logprobs is not None or _LOGPROBS in (body.include or ())
    values = {
        "model": body.model,
        "messages": [],
        "max_completion_tokens": body.max_output_tokens,
        "temperature": body.temperature,
        "top_p": body.top_p,
        "seed": body.seed,
        "logprobs": has_logprobs or None,
        "top_logprobs": body.top_logprobs,
        "response_format": format_,
        "tools": tools,
        "tool_choice": choice if tools else None,
        "reasoning_effort": (body.reasoning or {}).get("effort"),
    }
    try:
        return ChatRequest.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(_PLACES.get(str(part), str(part)) for part in first["loc"])[:200]
        raise RefusedError(f"'{place}': {first['msg']}", place, "invalid_type") from None


def _extra(body: ResponseRequest) -> dict[str, Any]:
    values = {}
    for name, value in (body.model_extra or {}).items():
        if value is None:
            continue
        if name not in ACCEPTED:
            raise RefusedError(f"Unknown parameter: '{name[:100]}'.", name[:100], "unknown_parameter")
        values[ACCEPTED[name]] = value
    return values


def _tool(tool: JSON_OBJECT, place: str) -> JSON_OBJECT:
    if tool.get("type") != "function":
        raise RefusedError("There are no built-in tools; give functions.", f"{place}.type", "unsupported_value")
    function = {name: value for name, value in tool.items() if name != "type" and value is not None}
    return {"type": "function", "function": function}


async def _earlier_messages(caller: Caller, response_id: str | None) -> list[JSON_OBJECT]:
    """The conversation that a response ended, without its instructions.

    Raises:
        RefusedError: there is none, or it has not ended well.
    """
    if response_id is None:
        return []
    place = "previous_response_id"
    try:
        row = await _find(caller, response_id)
    except NotFoundError as error:
        raise RefusedError(error.message, place, "previous_response_not_found") from None
    if PredictionStatus(row.status) is not PredictionStatus.SUCCEEDED:
        raise RefusedError("The previous response has not ended, or it failed.", place, "invalid_value")
    choice = all_choices(row)[0]
    message = choice.get("message") or {"role": "assistant", "content": choice["text"]}
    reply = {name: message[name] for name in ("role", "content", "tool_calls") if message.get(name)}
    if is_one_call(row) and "tool_calls" in reply:
        reply["tool_calls"] = reply["tool_calls"][:1]
    earlier = [each for each in row.input["messages"] if each.get("name") != INSTRUCTIONS]
    return [*earlier, reply]


async def _find(caller: Caller, response_id: str, scope: Scope = Scope.READ) -> Prediction:
    return await find_chat(caller, response_id, PREFIX, "response", scope)


async def _slug_of(row: Prediction) -> str:
    slug = await versions.slug_of(row.version_id)
    return str(slug) if slug else "deleted"


@router.get("/responses/{response_id}", response_model=ResponseForm, responses=EVENT_STREAM)
async def get_response(
    caller: Calling,
    request: Request,
    response_id: str,
    stream_events: Annotated[bool, Query(alias="stream")] = False,
    starting_after: Annotated[int | None, Query(ge=0, le=2**53, description="Number of the last event.")] = None,
) -> Response:
    """A response as it stands; with `stream` its events, behind the one with the number `starting_after`."""
    row = await _find(caller, response_id)
    slug = await _slug_of(row)
    if not stream_events:
        return answer(response_body(row, slug))
    await caller.spend(CHANGE)
    after = -1 if starting_after is None else starting_after

    async def make() -> Run:
        return Run(caller, request, row, stays=True)

    return await stream(caller, request, make, lambda row: ResponseWriter(row, slug, after))


@router.get("/responses/{response_id}/input_items", response_model=InputItems)
async def list_input_items(
    caller: Calling, response_id: str, order: Annotated[Literal["asc", "desc"], Query()] = "desc"
) -> Response:
    """What a response was given, those before it included; all of it at once."""
    row = await _find(caller, response_id)
    items = input_items(row, row.input["messages"])
    await caller.spend(len(items))
    items = items if order == "asc" else items[::-1]
    first, last = (items[0]["id"], items[-1]["id"]) if items else (None, None)
    return answer({"object": "list", "data": items, "first_id": first, "last_id": last, "has_more": False})


@router.delete("/responses/{response_id}", response_model=DeletedResponse)
async def delete_response(caller: Calling, response_id: str) -> Response:
    """Delete a response and what it was given; one that runs is canceled first."""
    await caller.spend(CHANGE)
    row = await _find(caller, response_id, Scope.WRITE)
    if not await deletions.delete(caller.rt, caller.viewer, row.id):
        # What was told to stop has stopped a moment later, as a rule; if not, it goes without its client
        await wait_until_ended(caller.rt, caller.hubs, caller.viewer, row.id, STOP_SECONDS)
        with suppress(NotFoundError):
            await deletions.delete(caller.rt, caller.viewer, row.id)
    return answer({"id": response_id, "object": "response", "deleted": True})


@router.post("/responses/{response_id}/cancel", response_model=ResponseForm)
async def cancel_response(caller: Changing, response_id: str) -> Response:
    """Cancel a response at its next token; one that has ended stays as it is."""
    row = await _find(caller, response_id, Scope.RUN)
    row = await predictions.cancel(caller.rt, caller.viewer, row.id)
    return answer(response_body(row, await _slug_of(row)))
