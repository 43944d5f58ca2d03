"""What the chart's containers would run, started here: their commands, environments, probes, and the scaler's query."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import ROOT, free_port
from tests.support.api import Client, wait_for
from tests.support.charts import named, needs_helm, objects, pods, render
from tests.support.prepared import other_database

pytestmark = [needs_helm, pytest.mark.slow]
TOKEN = secrets.token_urlsafe(24)
# The ports of containers, which are each container's own, and are shared here
PORTS = {"API_PORT": "http", "WORKER_PROBE_PORT": "probes", "WORKER_METRICS_PORT": "metrics"}


class Containers:
    """The containers of a release as processes, each with the environment that the release gives it and no other."""

    def __init__(self, found: list[dict[str, Any]], folder: Path) -> None:
        self._found = found
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.pods = {pod["spec"]["containers"][0]["name"]: pod for pod in pods(found)}
        self.ports: dict[str, int] = {}

    def container(self, name: str) -> dict[str, Any]:
        container: dict[str, Any] = self.pods[name]["spec"]["containers"][0]
        return container

    def environment(self, name: str) -> dict[str, str]:
        """The variables of its Secret and its own, with folders and ports of this machine."""
        container = self.container(name)
        values: dict[str, str] = {}
        for source in container["envFrom"]:
            values |= named(self._found, "Secret", source["secretRef"]["name"])["stringData"]
        values |= {each["name"]: each["value"] for each in container["env"]}
        for mount in container["volumeMounts"]:
            # /tmp is the machine's; the files are one volume for all, the rest is each container's own
            place = self._folder / ("files" if mount["name"] == "files" else f"{name}-{mount['name']}")
            for variable, value in values.items():
                if value == mount["mountPath"]:
                    place.mkdir(exist_ok=True)
                    values[variable] = str(place)
        for variable in PORTS.keys() & values.keys():
            values[variable] = str(self.ports.setdefault(PORTS[variable], free_port()))
        return {"PATH": os.environ["PATH"], "HOME": str(self._folder), "PYTHONPATH": str(ROOT), **values}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        assert "command" not in self.container(name), "its image's entrypoint runs inference-server"
        arguments = self.container(name)["args"]
        with (self._folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", *arguments], env=self.environment(name), stdout=log, stderr=log,
                cwd=ROOT, start_new_session=True,
            )  # fmt: skip
        self._processes[name] = process
        return process

    def run(self, name: str, *arguments: str) -> str:
        """What `kubectl exec` would print."""
        done = subprocess.run(
            [sys.executable, "-m", "server.cli", *arguments], env=self.environment(name), capture_output=True,
            text=True, cwd=ROOT, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def passes(self, name: str, probe: str) -> bool:
        """Whether one of its probes would succeed now."""
        asked = self.container(name)[probe]["httpGet"]
        try:
            url = f"http://127.0.0.1:{self.ports[asked['port']]}{asked['path']}"
            return httpx.get(url, trust_env=False, timeout=5).status_code == 200
        except httpx.HTTPError:
            assert self._processes[name].poll() is None, (self._folder / f"{name}.log").read_text()[-2000:]
            return False

    def metrics(self, port: str) -> str:
        """What Prometheus would read at a named port."""
        headers = {"authorization": f"Bearer {TOKEN}"}
        return httpx.get(f"http://127.0.0.1:{self.ports[port]}/metrics", headers=headers, trust_env=False).text

    def stop(self, name: str) -> int:
        """SIGTERM, and its exit code; it has the time that the pod gives it."""
        process = self._processes.pop(name)
        process.terminate()
        return process.wait(self.pods[name]["spec"]["terminationGracePeriodSeconds"])

    def kill(self) -> None:
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
async def database(schema_servers: LocalServers) -> Any:
    """The URL of an empty database, and a role that may read the scaler's view once that is there."""
    name = f"chart_{uuid4().hex}"
    admin = await asyncpg.connect(schema_servers.database_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        await admin.execute(f'CREATE ROLE "{name}" LOGIN')
        yield other_database(schema_servers.database_url, name), name
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.execute(f'DROP ROLE "{name}"')
    finally:
        await admin.close()


@contextmanager
def containers(database_url: str, redis_url: str, folder: Path) -> Iterator[Containers]:
    values = {
        "secrets": {
            "values": {
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "SECRET_KEY": secrets.token_urlsafe(48),
                "METRICS_TOKEN": TOKEN,
            }
        },
        "settings": {"SHUTDOWN_GRACE_SECONDS": 2, "LAME_DUCK_SECONDS": 0},
        "listenAddress": "127.0.0.1",
        "storage": {"sharedFiles": {"enabled": True}},
        "workers": {"cpu": {"enabled": True, "scaling": {"enabled": True}}},
        "ingress": {"enabled": True, "host": "tools.example.com", "path": "/ai"},
        "monitoring": {"enabled": True},
    }
    found = objects(render(values))
    running = Containers(found, folder)
    try:
        yield running
    finally:
        running.kill()


async def test_the_rendered_containers_make_an_installation(
    database: tuple[str, str], schema_servers: LocalServers, tmp_path: Path
) -> None:
    url, role = database
    redis_url = schema_servers.redis_url.replace("db=0", "db=5")
    assert redis_url != schema_servers.redis_url
    with containers(url, redis_url, tmp_path) as running:
        assert running.start("migrate").wait(120) == 0, (tmp_path / "migrate.log").read_text()
        for name in ("api", "worker"):
            running.start(name)
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                await asyncio.to_thread(wait_for, lambda n=name, p=probe: running.passes(n, p), 90)
        assert "demo/echo" in running.run("api", "register-demo")

        # As the Ingress passes a request on, with the path; probes and metrics come without it
        client = Client(f"http://127.0.0.1:{running.ports['http']}/ai")
        try:
            query = '{ model(slug: "demo/echo") { latestVersion { state } } }'

            async def is_ready() -> bool:
                return (await client.run(query))["model"]["latestVersion"]["state"] == "READY"

            for _ in range(600):
                if await is_ready():
                    break
                await asyncio.sleep(0.1)
            made = await client.create("demo/echo", {"text": "from a pod"})
            events = [event async for event in client.events(made["id"])]
            assert events[-1]["status"] == "SUCCEEDED"
        finally:
            await client.close()

        for port in ("http", "metrics"):
            assert "inference_build_info" in running.metrics(port)
        await ask_as_the_scaler(running, url, role)
        assert running.stop("worker") == 0
        # uvicorn ends by the signal that stopped it
        assert running.stop("api") == -signal.SIGTERM


async def ask_as_the_scaler(running: Containers, url: str, role: str) -> None:
    """The queries of the ScaledObject answer a role that may read the view alone."""
    scaled = named(running._found, "ScaledObject", "demo-worker-cpu")
    authentication = named(running._found, "TriggerAuthentication", "demo-scaler")
    (target,) = authentication["spec"]["secretTargetRef"]
    assert named(running._found, "Secret", target["name"])["stringData"][target["key"]] == url
    admin = await asyncpg.connect(url)
    try:
        await admin.execute(f'GRANT SELECT ON queue_pressure TO "{role}"')
        await admin.execute(f'SET ROLE "{role}"')
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.fetch("SELECT FROM prediction")
        for trigger in scaled["spec"]["triggers"]:
            assert re.fullmatch(r"\d+", trigger["metadata"]["targetQueryValue"])
            (row,) = await admin.fetch(trigger["metadata"]["query"])
            assert isinstance(row[0], float)
        await admin.execute("RESET ROLE")
        await admin.execute(f'REVOKE SELECT ON queue_pressure FROM "{role}"')  # noqa: S608 - a name made here
    finally:
        await admin.close()
