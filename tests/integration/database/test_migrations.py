from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import asyncpg
import pytest

from server.adapters.database import MIGRATIONS_DIR
from server.adapters.schema import LOCK_SECONDS, MIGRATION_LOCK
from tests.integration.database.conftest import finish, start
from tests.support.marks import seldom

NAMES = sorted(
    (path.name for path in Path(MIGRATIONS_DIR, "models").glob("[0-9]*.py")), key=lambda name: int(name.split("_")[0])
)
TABLES = {"aerich", "api_key", "model", "prediction", "predictor", "refresh_token", "session"} | {
    "upload",
    "upload_use",
    "usage",
    "user",
    "version",
    "worker",
}


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


@pytest.mark.slow
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


@pytest.mark.parametrize("command", ["serve", *seldom("worker", "register-demo")])
def test_nothing_starts_on_a_schema_that_is_behind(environment: dict[str, str], command: str) -> None:
    code, _, err = finish(start(environment, command))
    assert code == 1
    assert err == f"The database schema is behind ({', '.join(NAMES)}). Run: inference-server migrate"


@pytest.mark.parametrize("command", ["serve", *seldom("worker")])
def test_nothing_starts_without_a_secret(environment: dict[str, str], command: str) -> None:
    for secret, sentence in (("", "SECRET_KEY: is not set"), ("short", "SECRET_KEY: has 5 characters, fewer than 32")):
        code, _, err = finish(start({**environment, "SECRET_KEY": secret}, command))
        assert code == 1
        assert err.startswith(f"These settings are wrong:\n{sentence}; make one with: python -c ")
        assert "Traceback" not in err


