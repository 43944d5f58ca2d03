"""`inference-server up`: servers, schema, API and workers, kept running until somebody stops them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from server.embedded.address import Address, PortTakenError
from server.embedded.api import ApiError
from server.embedded.binaries import BinaryMissingError
from server.embedded.children import Child
from server.embedded.demo import Demo
from server.embedded.family import Family, StartError, StoppedError, Stopping
from server.embedded.fleet import device, forget_workers
from server.embedded.place import Place, PlaceError, socket_folder
from server.embedded.postgres import Postgres, ServerFailedError
from server.embedded.redis import Redis
from server.embedded.state import BusyError, locked, secret_key
from server.embedded.steps import Steps
from server.settings import Settings

API_STOP_SECONDS = 35.0
WORKER_MARGIN_SECONDS = 15.0
DEMO_STOP_SECONDS = 2.0
TROUBLE = (StartError, BusyError, BinaryMissingError, ServerFailedError, PlaceError, PortTakenError)
EXAMPLE = """curl -s {url}/graphql -H 'content-type: application/json' -d '{{"query": "{{ server {{ version }} }}"}}'"""
# -P keeps a folder named `server` in the current directory from being taken for ours
COMMAND = (sys.executable, "-P", "-m", "server.cli")


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
    steps: Steps
    command: Sequence[str] = COMMAND
    stopping: Stopping = field(default_factory=Stopping)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        """Folder of all data."""
        return (self.options.data_dir or self.settings.data_dir).expanduser().absolute()

    def run(self) -> int:
        """Start, show, stay, stop; the exit code."""
        try:
            with _signals(self.stopping):
                self._run()
        except StoppedError:
            pass
        except TROUBLE as error:
            return self._fail(str(error))
        except (OSError, subprocess.SubprocessError) as error:
            return self._fail(f"{type(error).__name__}: {error}")
        self.steps.line("stopped", "nothing is left running")
        return 0

    def _fail(self, message: str) -> int:
        self.steps.error(message)
        return 1

    def _run(self) -> None:
        with locked(self.data_dir) as state, ExitStack() as stack:
            for name in state.tidy():
                self.steps.line("tidied up", f"{name} of an earlier run")
            port = self.settings.api_port if self.options.port is None else self.options.port
            address = Address.claim(self.settings.api_host, port)
            sockets = stack.enter_context(socket_folder())
            state.begin(address.url, sockets)
            family = Family(state, self.steps, self.stopping)
            stack.callback(self._stop, family)
            self._start(family, address, sockets)
            stack.enter_context(self._greeting(address, family))
            family.watch()

    def _stop(self, family: Family) -> None:
        self.stopping.asked.set()
        with self.steps.doing("stopping (Ctrl-C again to hurry)"):
            family.stop()

    def _start(self, family: Family, address: Address, sockets: Path) -> None:
        self.environment = self._environment(address)
        self._start_servers(family, Place.of(self.data_dir, sockets))
        with self.steps.doing("migrating the database"):
            family.run(self._child("migrate", "migrate"))
        self.steps.line("migrate", "done")
        if self.settings.database_url is None:
            forget_workers(self.environment["DATABASE_URL"])
        self._start_processes(family, address)

    def _environment(self, address: Address) -> dict[str, str]:
        secret, database, redis = self.settings.secret_key, self.settings.database_url, self.settings.redis_dsn
        return {
            **os.environ,
            **({"DATABASE_URL": database.get_secret_value()} if database else {}),
            **({"REDIS_URL": redis} if redis else {}),
            "DATA_DIR": str(self.data_dir),
            "API_HOST": address.host,
            "API_PORT": str(address.port),
            "SECRET_KEY": secret.get_secret_value() if secret else secret_key(self.data_dir),
            "PYTHONUNBUFFERED": "1",
        }

    def _start_servers(self, family: Family, place: Place) -> None:
        """Start what no URL was given for."""
        postgres = redis = None
        with self.steps.doing("starting PostgreSQL and Redis"):
            if self.settings.redis_dsn is None:
                redis = Redis.at(place)
                self.environment["REDIS_URL"] = redis.url
            if self.settings.database_url is None:
                postgres = Postgres.at(place)
                self.environment["DATABASE_URL"] = postgres.url()
                family.start(postgres.child())
            if redis:
                family.start(redis.child())
            if postgres:
                family.wait("postgres", postgres.is_up)
                self.steps.line("postgres", "ready")
            if redis:
                family.wait("redis", redis.is_up)
                self.steps.line("redis", "ready")

    def _start_processes(self, family: Family, address: Address) -> None:
        """Start the API and the workers side by side, and register the models meanwhile."""
        count = self.options.workers
        names = ["worker"] if count == 1 else [f"worker-{number}" for number in range(1, count + 1)]
        workers = [self._child(f"worker-{number}", "worker") for number in range(1, count + 1)]
        with self.steps.doing("starting the API and the workers"):
            family.start(self._child("api", "serve"))
            family.start(*workers)
            if self.options.demo:
                family.run(self._child("register-demo", "register-demo"))
                self.steps.line("demo models", "registered")
            family.wait("api", lambda: address.health() is not None)
            self.steps.line("api", address.url)
            family.wait("worker", lambda: int((address.health() or {}).get("workers", 0)) >= count)
        for name, worker in zip(names, workers, strict=True):
            found = device(self.environment["DATABASE_URL"], worker)
            self.steps.line(name, f"ready ({found})" if found else "ready")

    def _child(self, name: str, command: str) -> Child:
        grace = self.settings.shutdown_grace_seconds + WORKER_MARGIN_SECONDS
        stop_seconds = grace if command == "worker" else API_STOP_SECONDS
        log = self.data_dir / "logs" / f"{name}.log"
        return Child(name, [*self.command, command], self.environment, log, stop_seconds=stop_seconds)

    @contextmanager
    def _greeting(self, address: Address, family: Family) -> Iterator[None]:
        """Show where to go, after the demo, while the children are watched already."""
        thread = threading.Thread(target=self._greet, args=(address.url, family), name="greeting", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopping.asked.set()
            thread.join(DEMO_STOP_SECONDS)

    def _show_samples(self, family: Family) -> None:
        with self.steps.doing("running the demo models for their cards"):
            try:
                family.run(self._child("show-demo", "show-demo"))
            except StartError as error:
                raise ApiError(str(error)) from None
            except StoppedError:
                pass

    def _greet(self, url: str, family: Family) -> None:
        user: list[tuple[str, str]] = []
        if self.options.demo:
            show = partial(self._show_samples, family)
            demo = Demo(url, self.data_dir, self.steps, self.stopping.asked, show)
            user = [("user", demo.user.email), ("password", demo.user.password)]
            demo.run(can_predict=self.options.workers > 0)
        if not self.stopping.asked.is_set():
            pages = [("web", f"{url}/"), ("graphiql", f"{url}/graphql")]
            self.steps.panel([*pages, *user, ("data", str(self.data_dir)), ("stop", "Ctrl-C")])
            self.steps.line("try", EXAMPLE.format(url=url))
            self.steps.line("ready", url)


@contextmanager
def _signals(stopping: Stopping) -> Iterator[None]:
    """Let the signals that end a program ask to stop."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stopping.ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def up(settings: Settings, options: UpOptions, *, steps: Steps | None = None, command: Sequence[str] = COMMAND) -> int:
    """Start everything and stay up; returns the exit code."""
    return Up(settings, options, steps or Steps(), command).run()
