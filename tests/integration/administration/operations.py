"""What the tests of administration ask for."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from subprocess import CompletedProcess, run
from typing import Any

import asyncpg

from tests.conftest import ROOT, LiveServer
from tests.support.api import Client

EVENT = """id createdAt action actor actorId door apiKeyId address requestId client subjectType subjectId subject
  before after"""
EVENTS = f"""query ($first: Int, $after: String, $filter: AuditEventFilter) {{
  auditEvents(first: $first, after: $after, filter: $filter) {{
    nodes {{ {EVENT} }} totalCount pageInfo {{ hasNextPage endCursor }} }} }}"""


async def audit(admin: Client, **filters: Any) -> list[dict[str, Any]]:
    """The newest lines of the audit log."""
    nodes: list[dict[str, Any]] = (await admin.run(EVENTS, first=100, filter=filters))["auditEvents"]["nodes"]
    return nodes


@asynccontextmanager
async def database_of(live: LiveServer) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database of a server."""
    connection = await asyncpg.connect(live.environment["DATABASE_URL"])
    try:
        yield connection
    finally:
        await connection.close()


def command(live: LiveServer, *arguments: str) -> CompletedProcess[str]:
    """An `inference-server` command against it, whatever it exits with."""
    return run(
        [sys.executable, "-m", "server.cli", *arguments], env=live.environment, capture_output=True, text=True,
        check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
