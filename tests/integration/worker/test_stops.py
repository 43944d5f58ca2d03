"""SIGTERM ends a worker in time whatever it waits for, and its probes say what that is."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
import redis

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, free_port, running
from tests.integration.worker.conftest import QUICK
from tests.support.api import Client, wait_for
from tests.support.processes import alive, family

# What is promised: SHUTDOWN_GRACE_SECONDS and 35 more
STOP_SECONDS = 36.0


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("stops"), workers=0, **QUICK) as found:
        yield found


def log_of(live: LiveServer, name: str) -> str:
    path = live.data_dir / f"{name}.log"
    return path.read_text() if path.exists() else ""


def stop(live: LiveServer, name: str) -> float:
    """Seconds that a worker takes to end, with all of its processes."""
    began, everything = time.monotonic(), family(live, name)
    process = live.processes.pop(name)
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        for each in everything:
            each.kill()
        process.wait()
    wait_for(lambda: not alive(everything), 10)
    return time.monotonic() - began


@contextmanager
def silent_server() -> Iterator[int]:
    """A port on which connections are taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


WITHOUT_GPU = {"REQUIRE_GPU": "true", "CUDA_VISIBLE_DEVICES": ""}
HANGING = {"CUSTOM_PREDICTORS": "tests.integration.worker.hanging:Model"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "sign"), [("dying", WITHOUT_GPU, "runner.start_failed"), ("hanging", HANGING, "")]
)
def test_a_worker_whose_runner_cannot_start_lives_is_not_ready_and_stops(
    live: LiveServer, name: str, settings: dict[str, str], sign: str
) -> None:
    port = free_port()
    live.start(name, "worker", WORKER_PROBE_PORT=str(port), **settings)

    def ask(path: str) -> httpx.Response | None:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/health/{path}", trust_env=False)
        except httpx.HTTPError:
            return None

    wait_for(lambda: (answer := ask("ready")) is not None and "up" in answer.text and sign in log_of(live, name), 60)
    ready, lives = ask("ready"), ask("live")
    assert lives is not None
    assert ready is not None
    assert (lives.status_code, lives.json()["status"]) == (200, "ok")
    assert ready.status_code == 503
    assert "its model process is not up" in ready.json()["problems"]
    assert stop(live, name) < STOP_SECONDS


@pytest.mark.slow
def test_a_worker_stops_while_nothing_answers(live: LiveServer) -> None:
    with silent_server() as port:
        live.start("no-database", "worker", DATABASE_URL=f"postgresql://nobody@127.0.0.1:{port}/none")
        live.start("no-redis", "worker", REDIS_URL=f"redis://127.0.0.1:{port}/0")
        wait_for(lambda: "worker.ready" in log_of(live, "no-redis"), 60)
        assert stop(live, "no-redis") < STOP_SECONDS
        assert stop(live, "no-database") < STOP_SECONDS


@pytest.mark.slow
async def test_a_worker_stops_while_postgresql_and_redis_are_away(own_servers: LocalServers, live: LiveServer) -> None:
    port = free_port()
    live.start("away", "worker", WORKER_PROBE_PORT=str(port))
    await asyncio.to_thread(wait_for, lambda: "worker.ready" in log_of(live, "away"), 60)
    servers = [child for child in own_servers.children if child.name in ("postgres", "redis")]
    assert len(servers) == 2
    # PostgreSQL's processes have groups of their own
    pids = [pid for child in servers for pid in child.pids()]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        ready = f"http://127.0.0.1:{port}/health/ready"
        await asyncio.to_thread(wait_for, lambda: "heartbeats" in httpx.get(ready, trust_env=False).text, 60)
        seconds = await asyncio.to_thread(stop, live, "away")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert seconds < STOP_SECONDS


@pytest.mark.slow
async def test_a_worker_that_stops_leaves_a_clean_log_and_a_bounded_key(
    live: LiveServer, own_servers: LocalServers
) -> None:
    port = free_port()
    live.start("tidy", "worker", WORKER_PROBE_PORT=str(port))
    wait_for(lambda: "worker.ready" in log_of(live, "tidy"), 60)
    wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False).status_code == 200, 20)
    assert live.command("worker-health", WORKER_PROBE_PORT=str(port)).stdout == "ok\n"
    with redis.Redis.from_url(own_servers.redis_url) as cache:
        wait_for(lambda: cache.ttl("dramatiq:__heartbeats__") > 0, 10)
    client, process = Client(live.url), live.processes["tidy"]
    process.terminate()
    # Bells that come while it stops, of predictions that wait for another worker
    while process.poll() is None:
        await client.create("demo/echo", {"text": "later"})
    await client.close()
    live.processes.pop("tidy")
    assert "Event loop is closed" not in log_of(live, "tidy")
    with pytest.raises(subprocess.CalledProcessError) as failure:
        live.command("worker-health", "--live", WORKER_PROBE_PORT=str(port))
    assert "does not answer" in failure.value.stderr
