"""`inference-server doctor`: what of a set-up keeps it from running well, each with what to do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import anyio
import httpcore
import orjson
import typer
from anyio.to_thread import run_sync

from server.adapters.connections import ReadOnlyDatabaseError
from server.adapters.database import (
    CLOCK_SECONDS,
    DATABASE_ERRORS,
    POOLED,
    DatabaseUnavailableError,
    clock_note,
    database_identity,
    is_pooled,
    open_database,
    pending_migrations,
    require_writes,
    rows,
)
from server.adapters.disk import disk_space
from server.adapters.event_log import EventLog
from server.adapters.outbound import GuardedBackend, OutboundError, Resolver
from server.adapters.redis_calls import REDIS_ERRORS
from server.adapters.redis_clients import async_redis
from server.adapters.signing import FileSigner
from server.adapters.storage import Storage, StorageError, open_storage
from server.adapters.store_watch import CLUSTERED, MEGABYTE, StoreWatch
from server.command_line import operator_settings, run
from server.domain.targets import BadUrlError, check_target, parse_target
from server.log import configure_logging
from server.services.catalogue import workers_alive
from server.services.health import NO_WORKER
from server.settings import Settings, SettingsError, require_services
from server.settings.postgres_url import UNBOUND, read_postgres_url
from server.settings.types import StorageType

LEAST_POSTGRESQL = 140_000
"""As PostgreSQL counts its releases: 14."""
PATIENCE_SECONDS = 10.0
DEVICE_SECONDS = 120.0
HUB = "https://huggingface.co"
OUTBOUND = (
    "Let this machine resolve names and connect out to that port (firewall, security group, network policy); webhooks "
    "use no proxy, and a receiver in a private network is opened by WEBHOOK_ALLOW."
)
REDIS_REMEDIES = {
    "refusing": "Give Redis memory and disk, or name one in REDIS_URL that is no replica.",
    "shared": "Set REDIS_NAMESPACE of one of the installations, for all of its processes, and start them again.",
    "nearly full": "Raise maxmemory, or give this server a Redis of its own.",
    "evicting": "In redis.conf and by CONFIG SET: maxmemory-policy noeviction.",
}


class DiagnosisState(StrEnum):
    """How a part is: well, of concern, or such that the server cannot run or loses something."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True)
class Diagnosis:
    """How one part is, in a sentence, and what to do about it where it is not `ok`."""

    part: str
    state: DiagnosisState
    says: str
    remedy: str = ""


def _ok(part: str, says: str) -> Diagnosis:
    return Diagnosis(part, DiagnosisState.OK, says)


def _warning(part: str, says: str, remedy: str) -> Diagnosis:
    return Diagnosis(part, DiagnosisState.WARNING, says, remedy)


def _broken(part: str, says: str, remedy: str) -> Diagnosis:
    return Diagnosis(part, DiagnosisState.BROKEN, says, remedy)


async def diagnose(settings: Settings, webhooks: Sequence[str] = ()) -> list[Diagnosis]:
    """How every part is that this machine can ask, each asked though others are broken.

    `webhooks` are URLs of receivers that this machine shall reach.
    """
    parts = [check_settings(settings)]
    secret = settings.secret_key.get_secret_value() if settings.secret_key else ""
    parts += await check_database(settings)
    try:
        async with open_storage(settings, FileSigner(secret)) as storage:
            database = await _identify(settings) if parts[1:2] and parts[1].state is DiagnosisState.OK else ""
            parts += await check_redis(settings, storage, database)
            parts.append(await check_storage(settings, storage))
    except StorageError as error:
        parts.append(_storage_broken(settings, str(error)))
    parts += await check_disks(settings)
    parts += await check_model_root(settings)
    parts.append(await check_device(settings))
    parts.append(await check_hub(settings))
    parts += [await check_webhook(settings, url) for url in webhooks]
    return parts


def check_settings(settings: Settings) -> Diagnosis:
    """Whether the services and the secret are named that every process needs."""
    try:
        require_services(settings)
    except SettingsError as error:
        remedy = "Set these for all processes alike (docs/settings.md), or run `inference-server up`."
        return _broken("settings", "; ".join(str(error).splitlines()), remedy)
    return _ok("settings", "DATABASE_URL, REDIS_URL and SECRET_KEY are set.")


