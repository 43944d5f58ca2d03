"""How long an API process takes until it is ready, and how much memory it then holds."""

from __future__ import annotations

import statistics
import time

import httpx
import psutil
from rich.table import Table

from tests.conftest import LiveServer, free_port
from tests.support.api import wait_for


def measure(live: LiveServer, repeats: int) -> Table:
    """Medians of some starts."""
    seconds, sizes = [], []
    for _ in range(repeats):
        port, began = free_port(), time.perf_counter()
        process = live.start("api-cold", "serve", API_PORT=str(port))
        wait_for(lambda port=port: _is_ready(port), 60, every=0.01)  # type: ignore[misc]
        seconds.append(time.perf_counter() - began)
        sizes.append(psutil.Process(process.pid).memory_info().rss)
        live.stop("api-cold")
    table = Table("figure", "median")
    table.add_row("API process, start to ready", f"{statistics.median(seconds):.1f} s")
    table.add_row("its resident memory", f"{statistics.median(sizes) / 1e6:.0f} MB")
    return table


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", trust_env=False, timeout=5).is_success
    except httpx.HTTPError:
        return False
