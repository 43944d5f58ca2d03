"""OpenAI's own Python client for vectors, pictures and sound."""

from __future__ import annotations

import base64
import io
import math
import random
import struct
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from PIL import Image

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import administrator, published

TEXTS = ["a lease", "who holds it", "until when"]


@pytest.fixture(scope="module")
async def admin(live_server: LiveServer) -> AsyncIterator[Client]:
    client = await administrator(live_server)
    yield client
    await client.close()


@pytest.fixture(scope="module")
async def reranking_model(admin: Client, live_server: LiveServer) -> str:
    from tests.support.encoders import cross_encoder

    return await published(admin, live_server, cross_encoder, predictor="reranking")


@pytest.fixture(scope="module")
async def speech_reader(admin: Client, live_server: LiveServer) -> str:
    from tests.zoo.tasks import whisper

    return await published(admin, live_server, whisper)


@pytest.fixture(scope="module")
async def speaker(admin: Client, live_server: LiveServer) -> str:
    from tests.zoo.tasks import vits

    return await published(admin, live_server, vits)


@pytest.fixture(scope="module")
async def seer(admin: Client, live_server: LiveServer) -> str:
    from tests.unit.predictors.tiny_media_models import llava

    return await published(admin, live_server, llava, kind="TEXT_GENERATION")


@pytest.fixture(scope="module")
async def listener(admin: Client, live_server: LiveServer) -> str:
    from tests.unit.predictors.tiny_media_models import qwen2_audio

    return await published(admin, live_server, qwen2_audio, kind="TEXT_GENERATION")


def noise(seed: int) -> bytes:
    """A picture as PNG, of random pixels."""
    file = io.BytesIO()
    Image.frombytes("RGB", (30, 40), random.Random(seed).randbytes(3 * 30 * 40)).save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_a_part_of_a_message(openai_client: openai.OpenAI, seer: str) -> None:
    asked: dict[str, Any] = {"model": seer, "max_tokens": 8, "temperature": 0, "seed": 1}

    def said(content: bytes, detail: str = "auto", **more: Any) -> str:
        url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
        parts: Any = [
            {"type": "text", "text": "What is there?"},
            {"type": "image_url", "image_url": {"url": url, "detail": detail}},
        ]
        messages: Any = [{"role": "user", "content": parts}]
        answer = openai_client.chat.completions.create(messages=messages, **asked, **more)
        if more.get("stream"):
            return "".join(each.delta.content or "" for chunk in answer for each in chunk.choices)
        assert answer.usage.prompt_tokens > 4
        return str(answer.choices[0].message.content)

    one, other = noise(1), noise(2)
    assert said(one) == said(one, "high") == said(one, stream=True)

    def weight(content: bytes) -> float:
        url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
        messages: Any = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
        answer = openai_client.chat.completions.create(messages=messages, logprobs=True, **asked)
        return answer.choices[0].logprobs.content[0].logprob  # type: ignore[union-attr, index]

    assert weight(one) == weight(one) != weight(other)
    url = f"data:image/png;base64,{base64.b64encode(one).decode()}"
    parts: Any = [{"type": "input_text", "text": "What is there?"}, {"type": "input_image", "image_url": url}]
    response = openai_client.responses.create(
        model=seer, input=[{"role": "user", "content": parts}], max_output_tokens=8, temperature=0
    )
    assert response.output_text == said(one)
    shown: Any = openai_client.responses.input_items.list(response.id).data[0]
    assert [part.type for part in shown.content] == ["input_text", "input_image"]
    for wrong in ("data:image/png;base64,AAAA", "data:text/plain,hello", "file:///etc/passwd", "not an address"):
        broken: Any = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": wrong}}]}]
        with pytest.raises(openai.BadRequestError) as refused:
            openai_client.chat.completions.create(messages=broken, **asked)
        assert refused.value.code in ("input_rejected", "invalid_value"), refused.value


def test_a_recording_is_a_part_of_a_message(openai_client: openai.OpenAI, listener: str) -> None:
    data = base64.b64encode(recording()).decode()
    parts: Any = [
        {"type": "text", "text": "What is said?"},
        {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}},
    ]
    messages: Any = [{"role": "user", "content": parts}]
    asked: dict[str, Any] = {"model": listener, "max_tokens": 8, "temperature": 0}
    whole = openai_client.chat.completions.create(messages=messages, **asked)
    pieces = list(openai_client.chat.completions.create(messages=messages, stream=True, **asked))
    said = "".join(each.delta.content or "" for chunk in pieces for each in chunk.choices)
    assert said == whole.choices[0].message.content
    assert whole.usage is not None
    alone = openai_client.chat.completions.create(messages=[{"role": "user", "content": "What is said?"}], **asked)
    assert alone.usage is not None
    assert whole.usage.prompt_tokens > alone.usage.prompt_tokens
    picture_part: Any = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    with pytest.raises(openai.BadRequestError) as refused:
        openai_client.chat.completions.create(messages=[{"role": "user", "content": picture_part}], **asked)
    assert refused.value.param == "messages[0].content[0].type"


