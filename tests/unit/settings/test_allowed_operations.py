from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import load_settings
from tests.unit.settings.problems import problem


@pytest.mark.parametrize("text", ["query {", "", "{ a: ", b"\xff\xfe"])
def test_a_file_of_operations_that_cannot_be_read(tmp_path: Path, text: str | bytes) -> None:
    file = tmp_path / "operations.graphql"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert problem(allowed_operations=str(file)).startswith("ALLOWED_OPERATIONS: cannot be read: ")


def test_a_file_of_operations_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file" in problem(allowed_operations=str(tmp_path / "none.graphql"))
    assert "directory" in problem(allowed_operations=str(tmp_path))


def test_a_file_of_operations(tmp_path: Path) -> None:
    file = tmp_path / "operations.graphql"
    file.write_text("query A { __typename } query B { __typename }")
    assert load_settings(_env_file=None, allowed_operations=str(file)).allowed_operations == file
    assert load_settings(_env_file=None, allowed_operations=" ").allowed_operations is None