async def check_database(settings: Settings) -> list[Diagnosis]:
    """PostgreSQL itself, the schema, the clocks and whether any worker is up; what cannot be asked is left out."""
    if settings.database_url is None:
        return []
    url = settings.database_url.get_secret_value()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), open_database(url, 1):
            parts = await _ask_database()
            if read_postgres_url(url).binds_no_channel:
                parts.append(_warning("database URL", *_sentences(UNBOUND, "; ")))
            return parts
    except ReadOnlyDatabaseError as error:
        remedy = "Name the primary in DATABASE_URL; of several hosts there, the one that takes writes is used."
        return [_broken("database", str(error), remedy)]
    except TimeoutError:
        says = f"PostgreSQL did not answer within {PATIENCE_SECONDS:g} seconds."
    except (DatabaseUnavailableError, *DATABASE_ERRORS) as error:
        says = str(error)
    remedy = "Start PostgreSQL, and check host, port, account, password and database of DATABASE_URL from this machine."
    return [_broken("database", says, remedy)]


async def _ask_database() -> list[Diagnosis]:
    ahead = await require_writes()
    (server,) = await rows(
        "SELECT current_setting('server_version') AS name, current_setting('server_version_num')::int AS number"
    )
    parts = [_ok("database", f"PostgreSQL {server['name']} answers and takes writes.")]
    if server["number"] < LEAST_POSTGRESQL:
        parts = [_broken("database", f"PostgreSQL {server['name']} is too old.", "Use PostgreSQL 14 or newer.")]
    if is_pooled():
        parts.append(_ok("pooler", POOLED))
    if missing := await pending_migrations():
        behind = f"The schema lacks {len(missing)} of the migrations of this release, the first of them {missing[0]}."
        parts.append(_broken("schema", behind, "Run: inference-server migrate"))
    else:
        parts.append(_ok("schema", "The schema is that of this release."))
        alive = await workers_alive()
        parts.append(_ok("workers", f"{alive} up.") if alive else _warning("workers", *_sentences(NO_WORKER, ": ")))
    if abs(ahead) > CLOCK_SECONDS:
        parts.append(_broken("clock", *_sentences(clock_note(ahead), "; ")))
    else:
        parts.append(_ok("clock", "The clocks of this machine and of PostgreSQL agree."))
    return parts


def _sentences(note: str, between: str) -> tuple[str, str]:
    """What is the matter and what to do, of a note that says both in one sentence."""
    says, remedy = note.split(between, 1)
    return f"{says}.", f"{remedy[0].upper()}{remedy[1:]}"


async def _identify(settings: Settings) -> str:
    """What tells the database from others; "" where it does not answer."""
    if settings.database_url is not None:
        with suppress(TimeoutError, DatabaseUnavailableError, *DATABASE_ERRORS):
            async with asyncio.timeout(PATIENCE_SECONDS), open_database(settings.database_url.get_secret_value(), 1):
                return await database_identity()
    return ""


async def check_redis(settings: Settings, storage: Storage, database: str = "") -> list[Diagnosis]:
    """Whether Redis answers, takes writes, has room, forgets nothing, and no other installation uses its names."""
    if settings.redis_dsn is None:
        return []
    client = async_redis(settings.redis_dsn, settings.redis_prefix)
    try:
        await client.ping()
        log = EventLog(client, prefix=settings.redis_prefix)
        watch = StoreWatch(log, storage, database=database, announces=False)
        await watch.look_at_redis()
    except REDIS_ERRORS as error:
        remedy = "Start Redis, and check host, port, password and number of REDIS_URL from this machine."
        return [_broken("redis", f"Redis does not answer: {error}", remedy)]
    finally:
        await client.aclose()
    state = watch.redis
    if state.note == CLUSTERED:
        return [_broken("redis", *_sentences(CLUSTERED, ": "))]
    if state.word in REDIS_REMEDIES:
        return [_broken("redis", state.note, REDIS_REMEDIES[state.word])]
    return [_ok("redis", "Redis answers, takes writes and forgets nothing.")]


