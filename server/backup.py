"""`inference-server backup` and `restore`: the database and its files as of one moment, in one folder.

A backup is `manifest.json`, `database.dump` (pg_dump's own format), `files.jsonl` (key, type, bytes and SHA-256 of each
file) and `files/`. The files are those that the database names at the moment of its dump: a stored file never changes,
so that what is copied later is what it was then.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import anyio
import asyncpg
import typer
from anyio.to_thread import run_sync
from pydantic import SecretStr

from server.adapters import postgres_tools
from server.adapters.connections import connect
from server.adapters.database import DATABASE_ERRORS, MIGRATIONS_DIR
from server.adapters.postgres_tools import ToolError, find_tool
from server.adapters.signing import FileSigner
from server.adapters.storage import Storage, StorageError, StorageMissingError, open_storage
from server.command_line import fail, operator_settings, run
from server.services.health import release
from server.settings import Settings

FORMAT = 1
MANIFEST, DUMP, LISTING, FILES = "manifest.json", "database.dump", "files.jsonl", "files"
PARTIAL = ".partial"
FILES_AT_ONCE = 8
BLOCK_BYTES = 1024 * 1024
LINES_AT_ONCE = 500
KEYS = """
SELECT DISTINCT ON (key) key, type FROM (
    SELECT key, content_type AS type FROM upload WHERE completed_at IS NOT NULL
    UNION ALL
    SELECT file->>'key', file->>'contentType' FROM prediction, jsonb_array_elements(files) AS file
    WHERE jsonb_typeof(files) = 'array'
) AS stored ORDER BY key
"""
"""Every file that a row names."""
OWN_TABLES = """
SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
"""What is in a database but for what belongs to extensions."""


class BackupError(Exception):
    """A backup cannot be made, or cannot be restored; the message says why and what to do."""


class StoredFile(NamedTuple):
    """A line of `files.jsonl`."""

    key: str
    type: str
    bytes: int
    sha256: str


@dataclass
class Summary:
    """What a backup holds, or what was restored of it."""

    files: int = 0
    bytes: int = 0
    missing: int = 0
    """Files that rows name and the store has not: deleted while the backup was made, or lost before."""
    seconds: float = 0.0


async def back_up(settings: Settings, target: Path, programs: Path | None = None) -> Summary:
    """Write a backup, which is there under its name when it is whole.

    Raises:
        BackupError: there is something already, or the database or the store failed.
    """
    if await anyio.Path(target).exists():
        raise BackupError(f"{target} exists; choose another name.")
    began, url = time.monotonic(), _url(settings)
    partial = target.with_name(f"{target.name}{PARTIAL}")
    await run_sync(_empty_folder, partial)
    connection = await connect(url)
    try:
        server = int(await connection.fetchval("SELECT current_setting('server_version_num')::int")) // 10_000
        tool = await run_sync(find_tool, "pg_dump", server, programs)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            at = await connection.fetchval("SELECT now()")
            migrations = [row["version"] for row in await connection.fetch("SELECT version FROM aerich ORDER BY id")]
            await postgres_tools.dump(tool, url, snapshot, partial / DUMP)
            async with open_storage(settings, FileSigner("")) as storage:
                summary = await _copy_files(connection, storage, partial)
    finally:
        await connection.close()
    summary.seconds = time.monotonic() - began
    manifest = {
        "format": FORMAT,
        "release": release(),
        "at": at.astimezone(UTC).isoformat(),
        "migrations": migrations,
        "postgresql": server,
        "pgDump": tool.major,
        "secretKey": _fingerprint(settings.secret_key),
        "database": {"bytes": (partial / DUMP).stat().st_size, "sha256": await run_sync(_sum, partial / DUMP)},
        "files": {"count": summary.files, "bytes": summary.bytes, "sha256": await run_sync(_sum, partial / LISTING)},
        "missing": summary.missing,
    }
    await run_sync(_finish, partial, target, manifest)
    return summary


