"""`inference-server doctor` and `migrate --check`: what is wrong is named with what to do, and exit code 1 says so."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis

from server import doctor
from server.adapters import database
from server.embedded.servers import LocalServers
from server.settings import Settings
from tests.integration.database.conftest import finish, start
from tests.support.prepared import EMPTY, other_database

NOBODY = 65_534
Parts = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def well(schema_servers: LocalServers) -> str:
    """The URL of a database with the current schema."""
    return other_database(schema_servers.database_url, EMPTY)


@pytest.fixture
def listener() -> Iterator[str]:
    """The URL of a receiver that takes connections, which this machine may reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"


def examine(environment: Mapping[str, str], *options: str) -> tuple[int, Parts]:
    code, out, err = finish(start(environment, "doctor", "--json", *options))
    assert out, err
    assert not err
    return code, {part["part"]: part for part in json.loads(out)}


def broken(parts: Parts) -> dict[str, str]:
    """What is broken, and why; each with something to do."""
    for part in parts.values():
        assert bool(part["remedy"]) == (part["state"] != "ok"), part
    return {name: part["says"] for name, part in parts.items() if part["state"] == "broken"}


def test_a_set_up_that_is_well(environment: dict[str, str], well: str, listener: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    given = {
        **environment, "DATABASE_URL": well, "MODEL_ROOT": str(root), "WEBHOOK_ALLOW": "127.0.0.0/8:*",
        "MIN_FREE_DISK_BYTES": "1", "ENABLE_GPU": "false", "HF_ENDPOINT": listener.removesuffix("/hook"),
    }  # fmt: skip
    code, parts = examine(given, "--webhook", listener)
    assert (code, broken(parts)) == (0, {})
    assert {name for name, part in parts.items() if part["state"] == "ok"} == {
        *("settings", "database", "schema", "clock", "redis", "storage", "model root", "device", "hub", "webhooks"),
        *("disk of DATA_DIR", "disk of MODEL_CACHE_DIR", "disk of STORAGE_DIR"),
    }
    # Nobody works for this database
    assert parts["workers"]["state"] == "warning"
    code, out, _ = finish(start(given, "doctor"))
    assert code == 0
    assert "ok       database: PostgreSQL" in out
    assert "warning  workers: No worker is up, so predictions wait.\n         Start one with" in out


def test_each_part_that_is_broken_is_told(environment: dict[str, str], tmp_path: Path) -> None:
    """All at once, as a machine that was just set up."""
    (tmp_path / "file").write_text("no folder")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    # Nobody listens there any more
    away = f"127.0.0.1:{port}"
    given = {
        **environment, "DATABASE_URL": f"postgresql://nobody@{away}/none", "REDIS_URL": f"redis://{away}/0",
        "STORAGE_DIR": str(tmp_path / "file" / "files"), "MODEL_ROOT": str(tmp_path / "absent"),
        "MIN_FREE_DISK_BYTES": str(2**62), "REQUIRE_GPU": "true", "CUDA_VISIBLE_DEVICES": "",
        "WEBHOOK_ALLOW": "127.0.0.0/8:*", "HF_ENDPOINT": f"http://{away}",
    }  # fmt: skip
    code, parts = examine(given, "--webhook", f"http://{away}/", "--webhook", "http://10.1.2.3/")
    assert code == 1
    told = broken(parts)
    assert told.keys() == {
        *("database", "redis", "storage", "model root", "device", "webhooks"),
        *("disk of DATA_DIR", "disk of MODEL_CACHE_DIR", "disk of STORAGE_DIR"),
    }
    assert "does not answer" in told["database"]
    assert "does not answer" in told["redis"]
    assert "file/files" in told["storage"]
    assert told["model root"] == f"{tmp_path}/absent is no folder."
    assert "REQUIRE_GPU is on" in told["device"]
    assert "less than" in told["disk of DATA_DIR"]
    # Of two receivers the last is told here: it leads into a network that is not opened
    assert "not on the public internet" in told["webhooks"]
    assert parts["hub"]["state"] == "warning"
    assert not {"schema", "clock", "workers"} & parts.keys()
    code, out, _ = finish(start(given, "doctor", "--webhook", f"http://{away}/"))
    assert code == 1
    assert f"webhooks: http://{away}/ cannot be reached" in out


async def test_a_schema_that_is_behind(environment: dict[str, str], fresh_database: str) -> None:
    code, parts = examine({**environment, "MIN_FREE_DISK_BYTES": "1", "ENABLE_GPU": "false"})
    assert (code, broken(parts).keys()) == (1, {"schema"})
    assert parts["schema"]["remedy"] == "Run: inference-server migrate"
    assert "workers" not in parts
    code, out, err = finish(start(environment, "migrate", "--check"))
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert len(lines) > 30
    assert all(line.startswith("missing ") for line in lines)
    code, out, err = finish(start(environment, "migrate", "--plan"))
    assert (code, err, len(out.splitlines())) == (0, "", len(lines))
    prices = next(line for line in out.splitlines() if "_prices.py" in line)
    tables = "makes price_list; changes batch, prediction, usage; indexes, beside what runs, usage"
    assert f"{tables} (step by step" in prices
    connection = await asyncpg.connect(fresh_database)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()


def test_a_current_schema_lacks_nothing(environment: dict[str, str], well: str) -> None:
    ended = finish(start({**environment, "DATABASE_URL": well}, "migrate", "--check", "--plan"))
    assert ended == (0, "The schema is up to date.", "")
    away = {**environment, "DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    code, out, err = finish(start(away, "migrate", "--check"))
    assert (code, out) == (1, "")
    assert "does not answer" in err


async def test_a_database_that_takes_no_writes(environment: dict[str, str], fresh_database: str) -> None:
    admin = await asyncpg.connect(fresh_database)
    name = fresh_database.partition("?")[0].rpartition("/")[2]
    await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await admin.close()
    code, parts = examine({**environment, "MIN_FREE_DISK_BYTES": "1", "ENABLE_GPU": "false"})
    assert (code, broken(parts).keys()) == (1, {"database"})


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"maxmemory": 10**9, "maxmemory-policy": "allkeys-lru"}, "may evict keys"),
        ({"maxmemory": 1, "maxmemory-policy": "noeviction"}, "refuses writes"),
    ],
)
async def test_a_redis_that_loses_what_it_has(
    own_servers: LocalServers, options: dict[str, Any], word: str, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, redis_url=own_servers.redis_url, data_dir=tmp_path)
    with redis.Redis.from_url(own_servers.redis_url) as client:
        before = {name: client.config_get(name)[name] for name in options}
        try:
            for name, value in options.items():
                client.config_set(name, value)
            (told,) = await doctor.check_redis(settings, None)  # type: ignore[arg-type]
        finally:
            for name, value in before.items():
                client.config_set(name, value)
    assert told.state is doctor.DiagnosisState.BROKEN
    assert word in told.says
    assert told.remedy
    (told,) = await doctor.check_redis(settings, None)  # type: ignore[arg-type]
    assert told.state is doctor.DiagnosisState.OK


