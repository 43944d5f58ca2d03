"""Plain completions: a prompt in, its continuation out, with or without streaming."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from server.domain.api_keys import Scope
from server.domain.ids import encode_id
from server.domain.models import ModelKind
from server.live.text_progress import Piece
from server.rest.answers import answer
from server.rest.caller import CHANGE, SIGN_IN, Changing
from server.rest.openai.chat import all_choices, reason_of, usage_of
from server.rest.openai.errors import RefusedError
from server.rest.openai.forms import ERRORS, EVENT_STREAM, JSON_OBJECT, Completion
from server.rest.openai.models import find_version
from server.rest.openai.running import DONE, IdempotencyKey, Run, data_event, failure_of, pieces_of, stream_runs
from server.rest.openai.sampling import (
    OWN_FIELDS,
    Sampling,
    check_parameters,
    fingerprint_of,
    pinned_slug,
    properties_of,
    read_sampling,
)
from server.rest.openai.together import make_all, merged, run_all
from server.rest.requests import BoundedRoute
from server.tables import Model, Prediction, Version

router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
# As OpenAI's API has it
DEFAULT_TOKENS = 16
MOST_PROMPTS = 32


class CompletionRequest(Sampling):
    """A text, and how it goes on."""

    prompt: str | list[Any] = Field(description="A text, or a list of up to 32 texts, each of which is continued.")
    max_tokens: int | None = Field(None, description="If left out, 16.")
    logprobs: int | None = Field(None, description="Give each token's log probability, and so many likely ones.")
    echo: bool | None = Field(None, description="Begin each text with its prompt; without `logprobs` alone.")
    best_of: int | None = Field(None, description="No other number than that of `n`.")
    suffix: str | None = Field(None, description="Is refused: models go on with a text, and do not fill in.")


@router.post("/completions", response_model=Completion, responses=EVENT_STREAM)
async def create_completion(
    caller: Changing, request: Request, body: CompletionRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Go on with a text, or with several; with `stream` as server-sent events, as it is written.

    Each prompt is a prediction, which is canceled when its client leaves; the header `x-prediction-id` names them.
    """
    caller.viewer.require(Scope.RUN)
    extra = check_parameters(body, OWN_FIELDS, {})
    names = {own: client for client, own in OWN_FIELDS.items()}
    request.state.parameter_names = {**names, "max_new_tokens": "max_tokens"}
    prompts = read_prompts(body)
    await caller.spend(CHANGE * (len(prompts) - 1))
    model, version = await find_version(caller, body.model, body.user)
    values = read_request(body, model, version, extra)

    inputs = [{"prompt": prompt, **values} for prompt in prompts]
    if body.stream:
        make = partial(make_all, caller, request, version, inputs, idempotency_key)
        head = partial(_head, model=model, version=version)

        async def pieces(runs: list[Run]) -> AsyncGenerator[bytes, None]:
            whole = TextStream(body, head(runs[0].row))
            writers = [TextWriter(whole, prompt, number) for number, prompt in enumerate(prompts)]
            streams = [pieces_of(run, writer) for run, writer in zip(runs, writers, strict=True)]
            async with aclosing(merged(streams)) as parts:
                async for part in parts:
                    yield part
            # Behind all of them: of ends that come at once none is the last
            yield b"".join(whole.finish())

        return await stream_runs(caller, request, make, pieces)
    rows, headers = await run_all(caller, request, version, inputs, idempotency_key)
    response = answer(completion_body(body, prompts, model, version, rows))
    response.headers.update(headers)
    return response


def read_prompts(body: CompletionRequest) -> list[str]:
    """The texts to go on with.

    Raises:
        RefusedError: they are none, or too many.
    """
    prompts = [body.prompt] if isinstance(body.prompt, str) else body.prompt
    if not all(isinstance(prompt, str) for prompt in prompts):
        raise RefusedError("Give texts; numbers of tokens are not taken.", "prompt", "unsupported_value")
    if not 1 <= len(prompts) <= MOST_PROMPTS:
        raise RefusedError(f"Give 1 to {MOST_PROMPTS} prompts.", "prompt", "invalid_value")
    return prompts


def read_request(body: CompletionRequest, model: Model, version: Version, extra: dict[str, Any]) -> dict[str, Any]:
    """The input of a version that a request asks for, but for its prompt; the version's own schema judges it.

    Raises:
        RefusedError: it asks for what no input is.
    """
    if model.kind != ModelKind.TEXT_GENERATION.value or "prompt" not in properties_of(version):
        raise RefusedError(f"{body.model} does not go on with texts.", "model", "unsupported_model")
    if body.suffix is not None:
        raise RefusedError(
            "Models go on with a text, and do not fill in before a suffix.", "suffix", "unsupported_parameter"
        )
    if body.best_of is not None and body.best_of != (body.n or 1):
        raise RefusedError("All texts are given: 'best_of' can only be as 'n' is.", "best_of", "unsupported_value")
    if body.echo and body.logprobs is not None:
        raise RefusedError("'echo' cannot go with 'logprobs'; leave one out.", "echo", "unsupported_value")
    values = {
        **read_sampling(body, version, DEFAULT_TOKENS if body.max_tokens is None else body.max_tokens),
        **extra,
    }
    if body.logprobs is not None:
        values["logprobs"] = body.logprobs
    return values