async def _copy_files(connection: asyncpg.Connection[Any], storage: Storage, folder: Path) -> Summary:
    """Copy every file that the snapshot names; a removal meanwhile is no failure."""
    summary, limit = Summary(), anyio.CapacityLimiter(FILES_AT_ONCE)
    with (folder / LISTING).open("w", encoding="utf-8") as listing:

        async def copy(key: str, content_type: str) -> None:
            async with limit:
                try:
                    size, digest = await _copy(storage.stream(key), folder / FILES / key)
                except StorageMissingError:
                    summary.missing += 1
                    return
            summary.files += 1
            summary.bytes += size
            listing.write(json.dumps({"key": key, "type": content_type, "bytes": size, "sha256": digest}) + "\n")

        cursor = await connection.cursor(KEYS)
        while rows := await cursor.fetch(LINES_AT_ONCE):
            async with anyio.create_task_group() as tasks:
                for row in rows:
                    tasks.start_soon(copy, row["key"], row["type"])
    return summary


async def _copy(chunks: AsyncGenerator[bytes, None], target: Path) -> tuple[int, str]:
    """Write a file; its bytes and its sum."""
    size, digest = 0, hashlib.sha256()
    async with aclosing(chunks):
        first = await anext(chunks, b"")
        target.parent.mkdir(parents=True, exist_ok=True)
        async with await anyio.open_file(target, "wb") as file:
            chunk: bytes | None = first
            while chunk:
                await file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                chunk = await anext(chunks, None)
    return size, digest.hexdigest()


async def restore(settings: Settings, source: Path, programs: Path | None = None) -> Summary:
    """Restore a backup into an empty database and into the store; nothing is touched before all of it was looked at.

    The files come first and the database last, in one transaction: what broke off is begun anew.

    Raises:
        BackupError: the backup is not whole, is of a newer release or another secret, or the database is not empty.
    """
    began, url = time.monotonic(), _url(settings)
    manifest = await run_sync(_read_manifest, source)
    _require_known_schema(manifest)
    _require_secret(manifest, settings)
    connection = await connect(url)
    try:
        if count := await connection.fetchval(OWN_TABLES):
            raise BackupError(
                f"The database is not empty: it has {count} tables and the like. A backup is restored into an empty "
                "one; create another, and name it in DATABASE_URL."
            )
    finally:
        await connection.close()
    tool = await run_sync(find_tool, "pg_restore", int(manifest["pgDump"]), programs)
    files = await run_sync(_check_whole, source, manifest)
    summary = Summary(missing=int(manifest["missing"]))
    async with open_storage(settings, FileSigner("")) as storage:
        await storage.check()
        limit = anyio.CapacityLimiter(FILES_AT_ONCE)

        async def put(file: StoredFile) -> None:
            async with limit:
                await storage.put_stream(file.key, _blocks(source / FILES / file.key), file.type)
            summary.files += 1
            summary.bytes += file.bytes

        for start in range(0, len(files), LINES_AT_ONCE):
            async with anyio.create_task_group() as tasks:
                for file in files[start : start + LINES_AT_ONCE]:
                    tasks.start_soon(put, file)
    await postgres_tools.restore(tool, url, source / DUMP)
    summary.seconds = time.monotonic() - began
    return summary


def _url(settings: Settings) -> str:
    return settings.database_url.get_secret_value() if settings.database_url else ""


def _empty_folder(folder: Path) -> None:
    """A folder of what broke off is of no use."""
    if folder.exists() and not ((folder / FILES).exists() or not any(folder.iterdir())):
        raise BackupError(f"{folder} exists and is no backup that broke off; choose another name.")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / FILES).mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)


