"""Two installations on one Redis, each with a user of Redis that may use its own names alone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator

import pytest
import redis

from server.adapters.event_log import EventLog
from server.adapters.redis_clients import async_redis
from server.adapters.store_watch import SHARED, StoreWatch
from tests.conftest import LiveServer, running
from tests.integration.events.watching import RedisProcess
from tests.support.api import Client, text_of
from tests.support.documentation import ROOT
from tests.support.operations import administrator, ended, unique
from tests.support.prepared import StartServers

REGISTRATIONS = 4
WORDS = " ".join(f"word{n}" for n in range(30))
WATCHED = 6


def acl_rules(name: str) -> list[str]:
    """The rules of a user of Redis for a namespace, as the page about deployment has them for `prod`."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith("ACL SETUSER prod "))
    return [rule.replace("prod:", f"{name}:") for rule in line.split()[3:] if not rule.startswith(">")]


@pytest.fixture(scope="module")
def both(
    start_servers: StartServers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[redis.Redis, LiveServer, LiveServer]]:
    """The Redis, and the installations `one` and `two`."""
    with start_servers() as first, start_servers() as second, redis.Redis.from_url(first.redis_url) as shared:
        settings = {}
        for name in ("one", "two"):
            password = secrets.token_hex(12)
            shared.execute_command("ACL", "SETUSER", name, *acl_rules(name), f">{password}")
            join = "&" if "?" in first.redis_url else "?"
            settings[name] = {
                "REDIS_URL": f"{first.redis_url}{join}username={name}&password={password}",
                "REDIS_NAMESPACE": name,
                "REGISTRATIONS_PER_HOUR": str(REGISTRATIONS),
            }
        shared.execute_command("ACL", "LOG", "RESET")
        with (
            running(first, tmp_path_factory.mktemp("one"), **settings["one"]) as one,
            running(second, tmp_path_factory.mktemp("two"), **settings["two"]) as two,
        ):
            yield shared, one, two


async def results(client: Client, name: str) -> list[str]:
    """The texts that somebody sees who watches predictions, and the status of one that is canceled."""
    slow = {"text": f"{name} {WORDS}", "delay_seconds": 0.05}
    ids = [(await client.create("demo/echo", slow))["id"] for _ in range(WATCHED)]
    stopped = (await client.create("demo/echo", {**slow, "delay_seconds": 2}))["id"]

    async def watch(prediction_id: str) -> str:
        return text_of([event async for event in client.events(prediction_id)])

    async with asyncio.timeout(90):
        texts = await asyncio.gather(*map(watch, ids))
        await client.cancel(stopped)
    return [*texts, (await ended(client, stopped))["status"]]


async def may_register(url: str) -> bool:
    """Whether another account may be registered from this address."""
    client, handle = Client(url), unique()
    try:
        answer = await client.raw(
            "mutation ($input: RegisterInput!) { register(input: $input) { __typename } }",
            input={"handle": handle, "email": f"{handle}@example.com", "password": "correct horse battery"},
        )
    finally:
        await client.close()
    return ((answer.get("data") or {}).get("register") or {}).get("__typename") == "Session"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_two_installations_share_a_redis_and_nothing_else(
    both: tuple[redis.Redis, LiveServer, LiveServer],
) -> None:
    shared, one, two = both
    clients = {"one": await administrator(one), "two": await administrator(two)}
    try:
        answers = await asyncio.gather(*(results(client, name) for name, client in clients.items()))
    finally:
        for client in clients.values():
            await client.close()
    for name, own in zip(clients, answers, strict=True):
        assert own == [f"{name} {WORDS}"] * WATCHED + ["CANCELED"]
    # The administrator was the first
    assert [await may_register(one.url) for _ in range(REGISTRATIONS)] == [True] * (REGISTRATIONS - 1) + [False]
    assert await may_register(two.url)
    keys = await asyncio.to_thread(shared.keys, "*")
    assert {key.split(b":")[0] for key in keys} == {b"one", b"two"}
    # Redis checks what its scripts call too. Of CLIENT SETINFO, which its library sends, nothing depends
    denials = await asyncio.to_thread(shared.execute_command, "ACL", "LOG")
    assert {_texts(entry)["object"] for entry in denials} <= {"client", "client|setinfo"}


def _texts(entry: dict[object, object] | list[object]) -> dict[str, str]:
    pairs = entry.items() if isinstance(entry, dict) else zip(entry[::2], entry[1::2], strict=True)
    return {_text(name): _text(value) for name, value in pairs}


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def test_what_others_have_is_never_removed() -> None:
    with RedisProcess.running() as own_redis:
        client = async_redis(own_redis.url)
        try:
            plain, one = EventLog(client), EventLog(client, prefix="one:")
            mine = {"one:rate:login:ada:1", "one:mem:{u}"}
            others = {"two:rate:login:ada:1", "theirs:ada"}
            for name in {*mine, *others, "rate:login:ada:1", "mem:{u}"}:
                await client.set(name, 1)
            await one.delete_owner("u", "ada")
            assert {key.decode() for key in await client.keys("*")} == {*others, "rate:login:ada:1", "mem:{u}"}
            await plain.delete_owner("u", "ada")
            assert {key.decode() for key in await client.keys("*")} == others
        finally:
            await client.aclose()


async def test_another_installation_of_the_same_names_is_told() -> None:
    with RedisProcess.running() as own_redis:
        client = async_redis(own_redis.url)
        try:
            log, other = EventLog(client), EventLog(client, prefix="two:")
            first, second = (StoreWatch(log, None, database=name) for name in "ab")  # type: ignore[arg-type]
            apart = StoreWatch(other, None, database="c")  # type: ignore[arg-type]
            looking = StoreWatch(log, None, database="d", announces=False)  # type: ignore[arg-type]
            for watch in (looking, first, looking):
                await watch.look_at_redis()
            assert (first.redis.word, looking.redis.word) == ("ok", "shared")
            for watch in (first, second, apart):
                await watch.look_at_redis()
            assert [(watch.redis.word, watch.redis.note) for watch in (first, second)] == [
                ("ok", ""),
                ("shared", SHARED),
            ]
            await first.look_at_redis()
            assert [watch.redis.word for watch in (first, second, apart)] == ["shared", "shared", "ok"]
            assert 0 < await client.ttl("databases") <= 30
        finally:
            await client.aclose()
