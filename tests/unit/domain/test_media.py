"""Endings of files, which are the same on every machine."""

from __future__ import annotations

import mimetypes

import pytest

from server.adapters.storage.store import check_key
from server.domain import media


@pytest.mark.parametrize(
    ("content_type", "ending"),
    [
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/x-m4a", "m4a"),
        ("audio/webm", "weba"),
        ("audio/webm;codecs=opus", "weba"),
        ("Audio/MPEG", "mp3"),
        ("audio/ogg", "ogg"),
        ("video/mp4", "mp4"),
        ("video/webm", "webm"),
        ("image/webp", "webp"),
        ("image/jpeg", "jpg"),
        ("application/json", "json"),
        ("application/vnd.ms-excel", "xls"),
        ("application/octet-stream", "bin"),
        ("text/x-nobody-knows", "bin"),
        ("../../etc/passwd", "bin"),
        ("", "bin"),
    ],
)
def test_the_ending_of_a_type(content_type: str, ending: str) -> None:
    assert media.ending(content_type) == ending


def test_the_machine_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mimetypes, "knownfiles", [])
    mimetypes.add_type("text/x-nobody-knows", ".strange")
    assert media.ending("text/x-nobody-knows") == "bin"
    assert media.ending("audio/wav") == "wav"


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/pdf", "text/xml", "a/b", ""])
def test_what_could_run_is_never_shown(content_type: str) -> None:
    assert media.shown_type(content_type) is None
    assert media.type_of(media.output_ending(content_type)) is None


def test_every_type_of_the_table_makes_a_key() -> None:
    for content_type in media.CONTENT_TYPES:
        check_key(f"predictions/0b0e4a52-6b3c-4d2e-9f00-000000000001/1/0.{media.output_ending(content_type)}")


def test_the_link_and_the_store_agree_on_what_is_shown() -> None:
    for content_type in media.CONTENT_TYPES:
        assert media.shown_type(content_type) == media.type_of(media.output_ending(content_type))