def completion_body(
    body: CompletionRequest, prompts: list[str], model: Model, version: Version, rows: list[Prediction]
) -> JSON_OBJECT:
    """The completion that predictions of several prompts are."""
    choices: list[JSON_OBJECT] = []
    for prompt, row in zip(prompts, rows, strict=True):
        for choice in all_choices(row):
            tokens = (choice.get("logprobs") or {}).get("content") or []
            choices.append(
                {
                    "index": len(choices),
                    "text": (prompt if body.echo else "") + choice["text"],
                    "logprobs": text_logprobs(tokens, 0) if body.logprobs is not None else None,
                    "finish_reason": reason_of(choice),
                }
            )
    return {**_head(rows[0], model, version), "choices": choices, "usage": _sum_usage(rows)}


def _sum_usage(rows: list[Prediction]) -> JSON_OBJECT:
    """The usage of several predictions, part by part."""

    def add(parts: list[JSON_OBJECT]) -> JSON_OBJECT:
        return {
            name: add([part[name] for part in parts]) if isinstance(value, dict) else sum(part[name] for part in parts)
            for name, value in parts[0].items()
        }

    return add([usage_of(row) for row in rows])


def _head(row: Prediction, model: Model, version: Version) -> JSON_OBJECT:
    return {
        "id": f"cmpl-{encode_id('Prediction', row.id)}",
        "object": "text_completion",
        "created": int(row.created_at.timestamp()),
        "model": pinned_slug(model, version),
        "system_fingerprint": fingerprint_of(version),
    }


def text_logprobs(tokens: list[Any], offset: int) -> JSON_OBJECT:
    """Log probabilities in the form of plain completions; the first token begins at `offset` of the text."""
    offsets = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token["token"])
    return {
        "tokens": [token["token"] for token in tokens],
        "token_logprobs": [token["logprob"] for token in tokens],
        "top_logprobs": [{other["token"]: other["logprob"] for other in token.get("top", ())} for token in tokens],
        "text_offset": offsets,
    }


class TextStream:
    """A streamed completion of one or more prompts."""

    def __init__(self, body: CompletionRequest, head: JSON_OBJECT) -> None:
        self.body = body
        self._head = head
        self._ended: list[Prediction] = []
        self._has_usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        if self._has_usage:
            self._head["usage"] = None

    def chunk(self, choice: JSON_OBJECT) -> bytes:
        """A piece of a choice."""
        return data_event({**self._head, "choices": [choice]})

    def note_end(self, row: Prediction) -> None:
        """A prompt's texts have ended."""
        self._ended.append(row)

    def finish(self) -> Iterator[bytes]:
        """The end of the whole, once all prompts' texts have ended."""
        if self._has_usage:
            yield data_event({**self._head, "choices": [], "usage": _sum_usage(self._ended)})
        yield DONE


class TextWriter:
    """The pieces of a prompt's texts; `number` is its place among all."""

    def __init__(self, whole: TextStream, prompt: str, number: int) -> None:
        self._whole, self._body, self._prompt = whole, whole.body, prompt
        self._first = number * (self._body.n or 1)
        self._offsets: dict[int, int] = {}

    def go_on(self, pieces: list[Piece]) -> Iterator[bytes]:
        """What comes next of the texts."""
        for piece in pieces:
            yield from self._begin(piece.choice)
            logprobs = None
            if self._body.logprobs is not None:
                logprobs = text_logprobs(piece.logprobs, self._offsets[piece.choice])
                self._offsets[piece.choice] += sum(len(token["token"]) for token in piece.logprobs)
            yield self._chunk(piece.choice, piece.text, logprobs)

    def end(self, row: Prediction) -> Iterator[bytes]:
        """The ends of the texts; raises RefusedError where the prediction failed."""
        if (failure := failure_of(row)) is not None:
            raise failure
        for number, choice in enumerate(all_choices(row)):
            yield from self._begin(number)
            yield self._chunk(number, "", reason=reason_of(choice))
        self._whole.note_end(row)

    def _begin(self, number: int) -> Iterator[bytes]:
        if number not in self._offsets:
            self._offsets[number] = 0
            if self._body.echo:
                yield self._chunk(number, self._prompt)

    def _chunk(self, number: int, text: str, logprobs: JSON_OBJECT | None = None, reason: str | None = None) -> bytes:
        choice = {"index": self._first + number, "text": text, "logprobs": logprobs, "finish_reason": reason}
        return self._whole.chunk(choice)
