"""What an API process is while nothing is asked of it: small, and without anything that models need."""

from __future__ import annotations

from pathlib import Path

import httpx
import psutil

from tests.conftest import LiveServer, free_port
from tests.support.api import wait_for

MAX_RESIDENT_BYTES = 150_000_000


def test_a_fresh_api_is_small_and_holds_no_torch(live_server: LiveServer) -> None:
    port = free_port()
    process = live_server.start("api-fresh", "serve", API_PORT=str(port))
    try:
        wait_for(lambda: _is_ready(port), 60)
        found = psutil.Process(process.pid)
        assert found.memory_info().rss <= MAX_RESIDENT_BYTES
        libraries = Path(f"/proc/{process.pid}/maps").read_text()
        assert "orjson" in libraries
        assert "torch" not in libraries
    finally:
        live_server.stop("api-fresh")


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False, timeout=5).is_success
    except httpx.HTTPError:
        return False