@pytest.mark.parametrize("command", ["serve", *seldom("worker", "migrate", "register-demo")])
def test_a_database_that_is_away_is_said_in_a_sentence(environment: dict[str, str], command: str) -> None:
    away = {**environment, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    code, _, err = finish(start(away, command))
    assert code == 1
    assert err.startswith("PostgreSQL does not answer: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["migrate", *seldom("makemigration", "serve")])
def test_a_database_that_is_not_configured(environment: dict[str, str], command: str) -> None:
    arguments = [command, "x"] if command == "makemigration" else [command]
    code, _, err = finish(start({**environment, "DATABASE_URL": ""}, *arguments))
    assert code == 1
    assert "DATABASE_URL: is not set; give a PostgreSQL URL, or use `inference-server up`" in err


@pytest.mark.parametrize("command", ["serve", *seldom("worker", "migrate", "register-demo", "up")])
def test_wrong_settings_are_all_named_by_every_command(environment: dict[str, str], command: str) -> None:
    wrong = {"API_PORT": "x", "LOG_LEVEL": "LOUD", "DATABASE_URL": "mysql://a:hunter2@b/c", "SECRET_KEY": "short"}
    code, _, err = finish(start({**environment, **wrong}, command))
    assert code == 1
    first, *lines = err.splitlines()
    assert first == "These settings are wrong:"
    assert sorted(line.split(":")[0] for line in lines) == sorted(wrong)
    assert "hunter2" not in err


@pytest.mark.slow
def test_a_port_that_is_taken_is_named_with_who_has_it(environment: dict[str, str]) -> None:
    assert finish(start(environment, "migrate"))[0] == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = finish(start({**environment, "API_PORT": str(port)}, "serve"))
    assert code == 1
    sentence = (
        rf"The API cannot listen: port {port} is taken by \S+ \(process {os.getpid()}\); choose another with API_PORT"
    )
    assert re.match(sentence, err.splitlines()[-1]), err
    assert "Traceback" not in err


def test_the_release_is_printed(environment: dict[str, str]) -> None:
    assert finish(start(environment, "--version")) == (0, version("inference-server"), "")


def test_an_unknown_database_is_no_traceback(environment: dict[str, str], fresh_database: str) -> None:
    code, _, err = finish(start({**environment, "DATABASE_URL": fresh_database.replace("fresh_", "gone_")}, "migrate"))
    assert code == 1
    assert err.startswith("PostgreSQL does not answer: ")


RULES, UPLOADS = NAMES[9], NAMES[16]


async def drop_rules(connection: asyncpg.Connection) -> None:
    """The schema as it was before the migration that adds the rules."""
    rules = "SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
    for row in await connection.fetch(rules):
        await connection.execute(f'ALTER TABLE {row["t"]} DROP CONSTRAINT "{row["conname"]}"')
    await connection.execute("DELETE FROM aerich WHERE version = $1", RULES)


async def before_the_rules(connection: asyncpg.Connection) -> None:
    """The same with a version."""
    await drop_rules(connection)
    await connection.execute(
        """INSERT INTO "user" (id, handle, email, is_admin, created_at)
           VALUES (gen_random_uuid(), 'u', 'u@example.com', false, now());
           INSERT INTO model (id, name, kind, description, visibility, tags, samples, runs, created_at, updated_at,
             owner_id)
           SELECT gen_random_uuid(), 'm', 'CUSTOM', '', 'PUBLIC', '[]', '[]', 0, now(), now(), id FROM "user";
           INSERT INTO version (id, number, state, source_type, source_ref, predictor, options, input_schema,
             output_schema, info, attempt, created_at, model_id, lease_until)
           SELECT gen_random_uuid(), 1, 'READY', 'predictor', 'echo', 'echo', '{}', '{}', '{}', '{}', 1, now(), id,
             now() FROM model"""
    )


async def add_prediction(connection: asyncpg.Connection, status: str, **columns: str) -> None:
    names, values = "".join(f", {name}" for name in columns), "".join(f", {value}" for value in columns.values())
    await connection.execute(
        f"""INSERT INTO prediction (id, owner, queue, rank, status, input, logs, attempt, losses, alone, run_at,
             request_hash, data_removed, created_at, updated_at, model_id, version_id{names})
           SELECT gen_random_uuid(), 'anon:x', 'custom', 0, '{status}', '{{}}', '', 1, 0, false, now(), '', false,
             now(), now(), model_id, id{values} FROM version"""  # noqa: S608
    )


@pytest.mark.slow
async def test_old_rows_that_break_a_rule_are_counted_and_those_with_one_meaning_repaired(
    fresh_database: str, environment: dict[str, str]
) -> None:
    assert finish(start(environment, "migrate"))[0] == 0
    connection = await asyncpg.connect(fresh_database)
    try:
        await before_the_rules(connection)
        await add_prediction(connection, "succeeded", completed_at="now()", lease_until="now()")
        await add_prediction(connection, "canceled", completed_at="now()")
        await add_prediction(connection, "starting", worker_id="gen_random_uuid()", lease_until="now()")
        for _ in range(2):
            await add_prediction(connection, "failed", error_code="'INTERNAL'")
        code, out, err = await asyncio.to_thread(finish, start(environment, "migrate"))
        assert (code, out) == (1, "")
        assert err.splitlines() == [
            "The database has rows that cannot be. Correct or delete them, then migrate again.",
            "2 of table prediction break prediction_ended; list them: SELECT * FROM prediction WHERE NOT "
            "((status IN ('starting', 'processing')) = (completed_at IS NULL));",
        ]
        assert await applied(fresh_database) == [name for name in NAMES if name != RULES]
        await connection.execute("UPDATE prediction SET completed_at = updated_at WHERE status = 'failed'")
        assert await asyncio.to_thread(finish, start(environment, "migrate")) == (0, f"applied {RULES}", "")
        left = await connection.fetch(
            """SELECT status, lease_until IS NULL AND (worker_id IS NULL) AND canceled_at IS NOT DISTINCT FROM
                 CASE WHEN status = 'canceled' THEN completed_at END AS is_mended FROM prediction ORDER BY status"""
        )
        assert [(row["status"], row["is_mended"]) for row in left] == [
            ("canceled", True), ("failed", True), ("failed", True), ("starting", True), ("succeeded", True),
        ]  # fmt: skip
        assert await connection.fetchval("SELECT lease_until FROM version") is None
        with pytest.raises(asyncpg.CheckViolationError):
            await add_prediction(connection, "failed")
    finally:
        await connection.close()


@pytest.mark.slow
async def test_uploads_of_an_older_release_are_counted_and_those_of_this_one_only_once(
    fresh_database: str, environment: dict[str, str]
) -> None:
    assert finish(start(environment, "migrate"))[0] == 0
    connection = await asyncpg.connect(fresh_database)

    async def migrate_again() -> list[tuple[str, int]]:
        """As from the release before, whose uploads nobody had counted."""
        await connection.execute("ALTER TABLE upload DROP COLUMN stored_bytes; DROP INDEX prediction_uncounted")
        await connection.execute("DELETE FROM aerich WHERE version = $1", UPLOADS)
        assert await asyncio.to_thread(finish, start(environment, "migrate")) == (0, f"applied {UPLOADS}", "")
        return [tuple(row) for row in await connection.fetch("SELECT owner, bytes FROM stored_bytes ORDER BY owner")]

    try:
        for owner, size in (("user:a", 5), ("user:a", 7), ("user:b", 11)):
            await connection.execute(
                """INSERT INTO upload (id, owner, key, content_type, size_bytes, created_at, expires_at)
                   VALUES (gen_random_uuid(), $1, '', 'image/png', $2, now(), now())""",
                *(owner, size),
            )
        for _ in range(2):
            assert await migrate_again() == [("user:a", 12), ("user:b", 11)]
    finally:
        await connection.close()


WAITS = "Another migration runs; waiting for its end."


async def test_a_migration_waits_for_the_lock_and_a_killed_one_frees_its_place(
    fresh_database: str, environment: dict[str, str]
) -> None:
    other = await asyncpg.connect(fresh_database)
    try:
        await other.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        killed, waiting = start(environment, "migrate"), start(environment, "migrate")
        for process in (killed, waiting):
            assert await asyncio.to_thread(line_of, process) == WAITS
        assert await tables(fresh_database) == set()
        killed.kill()
        killed.communicate()
    finally:
        await other.close()
    code, out, err = await asyncio.to_thread(finish, waiting)
    assert (code, out) == (0, "\n".join(f"applied {name}" for name in NAMES)), err


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line of a command's errors."""
    assert process.stderr is not None
    return process.stderr.readline().strip()


@asynccontextmanager
async def traffic(url: str) -> AsyncIterator[list[float]]:
    """Ask for predictions again and again, and note how many seconds each answer took."""
    connection, seconds = await asyncpg.connect(url), [0.0]

    async def ask() -> None:
        while True:
            began = time.monotonic()
            await connection.fetch("SELECT id FROM prediction LIMIT 1")
            seconds.append(time.monotonic() - began)
            await asyncio.sleep(0.01)

    task = asyncio.create_task(ask())
    try:
        yield seconds
    finally:
        task.cancel()
        await asyncio.wait({task})
        connection.terminate()


@pytest.mark.slow
async def test_a_migration_behind_an_open_reader_stalls_nobody_for_long(
    fresh_database: str, environment: dict[str, str]
) -> None:
    assert finish(start(environment, "migrate"))[0] == 0
    admin = await asyncpg.connect(fresh_database)
    reader = await asyncpg.connect(fresh_database, server_settings={"application_name": "pg_dump"})
    try:
        await drop_rules(admin)
        # As pg_dump does for as long as it takes
        await reader.execute("BEGIN; SELECT count(*) FROM prediction")
        process = start(environment, "migrate")
        async with traffic(fresh_database) as seconds:
            for _ in range(2):
                line = await asyncio.to_thread(line_of, process)
                pid = reader.get_server_pid()
                assert line.startswith(f"{RULES}: others use its tables (pid {pid}, pg_dump of postgres, idle in trans")
        assert max(seconds) < LOCK_SECONDS + 1.5
        await reader.execute("COMMIT")
        code, out, err = await asyncio.to_thread(finish, process)
        assert (code, out) == (0, f"applied {RULES}"), err
        assert set(await applied(fresh_database)) == set(NAMES)
        await drop_rules(admin)
        await reader.execute("BEGIN; SELECT count(*) FROM prediction")
        code, out, err = await asyncio.to_thread(finish, start(environment, "migrate", "--patience-seconds", "0"))
        assert (code, out) == (1, "")
        assert err.startswith(f"Migration {RULES} could not lock its tables for ")
        assert "pg_dump of postgres" in err
        assert "Traceback" not in err
    finally:
        await reader.close()
        await admin.close()


BUILDING = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE INDEX CONCURRENTLY%'"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('prediction_all')"


@pytest.mark.slow
async def test_a_killed_build_of_an_index_ends_and_is_made_again(
    fresh_database: str, environment: dict[str, str]
) -> None:
    assert finish(start(environment, "migrate"))[0] == 0
    admin, reader = await asyncpg.connect(fresh_database), await asyncpg.connect(fresh_database)
    try:
        await admin.execute("DROP INDEX prediction_all")
        await admin.execute("DELETE FROM aerich WHERE version = $1", NAMES[8])
        # A build waits for whoever wrote the table, and at its end for whoever reads an older state
        await reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM prediction")
        process = start(environment, "migrate")
        async with traffic(fresh_database) as seconds:
            await until(admin, BUILDING, 1)
            async with asyncio.timeout(30):
                while await admin.fetchval(VALID) is not False:
                    await asyncio.sleep(0.02)
            process.kill()
            await asyncio.to_thread(process.communicate)
            await until(admin, BUILDING, 0)
        assert max(seconds) < LOCK_SECONDS
        assert await admin.fetchval(VALID) is False
        await reader.execute("COMMIT")
        code, out, err = await asyncio.to_thread(finish, start(environment, "migrate"))
        assert (code, out) == (0, f"applied {NAMES[8]}"), err
        assert await admin.fetchval(VALID) is True
    finally:
        await reader.close()
        await admin.close()


async def until(connection: asyncpg.Connection, sql: str, value: int) -> None:
    async with asyncio.timeout(60):
        while await connection.fetchval(sql) != value:
            await asyncio.sleep(0.02)
