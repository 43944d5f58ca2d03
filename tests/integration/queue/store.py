"""A migrated database opened in this process, and rows to put into it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg

from server.adapters.bell import Bell
from server.adapters.database import now, open_database, rows
from server.adapters.event_log import EventLog
from server.adapters.rate_limiter import RateLimiter
from server.adapters.redis_clients import async_redis
from server.adapters.security import LinkTokens, Passwords, RefreshTokens, Tokens
from server.adapters.signing import FileSigner
from server.adapters.storage import open_storage
from server.adapters.store_watch import StoreWatch
from server.adapters.vault import open_vault
from server.adapters.wakeups import CHANGES, Wakeups
from server.embedded.servers import LocalServers
from server.runtime import Runtime
from server.settings import Settings
from server.tables import Model, Prediction, User, Version
from tests.support.prepared import EMPTY, other_database

SECRET = "s" * 48
LEASE = timedelta(minutes=1)


@asynccontextmanager
async def opened(servers: LocalServers) -> AsyncIterator[str]:
    """Tortoise over a new database with the current schema; its URL."""
    name = f"jobs_{uuid4().hex}"
    admin = await asyncpg.connect(servers.database_url)
    url = other_database(servers.database_url, name)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {EMPTY}')
        async with open_database(url, 20):
            yield url
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


@asynccontextmanager
async def without_database(url: str, admin_url: str) -> AsyncIterator[None]:
    """PostgreSQL has no database of this name meanwhile, and ended the connections to it."""
    name, admin = urlsplit(url).path.removeprefix("/"), await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name)
        await admin.execute(f'ALTER DATABASE "{name}" RENAME TO "{name}_away"')
        yield
    finally:
        await admin.execute(f'ALTER DATABASE "{name}_away" RENAME TO "{name}"')
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await admin.close()


@asynccontextmanager
async def runtime(redis_url: str, data_dir: Path, **settings: Any) -> AsyncIterator[Runtime]:
    """A runtime over the database that is open already."""
    made = Settings(_env_file=None, secret_key=SECRET, data_dir=data_dir, redis_url=redis_url, **settings)
    client = async_redis(redis_url)
    event_log = EventLog(client)
    signer = FileSigner(SECRET)
    async with open_storage(made, signer) as storage:
        yield Runtime(
            made,
            Bell(event_log.calls),
            event_log,
            Wakeups(redis_url, CHANGES),
            storage,
            signer,
            Passwords(),
            Tokens(SECRET, 900),
            RefreshTokens(SECRET),
            LinkTokens(SECRET),
            RateLimiter(client),
            open_vault(made),
            StoreWatch(event_log, storage),
        )
    await client.aclose()


async def add_version() -> Version:
    """A user with a model with a READY version."""
    mark = uuid4().hex[:12]
    user = await User.create(handle=f"u{mark}", email=f"{mark}@example.com")
    model = await Model.create(owner=user, name=f"m{mark}", kind="CUSTOM", visibility="PUBLIC")
    return await Version.create(
        model=model, number=1, state="READY", source_type="predictor", source_ref="echo", predictor="echo",
        input_schema={}, output_schema={}, info={},
    )  # fmt: skip


async def add(version: Version, queue: str = "custom", **fields: Any) -> Prediction:
    """A waiting prediction, or one of another status with what belongs to it."""
    at = now()
    status = fields.get("status", "starting")
    if status == "processing":
        fields = {"attempt": 1, "worker_id": uuid4(), "lease_until": at + LEASE, "started_at": at, **fields}
    elif status != "starting":
        fields = {"completed_at": at, "canceled_at": at if status == "canceled" else None, **fields}
    return await Prediction.create(
        **{
            "id": uuid4(), "owner": "anon:test", "model_id": version.model_id, "version_id": version.id,
            "queue": queue, "status": "starting", "input": {"text": "x"}, "run_at": at, "rung_at": at,
            "request_hash": "0" * 64, "created_at": at, "updated_at": at, **fields,
        }
    )  # fmt: skip


def new_row(version: Version, queue: str, **fields: Any) -> Prediction:
    """A prediction that is to be accepted."""
    values = {
        "id": uuid4(), "owner": "anon:test", "model_id": version.model_id, "version_id": version.id, "queue": queue,
        "status": "starting", "input": {"text": "ä\\u2028", "n": 2**62}, "request_hash": "0" * 64, **fields,
    }  # fmt: skip
    return Prediction(**values)


async def row(prediction_id: UUID) -> dict[str, Any]:
    """The row as it stands."""
    (found,) = await rows("SELECT * FROM prediction WHERE id = $1", prediction_id)
    return found


async def count(sql: str, *values: object) -> int:
    """The number that a statement gives."""
    (found,) = await rows(sql, *values)
    return int(next(iter(found.values())))
