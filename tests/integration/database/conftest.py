"""Fresh databases beside the one of the test session, and commands against them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from server.embedded.servers import LocalServers
from server.settings import Settings
from tests.support.prepared import other_database

ROOT = Path(__file__).parents[3]
Command = Callable[..., subprocess.Popen[str]]


@pytest.fixture
async def fresh_database(schema_servers: LocalServers) -> AsyncIterator[str]:
    """The URL of an empty database."""
    name = f"fresh_{uuid4().hex}"
    admin = await asyncpg.connect(schema_servers.database_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        yield other_database(schema_servers.database_url, name)
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


@pytest.fixture
def environment(schema_servers: LocalServers, fresh_database: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a command against the empty database."""
    kept = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    return {
        **kept,
        "DATABASE_URL": fresh_database,
        "REDIS_URL": schema_servers.redis_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_DIR": str(tmp_path),
        "API_PORT": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "",
    }


def start(environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    """An `inference-server` command that has just begun."""
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", *arguments],
        env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    try:
        out, err = process.communicate(timeout=100)
    finally:
        process.kill()
    return process.returncode, out.strip(), err.strip()
