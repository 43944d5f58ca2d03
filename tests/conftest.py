"""Real parts for all tests: PostgreSQL, Redis, an API process and a worker process, on private sockets and ports."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from xdist.scheduler import LoadScopeScheduling

from server.embedded.postgres import DATABASE
from server.embedded.servers import LocalServers
from tests.support.api import wait_until_healthy, wait_until_prepared
from tests.support.long_tests import is_long
from tests.support.prepared import (
    EMPTY,
    PreparedServers,
    StartServers,
    copy_cluster,
    execute,
    new_cluster,
    other_database,
)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Processes that share the cores: threads of torch would wait for each other's, busily
    os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).parent.parent
# Receivers of webhooks that tests start on this machine
LOCAL_RECEIVERS = {"WEBHOOK_ALLOW": "127.0.0.0/8:*"}
COPY = f"CREATE DATABASE {EMPTY} TEMPLATE {DATABASE}"
METRICS = {"METRICS_TOKEN": secrets.token_urlsafe(24), "METRICS_OPERATIONS": "Counted"}
# Suites whose files share servers of their own: they stay in one process, where those start once
TOGETHER = tuple(f"tests/integration/{suite}" for suite in ("custom", "worker", "accounts", "tracing", "webhooks"))
# What takes half a minute and more begins first, so that no process is left alone with it at the end
LONGEST = tuple(
    f"tests/integration/{scope}"
    for scope in (
        "engine/test_faults.py", "accounts", "engine/test_rogue_models.py", "custom", "webhooks", "tracing",
        "graph/test_fuzz.py", "hub/test_end_to_end.py", "database/test_migrations.py", "embedded/test_real_up.py",
        "embedded/test_up.py", "storage/test_contract.py", "models/test_demo_samples.py",
    )
)  # fmt: skip
# Each of their tests is long
APART = ("tests/web/test_browser.py",)
# All tests together ask from one address; those of the rates set their own
for name in ("RATE_LIMIT_USER", "RATE_LIMIT_ADDRESS"):
    os.environ.setdefault(name, "0")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves to `make check`."""
    for item in items:
        if is_long(item.nodeid):
            item.add_marker("long")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A report of a failure, again where Python 3.11 could not parse the sources to show.

    Its parser counts its depth for all threads at once, and raises SystemError where another one, or a log line of the
    garbage collector, formats a traceback meanwhile: without this the whole run would end.
    """
    try:
        return (yield)
    except SystemError:
        return pytest.TestReport.from_item_and_call(item, call)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How several processes share the tests: file by file, or suite by suite of `TOGETHER`."""
    return _ByServers(config, log)


class _ByServers(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file in APART:
            return nodeid
        return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)

    def _assign_work_unit(self, node: Any) -> None:
        longest = next((scope for scope in LONGEST if scope in self.workqueue), None)
        if longest is not None:
            self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def schema_cluster(shared_folder: Path) -> Path:
    """A cluster with the schema, in a database that others may copy too."""
    cluster = shared_folder / "schema"
    with FileLock(shared_folder / "schema.lock"):
        if not cluster.exists():
            with new_cluster(cluster) as servers:
                environment = {**os.environ, "DATABASE_URL": servers.database_url, "PYTHONWARNINGS": ""}
                command = [sys.executable, "-m", "server.cli", "migrate"]
                subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=60)
                asyncio.run(execute(other_database(servers.database_url, "postgres"), COPY))
    return cluster


@pytest.fixture(scope="session")
def schema_servers(schema_cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServers]:
    """PostgreSQL and Redis of this test session for tests that need no API and no worker."""
    data_dir = tmp_path_factory.mktemp("schema-servers")
    copy_cluster(schema_cluster, data_dir)
    with LocalServers.start(data_dir, durable=False) as servers:
        yield servers


