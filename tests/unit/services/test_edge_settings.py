from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import SettingsError, load_settings


def problem(**settings: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(_env_file=None, **settings)
    return str(caught.value)


def test_a_rate_below_the_dearest_operation_is_refused() -> None:
    said = "must be 0 or at least MAX_QUERY_COST, or the dearest operation could never run"
    assert problem(rate_limit_user=4999) == f"RATE_LIMIT_USER: {said}"
    assert problem(rate_limit_address=1) == f"RATE_LIMIT_ADDRESS: {said}"
    assert load_settings(_env_file=None, rate_limit_user=0, rate_limit_address=5000).rate_limit_user == 0


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
