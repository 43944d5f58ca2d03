from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from server.adapters.database import (
    MIGRATIONS_DIR,
)
from tests.integration.database.conftest import finish, start

NAMES = sorted(p.name for p in Path(MIGRATIONS_DIR, "models").glob("[0-9]*.py"))
TABLES = {"aerich", "model", "prediction", "predictor", "upload", "upload_use", "usage", "user", "version", "worker"}


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return {row["tablename"].strip("_") for row in found}


async def applied(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["version"] for row in await connection.fetch("SELECT version FROM aerich ORDER BY id")]
    finally:
        await connection.close()


async def test_from_nothing_to_current_and_again(fresh_database: str, environment: dict[str, str]) -> None:
    code, out, err = finish(start(environment, "migrate"))
    assert (code, out) == (0, "\n".join(f"applied {name}" for name in NAMES)), err
    assert await tables(fresh_database) >= TABLES
    code, out, err = finish(start(environment, "migrate"))
    assert (code, out) == (0, "The schema is up to date."), err
    assert await applied(fresh_database) == NAMES


async def test_two_migrations_at_once_both_succeed(fresh_database: str, environment: dict[str, str]) -> None:
    processes = [start(environment, "migrate") for _ in range(3)]
    results = [finish(process) for process in processes]
    assert [code for code, _, _ in results] == [0, 0, 0], results
    assert sorted(out for _, out, _ in results)[:2] == ["The schema is up to date."] * 2
    assert await applied(fresh_database) == NAMES


def test_the_tables_need_no_further_migration(environment: dict[str, str]) -> None:
    before = sorted(Path(MIGRATIONS_DIR).rglob("*.py"))
    assert finish(start(environment, "migrate"))[0] == 0
    code, out, err = finish(start(environment, "makemigration", "probe"))
    after = sorted(Path(MIGRATIONS_DIR).rglob("*.py"))
    for made in set(after) - set(before):
        made.unlink()
    assert (code, out) == (0, "No changes."), err
    assert after == before


@pytest.mark.parametrize("command", ["serve", "worker", "register-demo"])
def test_nothing_starts_on_a_schema_that_is_behind(environment: dict[str, str], command: str) -> None:
    code, _, err = finish(start(environment, command))
    assert code == 1
    assert err == f"The database schema is behind ({', '.join(NAMES)}). Run: inference-server migrate"


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_starts_without_a_secret(environment: dict[str, str], command: str) -> None:
    for secret, sentence in (("", "SECRET_KEY: is not set"), ("short", "SECRET_KEY: has 5 characters, fewer than 32")):
        code, _, err = finish(start({**environment, "SECRET_KEY": secret}, command))
        assert code == 1
        assert err.startswith(f"These settings are wrong:\n{sentence}; make one with: python -c ")
        assert "Traceback" not in err


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "register-demo"])
def test_a_database_that_is_away_is_said_in_a_sentence(environment: dict[str, str], command: str) -> None:
    away = {**environment, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    code, _, err = finish(start(away, command))
    assert code == 1
    assert err.startswith("PostgreSQL does not answer: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["migrate", "makemigration", "serve"])
def test_a_database_that_is_not_configured(environment: dict[str, str], command: str) -> None:
    arguments = [command, "x"] if command == "makemigration" else [command]
    code, _, err = finish(start({**environment, "DATABASE_URL": ""}, *arguments))
    assert code == 1
    assert "DATABASE_URL: is not set; give a PostgreSQL URL, or use `inference-server up`" in err


def test_wrong_settings_are_all_named_by_every_command(environment: dict[str, str]) -> None:
    code, _, err = finish(start({**environment, "API_PORT": "x", "LOG_LEVEL": "LOUD"}, "migrate"))
    assert code == 1
    assert err.startswith("These settings are wrong:\nAPI_PORT: ")
    assert "\nLOG_LEVEL: " in err


def test_an_unknown_database_is_no_traceback(environment: dict[str, str], fresh_database: str) -> None:
    code, _, err = finish(start({**environment, "DATABASE_URL": fresh_database.replace("fresh_", "gone_")}, "migrate"))
    assert code == 1
    assert err.startswith("PostgreSQL does not answer: ")


def test_the_lock_of_a_migration_that_fails_is_freed(environment: dict[str, str]) -> None:
    running = start(environment, "migrate")
    running.kill()
    running.communicate()
    assert finish(start(environment, "migrate"))[0] == 0
