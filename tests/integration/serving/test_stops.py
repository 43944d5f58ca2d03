"""SIGTERM: readiness says so at once, requests are served for a while, sockets come again elsewhere, nothing is cut."""

from __future__ import annotations

import signal
import time

import httpx
import pytest
import websockets

from tests.integration.serving.conftest import Api, StartApi
from tests.integration.serving.connecting import SENT, START, acknowledged, answer, opened

LAME_DUCK_SECONDS, SERVICE_RESTART = 2.0, 1012


def is_listening(api: Api) -> bool:
    try:
        opened(api).close()
    except ConnectionRefusedError:
        return False
    return True


def test_an_api_that_stops_says_so_and_still_serves(start_api: StartApi) -> None:
    with (
        start_api(LAME_DUCK_SECONDS=str(LAME_DUCK_SECONDS)) as api,
        opened(api) as in_flight,
        acknowledged(api) as connection,
    ):
        assert api.get("/health/ready").status_code == 200
        in_flight.sendall(START + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(SENT) + SENT[:5].encode())
        # The API has begun to read it once it answers whoever came later
        api.get()
        began = time.monotonic()
        api.process.send_signal(signal.SIGTERM)
        while (ready := api.get("/health/ready")).status_code == 200:
            assert time.monotonic() - began < LAME_DUCK_SECONDS / 2
        assert (ready.status_code, ready.json()) == (503, {"status": "stopping"})
        served = httpx.get(f"{api.url}/graphql?query={{__typename}}", trust_env=False)
        assert (served.status_code, served.headers["connection"]) == (200, "close")
        with acknowledged(api):
            pass
        with pytest.raises(websockets.ConnectionClosed) as closed:
            connection.recv(20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == SERVICE_RESTART
        assert time.monotonic() - began >= LAME_DUCK_SECONDS
        # The listener is closed, and what was in flight is still answered
        in_flight.sendall(SENT[5:].encode())
        status, said = answer(in_flight)
        assert (status, b'"Query"' in said) == (200, True)
        assert api.process.wait(20) in (0, -signal.SIGTERM)
        with pytest.raises(httpx.ConnectError):
            api.get()
        assert "Traceback" not in api.log.read_text()


@pytest.mark.slow
def test_a_request_on_its_way_when_the_listener_closes_is_answered(start_api: StartApi) -> None:
    with start_api(LAME_DUCK_SECONDS="0.2") as api, opened(api) as silent, opened(api) as used:
        used.sendall(b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n")
        first = b""
        while not first.endswith(b"}"):
            first += used.recv(65_536)
        api.process.send_signal(signal.SIGTERM)
        while is_listening(api):
            time.sleep(0.005)
        for connection in (silent, used):
            connection.sendall(START + b"Content-Length: %d\r\n\r\n" % len(SENT) + SENT.encode())
            status, said = answer(connection)
            assert (status, b'"Query"' in said) == (200, True)
        assert api.process.wait(20) in (0, -signal.SIGTERM)
