"""The table of docs/openai.md says of every parameter of vectors, pictures and sound what becomes of it."""

from __future__ import annotations

import re

import pytest

from server.rest.openai import audio
from server.rest.openai.audio import SpeechRequest, _subtitles
from server.rest.openai.embeddings import EmbeddingsRequest
from server.rest.openai.images import ImageRequest
from server.rest.openai.rerank import RerankRequest
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "openai.md").read_text()
PARAMETERS = {
    "embeddings": set(EmbeddingsRequest.model_fields),
    "rerank": set(RerankRequest.model_fields),
    "images/generations": set(ImageRequest.model_fields),
    "audio/transcriptions": {"file", *audio.FIELDS},
    "audio/speech": set(SpeechRequest.model_fields),
}


@pytest.mark.parametrize("operation", PARAMETERS)
def test_every_parameter_is_in_the_table_once(operation: str) -> None:
    (rows,) = re.findall(rf"^\| `{operation}`.*\n(?:\| \| .*\n)*", PAGE, re.MULTILINE)
    names = [name for row in rows.splitlines() for name in re.findall(r"`([a-z_0-9]+)`", row.split("|")[3])]
    assert sorted(names) == sorted(PARAMETERS[operation])


def test_subtitles() -> None:
    chunks = [{"text": " one", "timestamp": [0.0, 1.5]}, {"text": "two ", "timestamp": [3661.25, None]}]
    assert _subtitles(chunks, "srt") == (
        "1\n00:00:00,000 --> 00:00:01,500\none\n\n2\n01:01:01,250 --> 01:01:01,250\ntwo\n\n"
    )
    assert _subtitles(chunks[:1], "vtt") == "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\none\n\n"