@pytest.mark.parametrize(("seconds", "words"), [(60, "ahead of"), (-60, "behind"), (1, None)])
async def test_clocks_that_differ(
    well: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: float, words: str | None
) -> None:
    monkeypatch.setattr(database, "now", lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    settings = Settings(_env_file=None, database_url=well, data_dir=tmp_path)
    (clock,) = [part for part in await doctor.check_database(settings) if part.part == "clock"]
    assert clock.state is (doctor.DiagnosisState.BROKEN if words else doctor.DiagnosisState.OK)
    assert (words or "agree") in clock.says
    assert (clock.remedy == "Let NTP set both.") == bool(words)


@pytest.mark.parametrize("secret", ["short", "a" * 60])
def test_a_secret_that_is_weak(environment: dict[str, str], secret: str) -> None:
    code, out, err = finish(start({**environment, "SECRET_KEY": secret}, "doctor"))
    assert (code, out) == (1, "")
    assert "SECRET_KEY" in err
    assert "make one with" in err


def test_services_that_are_not_named(environment: dict[str, str]) -> None:
    bare = {name: value for name, value in environment.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    code, parts = examine({**bare, "MIN_FREE_DISK_BYTES": "1", "ENABLE_GPU": "false"})
    assert (code, broken(parts).keys()) == (1, {"settings"})
    assert "DATABASE_URL" in parts["settings"]["says"]
    assert "REDIS_URL" in parts["settings"]["says"]


async def test_a_model_root_that_cannot_be_read(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir(mode=0)
    settings = Settings(_env_file=None, model_root=root, data_dir=tmp_path)
    account = os.geteuid()
    if account == 0:
        # Root reads every folder
        os.seteuid(NOBODY)
    try:
        (part,) = await doctor.check_model_root(settings)
    finally:
        os.seteuid(account)
    assert (part.state, part.says) == (doctor.DiagnosisState.BROKEN, f"{root} cannot be read.")
