from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.settings import (
    SERVICES,
    Settings,
    SettingsError,
    load_settings,
    require_services,
)
from server.settings.settings import MAKE_SECRET, secret_weakness
from tests.unit.settings.problems import problem

GOOD_SECRET = "kT3vQ9xW-bZ7mR2cY8nL5pF1dH6jS4gA0eUoIqXwVtBy"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def wrong(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **environment)
    return str(caught.value).splitlines()


def test_defaults_need_nothing() -> None:
    settings = load_settings()
    assert (settings.api_port, settings.redis_dsn, settings.secret_key) == (8000, None, None)
    assert settings.storage_dir == Path.cwd() / ".data" / "files"
    assert settings.model_cache_dir == Path.cwd() / ".data" / "models"


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"API_PORT": "x", "LOG_LEVEL": "LOUD", "REGISTRATION": "maybe", "LEASE_SECONDS": "-1", "ENABLE_GPU": "2"}
    found = wrong(monkeypatch, **values)
    assert sorted(line.split(":")[0] for line in found) == sorted(values)


def test_all_inconsistencies_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong(monkeypatch, HEARTBEAT_SECONDS="20", STORAGE_TYPE="s3") == [
        "HEARTBEAT_SECONDS: must be at most half of LEASE_SECONDS",
        "S3_BUCKET: is not set; STORAGE_TYPE=s3 needs it",
    ]


