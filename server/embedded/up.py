"""`inference-server up`: servers, schema, API and workers, started in order and watched until somebody stops them."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncpg

from server.adapters.connections import ReadOnlyDatabaseError, connect
from server.adapters.listening import PortError, bind, socket_path
from server.embedded import troubles
from server.embedded.demo import ApiError, Demo
from server.embedded.folders import SYSTEM_HOME, ServerFolders, socket_folder
from server.embedded.postgres import Postgres
from server.embedded.processes import Child, UpError, rotate, stop_all
from server.embedded.redis import Redis
from server.embedded.state import StateFile, locked, secret_key
from server.embedded.terminal import Terminal
from server.settings import Settings
from server.settings.environment import hidden_values
from server.settings.types import ModelCreators

# Shown as what a browser can open
LOCAL_HOSTS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
HEALTH_SECONDS = 5
POLL_SECONDS = 0.03
WATCH_SECONDS = 0.1
START_SECONDS = 120.0
COMMAND_SECONDS = 600.0
QUICK_DEATHS, QUICK_SECONDS = 5, 30.0
FIRST_PAUSE_SECONDS = 0.1
API_STOP_SECONDS = 35.0
WORKER_MARGIN_SECONDS = 15.0
DEMO_STOP_SECONDS = 2.0
EXAMPLE = """curl -s {url}/graphql -H 'content-type: application/json' -d '{{"query": "{{ server {{ version }} }}"}}'"""
# -P keeps a folder named `server` in the current directory from being taken for ours
COMMAND = (sys.executable, "-P", "-m", "server.cli")


class StartError(UpError):
    """Something did not start or did not stay; the message says what, and ends with its log."""


class StoppedError(Exception):
    """Somebody asked to stop before everything had started."""


@dataclass(frozen=True)
class Address:
    """A host to listen on and its port."""

    host: str
    port: int

    @classmethod
    def claim(cls, host: str, port: int) -> Address:
        """An address that is free now, a port of 0 being replaced by a free one; raises PortError."""
        if socket_path(host):
            raise PortError("`up` serves browsers of this machine, and on no socket; set another API_HOST")
        with bind(host, port, "--port or API_PORT") as bound:
            return cls(host, int(bound.getsockname()[1]))

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine can connect."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def url(self) -> str:
        """The URL to open on this machine."""
        host = LOCAL_HOSTS.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def health(self) -> dict[str, Any] | None:
        """The body of /health/ready once it answers 200."""
        host = LOCAL_HOSTS.get(self.host, self.host)
        connection = http.client.HTTPConnection(host, self.port, timeout=HEALTH_SECONDS)
        try:
            connection.request("GET", "/health/ready")
            response = connection.getresponse()
            body: dict[str, Any] = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return body if response.status == http.HTTPStatus.OK else None


@dataclass
class StopRequest:
    """`stop`: somebody wants everything to end; `hurry`: at once."""

    stop: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)

    def add(self, *_: object) -> None:
        """Stop at the first request, hurry at the second; a signal handler."""
        (self.hurry if self.stop.is_set() else self.stop).set()

    def check(self) -> None:
        """Raise StoppedError once somebody asked to stop."""
        if self.stop.is_set():
            raise StoppedError

    @contextmanager
    def by_signals(self) -> Iterator[None]:
        """Stop by the signals that end a program; a shell that starts one in the background has it ignore SIGINT."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        earlier = {number: signal.signal(number, self.add) for number in numbers}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)


