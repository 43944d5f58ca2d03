"""`inference-server backup` and `restore`: all comes back, and what cannot be restored is refused by name."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from uuid6 import uuid7

from server.adapters import postgres_tools
from server.adapters.postgres_tools import ToolError, connection_of, find_tool
from server.adapters.signing import FileSigner
from server.adapters.storage import StorageError, open_storage
from server.backup import DUMP, FILES, LISTING, MANIFEST, BackupError, back_up, restore
from server.embedded.servers import LocalServers
from server.settings import Settings
from tests.integration.database.conftest import finish, start
from tests.support.prepared import EMPTY, other_database

SECRET = "a secret of these tests: 0123456789 abcdef"
CONTENT = {0: b"", 1: b"picture", 2: bytes(range(256)) * 5000}
ADD_UPLOAD = """
INSERT INTO upload (id, owner, key, content_type, size_bytes, created_at, completed_at, expires_at)
VALUES ($1, 'u:1', $2, 'image/png', $3, now(), now(), now() + interval '1 day')
"""


@dataclass
class Installation:
    """A database with the current schema, a store with some files, and a backup of both."""

    url: str
    settings: Settings
    keys: dict[str, bytes]
    backup: Path


@pytest.fixture
async def installation(schema_servers: LocalServers, tmp_path: Path) -> AsyncIterator[Installation]:
    name = f"backed_up_{uuid4().hex}"
    admin = await asyncpg.connect(schema_servers.database_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{EMPTY}"')
    url = other_database(schema_servers.database_url, name)
    settings = Settings(database_url=url, secret_key=SECRET, storage_dir=tmp_path / "files", _env_file=None)
    connection, keys = await asyncpg.connect(url), {}
    async with open_storage(settings, FileSigner("")) as storage:
        for number, content in CONTENT.items():
            upload = uuid7()
            key = f"uploads/{UUID(int=upload.int)}/{number + 1}/0.png"
            await storage.put(key, content, "image/png")
            await connection.execute(ADD_UPLOAD, UUID(int=upload.int), key, len(content))
            keys[key] = content
    await connection.close()
    await back_up(settings, tmp_path / "backup")
    yield Installation(url, settings, keys, tmp_path / "backup")
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
def elsewhere(fresh_database: str, installation: Installation, tmp_path: Path) -> Settings:
    """An empty database and an empty store."""
    changes = {"database_url": fresh_database, "storage_dir": tmp_path / "other", "secret_key": SECRET}
    return Settings(**changes, _env_file=None)


async def contents(settings: Settings) -> dict[str, bytes]:
    """What the store has of every file that the database names."""
    assert settings.database_url is not None
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    keys = [row["key"] for row in await connection.fetch("SELECT key FROM upload")]
    await connection.close()
    async with open_storage(settings, FileSigner("")) as storage:
        return {key: b"".join([chunk async for chunk in storage.stream(key)]) for key in keys}


async def is_empty(settings: Settings) -> bool:
    assert settings.database_url is not None
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    count = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return bool(count == 0) and not (settings.storage_dir.exists() and any(settings.storage_dir.iterdir()))


async def test_what_was_backed_up_comes_back(installation: Installation, elsewhere: Settings) -> None:
    manifest = json.loads((installation.backup / MANIFEST).read_text())
    assert manifest["files"]["count"] == len(CONTENT)
    assert manifest["files"]["bytes"] == sum(map(len, CONTENT.values()))
    assert SECRET not in (installation.backup / MANIFEST).read_text()
    assert stat.S_IMODE(installation.backup.stat().st_mode) == 0o700
    summary = await restore(elsewhere, installation.backup)
    assert (summary.files, summary.missing) == (len(CONTENT), 0)
    assert await contents(elsewhere) == installation.keys
    # Triggers, constraints and indexes too, as the migrations made them
    assert await shape(elsewhere) == await shape(installation.settings)


async def shape(settings: Settings) -> list[int]:
    """How much of everything a database has."""
    assert settings.database_url is not None
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    counts = [
        await connection.fetchval("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"),
        await connection.fetchval("SELECT count(*) FROM pg_constraint"),
        await connection.fetchval("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'"),
        await connection.fetchval("SELECT count(*) FROM aerich"),
    ]
    await connection.close()
    assert all(counts)
    return counts


async def test_by_the_command(environment: dict[str, str], installation: Installation, tmp_path: Path) -> None:
    own = {
        **environment, "DATABASE_URL": installation.url, "SECRET_KEY": SECRET,
        "STORAGE_DIR": str(installation.settings.storage_dir),
    }  # fmt: skip
    code, out, err = finish(start(own, "backup", str(tmp_path / "second")))
    assert (code, err) == (0, "")
    assert out.startswith("Backed up the database and 3 files (1280007 bytes)")
    code, out, err = finish(start(own, "backup", str(tmp_path / "second")))
    assert (code, out) == (1, "")
    assert "exists; choose another name." in err
    other = {**environment, "SECRET_KEY": SECRET, "STORAGE_DIR": str(tmp_path / "other")}
    code, out, err = finish(start(other, "restore", str(tmp_path / "second")))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "Run: inference-server migrate"
    code, out, err = finish(start(other, "migrate", "--check"))
    assert (code, out) == (0, "The schema is up to date.")
    code, _, err = finish(start(other, "restore", str(tmp_path / "second")))
    assert (code, "The database is not empty" in err) == (1, True)


async def test_a_database_that_is_not_empty_is_not_touched(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="The database is not empty"):
        await restore(installation.settings, installation.backup)
    assert await contents(installation.settings) == installation.keys


def half(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def cut(folder: Path) -> None:
    with (folder / DUMP).open("r+b") as file:
        file.truncate(100)


def changed(folder: Path) -> None:
    path = next(path for path in (folder / FILES).rglob("*.png") if path.stat().st_size == len(CONTENT[1]))
    path.write_bytes(b"PICTURE")


def lost(folder: Path) -> None:
    shutil.rmtree(folder / FILES)


def unlisted(folder: Path) -> None:
    lines = (folder / LISTING).read_text().splitlines(keepends=True)
    (folder / LISTING).write_text("".join(lines[1:]))


def newer(folder: Path) -> None:
    edit(folder, "migrations", ["0_20261123153143_init.py", "999_20990101000000_later.py"])


def later_format(folder: Path) -> None:
    edit(folder, "format", 2)


def no_json(folder: Path) -> None:
    (folder / MANIFEST).write_text("[]")


def edit(folder: Path, name: str, value: object) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (half, r"is half a backup: it has no manifest\.json"),
        (shutil.rmtree, "is no backup"),
        (cut, "database.dump is missing or not as it was written"),
        (changed, "1 of 3 files in .* are missing or not as they were written"),
        (lost, "3 of 3 files in .* are missing"),
        (unlisted, "files.jsonl is missing or not as it was written"),
        (newer, "does not know 999_20990101000000_later.py"),
        (later_format, "is a backup of format 2"),
        (no_json, "cannot be read"),
    ],
)
async def test_what_is_no_whole_backup_is_refused_by_name(
    installation: Installation, elsewhere: Settings, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(installation.backup)
    with pytest.raises(BackupError, match=says):
        await restore(elsewhere, installation.backup)
    assert await is_empty(elsewhere)


async def test_another_secret_is_refused_and_a_former_one_is_taken(
    installation: Installation, elsewhere: Settings
) -> None:
    other = "another secret of these tests: 0123456789"
    changes = {"secret_key": other, "database_url": elsewhere.database_url, "storage_dir": elsewhere.storage_dir}
    with pytest.raises(BackupError, match="another SECRET_KEY"):
        await restore(Settings(**changes, _env_file=None), installation.backup)
    assert await is_empty(elsewhere)
    await restore(Settings(**changes, secret_keys_old=SECRET, _env_file=None), installation.backup)


async def test_a_store_that_fails_leaves_the_database_empty(
    installation: Installation, elsewhere: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    broken = Settings(
        database_url=elsewhere.database_url, secret_key=SECRET, storage_dir=tmp_path / "file", _env_file=None
    )
    with pytest.raises(StorageError):
        await restore(broken, installation.backup)
    assert await is_empty(elsewhere)
    await restore(elsewhere, installation.backup)


async def test_files_that_are_gone_are_counted(installation: Installation, tmp_path: Path) -> None:
    shutil.rmtree(installation.settings.storage_dir / "uploads" / next(iter(installation.keys)).split("/")[1])
    summary = await back_up(installation.settings, tmp_path / "later")
    assert (summary.files, summary.missing) == (2, 1)


async def test_a_backup_that_broke_off_is_begun_anew(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise ToolError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(postgres_tools, "dump", fails)
        with pytest.raises(ToolError):
            await back_up(installation.settings, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    await back_up(installation.settings, tmp_path / "again")
    assert (tmp_path / "again" / MANIFEST).exists()
    # What is no backup is not removed for one
    (tmp_path / "mine.partial").mkdir()
    (tmp_path / "mine.partial" / "letter").write_text("kept")
    with pytest.raises(BackupError, match="is no backup that broke off"):
        await back_up(installation.settings, tmp_path / "mine")
    assert (tmp_path / "mine.partial" / "letter").read_text() == "kept"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with a pg_dump of another release."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 12.22'\n")
    (folder / "pg_dump").chmod(0o755)
    return folder


def test_a_program_that_is_missing_or_too_old_is_named(programs: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"no pg_dump of PostgreSQL 18 or newer in .*, only of 12\. .*--pg-bin"):
        find_tool("pg_dump", 18, programs)
    with pytest.raises(ToolError, match=r"no pg_restore of PostgreSQL 18 or newer in .*postgresql-client-18"):
        find_tool("pg_restore", 18, programs)
    assert find_tool("pg_dump", 12, programs).major == 12
    assert find_tool("pg_dump", 14).major >= 14


def test_how_programs_connect() -> None:
    text, environment = connection_of("postgresql://u%40x:p%27%20%5C%2Fw@db-1:5432,db-2:6432/a%20b?sslmode=require")
    assert environment == {"PGPASSWORD": "p' \\/w"}
    assert "p'" not in text
    assert text.startswith("user='u@x' dbname='a b' ")
    assert "host='db-1,db-2' port='5432,6432'" in text
    assert "sslmode='require'" in text
    assert "target_session_attrs='read-write'" in text