def test_what_is_malformed_inconsistent_and_missing_is_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"API_PORT": "x", "STORAGE_TYPE": "s3", "SECRET_KEY": "short", "CUSTOM_PREDICTORS": "a,b.c:D,e"}
    for name, value in {**values, "DATABASE_URL": "mysql://a/b"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(needs=SERVICES)
    lines = dict(line.split(": ", 1) for line in str(caught.value).splitlines())
    assert set(lines) == {"API_PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "S3_BUCKET", "CUSTOM_PREDICTORS"}
    assert lines["CUSTOM_PREDICTORS"] == "'a', 'e': not of the form package.module:Class"


WRONG_URLS = {
    "DATABASE_URL": [
        "foo",
        "mysql://a/b",
        "postgresql:/a/b",
        "postgresql://a:port/b",
        "postgresql://u:hunter2/x@host/b",
        "postgresql://[::1/b",
        "postgresql:///b?host=/tmp&port=x",
        "postgresql://a/b?sslmode=maybe",
        "postgresql://a/b?sslrootcert=/no/such/file",
    ],
    "REDIS_URL": ["foo", "http://a", "redis://a:port", "redis://a/one", "unix://", "unix:///a?db=x", "redis://a?x=1"],
    "PUBLIC_URL": ["foo", "ftp://a", "http://", "https://a/?b", "https://a b"],
    "S3_ENDPOINT_URL": ["foo"],
    "HF_ENDPOINT": ["hf.example"],
    "ALLOWED_ORIGINS": ["*", "https://a/", "https://a,b.example", "null"],
    "PINNED_MODELS": ["shapes", "demo/shapes,prose"],
}


@pytest.mark.parametrize(("name", "value"), [(name, url) for name, urls in WRONG_URLS.items() for url in urls])
def test_wrong_addresses(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    lines = wrong(monkeypatch, **{name: value})
    assert [line.split(":")[0] for line in lines] == [name]
    assert "hunter2" not in lines[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://postgres:@/inference?host=/tmp/x/postgres&port=5432"),
        ("DATABASE_URL", "postgres://u:p%40ss@[::1]:5433/db?sslmode=require&application_name=api"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "rediss://:secret@cache:6380/3?ssl_cert_reqs=none"),
        ("REDIS_URL", "unix:///tmp/redis.sock?db=0"),
        ("PUBLIC_URL", "https://models.example/base/"),
        ("ALLOWED_ORIGINS", "https://a.example, http://localhost:5173"),
        ("PINNED_MODELS", "demo/shapes, demo/prose"),
    ],
)
def test_right_addresses(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert load(monkeypatch, **{name: value})


def test_a_file_of_settings_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"API_PORT=\xff")
    with pytest.raises(SettingsError, match=r"^\.env: cannot be read: "):
        load_settings()


@pytest.mark.parametrize("port", ["-1", "65536", "1.5", "http"])
def test_ports(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    assert wrong(monkeypatch, API_PORT=port)[0].startswith("API_PORT: ")


def test_no_message_repeats_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    found = "\n".join(wrong(monkeypatch, SECRET_KEY="hunter2", HF_TOKEN="hunter2", API_PORT="x"))
    assert "hunter2" not in found
    assert "hunter2" not in repr(load(monkeypatch, API_PORT="1", SECRET_KEY=f"{GOOD_SECRET}hunter2"))


@pytest.mark.parametrize(("heartbeat", "lease"), [("15.1", "30"), ("1", "1"), ("10", "19")])
def test_a_heartbeat_comes_at_least_twice_in_a_lease(
    monkeypatch: pytest.MonkeyPatch, heartbeat: str, lease: str
) -> None:
    assert wrong(monkeypatch, HEARTBEAT_SECONDS=heartbeat, LEASE_SECONDS=lease) == [
        "HEARTBEAT_SECONDS: must be at most half of LEASE_SECONDS"
    ]


def test_the_longest_heartbeat_of_a_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, HEARTBEAT_SECONDS="15", LEASE_SECONDS="30").heartbeat_seconds == 15


@pytest.mark.parametrize(
    ("environment", "dsn"),
    [
        ({}, None),
        ({"REDIS_PORT": "7000"}, None),
        ({"REDIS_HOST": "cache"}, "redis://cache:6379/0"),
        ({"REDIS_HOST": "cache", "REDIS_PORT": "7000"}, "redis://cache:7000/0"),
        ({"REDIS_HOST": "cache", "REDIS_PORT": ""}, "redis://cache:6379/0"),
        ({"REDIS_URL": "redis://a:1/2", "REDIS_HOST": "cache"}, "redis://a:1/2"),
        ({"REDIS_URL": "", "REDIS_HOST": "cache"}, "redis://cache:6379/0"),
        ({"REDIS_URL": " ", "REDIS_HOST": " "}, None),
    ],
)
def test_where_redis_is(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], dsn: str | None) -> None:
    assert load(monkeypatch, **environment).redis_dsn == dsn


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_blank_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert load(monkeypatch, **{name.upper(): ""}) == load_settings()


@pytest.mark.parametrize(
    ("secret", "weakness"),
    [
        ("", "is not set"),
        ("short", "has 5 characters, fewer than 32"),
        ("x" * 31, "has 31 characters, fewer than 32"),
        ("x" * 64, "repeats too few characters to be random"),
        ("abcabcabc" * 8, "repeats too few characters to be random"),
        (GOOD_SECRET, None),
    ],
)
def test_weak_secrets(secret: str, weakness: str | None) -> None:
    assert secret_weakness(secret) == weakness


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        require_services(load_settings())
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"]
    assert lines[2] == f"SECRET_KEY: is not set; make one with: {MAKE_SECRET}"


def test_former_secrets_are_split_hidden_and_as_strong_as_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    former = f"{GOOD_SECRET}x"
    settings = load_settings(secret_keys_old=f" {former} , {former[::-1]},")
    assert tuple(key.get_secret_value() for key in settings.secret_keys_old) == (former, former[::-1])
    assert former not in repr(settings)
    (problem,) = wrong(monkeypatch, SECRET_KEYS_OLD=f"{former},weakling")
    assert problem.startswith("SECRET_KEYS_OLD: ")
    assert "weakling" not in problem


@pytest.mark.parametrize("secret", ["x" * 64, "short"])
def test_a_weak_secret_is_refused_wherever_it_is_given(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    assert wrong(monkeypatch, SECRET_KEY=secret)[0].startswith("SECRET_KEY: ")
    assert load(monkeypatch, SECRET_KEY=GOOD_SECRET)


def test_settings_of_a_file_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("API_PORT=9000\nUNKNOWN=1\n")
    assert load_settings().api_port == 9000
    assert load(monkeypatch, API_PORT="9001").api_port == 9001


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().api_port = 1  # type: ignore[misc]


def test_origins_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, ALLOWED_ORIGINS=" https://a.example, ,https://b.example ").allowed_origins == (
        "https://a.example",
        "https://b.example",
    )
    assert load_settings(allowed_origins="").allowed_origins == ()


def test_a_rate_below_the_dearest_operation_is_refused() -> None:
    said = "must be 0 or at least MAX_QUERY_COST; else the most expensive operation could never run"
    assert problem(rate_limit_user=4999) == f"RATE_LIMIT_USER: {said}"
    assert problem(rate_limit_address=1) == f"RATE_LIMIT_ADDRESS: {said}"
    assert load_settings(_env_file=None, rate_limit_user=0, rate_limit_address=5000).rate_limit_user == 0


def test_folders_lie_in_the_data_folder_unless_they_are_set(tmp_path: Path) -> None:
    settings = load_settings(_env_file=None, data_dir=str(tmp_path), storage_dir=" ", model_cache_dir="~/models")
    assert settings.storage_dir == tmp_path / "files"
    assert settings.model_cache_dir == Path.home() / "models"


def test_lists_come_from_the_environment_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, PINNED_MODELS="a/b, c/d", WEBHOOK_ALLOW="10.0.0.0/8:80,", TRUSTED_PROXIES=" ")
    assert settings.pinned_models == {"a/b", "c/d"}
    assert [(str(opening.network), opening.port) for opening in settings.webhook_allow] == [("10.0.0.0/8", 80)]
    assert settings.trusted_proxies == ()
    assert wrong(monkeypatch, TRUSTED_PROXIES="0.0.0.0/0")[0].startswith("TRUSTED_PROXIES: ")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("PYTORCH_*,HTTPS_PROXY,OPENAI_API_KEY", None),
        ("*", "'*': not names of variables"),
        ("A=b", "'A=b': not names"),
        ("SECRET_KEY", "SECRET_KEY: has secrets of the server"),
        ("DATABASE_*", "has secrets of the server"),
        ("AWS_*", "has secrets of the server"),
    ],
)
def test_models_get_named_variables_and_none_of_the_server_s_secrets(names: str, problem: str | None) -> None:
    given = {"runner_environment": names}
    if problem is None:
        assert load_settings(**given).runner_environment == ("PYTORCH_*", "HTTPS_PROXY", "OPENAI_API_KEY")
        return
    with pytest.raises(SettingsError) as refusal:
        load_settings(**given)
    assert problem in str(refusal.value)
