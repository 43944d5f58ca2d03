"""Two APIs behind nginx, which asks nobody for health: they restart in turn under load, and no request fails."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_port
from tests.integration.serving.conftest import StartApi
from tests.support.api import wait_until_healthy
from tests.support.nginx import NGINX, proxied

RESTARTS, CLIENTS = 3, 6


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="there is no nginx here")
@pytest.mark.parametrize("keepalive", ["", "keepalive 32; keepalive_timeout 4s;"], ids=["closed", "kept"])
def test_no_request_fails_while_apis_restart_behind_nginx(start_api: StartApi, tmp_path: Path, keepalive: str) -> None:
    ports = [free_port(), free_port()]
    outcomes: Counter[str] = Counter()
    is_over = threading.Event()

    def ask(url: str) -> None:
        with httpx.Client(trust_env=False, timeout=20) as http:
            while not is_over.is_set():
                try:
                    outcomes[str(http.post(f"{url}/graphql", json={"query": "{ __typename }"}).status_code)] += 1
                except httpx.HTTPError as error:
                    outcomes[type(error).__name__] += 1

    with (
        start_api(API_PORT=str(ports[0])) as steady,
        proxied(tmp_path, [ports[0], ports[1]], upstream=keepalive) as url,
    ):
        wait_until_healthy(f"http://127.0.0.1:{ports[0]}", 0, {"api": steady.process})
        threads = [threading.Thread(target=ask, args=(url,)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(RESTARTS):
                with start_api(API_PORT=str(ports[1]), LAME_DUCK_SECONDS="1") as api:
                    wait_until_healthy(f"http://127.0.0.1:{ports[1]}", 0, {"api": api.process})
                    time.sleep(1)
                    api.process.send_signal(signal.SIGTERM)
                    assert api.process.wait(40) in (0, -signal.SIGTERM)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
    assert set(outcomes) == {"200"}, outcomes
    assert outcomes["200"] > 300
