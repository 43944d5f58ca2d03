"""Where the client takes its URL and key from, and where a login is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from inference_client import InferenceError
from inference_client.credentials import (
    Login,
    credentials_path,
    forget_login,
    key_for,
    read_login,
    server_url,
    store_login,
)

HERE, THERE = "http://127.0.0.1:8000", "https://example.com"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("INFERENCE_URL", "INFERENCE_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_a_url_comes_from_the_call_the_environment_the_login_or_is_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert server_url(None) == HERE
    store_login(Login(THERE, "isk_there", "ada"))
    assert server_url(None) == THERE
    monkeypatch.setenv("INFERENCE_URL", "http://other:1/")
    assert server_url(None) == "http://other:1"
    assert server_url("http://given/graphql") == "http://given"
    with pytest.raises(ValueError, match="http://"):
        server_url("given:8000")


def test_a_key_goes_to_its_own_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    store_login(Login(HERE, "isk_here", "ada"))
    store_login(Login(THERE, "isk_there", "bob"))
    assert [key_for(url) for url in (HERE, THERE, "http://other")] == ["isk_here", "isk_there", None]
    monkeypatch.setenv("INFERENCE_KEY", "isk_mine")
    assert key_for(HERE) == "isk_mine"


def test_a_login_is_for_its_owner_alone_and_is_forgotten() -> None:
    path = store_login(Login(HERE, "isk_here", "ada"))
    path.chmod(0o644)
    assert store_login(Login(THERE, "isk_there", "bob")) == path
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert read_login() == Login(THERE, "isk_there", "bob")
    assert (forget_login(THERE), forget_login(THERE)) == (True, False)
    assert read_login() == Login(HERE, "isk_here", "ada")


@pytest.mark.parametrize("text", ["{", "[]", '{"servers": []}'])
def test_a_file_that_is_broken_says_what_to_do(text: str) -> None:
    path = credentials_path()
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(InferenceError, match="inference login"):
        read_login(HERE)
