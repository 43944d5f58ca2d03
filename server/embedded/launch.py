"""`inference-server up`: servers, schema, API and workers, kept running until somebody stops them."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from server.embedded.binaries import BinaryMissingError
from server.embedded.children import Child, rotate
from server.embedded.demo import Demo
from server.embedded.servers import (
    Place,
    ServerFailedError,
    forget_workers,
    make_postgres,
    make_redis,
    socket_folder,
    unprivileged_user,
)
from server.embedded.state import BusyError, StateFile, kept_secret, locked
from server.embedded.steps import Steps
from server.settings import Settings

START_SECONDS = 120.0
WATCH_SECONDS = 0.2
QUICK_DEATHS, QUICK_SECONDS = 5, 30.0


@dataclass(frozen=True)
class UpOptions:
    """The command line of `up`."""

    port: int | None = None
    data_dir: Path | None = None
    demo: bool = True
    workers: int = 1


class StartError(Exception):
    """Something did not start; the message says what to do."""


@dataclass
class Up:
    """One run of `up`."""

    settings: Settings
    options: UpOptions
    steps: Steps
    stopping: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    children: list[Child] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        """Folder of all data."""
        return (self.options.data_dir or self.settings.data_dir).expanduser().absolute()

    def run(self) -> int:
        """Start, show, stay, stop; the exit code."""
        self._catch_signals()
        try:
            if not (self.data_dir / "run.json").exists():
                self._port()
            with locked(self.data_dir) as state, ExitStack() as stack:
                # An earlier run that was killed may have left an API on this very port
                for name in state.tidy():
                    self.steps.line("tidied up", f"{name} of an earlier run")
                self._start(state, stack, self._port())
                self._ready(state.state.url)
                self._stay(state)
        except (StartError, BusyError, BinaryMissingError, ServerFailedError) as error:
            if self.stopping.is_set():
                return 0
            self.steps.error(str(error))
            return 1
        self.steps.line("stopped", "nothing is left running")
        return 0

    def _catch_signals(self) -> None:
        def stop(*_: object) -> None:
            (self.hurry if self.stopping.is_set() else self.stopping).set()

        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, stop)

    def _port(self) -> int:
        """The port of the API, tried before anything starts."""
        wanted = self.settings.api_port if self.options.port is None else self.options.port
        with socket.socket(socket.AF_INET6 if ":" in self.settings.api_host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.settings.api_host, wanted))
            except OSError as error:
                raise StartError(
                    f"Port {wanted} of {self.settings.api_host} cannot be used ({error.strerror}); "
                    "choose another with --port or API_PORT."
                ) from None
            return int(probe.getsockname()[1])

    def _start(self, state: StateFile, stack: ExitStack, port: int) -> None:
        sockets = stack.enter_context(socket_folder())
        state.state.sockets = str(sockets)
        state.state.url = f"http://{self.settings.api_host}:{port}"
        state.write()
        stack.callback(state.remove)
        self.environment = self._environment(port)
        self._servers(state, stack, sockets)
        self._step("migrate", "done", lambda: self._command("migrate"))
        if self.settings.database_url is None:
            asyncio.run(forget_workers(self.environment["DATABASE_URL"]))
        if self.options.demo:
            self._step("demo models", "registered", lambda: self._command("register-demo"))
        self._api(state, stack)
        self._workers(state, stack)

    def _environment(self, port: int) -> dict[str, str]:
        data = self.data_dir
        data.mkdir(parents=True, exist_ok=True)
        secret = self.settings.secret_key
        return {
            **os.environ,
            "DATA_DIR": str(data),
            "API_HOST": self.settings.api_host,
            "API_PORT": str(port),
            "SECRET_KEY": secret.get_secret_value() if secret else kept_secret(data / "secret_key"),
            "PYTHONUNBUFFERED": "1",
        }

    def _servers(self, state: StateFile, stack: ExitStack, sockets: Path) -> None:
        """Start what no URL was given for."""
        place = Place(self.data_dir, sockets, unprivileged_user())
        if self.settings.database_url is None:
            with self.steps.doing("starting PostgreSQL"):
                postgres = make_postgres(place)
                child = self._child(postgres.child(), state, stack)
                postgres.wait(child)
            self.environment["DATABASE_URL"] = postgres.url()
            self.steps.line("postgres", "ready")
        if self.settings.redis_dsn is None:
            with self.steps.doing("starting Redis"):
                cache = make_redis(place)
                child = self._child(cache.child(), state, stack)
                cache.wait(child)
            self.environment["REDIS_URL"] = cache.url
            self.steps.line("redis", "ready")

    def _child(self, child: Child, state: StateFile, stack: ExitStack) -> Child:
        if self.stopping.is_set():
            raise StartError("stopped while starting")
        rotate(child.log)
        state.add(child.start())
        self.children.append(child)
        stack.callback(child.stop, self.hurry)
        return child

    def _step(self, name: str, result: str, work: Callable[[], None]) -> None:
        with self.steps.doing(name):
            work()
        self.steps.line(name, result)

    def _command(self, command: str) -> None:
        done = subprocess.run(  # noqa: S603 - a command of ours
            [sys.executable, "-m", "server.cli", command], env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            raise StartError(f"`inference-server {command}` failed:\n{done.stderr.strip() or done.stdout.strip()}")

    def _python_child(self, name: str, command: str, stop_seconds: float) -> Child:
        log = self.data_dir / "logs" / f"{name}.log"
        return Child(name, [sys.executable, "-m", "server.cli", command], self.environment, log,
                     stop_seconds=stop_seconds)  # fmt: skip

    def _api(self, state: StateFile, stack: ExitStack) -> None:
        with self.steps.doing("starting the API"):
            child = self._child(self._python_child("api", "serve", 35), state, stack)
            self._wait(child, lambda body: body is not None)
        self.steps.line("api", state.state.url)

    def _workers(self, state: StateFile, stack: ExitStack) -> None:
        count = self.options.workers
        with self.steps.doing("starting the workers"):
            grace = self.settings.shutdown_grace_seconds + 15
            made = [
                self._child(self._python_child(f"worker-{number}", "worker", grace), state, stack)
                for number in range(1, count + 1)
            ]
            for child in made:
                self._wait(child, lambda body: bool(body) and int(str(body["workers"])) >= count)  # type: ignore[index]
        if count:
            self.steps.line("workers", f"{count} ready")

    def _wait(self, child: Child, is_up: Callable[[dict[str, object] | None], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_up(self._health()):
            if self.stopping.wait(0.05):
                raise StartError("stopped while starting")
            if not child.is_running or time.monotonic() > deadline:
                raise StartError(f"{child.name} did not start:\n{child.tail()}")

    def _health(self) -> dict[str, object] | None:
        """The body of /health/ready once it answers 200."""
        connection = http.client.HTTPConnection(
            self.environment["API_HOST"], int(self.environment["API_PORT"]), timeout=5
        )
        try:
            connection.request("GET", "/health/ready")
            response = connection.getresponse()
            body: dict[str, object] = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return body if response.status == 200 else None

    def _ready(self, url: str) -> None:
        rows = [("web", f"{url}/"), ("graphiql", f"{url}/graphql"), ("data", str(self.data_dir))]
        if self.options.demo:
            demo = Demo(url, self.data_dir, self.steps, self.stopping)
            demo.run()
            rows += [("user", demo.user.email), ("password", demo.user.password)]
        if not self.stopping.is_set():
            self.steps.panel(rows)
            self.steps.line("ready", url)

    def _stay(self, state: StateFile) -> None:
        """Restart what dies, until somebody stops us."""
        deaths: dict[str, list[float]] = {}
        while not self.stopping.wait(WATCH_SECONDS):
            for child in self.children:
                if child.is_running:
                    continue
                now = time.monotonic()
                recent = [at for at in deaths.get(child.name, []) if now - at < QUICK_SECONDS] + [now]
                deaths[child.name] = recent
                if len(recent) >= QUICK_DEATHS:
                    raise StartError(f"{child.name} died {len(recent)} times in a row:\n{child.tail()}")
                self.steps.line(child.name, "died; starting it again", good=False)
                self.stopping.wait(0.2 * 2 ** len(recent))
                if not self.stopping.is_set():
                    state.add(child.start())


def up(settings: Settings, options: UpOptions, steps: Steps | None = None) -> int:
    """Start everything and stay up; returns the exit code."""
    return Up(settings, options, steps or Steps()).run()
