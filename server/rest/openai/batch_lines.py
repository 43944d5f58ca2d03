"""Lines of batches in OpenAI's form: requests as inputs of a version, and what became of them as answers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from server.adapters import wire
from server.domain.ids import encode_id
from server.domain.models import parse_reference
from server.domain.predictions import PredictionStatus
from server.domain.storable import storable
from server.domain.traffic import LATEST
from server.domain.version_ids import parse_version_id
from server.errors import UnavailableError, Violation
from server.live import batch_results
from server.live.batch_results import DeletedItem, ResultRow
from server.rest.openai import chat, completions, embeddings
from server.rest.openai.chat import ChatRequest
from server.rest.openai.completions import CompletionRequest
from server.rest.openai.embeddings import EmbeddingsRequest
from server.rest.openai.errors import SERVER, RefusedError, error_body, place_of, violation_code
from server.rest.openai.forms import JSON_OBJECT
from server.rest.openai.running import failure_of
from server.rest.openai.sampling import OWN_FIELDS, Sampling, check_parameters, pinned_slug, read_extra
from server.runtime import Runtime
from server.services import batch_input
from server.services.batch_items import RequestLine
from server.tables import Batch, BatchLine, Model, Prediction, Upload, Version

KEY_CHARACTERS = 512
FIRST_LINES_BYTES = 1_100_000
NO_KEY = "Each line has a 'custom_id', a text of 1 to 512 characters."


@dataclass(frozen=True)
class Endpoint:
    """A route whose requests a batch may have: how a body becomes an input, and a prediction an answer."""

    read: Callable[[JSON_OBJECT, Model, Version, int], RequestLine]
    answer_of: Callable[[Prediction, Model, Version], JSON_OBJECT]
    names: Mapping[str, str]


def _refuse_in_batches(body: Sampling) -> None:
    if body.stream:
        raise RefusedError("Requests of a batch are not streamed; leave 'stream' out.", "stream", "unsupported_value")


def _read_chat(values: JSON_OBJECT, model: Model, version: Version, most_new_tokens: int) -> RequestLine:
    body = ChatRequest.model_validate(values)
    _refuse_in_batches(body)
    request = chat.read_request(body, version, chat.extra_of(body), most_new_tokens)
    return RequestLine(None, request, metadata=body.metadata, openai=chat.about(body))


def _read_text(values: JSON_OBJECT, model: Model, version: Version, _: int) -> RequestLine:
    body = CompletionRequest.model_validate(values)
    _refuse_in_batches(body)
    if body.echo:
        raise RefusedError("'echo' is not supported in a batch; leave it out.", "echo", "unsupported_value")
    prompts = completions.read_prompts(body)
    if len(prompts) > 1:
        raise RefusedError("Give one prompt a line.", "prompt", "unsupported_value")
    extra = check_parameters(body, OWN_FIELDS, {})
    return RequestLine(None, {"prompt": prompts[0], **completions.read_request(body, model, version, extra)})


def _text_answer(row: Prediction, model: Model, version: Version) -> JSON_OBJECT:
    logprobs = 0 if "logprobs" in row.input else None
    body = CompletionRequest.model_construct(logprobs=logprobs, echo=None)
    return completions.completion_body(body, [""], model, version, [row])


def _read_vectors(values: JSON_OBJECT, _: Model, version: Version, __: int) -> RequestLine:
    body = EmbeddingsRequest.model_validate(values)
    extra = read_extra(body.model_extra, embeddings.OWN_FIELDS)
    first, *others = embeddings.read_request(body, version, embeddings.read_texts(body), extra)
    if others:
        message = f"Give at most {len(first['texts'])} texts a line, as many as the model takes at once."
        raise RefusedError(message, "input", "array_above_max_length")
    about = {name: value for name in ("encoding_format", "dimensions") if (value := getattr(body, name)) is not None}
    return RequestLine(None, first, openai=about or None)


def _vector_answer(row: Prediction, model: Model, version: Version) -> JSON_OBJECT:
    slug = pinned_slug(model, version)
    about = {"encoding_format": None, "dimensions": None, **(row.openai or {})}
    body = EmbeddingsRequest.model_construct(model=slug, **about)
    return embeddings.embeddings_body(body, model, version, [row])


_OWN = {own: client for client, own in OWN_FIELDS.items()}
ENDPOINTS = {
    "/v1/chat/completions": Endpoint(
        _read_chat, chat.completion_body, {**_OWN, "max_new_tokens": "max_completion_tokens"}
    ),
    "/v1/completions": Endpoint(_read_text, _text_answer, {**_OWN, "max_new_tokens": "max_tokens"}),
    "/v1/embeddings": Endpoint(_read_vectors, _vector_answer, {"texts": "input"}),
}


async def first_model(rt: Runtime, file: Upload) -> str:
    """The name of the model that the first request of a file is for, as all others have to be.

    Raises:
        RefusedError: there is no request, or it names none.
    """
    message = "The first line of the file is no request whose 'body' names a 'model'."
    async with (
        aclosing(rt.storage.stream(file.key, 0, FIRST_LINES_BYTES)) as chunks,
        aclosing(batch_input.split_lines(chunks)) as lines,
    ):
        async for text, _ in lines:
            if text is not None and not text.strip():
                continue
            try:
                line = wire.decode(text or b"")
            except json.JSONDecodeError:
                line = None
            match line:
                case {"body": {"model": str(name)}}:
                    return name
            break
    raise RefusedError(message, "input_file_id", "invalid_file")


def check_model(endpoint: str, model: Model, version: Version, name: str) -> None:
    """Raise RefusedError where a version answers no requests of an endpoint."""
    probe: dict[str, JSON_OBJECT] = {"/v1/chat/completions": {"messages": []}, "/v1/completions": {"prompt": ""}}
    probe["/v1/embeddings"] = {"input": "x"}
    ENDPOINTS[endpoint].read({"model": name, **probe[endpoint]}, model, version, 1)


def read_request(rt: Runtime, batch: Batch, version: Version, value: object) -> RequestLine:
    """A line of a batch's file as an input of its version."""
    if not isinstance(value, dict):
        return RequestLine(None, violations=(Violation("", "A line is a JSON object.", "invalid_type"),))
    key = value.get("custom_id")
    if not isinstance(key, str) or not 1 <= len(key) <= KEY_CHARACTERS:
        violation = Violation("custom_id", NO_KEY, "missing_required_parameter")
        return RequestLine(str(key)[:KEY_CHARACTERS] if key is not None else None, violations=(violation,))
    try:
        return replace(_read_body(rt, batch, version, value), key=key)
    except RefusedError as error:
        return RequestLine(key, violations=(Violation(error.param or "", error.message, error.code or ""),))
    except ValidationError as error:
        violations = [
            Violation(
                storable(".".join(str(part) for part in each["loc"]))[:200],
                storable(each["msg"])[:300],
                "missing_required_parameter" if each["type"] == "missing" else "invalid_type",
            )
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        return RequestLine(key, violations=tuple(violations))


def _read_body(rt: Runtime, batch: Batch, version: Version, line: JSON_OBJECT) -> RequestLine:
    endpoint = str(batch.endpoint)
    if line.get("method") != "POST":
        raise RefusedError("'method' is POST.", "method", "invalid_value")
    if line.get("url") != endpoint:
        raise RefusedError(f"'url' is {endpoint}, as the batch's 'endpoint'.", "url", "invalid_url")
    body = line.get("body")
    if not isinstance(body, dict):
        raise RefusedError("'body' is the request, a JSON object.", "body", "missing_required_parameter")
    if not _names(rt, version, body.get("model")):
        raise RefusedError("All requests of a batch are for one model.", "model", "mismatched_model")
    return ENDPOINTS[endpoint].read(body, version.model, version, rt.settings.max_new_tokens)


def _names(rt: Runtime, version: Version, name: object) -> bool:
    """Whether a name of a model is one of the version that a batch runs, loaded with the former names of its model."""
    if not isinstance(name, str):
        return False
    named = rt.settings.openai_aliases.get(name, name)
    _, _, pinned = named.partition(":")
    if (row_id := parse_version_id(pinned or named)) is not None:
        return row_id == version.id
    slug, own = parse_reference(named), version.model
    return (
        slug is not None
        and slug.owner == own.owner.handle
        and slug.name in (own.name, *(former.name for former in own.former_names))
        and slug.number in (None, version.number)
        and (slug.alias in (None, LATEST) or own.version_aliases.get(slug.alias) == version.number)
    )


async def result_lines(rt: Runtime, batch: Batch, *, of_errors: bool, base_url: str) -> AsyncGenerator[bytes, None]:
    """The answers of a batch, or what was not answered, one JSON a line, in the order of its file."""
    version = await Version.get(id=batch.version_id).select_related("model__owner")
    async with aclosing(batch_results.read(batch.id)) as rows:
        async for row in rows:
            succeeded = not isinstance(row, BatchLine) and row.status == PredictionStatus.SUCCEEDED.value
            if succeeded is of_errors:
                continue
            yield wire.encode_bytes(_result(batch, version, row)) + b"\n"


def _result(batch: Batch, version: Version, row: ResultRow) -> JSON_OBJECT:
    endpoint = ENDPOINTS[str(batch.endpoint)]
    response: JSON_OBJECT | None = None
    error: JSON_OBJECT | None = None
    request_id = f"line_{row.batch_index}"
    if isinstance(row, BatchLine):
        first = row.violations[0]
        is_place = first["path"].startswith("/")
        place = place_of(first["path"], endpoint.names) if is_place else first["path"]
        code = violation_code(first["code"]) if is_place else first["code"]
        messages = " ".join(violation["message"] for violation in row.violations)
        response = _response(400, request_id, error_body(messages, "invalid_request_error", place or None, code))
    elif isinstance(row, DeletedItem):
        request_id = encode_id("Prediction", row.prediction_id)
        response = _response(410, request_id, error_body("It was deleted.", SERVER, code="deleted"))
    else:
        request_id = encode_id("Prediction", row.id)
        match PredictionStatus(row.status):
            case PredictionStatus.SUCCEEDED if row.data_removed:
                response = _response(410, request_id, error_body("The answer was removed.", SERVER, code="removed"))
            case PredictionStatus.SUCCEEDED:
                try:
                    response = _response(200, request_id, endpoint.answer_of(row, version.model, version))
                except RefusedError as refusal:
                    response = _refusal(request_id, refusal)
            case PredictionStatus.ABORTED:
                message = "This request could not be executed before the completion window expired."
                error = {"code": "batch_expired", "message": message}
            case PredictionStatus.CANCELED:
                error = {"code": "batch_cancelled", "message": "The batch was cancelled before this was answered."}
            case _:
                failure = failure_of(row)
                if failure is None:
                    raise UnavailableError("The batch has not ended.")
                response = _refusal(request_id, failure)
    return {
        "id": f"batch_req_{request_id}",
        "custom_id": row.batch_key,
        "response": response,
        "error": error,
    }


def _refusal(request_id: str, error: RefusedError) -> JSON_OBJECT:
    return _response(error.status, request_id, error_body(error.message, error.type, error.param, error.code))


def _response(status: int, request_id: str, body: Any) -> JSON_OBJECT:
    return {"status_code": status, "request_id": request_id, "body": body}
