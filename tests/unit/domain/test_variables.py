from __future__ import annotations

import pytest

from server.domain.variables import NewVariable, VariableKind, violations
from server.settings import Settings


def broken(name: str, value: str = "v", kind: VariableKind = VariableKind.VARIABLE) -> list[str]:
    return [each.path for each in violations(NewVariable(name, value, kind), Settings.model_fields)]


@pytest.mark.parametrize("name", ["HF_TOKEN", "a", "_x", "API_KEY_2", "OPENAI_API_KEY", "AWS_ACCESS_KEY_ID", "A" * 64])
def test_names_as_a_shell_has_them(name: str) -> None:
    assert broken(name) == []


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A=B", "É", "A\n", "A\0", "A" * 65])
def test_what_is_no_name(name: str) -> None:
    assert broken(name) == ["/name"]


@pytest.mark.parametrize(
    "name", ["PATH", "Path", "LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONSTARTUP", "DYLD_INSERT_LIBRARIES"]
)
def test_what_decides_how_programs_run_is_refused(name: str) -> None:
    assert broken(name) == ["/name"]


@pytest.mark.parametrize("name", sorted({name.upper() for name in Settings.model_fields} - {"HF_TOKEN"}))
def test_the_server_s_own_settings_are_refused(name: str) -> None:
    assert broken(name) == ["/name"]
    assert broken(name.lower()) == ["/name"]


def test_values() -> None:
    assert broken("A", "") == []
    assert broken("A", "é" * 8192) == []
    assert broken("A", "é" * 8193) == ["/value"]
    assert broken("A", "a\0") == ["/value"]
    assert broken("A", "\ud800") == ["/value"]
    for no_secret in ("", "**********"):
        assert broken("A", no_secret, VariableKind.SECRET) == ["/value"]


def test_a_value_is_in_no_text_of_it() -> None:
    assert "hidden" not in repr(NewVariable("A", "hidden", VariableKind.SECRET))
