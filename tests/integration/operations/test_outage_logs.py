"""Logs while Redis or PostgreSQL is away: what happened, and not again with every try."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from server.embedded.servers import LocalServers
from tests.conftest import running
from tests.support.api import Client

PREDICTIONS = 3
# An outage of some ten seconds; every loop may say once that it is there
MOST_LINES = 40


def lines(log: Path, offset: int) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_bytes()[offset:].decode().splitlines() if line.startswith("{")]


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_without_redis_the_logs_stay_readable(own_servers: LocalServers, tmp_path: Path) -> None:
    with running(own_servers, tmp_path) as live:
        client = Client(live.url)
        try:
            offsets = {name: (live.data_dir / f"{name}.log").stat().st_size for name in ("api", "worker-0")}
            own_servers.children[1].stop()
            for _ in range(PREDICTIONS):
                made = await client.create("demo/echo", {"text": "a b c"}, wait=30)
                assert made["status"] == "SUCCEEDED", made
        finally:
            await client.close()
        for name, offset in offsets.items():
            written = lines(live.data_dir / f"{name}.log", offset)
            assert not [line for line in written if line.get("level") in ("critical", "error")]
            own = [line for line in written if not str(line["event"]).startswith(("request.", "prediction."))]
            assert len(own) < MOST_LINES, Counter(str(line["event"])[:60] for line in own)
