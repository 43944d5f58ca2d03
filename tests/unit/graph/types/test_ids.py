from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest

from graph.types.ids import global_id
from server.domain.ids import parse_global_id, parse_id
from server.errors import BadUserInputError

ROW = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
BAD = [
    "",
    "x",
    "====",
    "é",
    "\0",
    "\ud800",
    "🐍",
    "x" * 1_000_000,
    base64.urlsafe_b64encode(b"Prediction").decode(),
    base64.urlsafe_b64encode(b"Prediction:").decode(),
    base64.urlsafe_b64encode(b"Prediction:1").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe:1").decode(),
    base64.urlsafe_b64encode(b"A:B:" + str(ROW).encode()).decode(),
]


@pytest.mark.parametrize("name", ["User", "Model", "ModelVersion", "Prediction"])
def test_an_id_comes_back_as_it_left(name: str) -> None:
    for row_id in (ROW, uuid4()):
        text = global_id(name, row_id)
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        assert parse_global_id(text) == (name, row_id)
        assert parse_id(text, name) == row_id


def test_a_bare_uuid_is_taken_where_the_type_is_known() -> None:
    assert parse_id(str(ROW), "Prediction") == ROW
    with pytest.raises(BadUserInputError):
        parse_global_id(str(ROW))


def test_the_id_of_another_type() -> None:
    with pytest.raises(BadUserInputError, match="This is the id of a Model, not of a Prediction"):
        parse_id(global_id("Model", ROW), "Prediction")


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(BadUserInputError):
        parse_global_id(text)
    with pytest.raises(BadUserInputError) as caught:
        parse_id(text, "Prediction")
    assert len(caught.value.message) < 100