@dataclass
class ChildGroups:
    """All children of a run: started group by group, watched, started again, and stopped in the opposite order."""

    state: StateFile
    terminal: Terminal
    request: StopRequest
    groups: list[list[Child]] = field(default_factory=list)
    _deaths: dict[str, list[float]] = field(default_factory=dict)

    def start(self, *children: Child) -> None:
        """Start a group; raises StoppedError."""
        self.groups.append([])
        for child in children:
            self.request.check()
            rotate(child.log)
            self.groups[-1].append(child)
            self.state.add(child.start())

    def run(self, child: Child) -> None:
        """Run a command to its end; raises StartError, StoppedError."""
        self.request.check()
        rotate(child.log)
        child.start()
        succeeded = child.wait(COMMAND_SECONDS, self.request.stop.is_set)
        self.request.check()
        if not succeeded:
            raise StartError(f"{child.name} failed:\n{child.tail()}")

    def wait(self, name: str, is_up: Callable[[], bool]) -> None:
        """Wait until something is up that needs all children; raises StartError, StoppedError."""
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            self.request.check()
            for child in self._children():
                if not child.is_running:
                    raise StartError(f"{child.name} died while starting ({child.end()}):\n{child.tail()}")
            if time.monotonic() > deadline:
                raise StartError(f"{name} took longer than {START_SECONDS:.0f} seconds to start")
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Start again what dies, until somebody asks to stop; raises StartError when one dies again and again."""
        while not self.request.stop.wait(WATCH_SECONDS):
            for child in self._children():
                if child.is_running:
                    continue
                reason, now = child.end(), time.monotonic()
                recent = [at for at in self._deaths.get(child.name, []) if now - at < QUICK_SECONDS] + [now]
                self._deaths[child.name] = recent
                if len(recent) >= QUICK_DEATHS:
                    raise StartError(f"{child.name} died {len(recent)} times in a row ({reason}):\n{child.tail()}")
                self.terminal.line(child.name, f"died ({reason}); starting it again", good=False)
                if not self.request.stop.wait(FIRST_PAUSE_SECONDS * 2 ** len(recent)):
                    self.state.add(child.start())

    def stop(self) -> None:
        """Stop all of them; nothing of theirs is left."""
        while self.groups:
            stop_all(self.groups.pop(), self.request.hurry)

    def _children(self) -> Sequence[Child]:
        return [child for group in self.groups for child in group]


@dataclass(frozen=True)
class UpOptions:
    """The command line of `up`; what is None is taken from the settings."""

    port: int | None = None
    data_dir: Path | None = None
    demo: bool = True
    workers: int = 1


@dataclass
class Up:
    """One run of `up`; `command` runs the product's other commands."""

    settings: Settings
    options: UpOptions
    terminal: Terminal
    command: Sequence[str] = COMMAND
    request: StopRequest = field(default_factory=StopRequest)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        """Folder of all data."""
        return (self.options.data_dir or self.settings.data_dir).expanduser().absolute()

    def run(self) -> int:
        """Start, show, stay, stop; the exit code."""
        try:
            with self.request.by_signals():
                self._run()
        except StoppedError:
            pass
        except (UpError, PortError, OSError, subprocess.SubprocessError) as error:
            self.terminal.error(troubles.sentence(error, (self.data_dir, SYSTEM_HOME)))
            return 1
        self.terminal.line("stopped", "nothing is left running")
        return 0

    def _run(self) -> None:
        secret, database, redis = self.settings.secret_key, self.settings.database_url, self.settings.redis_dsn
        troubles.check_room(self.data_dir)
        with locked(self.data_dir) as state:
            for name in state.tidy():
                self.terminal.line("tidied up", f"{name} of an earlier run")
            port = self.settings.api_port if self.options.port is None else self.options.port
            address = Address.claim(self.settings.api_host, port)
            self.environment = {
                **os.environ,
                **hidden_values(),
                **({"DATABASE_URL": database.get_secret_value()} if database else {}),
                **({"REDIS_URL": redis} if redis else {}),
                "DATA_DIR": str(self.data_dir),
                "API_HOST": address.host,
                "API_PORT": str(address.port),
                "SECRET_KEY": secret.get_secret_value() if secret else secret_key(self.data_dir),
                "PYTHONUNBUFFERED": "1",
                # Nobody balances load here
                "LAME_DUCK_SECONDS": "0",
            }
            if self.settings.model_creators is None and address.is_loopback:
                # Whoever registers here sits at this machine
                self.environment["MODEL_CREATORS"] = ModelCreators.USERS.value
            with socket_folder() as sockets:
                state.begin(address.url, sockets)
                groups = ChildGroups(state, self.terminal, self.request)
                try:
                    self._start_servers(groups, ServerFolders.of(self.data_dir, sockets))
                    with self.terminal.doing("migrating the database"):
                        groups.run(self._child("migrate", "migrate"))
                    self.terminal.line("migrate", "done")
                    if database is None:
                        # Workers of an earlier run on a private database are gone, however it ended
                        _query(self.environment["DATABASE_URL"], "DELETE FROM worker")
                    self._start_processes(groups, address)
                    # The children are watched while the demo runs
                    args = (address.url, groups)
                    greeting = threading.Thread(target=self._greet, args=args, name="greeting", daemon=True)
                    greeting.start()
                    try:
                        groups.watch()
                    finally:
                        self.request.stop.set()
                        greeting.join(DEMO_STOP_SECONDS)
                finally:
                    self.request.stop.set()
                    with self.terminal.doing("stopping (Ctrl-C again to hurry)"):
                        groups.stop()

    def _start_servers(self, groups: ChildGroups, folders: ServerFolders) -> None:
        """Start what no URL was given for."""
        postgres = redis = None
        with self.terminal.doing("starting PostgreSQL and Redis"):
            if self.settings.redis_dsn is None:
                redis = Redis.at(folders)
                self.environment["REDIS_URL"] = redis.url
            if self.settings.database_url is None:
                postgres = Postgres.at(folders)
                self.environment["DATABASE_URL"] = postgres.url()
                groups.start(postgres.child())
            if redis:
                groups.start(redis.child())
            if postgres:
                groups.wait("postgres", postgres.is_up)
                self.terminal.line("postgres", "ready")
            if redis:
                groups.wait("redis", redis.is_up)
                self.terminal.line("redis", "ready")

    def _start_processes(self, groups: ChildGroups, address: Address) -> None:
        """Start the API and the workers side by side, and register the models meanwhile."""
        count = self.options.workers
        workers = [self._child(f"worker-{number}", "worker") for number in range(1, count + 1)]
        with self.terminal.doing("starting the API and the workers"):
            groups.start(self._child("api", "serve"))
            groups.start(*workers)
            if self.options.demo:
                groups.run(self._child("register-demo", "register-demo"))
                self.terminal.line("demo models", "registered")
            groups.wait("api", lambda: address.health() is not None)
            self.terminal.line("api", address.url)
            groups.wait("worker", lambda: int((address.health() or {}).get("workers", 0)) >= count)
        for worker in workers:
            sql = "SELECT device, broken_predictors FROM worker WHERE pid = ANY($1) ORDER BY last_seen DESC"
            rows = _query(self.environment["DATABASE_URL"], sql, worker.pids())
            name = "worker" if count == 1 else worker.name
            self.terminal.line(name, f"ready ({rows[0]['device']})" if rows else "ready")
            broken: dict[str, str] = json.loads(rows[0]["broken_predictors"]) if rows else {}
            for predictor, reason in broken.items():
                why = f"{predictor} could not be loaded and is left out: {reason}"
                self.terminal.line(name, f"{why} The whole of it: {worker.log}", good=False)

    def _child(self, name: str, command: str) -> Child:
        grace = self.settings.shutdown_grace_seconds + WORKER_MARGIN_SECONDS
        stop_seconds = grace if command == "worker" else API_STOP_SECONDS
        log = self.data_dir / "logs" / f"{name}.log"
        return Child(name, [*self.command, command], self.environment, log, stop_seconds=stop_seconds)

    def _greet(self, url: str, groups: ChildGroups) -> None:
        """Run the demo, then show where to go."""

        def add_samples() -> None:
            with self.terminal.doing("running the demo models for their cards"):
                try:
                    groups.run(self._child("show-demo", "show-demo"))
                except StartError as error:
                    raise ApiError(str(error)) from None
                except StoppedError:
                    pass

        user: list[tuple[str, str]] = []
        if self.options.demo:
            demo = Demo(url, self.data_dir, self.terminal, self.request.stop, add_samples)
            user = [("user", demo.user.email), ("password", demo.user.password)]
            demo.run(can_predict=self.options.workers > 0)
        if not self.request.stop.is_set():
            pages = [("web", f"{url}/"), ("graphiql", f"{url}/graphql")]
            self.terminal.panel([*pages, *user, ("data", str(self.data_dir)), ("stop", "Ctrl-C")])
            self.terminal.line("try", EXAMPLE.format(url=url))
            self.terminal.line("ready", url)


def _query(url: str, sql: str, *values: object) -> list[asyncpg.Record]:
    """Rows, or none where the database does not know the workers; only what is shown depends on it."""

    async def query() -> list[asyncpg.Record]:
        connection = await connect(url)
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    try:
        return asyncio.run(query())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ReadOnlyDatabaseError, TimeoutError):
        return []


def up(
    settings: Settings, options: UpOptions, *, terminal: Terminal | None = None, command: Sequence[str] = COMMAND
) -> int:
    """Start everything and stay up; returns the exit code."""
    return Up(settings, options, terminal or Terminal(), command).run()
