"""What `/v1` reads out of headers and ids, and how it cuts a text."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.models import ModelSource, NewVersion, SourceType
from server.domain.version_ids import encode_version_id, parse_version_id
from server.errors import BadUserInputError
from server.live.rest_body import pieces
from server.rest.v1.files import with_uploads
from server.rest.v1.forms import NewVersionForm, Source
from server.rest.v1.predictions import _deadline_seconds, _seconds_to_wait

URL = "https://example.com"


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("return=minimal", 0),
        ("wait", 55),
        ("wait=5", 5),
        ('wait="5"', 5),
        ("respond-async, wait=10", 10),
        ("wait=10; foo=bar", 10),
        ("wait=999", 55),
        ("wait=0", 0),
        ("waiting=5", 0),
        ("wait=-5", 0),
    ],
)
def test_how_long_a_request_waits(prefer: str | None, seconds: int) -> None:
    assert _seconds_to_wait(prefer) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("90", 90),
        ("90s", 90),
        ("10m", 600),
        ("1h", 3600),
        ("1h30m", 5400),
        ("1h30m5s", 5405),
        ("2m1", 121),
    ],
)
def test_how_long_a_prediction_may_take(text: str | None, seconds: int | None) -> None:
    assert _deadline_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "h", "1d", "1s1m", "-1s", "1.5h", "one hour", "1h 30m", "\u0661s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(BadUserInputError):
        _deadline_seconds(text)


def test_a_version_s_id_comes_back_and_no_other_does() -> None:
    row_id = uuid4()
    text = encode_version_id(row_id)
    assert (len(text), parse_version_id(text)) == (64, row_id)
    for wrong in (text[:-1], text.upper(), text[:-1] + ("0" if text[-1] != "0" else "1"), "0" * 64, str(row_id), ""):
        assert parse_version_id(wrong) is None


@given(st.text(), st.text())
def test_pieces_join_to_the_text_and_only_grow(text: str, more: str) -> None:
    whole = pieces(text, is_over=True)
    assert "".join(whole) == text
    before, after = pieces(text, is_over=False), pieces(text + more, is_over=False)
    assert after[: len(before)] == before
    assert pieces(text + more, is_over=True)[: len(before)] == before


def test_uploads_are_named_by_the_addresses_of_this_server_alone() -> None:
    upload = UUID(int=7)
    value = {
        "own": f"{URL}/v1/files/{upload}",
        "list": [f"{URL}/v1/files/{upload}", 5, None],
        "foreign": f"https://example.org/v1/files/{upload}",
        "nonsense": f"{URL}/v1/files/nonsense",
        "text": "see https://example.com/v1/files/",
    }
    assert with_uploads(value, URL) == {
        **value,
        "own": f"upload:{upload}",
        "list": [f"upload:{upload}", 5, None],
    }
    deep: object = f"{URL}/v1/files/{upload}"
    for _ in range(500):
        deep = [deep]
    with_uploads(deep, URL)


def test_a_new_version_may_say_all_that_services_take() -> None:
    assert {field.name for field in fields(NewVersion)} == set(NewVersionForm.model_fields)
    version = NewVersionForm(source=Source(type=SourceType.HUGGINGFACE, ref="a/b", revision="c")).new()
    assert version == NewVersion(ModelSource(SourceType.HUGGINGFACE, "a/b", "c"))
