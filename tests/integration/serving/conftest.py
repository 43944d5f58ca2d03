"""An API process alone, with settings and a limit of open files of its own."""

from __future__ import annotations

import os
import resource
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import ROOT, free_port
from tests.support.api import wait_until_healthy


@dataclass
class Api:
    """One API process."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        mine = psutil.Process(self.process.pid).net_connections("tcp")
        return sum(each.status != psutil.CONN_LISTEN and each.laddr.port == self.port for each in mine)

    @property
    def memory(self) -> int:
        """Its resident bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def get(self, path: str = "/health/live", *, source: str = "127.0.0.1") -> httpx.Response:
        """A request from an address of this machine."""
        transport = httpx.HTTPTransport(local_address=source)
        with httpx.Client(transport=transport, trust_env=False, timeout=20) as client:
            return client.get(f"{self.url}{path}")


StartApi = Callable[..., AbstractContextManager[Api]]


@pytest.fixture(scope="module")
def start_api(schema_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> StartApi:
    """Starts an API process over PostgreSQL and Redis without anything in them."""

    @contextmanager
    def start(*, open_files: int | None = None, **settings: str) -> Iterator[Api]:
        folder, port = tmp_path_factory.mktemp("serving"), int(settings.get("API_PORT") or free_port())
        environment = {
            **os.environ,
            "DATABASE_URL": schema_servers.database_url,
            "REDIS_URL": schema_servers.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_DIR": str(folder),
            "API_PORT": str(port),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "",
            "LAME_DUCK_SECONDS": "0",
            **settings,
        }

        def limit() -> None:
            if open_files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))

        with (folder / "api.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "serve"], env=environment, stdout=log, stderr=log, cwd=ROOT,
                preexec_fn=limit,
            )  # fmt: skip
        api = Api(port, process, folder / "api.log")
        try:
            wait_until_healthy(api.url, 0, {"api": process})
            yield api
        finally:
            process.kill()
            process.wait()

    return start
