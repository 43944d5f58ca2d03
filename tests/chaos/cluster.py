"""Two APIs and two workers over a PostgreSQL and a Redis of their own, every line between them through a proxy."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import redis.asyncio

from server.embedded.postgres import PORT
from server.embedded.processes import Child
from server.embedded.servers import LocalServers
from tests.chaos import models
from tests.chaos.audit import install
from tests.conftest import LiveServer, free_port, running
from tests.support.operations import add_model, administrator, settled, somebody
from tests.support.proxies import PostgresReader, Proxies, Proxy, RedisReader

LEASE_SECONDS = 3.0
SETTINGS = {
    "LEASE_SECONDS": f"{LEASE_SECONDS:g}",
    "HEARTBEAT_SECONDS": "0.5",
    "RECOVERY_SECONDS": "0.5",
    "CLAIM_POLL_SECONDS": "0.5",
    "CANCEL_GRACE_SECONDS": "1",
    "RUNNER_SILENCE_SECONDS": "4",
    "SHUTDOWN_GRACE_SECONDS": "0.5",
    "CUSTOM_SLOTS": "8",
    "WARM_WAIT_SECONDS": "0.2",
    "WEBHOOK_ALLOW": "127.0.0.1/32:*",
    "WEBHOOK_TIMEOUT_SECONDS": "3",
    "ACCESS_TOKEN_SECONDS": "86400",
    "FILE_SWEEP_SECONDS": "2",
    "STRAY_FILE_SECONDS": "20",
    "ANONYMOUS_PREDICTIONS_PER_MINUTE": "0",
    "CUSTOM_PREDICTORS": ",".join(f"{models.MODULE}:{name}" for name in models.CLASSES),
}
APIS = ("api-0", "api-1")
WORKERS = ("worker-0", "worker-1")
READY_SECONDS = 90.0
RESTARTS = 8
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

PRICES = "mutation ($input: SetPricesInput!) { setPrices(input: $input) { __typename } }"
BUDGET = "mutation ($input: SetBudgetInput!) { setBudget(input: $input) { __typename } }"


@dataclass
class Cluster:
    """Everything that faults are injected into; `slugs` are the models by their predictor, `token` is a user's."""

    servers: LocalServers
    proxies: Proxies
    live: LiveServer
    urls: dict[str, str]
    slugs: dict[str, str] = field(default_factory=dict)
    token: str = ""
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    @property
    def postgres(self) -> Child:
        """The server process."""
        return next(child for child in self.servers.children if child.name == "postgres")

    @property
    def redis(self) -> Child:
        """The server process."""
        return next(child for child in self.servers.children if child.name == "redis")

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection that no fault touches."""
        connection = await asyncpg.connect(self.servers.database_url, timeout=3)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def cache(self) -> AsyncIterator[redis.asyncio.Redis]:
        """A Redis client that no proxy stands before."""
        client = redis.asyncio.Redis.from_url(self.servers.redis_url, socket_timeout=5, retry=None)
        try:
            yield client
        finally:
            await client.aclose()

    def connect(self, name: str) -> None:
        """Lay the lines of one more process."""
        sockets = parse_qs(urlsplit(self.servers.database_url).query)["host"][0]
        self.proxies.add(f"{name}/db", f"{sockets}/.s.PGSQL.{PORT}", PostgresReader)
        self.proxies.add(f"{name}/redis", urlsplit(self.servers.redis_url).path, RedisReader)

    def start(self, name: str, **settings: str) -> None:
        """Start an API or a worker with the lines of its own."""
        lines = {"DATABASE_URL": _database_url(self.proxies.all[f"{name}/db"]),
                 "REDIS_URL": _redis_url(self.proxies.all[f"{name}/redis"])}  # fmt: skip
        if name.startswith("api"):
            self.live.start(name, "serve", API_PORT=str(urlsplit(self.urls[name]).port), **lines, **settings)
        else:
            self.live.start(name, "worker", **lines, **settings)

    def family(self, name: str) -> list[psutil.Process]:
        """A process and its children, its master first."""
        with suppress(psutil.NoSuchProcess, KeyError):
            master = psutil.Process(self.live.processes[name].pid)
            found = [master, *master.children(recursive=True)]
            self.seen |= {process.pid: process for process in found}
            return found
        return []

    def runner(self, name: str) -> psutil.Process | None:
        """A worker's runner, where it has one now."""
        for process in self.family(name):
            with suppress(psutil.Error):
                if "workers.runner.main" in " ".join(process.cmdline()):
                    return process
        return None

    def supervisor(self, name: str) -> psutil.Process | None:
        """The process that holds a worker's supervisor: the parent of its runner."""
        runner = self.runner(name)
        return runner.parent() if runner else None

    def kill(self, name: str) -> None:
        """kill -9 of a process and all its children."""
        for process in self.family(name):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.live.processes.pop(name).wait()

    async def stop(self, name: str) -> int:
        """SIGTERM, and wait."""
        self.family(name)
        return await asyncio.to_thread(self.live.stop, name)

    async def ready(self, name: str) -> None:
        """Wait until an API answers, or a worker has a runner and is in the catalogue.

        One that ended because PostgreSQL was away is started again, as a service manager does.
        """
        deadline, starts = time.monotonic() + READY_SECONDS, 0
        while not await self._is_ready(name):
            assert time.monotonic() < deadline, f"{name} does not come up: {self.log(name)[-2000:]}"
            if self.live.processes[name].poll() is not None:
                starts += 1
                assert starts <= RESTARTS, f"{name} ends again and again: {self.log(name)[-2000:]}"
                self.start(name)
            await asyncio.sleep(0.2)

    async def _is_ready(self, name: str) -> bool:
        if name.startswith("api"):
            port = urlsplit(self.urls[name]).port
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return True
            return False
        family = {process.pid for process in self.family(name)}
        with suppress(*AWAY):
            async with self.database() as connection:
                return bool(family & {row["pid"] for row in await connection.fetch("SELECT pid FROM worker")})
        return False

    def log(self, name: str) -> str:
        """What a process wrote so far."""
        path = self.live.data_dir / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def heal(self) -> None:
        """Everything is there and answers: what faults left frozen, silent or down is brought back."""
        self.proxies.heal()
        for child in (self.postgres, self.redis):
            child.send(signal.SIGCONT)
            if not child.is_running:
                await asyncio.to_thread(child.start)
        for process in list(self.seen.values()):
            with suppress(psutil.NoSuchProcess):
                process.resume()
        await self.reachable()
        for name in (*APIS, *WORKERS):
            if name not in self.live.processes:
                self.start(name)
        await asyncio.gather(*map(self.ready, (*APIS, *WORKERS)))

    async def answers(self) -> None:
        """Wait until PostgreSQL does."""
        async with asyncio.timeout(60):
            while True:
                with suppress(*AWAY):
                    async with self.database() as connection:
                        await connection.execute("SELECT 1")
                        return
                await asyncio.sleep(0.05)

    async def reachable(self) -> None:
        """Wait until both servers answer."""
        await self.answers()
        async with asyncio.timeout(60):
            while True:
                with suppress(*AWAY, redis.asyncio.RedisError):
                    async with self.cache() as cache:
                        await cache.ping()
                        return
                await asyncio.sleep(0.05)