async def check_storage(settings: Settings, storage: Storage) -> Diagnosis:
    """Whether a file can be put into the store and removed."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await storage.check()
    except StorageError as error:
        return _storage_broken(settings, str(error))
    except TimeoutError:
        return _storage_broken(settings, f"It did not answer within {PATIENCE_SECONDS:g} seconds.")
    return _ok("storage", "Files can be written and removed.")


def _storage_broken(settings: Settings, reason: str) -> Diagnosis:
    if settings.storage_type is StorageType.LOCAL:
        remedy = "Make STORAGE_DIR a folder that the account of the server may write, on a disk with room."
        return _broken("storage", f"{settings.storage_dir}: {reason}", remedy)
    remedy = "Check S3_BUCKET, S3_REGION, S3_ENDPOINT_URL, the clock and the credentials, "
    remedy += "which must be allowed to list, get, put and delete objects."
    return _broken("storage", f"{settings.s3_bucket}: {reason}", remedy)


async def check_disks(settings: Settings) -> list[Diagnosis]:
    """Whether the disks of the folders here have MIN_FREE_DISK_BYTES left."""
    folders = {"DATA_DIR": settings.data_dir, "MODEL_CACHE_DIR": settings.model_cache_dir}
    if settings.storage_type is StorageType.LOCAL:
        folders["STORAGE_DIR"] = settings.storage_dir
    return [await run_sync(_check_disk, name, folder, settings.min_free_disk_bytes) for name, folder in folders.items()]


def _check_disk(name: str, folder: Path, least: int) -> Diagnosis:
    part = f"disk of {name}"
    space = disk_space(folder)
    if space is None:
        remedy = f"Let the account of the server use it and the folders above it, or set another {name}."
        return _broken(part, f"{folder} cannot be read.", remedy)
    left = f"{folder} has {space.free_bytes / MEGABYTE:.0f} MB left"
    if space.free_bytes < least:
        remedy = f"Make room, move {name} to a larger disk, or lower MIN_FREE_DISK_BYTES."
        return _broken(part, f"{left}, less than {least / MEGABYTE:.0f} MB.", remedy)
    return _ok(part, f"{left}.")


async def check_model_root(settings: Settings) -> list[Diagnosis]:
    """Whether the folders of models can be read, where there are any."""
    root = settings.model_root
    if root is None:
        return []
    with suppress(PermissionError):
        if not await anyio.Path(root).is_dir():
            return [_broken("model root", f"{root} is no folder.", "Set MODEL_ROOT to the folder that has the models.")]
    if not os.access(root, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        remedy = f"Let the account of the worker read {root} and what is in it (chmod o+rX)."
        return [_broken("model root", f"{root} cannot be read.", remedy)]
    return [_ok("model root", f"{root} can be read.")]


async def check_device(settings: Settings) -> Diagnosis:
    """Which device a worker of this machine runs models on; its own process asks, since torch is the worker's."""
    device = {"ENABLE_GPU": str(settings.enable_gpu), "REQUIRE_GPU": str(settings.require_gpu)}
    command = [sys.executable, "-P", "-m", "workers.check_device"]
    try:
        with anyio.fail_after(DEVICE_SECONDS):
            ended = await anyio.run_process(
                command, env={**os.environ, **device}, check=False, stderr=subprocess.DEVNULL
            )
    except TimeoutError:
        return _broken("device", f"No answer within {DEVICE_SECONDS:g} seconds.", "Look at the driver: nvidia-smi")
    says = ended.stdout.decode(errors="replace").strip() or f"The check ended with {ended.returncode}."
    if ended.returncode:
        remedy = "Install the driver and a torch with CUDA, and give a container its GPU; or unset REQUIRE_GPU."
        return _broken("device", says, remedy)
    return _ok("device", says)


async def check_hub(settings: Settings) -> Diagnosis:
    """Whether the hub can be reached, and with it the network outside."""
    target = parse_target(settings.hf_endpoint or HUB)
    place = f"{target.host}:{target.port}"
    try:
        stream = await httpcore.AnyIOBackend().connect_tcp(target.host, target.port, PATIENCE_SECONDS)
        await stream.aclose()
    except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
        says = f"{place} cannot be reached ({error or type(error).__name__}): no model is fetched from the hub."
        return _warning("hub", says, f"{OUTBOUND} HF_ENDPOINT names a mirror. Folders and bundled models need none.")
    return _ok("hub", f"{place} can be reached.")


async def check_webhook(settings: Settings, url: str) -> Diagnosis:
    """Whether a receiver of webhooks can be reached, as webhooks reach it: a connection, and nothing sent."""
    try:
        target = check_target(url, settings.webhook_allow)
        backend = GuardedBackend(settings.webhook_allow, Resolver())
        stream = await backend.connect_tcp(target.host, target.port, PATIENCE_SECONDS)
        await stream.aclose()
    except BadUrlError as error:
        return _broken("webhooks", f"{url}: {error}", "Give the URL of a receiver; WEBHOOK_ALLOW opens private ones.")
    except (OutboundError, httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
        return _broken("webhooks", f"{url} cannot be reached: {error or type(error).__name__}", OUTBOUND)
    return _ok("webhooks", f"{url} can be reached.")


def doctor(
    webhook: Annotated[
        list[str] | None, typer.Option(help="A receiver of webhooks that this machine shall reach; more than once.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check what the server needs, say what to do about what is wrong; exits with 1 where anything is broken."""
    settings = operator_settings()
    # What it finds it says itself
    configure_logging("CRITICAL", settings.log_format)
    parts = run(diagnose(settings, webhook or ()))
    if as_json:
        typer.echo(orjson.dumps([asdict(part) for part in parts], option=orjson.OPT_INDENT_2))
    else:
        for part in parts:
            typer.echo(f"{part.state:<8} {part.part}: {part.says}")
            if part.remedy:
                typer.echo(f"         {part.remedy}")
    if any(part.state is DiagnosisState.BROKEN for part in parts):
        raise typer.Exit(1)