def _finish(partial: Path, target: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest, have all of it on disk, and give the folder its name."""
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    os.sync()
    partial.rename(target)


def _read_manifest(source: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise BackupError(f"{source} is a backup of format {manifest['format']}, which this release does not read.")
        _ = manifest["migrations"], manifest["database"]["sha256"], manifest["files"]["sha256"], manifest["pgDump"]
        return dict(manifest)
    except FileNotFoundError:
        broken = source.name.endswith(PARTIAL) or (source / DUMP).exists()
        why = f"is half a backup: it has no {MANIFEST}, which comes last" if broken else "is no backup"
        raise BackupError(f"{source} {why}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{source / MANIFEST} cannot be read: {error!r}") from None


def _require_known_schema(manifest: Mapping[str, Any]) -> None:
    known = {path.name for path in (MIGRATIONS_DIR / "models").glob("[0-9]*.py")}
    if newer := [name for name in manifest["migrations"] if name not in known]:
        raise BackupError(
            f"This backup is of release {manifest['release']}, whose schema is newer than that of {release()}, which "
            f"does not know {newer[0]}. Install that release or a newer one, and restore with it."
        )


def _require_secret(manifest: Mapping[str, Any], settings: Settings) -> None:
    keys = [settings.secret_key, *settings.secret_keys_old]
    if manifest.get("secretKey") not in {_fingerprint(key) for key in keys}:
        raise BackupError(
            "This backup was made with another SECRET_KEY, without which neither webhooks' nor models' secrets can be "
            "read. Set that key, or name it in SECRET_KEYS_OLD."
        )


def _fingerprint(key: SecretStr | None) -> str:
    secret = key.get_secret_value() if key else ""
    return hmac.digest(secret.encode(), b"inference-server backup", "sha256").hex()[:16]


def _check_whole(source: Path, manifest: Mapping[str, Any]) -> list[StoredFile]:
    """All files of a backup, each of which is there as it was written."""
    for name, part in ((DUMP, manifest["database"]), (LISTING, manifest["files"])):
        if not (source / name).is_file() or _sum(source / name) != part["sha256"]:
            raise BackupError(f"{source / name} is missing or not as it was written; take another backup.")
    with (source / LISTING).open(encoding="utf-8") as lines:
        files = [StoredFile(**json.loads(line)) for line in lines]
    broken = [file.key for file in files if not _is_whole(source / FILES / file.key, file)]
    if broken:
        raise BackupError(
            f"{len(broken)} of {len(files)} files in {source / FILES} are missing or not as they were written, first "
            f"{broken[0]}; take another backup."
        )
    return files


def _is_whole(path: Path, file: StoredFile) -> bool:
    return path.is_file() and path.stat().st_size == file.bytes and _sum(path) == file.sha256


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _blocks(path: Path) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        while block := await file.read(BLOCK_BYTES):
            yield block


def _sentences(verb: str, summary: Summary) -> Iterator[str]:
    yield f"{verb} the database and {summary.files} files ({summary.bytes} bytes) in {summary.seconds:.1f} s."
    if summary.missing:
        yield f"{summary.missing} files that the database names were not in the store: deleted meanwhile, or lost."


async def _or_sentence(work: Any) -> Summary:
    try:
        summary: Summary = await work
    except* (BackupError, ToolError, StorageError, OSError, *DATABASE_ERRORS, asyncpg.PostgresError) as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise fail(str(error) or type(error).__name__) from None
    return summary


Programs = Annotated[
    Path | None, typer.Option("--pg-bin", help="Folder of pg_dump and pg_restore, if not where packages put them.")
]


def backup(
    target: Annotated[Path, typer.Argument(help="Folder to write, which does not exist yet.")], pg_bin: Programs = None
) -> None:
    """Write the database and all files that it names into a folder, while servers run."""
    settings = operator_settings("DATABASE_URL", "SECRET_KEY")
    summary = run(_or_sentence(back_up(settings, target.absolute(), pg_bin)))
    typer.echo("\n".join(_sentences("Backed up", summary)))


def restore_backup(
    source: Annotated[Path, typer.Argument(help="Folder of a backup.")], pg_bin: Programs = None
) -> None:
    """Restore a backup into an empty database and the file store; then run `migrate`, and start servers."""
    settings = operator_settings("DATABASE_URL", "SECRET_KEY")
    summary = run(_or_sentence(restore(settings, source.absolute(), pg_bin)))
    typer.echo("\n".join([*_sentences("Restored", summary), "Run: inference-server migrate"]))
