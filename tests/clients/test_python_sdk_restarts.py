"""Watchers of the Python client while the server restarts, is killed, forgets, or lets their session expire."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import pytest
import redis
from inference_client import AsyncClient, Client, Event, Restarted, Status, Text

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.support.operations import unique

pytestmark = pytest.mark.slow
WORDS = " ".join(f"word{number}" for number in range(60))
PASSWORD = "correct horse battery"
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { __typename } }"


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with running(own_servers, tmp_path_factory.mktemp("data")) as live:
        yield live


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def somebody(live: LiveServer) -> str:
    """The e-mail address of a new user."""
    email = f"{unique()}@example.com"
    with Client(live.url) as client:
        new = {"handle": email.partition("@")[0], "email": email, "password": PASSWORD}
        client.graphql(REGISTER, {"input": new})
    return email


def restart(live: LiveServer, number: signal.Signals) -> None:
    api = live.processes.pop("api")
    api.send_signal(number)
    api.wait(40)
    live.start("api", "serve")


def forget(live: LiveServer) -> None:
    redis.Redis.from_url(live.environment["REDIS_URL"]).flushall()


FAULTS: dict[str, Callable[[LiveServer], None]] = {
    "SIGTERM": lambda live: restart(live, signal.SIGTERM),
    "kill -9": lambda live: restart(live, signal.SIGKILL),
    "FLUSHALL": forget,
}


class Reader:
    """What somebody holds who reads the events."""

    def __init__(self) -> None:
        self.text = ""
        self.cursors: list[str] = []
        self.pieces = 0
        self.last: Event | None = None

    def take(self, event: Event) -> None:
        if isinstance(event, Restarted):
            self.text = ""
        elif isinstance(event, Text):
            self.text += event.text
            self.pieces += 1
        self.cursors.append(event.cursor)
        self.last = event

    def check(self) -> None:
        """Every word once, and the end."""
        assert isinstance(self.last, Status)
        assert self.last.status == "SUCCEEDED"
        assert self.text == WORDS == self.last.prediction.text


@pytest.mark.parametrize("fault", FAULTS)
def test_a_watcher_sees_every_word_once(live: LiveServer, fault: str) -> None:
    reader, has_failed = Reader(), False
    with Client.sign_in(somebody(live), PASSWORD, live.url) as client:
        for event in client.stream("demo/echo", text=WORDS, delay_seconds=0.1):
            reader.take(event)
            if reader.pieces > 8 and not has_failed:
                has_failed = True
                FAULTS[fault](live)
    assert has_failed
    reader.check()


async def test_so_does_one_of_an_event_loop(live: LiveServer) -> None:
    reader, has_failed = Reader(), False
    async with await AsyncClient.sign_in(somebody(live), PASSWORD, live.url) as client:
        async for event in client.stream("demo/echo", text=WORDS, delay_seconds=0.1):
            reader.take(event)
            if reader.pieces > 8 and not has_failed:
                has_failed = True
                restart(live, signal.SIGKILL)
    assert has_failed
    reader.check()


def test_a_session_that_expires_is_renewed(live: LiveServer) -> None:
    reader = Reader()
    with Client.sign_in(somebody(live), PASSWORD, live.url) as client:
        session = client._core.session
        assert session is not None
        header, refresh_token = jwt.get_unverified_header(session.access_token), session.refresh_token
        claims = jwt.decode(session.access_token, options={"verify_signature": False})
        claims["exp"] = int(time.time() + 2)
        # The client does not know that it ends so soon: the server closes the socket
        session.access_token = jwt.encode(claims, live.environment["SECRET_KEY"], "HS256", headers=header)
        for event in client.stream("demo/echo", text=WORDS, delay_seconds=0.1):
            reader.take(event)
        assert client._core.session is not None
        assert client._core.session.refresh_token != refresh_token
    reader.check()


def test_a_program_that_was_started_again_goes_on_by_its_cursor(live: LiveServer) -> None:
    reader = Reader()
    with Client(live.url) as client:
        prediction = client.submit("demo/echo", text=WORDS, delay_seconds=0.05)
        for event in client.watch(prediction):
            reader.take(event)
            if reader.pieces > 8:
                break
        before = len(reader.cursors)
        for event in client.watch(prediction.id, after=reader.cursors[-1]):
            reader.take(event)
    reader.check()
    assert not set(reader.cursors[:before]) & set(reader.cursors[before:])


def test_requests_outlive_a_restart(live: LiveServer) -> None:
    with Client(live.url) as client:
        assert client.run("demo/echo", text="to be") == "to be"
        api = live.processes.pop("api")
        api.kill()
        api.wait()
        live.start("api", "serve")
        # Nobody listens yet
        assert client.run("demo/echo", text="to be") == "to be"