def _database_url(proxy: Proxy) -> str:
    return f"postgresql://postgres:@127.0.0.1:{proxy.port}/inference"


def _redis_url(proxy: Proxy) -> str:
    return f"redis://127.0.0.1:{proxy.port}/0"


@contextmanager
def running_cluster(folder: Path, **settings: str) -> Iterator[Cluster]:
    """A cluster, its models added; all of it is gone at the end."""
    (folder / "servers").mkdir()
    (folder / "data").mkdir()
    with ExitStack() as stack:
        servers = stack.enter_context(LocalServers.start(folder / "servers"))
        proxies = stack.enter_context(Proxies.running())
        sockets = parse_qs(urlsplit(servers.database_url).query)["host"][0]
        cache = urlsplit(servers.redis_url).path
        for name in (*APIS, *WORKERS):
            proxies.add(f"{name}/db", f"{sockets}/.s.PGSQL.{PORT}", PostgresReader)
            proxies.add(f"{name}/redis", cache, RedisReader)
        first = proxies.all
        proxied = replace(
            servers, database_url=_database_url(first["api-0/db"]), redis_url=_redis_url(first["api-0/redis"])
        )
        live = stack.enter_context(running(proxied, folder / "data", workers=0, **SETTINGS, **settings))
        live.processes["api-0"] = live.processes.pop("api")
        cluster = Cluster(servers, proxies, live, {"api-0": live.url, "api-1": f"http://127.0.0.1:{free_port()}"})
        stack.callback(_end_everything, cluster)
        asyncio.run(_complete(cluster))
        yield cluster


async def _complete(cluster: Cluster) -> None:
    async with cluster.database() as connection:
        await install(connection)
    for name in (APIS[1], *WORKERS):
        cluster.start(name)
    await asyncio.gather(*map(cluster.ready, (APIS[1], *WORKERS)))
    client = await administrator(cluster.live)
    for name in (found.lower() for found in models.CLASSES):
        source: dict[str, Any] = {"predictor": name}
        model = await add_model(client, name=name, source=source, visibility="PUBLIC")
        cluster.slugs[name] = model["slug"]
    for slug in cluster.slugs.values():
        found = await settled(client, slug)
        assert found["versions"][0]["state"] == "READY", found
    user, handle = await somebody(cluster.live.url)
    cluster.token = str(user.token)
    await user.close()
    await client.run(PRICES, input={"prices": [{"unit": "SECOND", "amount": "0.0001"}]})
    answer = await client.run(BUDGET, input={"user": handle, "period": "TOTAL", "amount": "1000000"})
    assert answer["setBudget"]["__typename"] == "User", answer
    await client.close()


def _end_everything(cluster: Cluster) -> None:
    """Nothing stays frozen, so that everything can be told to stop; a process that is left was lost track of."""
    cluster.proxies.heal()
    for name in list(cluster.live.processes):
        for process in cluster.family(name):
            with suppress(psutil.NoSuchProcess):
                os.kill(process.pid, signal.SIGCONT)
