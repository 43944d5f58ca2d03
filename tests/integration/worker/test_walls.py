"""What a running worker says of the walls around its models."""

from __future__ import annotations

import sys

import httpx
import pytest

from tests.conftest import LiveServer
from tests.support.api import Client
from workers.contract.policy import WALLS

WORKERS = "{ workers { walls { name isMissing reason } brokenPredictors { name reason } disks { folder isLow } } }"


@pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
async def test_walls_are_shown_to_administrators_in_health_and_at_start(live_server: LiveServer, admin: Client) -> None:
    workers = (await admin.run(WORKERS))["workers"]
    assert workers
    async with httpx.AsyncClient(trust_env=False) as http:
        health = (await http.get(f"{live_server.url}/health/ready")).json()
    for worker in workers:
        assert [wall["name"] for wall in worker["walls"]] == sorted(WALLS)
        assert all(wall["isMissing"] is bool(wall["reason"]) for wall in worker["walls"])
        assert worker["brokenPredictors"] == []
        folders = ("DATA_DIR", "MODEL_CACHE_DIR", "STORAGE_DIR")
        assert worker["disks"] == [{"folder": folder, "isLow": False} for folder in folders]
    missing = {wall["name"] for worker in workers for wall in worker["walls"] if wall["isMissing"]}
    assert health["walls"] == ("incomplete" if missing else "ok")
    log = (live_server.data_dir / "worker-0.log").read_text()
    (ready, *_) = [line for line in log.splitlines() if "runner.ready" in line]
    assert all((name in ready.partition("walls")[2]) != (name in missing) for name in WALLS)
    assert ("runner.walls_missing" in log) is bool(missing)