@pytest.fixture(scope="session")
def start_servers(schema_cluster: Path, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> StartServers:
    """Starts a PostgreSQL and a Redis that nobody else uses.

    Where a run may need several, their databases have the demo models from the start, and `running` need not add them.
    """
    cluster = shared_folder / "prepared"
    # The first servers of a process that runs alone may be the only ones
    is_first = "PYTEST_XDIST_WORKER" not in os.environ

    def prepare() -> None:
        with FileLock(shared_folder / "prepared.lock"):
            if not cluster.exists():
                with (
                    new_cluster(cluster, schema_cluster) as servers,
                    running(servers, tmp_path_factory.mktemp("preparing")),
                ):
                    pass

    @contextmanager
    def start() -> Iterator[LocalServers]:
        nonlocal is_first
        data_dir = tmp_path_factory.mktemp("servers")
        base, kind = (schema_cluster, LocalServers) if is_first else (cluster, PreparedServers)
        if not is_first:
            prepare()
        is_first = False
        copy_cluster(base, data_dir)
        with kind.start(data_dir, durable=False) as servers:
            yield servers

    return start


@pytest.fixture(scope="session")
def local_servers(start_servers: StartServers) -> Iterator[LocalServers]:
    """PostgreSQL and Redis of the live server."""
    with start_servers() as servers:
        yield servers


@pytest.fixture(scope="module")
def own_servers(start_servers: StartServers) -> Iterator[LocalServers]:
    """PostgreSQL and Redis for workers that must not take the work of others."""
    with start_servers() as servers:
        yield servers


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveServer:
    """An API process and worker processes over one database."""

    url: str
    environment: dict[str, str]
    data_dir: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run an `inference-server` command against it."""
        return subprocess.run(
            [sys.executable, "-m", "server.cli", *arguments], env={**self.environment, **environment},
            capture_output=True, text=True, check=True, cwd=ROOT, timeout=180,
        )  # fmt: skip

    def start(self, name: str, command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start an API or a worker; its output goes to a log in the data directory."""
        with (self.data_dir / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", command], env={**self.environment, **environment},
                stdout=log, stderr=log, cwd=ROOT, start_new_session=True,
            )  # fmt: skip
        self.processes[name] = process
        return process

    def stop(self, name: str) -> int:
        """Stop one in order; its exit code."""
        process = self.processes.pop(name)
        process.terminate()
        return process.wait(60)

    def kill(self) -> None:
        """End all of them at once; a runner ends with its worker."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()
        self.processes.clear()


@contextmanager
def running(servers: LocalServers, data_dir: Path, *, workers: int = 1, **settings: str) -> Iterator[LiveServer]:
    """An API and workers over these servers; everything is killed at the end."""
    port = int(settings.get("API_PORT") or free_port())
    environment = {
        **os.environ,
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_DIR": str(data_dir),
        "API_PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "SHUTDOWN_GRACE_SECONDS": "2",
        "LAME_DUCK_SECONDS": "0",
        "PYTHONWARNINGS": "",
        # How long a thread of Dramatiq waits before it looks whether it shall stop
        "dramatiq_worker_timeout": "200",
        # All tests come from one address
        "REGISTRATIONS_PER_HOUR": "0",
        "MODEL_CREATORS": "users",
        "LOGIN_ADDRESS_PER_MINUTE": "0",
        "ANONYMOUS_PREDICTIONS_PER_MINUTE": "0",
        **settings,
    }
    live = LiveServer(f"http://127.0.0.1:{port}", environment, data_dir)
    if not isinstance(servers, PreparedServers):
        live.command("migrate")
        live.command("register-demo")
    try:
        live.start("api", "serve")
        for number in range(workers):
            live.start(f"worker-{number}", "worker")
        wait_until_healthy(live.url, workers, live.processes)
        if workers:
            wait_until_prepared(live.url)
        yield live
    finally:
        # How they stop in order is tested where that is the promise; here it would only take three seconds each time
        live.kill()


@pytest.fixture(scope="session")
def live_server(local_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The API and one worker, shared by all tests of the session."""
    model_root = tmp_path_factory.mktemp("model-root")
    folders = {"MODEL_ROOT": str(model_root), "CONFIG_ROOT": str(tmp_path_factory.mktemp("config-root"))}
    chosen = {**folders, "WORKER_METRICS_PORT": str(free_port()), **METRICS, **LOCAL_RECEIVERS}
    with running(local_servers, tmp_path_factory.mktemp("data"), **chosen) as live:
        yield live
