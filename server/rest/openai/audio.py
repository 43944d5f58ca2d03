"""Speech as text, and text as speech."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from server.adapters.storage import StorageError, begun
from server.domain.api_keys import Scope
from server.rest.answers import answer
from server.rest.caller import SIGN_IN, Caller, Changing
from server.rest.input_files import AROUND_BYTES, FormFiles, take_files
from server.rest.openai.errors import RefusedError, unreadable_files
from server.rest.openai.forms import ERRORS, JSON_OBJECT, Form
from server.rest.openai.models import find_version
from server.rest.openai.multipart import MOST_FIELDS, fields_of, files_of, value_of
from server.rest.openai.running import IdempotencyKey, data_event
from server.rest.openai.sampling import Unread, properties_of, read_extra
from server.rest.openai.together import run_all
from server.rest.requests import BoundedRoute
from server.tables import Prediction

# What forms have beside the recording, and the version's own inputs
FIELDS = frozenset(
    [
        *("model", "language", "response_format", "timestamp_granularities", "stream"),
        *("temperature", "prompt", "user"),
    ]
)
FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
# OpenAI's own voices, which its clients send though a model has none of them
OPENAI_VOICES = frozenset(
    ["alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse"]
)
_FILE_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "model"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The recording."},
                        "model": {"type": "string", "description": "`owner/name`, with a version, or an alias."},
                        "language": {"type": "string", "description": "What is spoken, such as `en`."},
                        "response_format": {"type": "string", "enum": list(FORMATS)},
                        "timestamp_granularities[]": {
                            "type": "array",
                            "items": {"type": "string", "enum": ["segment", "word"]},
                        },
                    },
                }
            }
        },
    }
}
_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}, "description": "Sound."}
}


class Transcription(Form):
    """What was said."""

    text: str


class SpeechRequest(Form):
    """A text to say; each other input of the version is taken by its own name."""

    model_config = ConfigDict(extra="allow", strict=True, protected_namespaces=())

    model: str = Field(description="`owner/name`, `owner/name:version`, or an alias.", min_length=1, max_length=200)
    input: str = Field(description="The text.")
    voice: str | JSON_OBJECT | None = Field(
        None, description="A voice of the model's; for `default` and OpenAI's own names, the model's only or first one."
    )
    response_format: str | None = Field(None, description="`mp3` if left out, where the model knows it, else `wav`.")
    speed: float | None = Field(None, description="No other number than 1.")
    stream_format: Literal["audio", "sse"] | None = Field(None, description="`sse` is refused.")
    instructions: Unread = None


def create_router(most_file_bytes: int) -> APIRouter:
    """The routes of sound, some of which take files."""
    router = APIRouter(route_class=BoundedRoute, tags=["openai"], responses=ERRORS, dependencies=SIGN_IN)
    for path, route in (("transcriptions", create_transcription), ("translations", create_translation)):
        router.post(f"/audio/{path}", response_model=Transcription, openapi_extra=_FILE_FORM)(route)
    router.post("/audio/speech", response_class=StreamingResponse, responses=_SOUND)(create_speech)
    take_files(router, most_file_bytes, create_transcription.__name__, create_translation.__name__)
    return router


async def create_transcription(caller: Changing, request: Request, idempotency_key: IdempotencyKey = None) -> Response:
    """Write down what is said in a recording; as `multipart/form-data`."""
    return await _listen(caller, request, "transcribe", idempotency_key)


async def create_translation(caller: Changing, request: Request, idempotency_key: IdempotencyKey = None) -> Response:
    """Write down in English what is said in a recording; as `multipart/form-data`."""
    return await _listen(caller, request, "translate", idempotency_key)


async def _listen(caller: Caller, request: Request, task: str, idempotency_key: str | None) -> Response:
    caller.viewer.require(Scope.RUN)
    request.state.parameter_names = {"audio": "file", "timestamps": "timestamp_granularities"}
    files = FormFiles(caller)
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=AROUND_BYTES) as form:
        try:
            recordings = [await files.reference(file) for file in files_of(form, "file")]
            if len(recordings) != 1:
                raise RefusedError("Send one recording as the field 'file'.", "file", "missing_required_parameter")
            granularities = [str(value) for value in form.getlist("timestamp_granularities[]")]
            fields = fields_of(form, {"file", "timestamp_granularities"})
            if "model" not in fields:
                raise RefusedError("Name a model.", "model", "missing_required_parameter")
            wish = _Wish(fields, granularities)
            _, version = await find_version(caller, fields["model"])
            properties = properties_of(version)
            if "audio" not in properties or "text" not in version.output_schema.get("properties", {}):
                raise RefusedError(f"{fields['model']} does not write down speech.", "model", "unsupported_model")
            values = {"audio": recordings[0], **wish.values(task, properties)}
            rows, headers = await run_all(caller, request, version, [values], idempotency_key)
        finally:
            await files.release()
    response = wish.answer(rows[0], task)
    response.headers.update(headers)
    return response


class _Wish:
    """What a client wants to know of a recording."""

    def __init__(self, fields: dict[str, str], granularities: list[str]) -> None:
        self._fields = fields
        self._form = fields.get("response_format", "json")
        if self._form not in FORMATS:
            raise RefusedError(f"This is one of {', '.join(FORMATS)}.", "response_format", "unsupported_value")
        if unknown := set(granularities) - {"segment", "word"}:
            raise RefusedError(f"{min(unknown)[:50]!r} is none.", "timestamp_granularities", "unsupported_value")
        if granularities and self._form != "verbose_json":
            raise RefusedError(
                "Times come with the response_format 'verbose_json' alone.", "timestamp_granularities", "invalid_value"
            )
        if len(set(granularities)) > 1:
            raise RefusedError("Ask for segments or for words.", "timestamp_granularities", "unsupported_value")
        self._times = granularities[0] if granularities else "segment"

    def values(self, task: str, properties: JSON_OBJECT) -> JSON_OBJECT:
        """The input that this is, but for the recording.

        Raises:
            RefusedError: the version has no input for what is asked.
        """
        fields, values = self._fields, JSON_OBJECT()
        if task in properties.get("task", {}).get("enum", ()):
            values["task"] = task
        elif task == "translate":
            raise RefusedError(f"{fields['model']} does not translate.", "model", "unsupported_model")
        if self._form in ("srt", "vtt", "verbose_json"):
            if "timestamps" not in properties:
                reason = f"{fields['model']} knows no times; ask for 'json' or 'text'."
                raise RefusedError(reason, "response_format", "unsupported_value")
            values["timestamps"] = self._times
        if fields.get("temperature", "0") not in ("0", "0.0"):
            raise RefusedError("It is written down without chance: leave this out.", "temperature", "unsupported_value")
        if "prompt" in fields:
            raise RefusedError("No text goes before what is said: leave this out.", "prompt", "unsupported_parameter")
        if "language" in fields and "language" not in properties:
            raise RefusedError(f"{fields['model']} is of one language.", "language", "unsupported_parameter")
        extra = {name: text for name, text in fields.items() if name not in FIELDS or name == "language"}
        own = {name: name for name in properties if name not in ("audio", "task", "timestamps")}
        return {**values, **{name: value_of(text, properties[name]) for name, text in read_extra(extra, own).items()}}

    def answer(self, row: Prediction, task: str) -> Response:
        """What was said, as the client wants it."""
        text = str(row.output["text"])
        chunks: list[JSON_OBJECT] = row.output.get("chunks") or []
        match self._form:
            case "text":
                return PlainTextResponse(f"{text.strip()}\n")
            case "srt" | "vtt":
                return PlainTextResponse(_subtitles(chunks, self._form))
            case "verbose_json":
                return answer(self._verbose(row, task, text, chunks))
        if self._fields.get("stream") == "true":
            # It is written in one go; whoever asked for a stream gets its events
            events = [
                {"type": "transcript.text.delta", "delta": text},
                {"type": "transcript.text.done", "text": text},
            ]
            return Response(b"".join(map(data_event, events)), media_type="text/event-stream")
        return answer({"text": text})

    def _verbose(self, row: Prediction, task: str, text: str, chunks: list[JSON_OBJECT]) -> JSON_OBJECT:
        seconds = ((row.metrics or {}).get("custom") or {}).get("audio_seconds") or 0.0
        body: JSON_OBJECT = {
            "task": task,
            "language": self._fields.get("language", "unknown"),
            "duration": seconds,
            "text": text,
        }
        spans = [(chunk["text"], *_span(chunk, seconds)) for chunk in chunks]
        if self._times == "word":
            return {**body, "words": [{"word": word.strip(), "start": begin, "end": end} for word, begin, end in spans]}
        segments = [
            {"id": number, "seek": 0, "start": begin, "end": end, "text": words, "tokens": [], "temperature": 0.0}
            for number, (words, begin, end) in enumerate(spans)
        ]
        return {**body, "segments": segments}


def _span(chunk: JSON_OBJECT, last: float) -> tuple[float, float]:
    """When a piece begins and ends, in seconds; one that is cut off ends with the recording."""
    begin, end = chunk["timestamp"]
    begin = 0.0 if begin is None else float(begin)
    return begin, max(begin, last if end is None else float(end))


def _subtitles(chunks: list[JSON_OBJECT], form: str) -> str:
    """Pieces with their times as SubRip or WebVTT."""
    mark = "," if form == "srt" else "."
    lines = [] if form == "srt" else ["WEBVTT", ""]
    for number, chunk in enumerate(chunks, start=1):
        begin, end = (_clock(seconds, mark) for seconds in _span(chunk, 0.0))
        lines += [*([str(number)] if form == "srt" else []), f"{begin} --> {end}", chunk["text"].strip(), ""]
    return "\n".join(lines) + "\n"


def _clock(seconds: float, mark: str) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{milliseconds:03}"


async def create_speech(
    caller: Changing, request: Request, body: SpeechRequest, idempotency_key: IdempotencyKey = None
) -> Response:
    """Say a text; the sound comes when all of it is there."""
    caller.viewer.require(Scope.RUN)
    request.state.parameter_names = {"text": "input", "output_format": "response_format"}
    if body.stream_format == "sse":
        raise RefusedError("Sound comes as a file; leave this out.", "stream_format", "unsupported_value")
    if body.speed not in (None, 1):
        raise RefusedError("Models speak at their own speed; leave this out.", "speed", "unsupported_value")
    _, version = await find_version(caller, body.model)
    properties = properties_of(version)
    if "text" not in properties or "audio" not in version.output_schema.get("properties", {}):
        raise RefusedError(f"{body.model} does not speak.", "model", "unsupported_model")
    own = {name: name for name in properties if name not in ("text", "voice", "output_format")}
    values: JSON_OBJECT = {"text": body.input, **read_extra(body.model_extra, own)}
    if (voice := _voice(body)) is not None:
        values["voice"] = voice
    if "output_format" in properties:
        values["output_format"] = body.response_format or "mp3"
    elif body.response_format not in (None, "wav"):
        raise RefusedError(f"{body.model} gives 'wav' alone.", "response_format", "unsupported_value")
    rows, headers = await run_all(caller, request, version, [values], idempotency_key)
    if not rows[0].files:
        raise RefusedError(f"{body.model} gave no sound.", "model", "unsupported_model", is_final=True)
    record = rows[0].files[0]
    length = {"content-length": str(record["bytes"])}
    try:
        sound = await begun(caller.rt.storage.stream(record["key"]))
    except StorageError as error:
        raise unreadable_files(error, headers) from None
    return StreamingResponse(sound, media_type=record["contentType"], headers={**headers, **length})


def _voice(body: SpeechRequest) -> str | None:
    voice: Any = body.voice.get("id") if isinstance(body.voice, dict) else body.voice
    if voice is not None and not isinstance(voice, str):
        raise RefusedError(f"A voice is a name, not {json.dumps(voice)[:50]}.", "voice", "invalid_type")
    return None if voice in {None, "", "default", *OPENAI_VOICES} else voice
