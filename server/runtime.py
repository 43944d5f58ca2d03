"""What a process holds while it runs: settings and adapters, opened and closed in one place."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import structlog
from anyio.to_thread import run_sync

from server.adapters.bell import Bell
from server.adapters.database import (
    CLOCK_SECONDS,
    POOLED,
    clock_note,
    database_identity,
    is_pooled,
    open_database,
    require_current_schema,
    require_writes,
)
from server.adapters.event_log import EventLog
from server.adapters.kept_counts import KeptCounts, KeptValues
from server.adapters.rate_limiter import RateLimiter
from server.adapters.redis_clients import async_redis
from server.adapters.security import LinkTokens, Passwords, RefreshTokens, Tokens
from server.adapters.signing import FileSigner
from server.adapters.storage import Storage, open_storage
from server.adapters.store_watch import StoreWatch
from server.adapters.tracing import NO_TRACING, Tracing
from server.adapters.vault import Vault, open_vault
from server.adapters.wakeups import CANCELS, CHANGES, Wakeups
from server.settings import Settings, SettingsError, require_services
from server.settings.postgres_url import UNBOUND, read_postgres_url
from server.settings.types import StorageType

if TYPE_CHECKING:
    from server.adapters.oidc import OidcProvider

# Objects before a young collection; young ones before a middle one; middle ones before a full one
GARBAGE_THRESHOLDS = (10_000, 5, 4)

logger = structlog.get_logger(__name__)


class Role(StrEnum):
    """What a process is."""

    API = "api"
    WORKER = "worker"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Runtime:
    """The adapters of one process; services take it as their first argument."""

    settings: Settings
    bell: Bell
    event_log: EventLog
    wakeups: Wakeups
    storage: Storage
    signer: FileSigner
    passwords: Passwords
    tokens: Tokens
    refresh_tokens: RefreshTokens
    link_tokens: LinkTokens
    limiter: RateLimiter
    vault: Vault
    store_watch: StoreWatch
    tracing: Tracing = NO_TRACING
    stored_bytes: KeptCounts = field(default_factory=KeptCounts)
    waiting: KeptCounts = field(default_factory=KeptCounts)
    """How many predictions wait."""
    limits: KeptValues[Any] = field(default_factory=KeptValues)
    """What users may ask for, as `server.services.limits` reads it."""
    prices: KeptValues[Any] = field(default_factory=KeptValues)
    """The price list that holds, as `server.services.prices` reads it."""
    budgets: KeptValues[bool] = field(default_factory=KeptValues)
    """Whether there are budgets of whose predictions these are."""
    mail_wake: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is mail to send."""
    oidc: OidcProvider | None = None
    """The provider of single sign-on, in an API process where one is configured."""


def open_tracing(settings: Settings, role: Role) -> Tracing:
    """What a process of this role traces with.

    Raises:
        SettingsError: an exporter cannot be made of what is set.
    """
    if not settings.trace_exporters:
        return NO_TRACING
    from server.adapters.otel import open_otel

    return open_otel(settings.trace_exporters, role.value)


@asynccontextmanager
async def open_runtime(settings: Settings, role: Role, tracing: Tracing = NO_TRACING) -> AsyncIterator[Runtime]:
    """Everything a process of this role needs; `tracing` is closed with it.

    Raises:
        SettingsError: a service or the secret is not configured.
        DatabaseUnavailableError: PostgreSQL does not answer.
        SchemaBehindError: migrations are missing.
    """
    require_services(settings)
    if settings.database_url is None or settings.redis_dsn is None or settings.secret_key is None:
        raise SettingsError("DATABASE_URL, REDIS_URL and SECRET_KEY are needed")
    secret = settings.secret_key.get_secret_value()
    former_secrets = tuple(key.get_secret_value() for key in settings.secret_keys_old)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(run_sync, tracing.close)
        await stack.enter_async_context(
            open_database(settings.database_url.get_secret_value(), settings.database_pool_size)
        )
        if read_postgres_url(settings.database_url.get_secret_value()).binds_no_channel:
            logger.warning("database.channel_not_bound", note=UNBOUND)
        if is_pooled():
            logger.info("database.pooled", note=POOLED)
        if abs(ahead := await require_writes()) > CLOCK_SECONDS:
            logger.warning("clock.off", note=clock_note(ahead))
        await require_current_schema()
        prefix = settings.redis_prefix
        client = async_redis(settings.redis_dsn, prefix)
        stack.push_async_callback(client.aclose)
        # Connections of its own: counting does not wait behind reads of events
        counting = async_redis(settings.redis_dsn, prefix)
        stack.push_async_callback(counting.aclose)
        event_log = EventLog(client, settings.event_bytes_per_owner, prefix)
        signer = FileSigner(secret, former_secrets)
        storage = await stack.enter_async_context(open_storage(settings, signer))
        folders = {"MODEL_CACHE_DIR": settings.model_cache_dir}
        if settings.storage_type is StorageType.LOCAL:
            folders["STORAGE_DIR"] = settings.storage_dir
        if role is Role.WORKER:
            # Where inputs are laid out, and where models may write
            folders["DATA_DIR"] = settings.data_dir
        yield Runtime(
            settings=settings,
            bell=Bell(event_log.calls, prefix),
            event_log=event_log,
            wakeups=Wakeups(settings.redis_dsn, CANCELS if role is Role.WORKER else CHANGES, prefix),
            storage=storage,
            signer=signer,
            passwords=Passwords(),
            tokens=Tokens(secret, settings.access_token_seconds, former_secrets),
            refresh_tokens=RefreshTokens(secret, former_secrets),
            link_tokens=LinkTokens(secret, former_secrets),
            limiter=RateLimiter(counting, prefix),
            vault=open_vault(settings),
            store_watch=StoreWatch(
                event_log, storage, folders, settings.min_free_disk_bytes, database=await database_identity()
            ),
            tracing=tracing,
            oidc=await stack.enter_async_context(_open_oidc(settings)) if role is Role.API else None,
        )


@asynccontextmanager
async def _open_oidc(settings: Settings) -> AsyncIterator[OidcProvider | None]:
    if settings.oidc_issuer is None:
        yield None
        return
    from server.adapters.oidc import open_provider

    async with open_provider(settings) as provider:
        yield provider


def bound_garbage() -> None:
    """Collect cycles for as long as this process runs, so that they take some megabytes at most.

    What is here by now lives as long as the process, and is left out of collections. Python runs a full one only when
    what came since the last is more than a quarter of what that left, so that it costs in proportion to what is made.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
