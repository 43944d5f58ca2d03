"""The reference as it is measured: one API process, a Celery worker with a process for each core, a polling client."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg
import httpx

from server.embedded.servers import LocalServers
from tests.conftest import ROOT, free_port
from tests.support.api import wait_for

# Shorter takes the cores from the stack that is measured, longer waits: of 2 to 20 ms the one that gave most
POLL_SECONDS = 0.005
DATABASE = "reference"
REDIS_DATABASE = 1


class Reference:
    """A client of it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/predictions"

    async def run(self, text: str) -> str:
        """One prediction, polled until it has ended."""
        async with self._session.post(self._url, json={"model": "echo", "input": {"text": text}}) as answer:
            assert answer.status == 201, await answer.text()
            made = await answer.json()
        while made["status"] != "succeeded":
            await asyncio.sleep(POLL_SECONDS)
            async with self._session.get(f"{self._url}/{made['id']}") as answer:
                assert answer.status == 200, await answer.text()
                made = await answer.json()
        return str(made["output"])


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Reference]:
    """A client with as many connections as it needs, kept open."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Reference(session, url)


@contextmanager
def serving(servers: LocalServers, log: Path) -> Iterator[str]:
    """The reference over databases of its own on the same servers, ready; its URL."""
    database = asyncio.run(_new_database(servers.database_url))
    redis = urlsplit(servers.redis_url)
    socket, port = parse_qs(redis.query), free_port()
    assert redis.scheme == "unix", socket
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "REFERENCE_DATABASE_URL": database,
        "REFERENCE_BROKER_URL": f"redis+socket://{redis.path}?virtual_host={REDIS_DATABASE}",
    }
    api = ["uvicorn", "tests.load.references.app:app", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    worker = ["celery", "-A", "tests.load.references.tasks", "worker", "-c", str(os.cpu_count()), "-l", "WARNING"]
    with ExitStack() as stack:
        for command in (api, worker):
            stack.enter_context(_process(command, env, log))
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(url), 60, every=0.1)
        asyncio.run(_first(url))
        yield url


async def _new_database(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()
    parts = urlsplit(url)
    return f"postgresql+asyncpg://postgres@/{DATABASE}?{parts.query}"


@contextmanager
def _process(command: list[str], env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as out:
        run = [sys.executable, "-m", *command]
        process = subprocess.Popen(run, env=env, stdout=out, stderr=out, cwd=ROOT, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False, timeout=2).is_success
    except httpx.HTTPError:
        return False


async def _first(url: str) -> None:
    """One prediction through everything, so that the worker is up."""
    async with client(url) as reference, asyncio.timeout(60):
        await reference.run("hello")
