"""The page of workers is for admins."""

from __future__ import annotations

from tests.support.api import Client
from tests.support.operations import code_of

WORKERS = """{ workers { id host device deviceName totalBytes freeBytes modelBytes budgetBytes versions inFlight
  evictions startedAt lastSeen } }"""


async def test_users_and_strangers_see_no_workers(ada: Client, nobody: Client) -> None:
    for client in (ada, nobody):
        assert await code_of(client, WORKERS) == "FORBIDDEN"