def test_texts_become_vectors(openai_client: openai.OpenAI, embeddings_model: str) -> None:
    # By itself the client asks for base64
    raw = openai_client.embeddings.with_raw_response.create(model=embeddings_model, input=TEXTS)
    answer = raw.parse()
    assert [each.index for each in answer.data] == [0, 1, 2]
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0
    assert answer.model.startswith(f"{embeddings_model}:")
    assert raw.headers["x-prediction-id"]
    plain = openai_client.embeddings.create(model=embeddings_model, input=TEXTS[1], encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(answer.data[1].embedding, abs=1e-5)
    assert math.hypot(*plain.data[0].embedding) == pytest.approx(1, abs=1e-4)
    size = len(plain.data[0].embedding)
    raw_vector = openai_client.embeddings.create(
        model=embeddings_model, input=TEXTS[1], dimensions=size, extra_body={"normalize": False}
    )
    assert math.hypot(*raw_vector.data[0].embedding) != pytest.approx(1, abs=1e-3)


def test_many_texts_are_several_predictions(openai_client: openai.OpenAI, embeddings_model: str) -> None:
    texts = [f"text {number % 7}" for number in range(300)]
    raw = openai_client.embeddings.with_raw_response.create(model=embeddings_model, input=texts)
    vectors = [each.embedding for each in raw.parse().data]
    assert len(vectors) == 300
    assert vectors[299] == pytest.approx(vectors[299 % 7], abs=1e-4)
    assert len(raw.headers["x-prediction-id"].split(", ")) == 2


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input": [1, 2, 3]}, "input"),
        ({"input": []}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": ["x", 1]}, "input"),
        ({"input": "word " * 5000}, None),
        ({"dimensions": 7}, "dimensions"),
        ({"model": "demo/prose"}, "model"),
        ({"extra_body": {"nonsense": 1}}, "nonsense"),
        ({"extra_body": {"normalize": "yes"}}, "normalize"),
    ],
)
def test_what_is_no_request_for_vectors(
    openai_client: openai.OpenAI, embeddings_model: str, changes: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        openai_client.embeddings.create(**{"model": embeddings_model, "input": "x", **changes})
    assert refusal.value.param == param
    assert refusal.value.type == "invalid_request_error"


def test_documents_are_ordered(openai_client: openai.OpenAI, reranking_model: str) -> None:
    body = {"model": reranking_model, "query": "a lease", "documents": [*TEXTS, {"text": "more"}], "top_n": 2}
    answer: Any = openai_client.post("/rerank", cast_to=object, body={**body, "return_documents": True})
    scores = [each["relevance_score"] for each in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 2
    assert all(0 <= score <= 1 for score in scores)
    first = answer["results"][0]
    assert first["document"]["text"] == [*TEXTS, "more"][first["index"]]
    assert answer["usage"]["total_tokens"] > 0
    for wrong in ({"documents": []}, {"documents": [{"title": "x"}]}, {"model": "demo/prose"}, {"query": 1}):
        with pytest.raises(openai.BadRequestError):
            openai_client.post("/rerank", cast_to=object, body={**body, **wrong})


def picture(width: int = 64, height: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG")
    return buffer.getvalue()


def test_pictures_are_drawn(openai_client: openai.OpenAI) -> None:
    raw = openai_client.images.with_raw_response.generate(
        model="demo/shapes", prompt="a red circle", n=2, size="64x64", extra_body={"steps": 4, "seed": 3}
    )
    answer = raw.parse()
    assert answer.data is not None
    assert len(answer.data) == 2
    url = answer.data[0].url
    assert url is not None
    file = httpx.get(url, trust_env=False)
    inside = openai_client.images.generate(
        model="demo/shapes",
        prompt="a red circle",
        size="64x64",
        response_format="b64_json",
        extra_body={"steps": 4, "seed": 3},
    )
    assert inside.data is not None
    content = base64.b64decode(inside.data[0].b64_json or "")
    assert Image.open(io.BytesIO(content)).size == (64, 64)
    # The same seed draws the same, however it is given
    assert Image.open(io.BytesIO(content)).tobytes() == Image.open(io.BytesIO(file.content)).tobytes()


def test_more_pictures_than_one_prediction_draws(openai_client: openai.OpenAI) -> None:
    raw = openai_client.images.with_raw_response.generate(
        model="demo/shapes", prompt="a red circle", n=5, extra_body={"steps": 1}
    )
    assert len(raw.parse().data or []) == 5
    assert len(raw.headers["x-prediction-id"].split(", ")) == 2


def test_a_picture_is_changed(openai_client: openai.OpenAI) -> None:
    answer = openai_client.images.edit(
        model="demo/shapes",
        image=("red.png", picture()),
        prompt="a blue square",
        n=1,
        extra_body={"steps": 4, "strength": 0.5},
    )
    assert answer.data is not None
    assert len(answer.data) == 1
    with pytest.raises(openai.BadRequestError) as several:
        openai_client.images.edit(model="demo/shapes", image=[picture(), picture()], prompt="two")
    assert several.value.param == "image"
    with pytest.raises(openai.BadRequestError) as number:
        openai_client.images.edit(model="demo/shapes", image=picture(), prompt="x", extra_body={"steps": "many"})
    assert number.value.param == "steps"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"n": 11}, "n"),
        ({"size": "large"}, "size"),
        ({"size": "63x64"}, "size"),
        ({"size": "64000x64"}, "size"),
        ({"model": "demo/prose"}, "model"),
        ({"stream": True}, "stream"),
        ({"response_format": "pdf"}, "response_format"),
        ({"output_format": "pdf"}, "output_format"),
        ({"extra_body": {"nonsense": 1}}, "nonsense"),
    ],
)
def test_what_is_no_request_for_a_picture(openai_client: openai.OpenAI, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        openai_client.images.generate(**{"model": "demo/shapes", "prompt": "a circle", **changes})
    assert refusal.value.param == param


def recording(seconds: float = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        samples = (int(9000 * math.sin(number * 0.17)) for number in range(int(16_000 * seconds)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return buffer.getvalue()


@pytest.mark.slow
def test_speech_is_written_down(openai_client: openai.OpenAI, speech_reader: str) -> None:
    file = ("speech.wav", recording())
    said = openai_client.audio.transcriptions.create(model=speech_reader, file=file, language="en", temperature=0)
    assert said.text
    text: Any = openai_client.audio.transcriptions.create(
        model=speech_reader, file=file, language="en", response_format="text"
    )
    assert text.strip() == said.text.strip()
    full = openai_client.audio.transcriptions.create(
        model=speech_reader, file=file, language="en", response_format="verbose_json"
    )
    assert float(full.duration) == pytest.approx(1)
    assert full.language == "en"
    assert full.segments is not None
    assert all(segment.end >= segment.start for segment in full.segments)
    srt: Any = openai_client.audio.transcriptions.create(model=speech_reader, file=file, response_format="srt")
    vtt: Any = openai_client.audio.transcriptions.create(model=speech_reader, file=file, response_format="vtt")
    assert "-->" in srt or not full.segments
    assert vtt.startswith("WEBVTT\n")
    # More than an input holds by itself goes by the store, and leaves it
    long = openai_client.audio.transcriptions.create(model=speech_reader, file=("long.wav", recording(9)))
    assert isinstance(long.text, str)
    # The client calls this one deprecated
    with pytest.warns(DeprecationWarning, match="deprecated"):
        assert openai_client.audio.translations.create(model=speech_reader, file=file).text is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"file": ("x.wav", b"no sound")}, None),
        ({"language": "xx"}, "language"),
        ({"response_format": "pdf"}, "response_format"),
        ({"temperature": 0.7}, "temperature"),
        ({"prompt": "before"}, "prompt"),
        ({"timestamp_granularities": ["word"]}, "timestamp_granularities"),
        ({"model": "demo/shapes"}, "model"),
    ],
)
def test_what_is_no_request_for_a_transcription(
    openai_client: openai.OpenAI, speech_reader: str, changes: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        openai_client.audio.transcriptions.create(
            **{"model": speech_reader, "file": ("speech.wav", recording()), **changes}
        )
    assert refusal.value.param == param


@pytest.mark.slow
def test_text_is_said(openai_client: openai.OpenAI, speaker: str, tmp_path: Path) -> None:
    said = openai_client.audio.speech.create(model=speaker, voice="alloy", input="good morning")
    said.write_to_file(tmp_path / "said.mp3")
    assert said.response.headers["content-type"] == "audio/mpeg"
    wav = openai_client.audio.speech.create(model=speaker, voice="default", input="good", response_format="wav")
    with wave.open(io.BytesIO(wav.read())) as file:
        assert file.getnframes() > 0
    with openai_client.audio.speech.with_streaming_response.create(model=speaker, voice="nova", input="good") as answer:
        assert b"".join(answer.iter_bytes())
    for changes, param in (
        ({"voice": "nobody"}, None),
        ({"response_format": "pcm"}, "response_format"),
        ({"speed": 2}, "speed"),
        ({"input": ""}, "input"),
        ({"model": "demo/prose"}, "model"),
    ):
        with pytest.raises(openai.BadRequestError) as refusal:
            openai_client.audio.speech.create(**{"model": speaker, "voice": "alloy", "input": "x", **changes})
        assert refusal.value.param == param
