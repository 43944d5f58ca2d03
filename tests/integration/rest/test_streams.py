"""Predictions as server-sent events: nothing missing, nothing twice, however often a client comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import httpx
import pytest

from server.embedded.servers import LocalServers
from tests.conftest import LiveServer, running
from tests.integration.rest.calling import calling, events, joined, run, signed_in
from tests.support.processes import runner_of

TEXT = " ".join(f"w{n}" for n in range(40))


async def begin(client: httpx.AsyncClient, values: dict[str, object], model: str = "demo/echo") -> dict[str, str]:
    """The addresses of a new prediction."""
    answer = await client.post(f"/v1/models/{model}/predictions", json={"input": values})
    assert answer.status_code == 201, answer.text
    urls: dict[str, str] = answer.json()["urls"]
    return urls


async def test_a_stream_joins_to_the_text_and_ends(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": TEXT, "delay_seconds": 0.02})
        received = await events(client, urls["stream"])
        late = await events(client, urls["stream"])
    assert joined(received) == joined(late) == TEXT
    assert len(received) > 5
    assert [(each.event, each.data) for each in received[-1:]] == [("done", "{}")]


async def test_a_client_that_comes_back_after_each_event_misses_nothing(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": TEXT, "delay_seconds": 0.02})
        text, logs, place = "", "", None
        for _ in range(200):
            (each, *_) = await events(client, urls["stream"], after=place, most=1)
            place = each.id
            if each.event == "done":
                break
            text += each.data if each.event == "output" else ""
            logs += each.data if each.event == "logs" else ""
        assert text == TEXT
        assert logs == (await client.get(urls["get"])).json()["logs"] != ""
        assert await events(client, urls["stream"], after=place) == []


async def test_a_client_that_comes_back_to_one_that_has_ended_gets_the_rest(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": TEXT, "delay_seconds": 0.02})
        head = await events(client, urls["stream"], most=2)
        while (await client.get(urls["get"])).json()["status"] != "succeeded":
            await asyncio.sleep(0.05)
        rest = await events(client, urls["stream"], after=head[-1].id)
    assert joined(head) + joined(rest) == TEXT


@pytest.fixture(scope="module")
def own_live_server(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One whose runner is killed."""
    with running(own_servers, tmp_path_factory.mktemp("data")) as live:
        yield live


@pytest.mark.slow
async def test_what_a_second_attempt_writes_anew_does_not_come_twice(own_live_server: LiveServer) -> None:
    async with calling(own_live_server, await signed_in(own_live_server)) as client:
        urls = await begin(client, {"text": TEXT, "delay_seconds": 0.1})
        following = asyncio.create_task(events(client, urls["stream"]))
        head = await events(client, urls["stream"], most=3)
        os.kill(runner_of(own_live_server).pid, signal.SIGKILL)
        rest = await events(client, urls["stream"], after=head[-1].id)
        assert joined(head) + joined(rest) == TEXT
        assert joined(await following) == TEXT


async def test_a_failure_is_an_error_and_then_the_end(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": "It broke.", "fail": True})
        received = await events(client, urls["stream"])
    assert [each.event for each in received][-2:] == ["error", "done"]
    assert "It broke." in received[-2].data
    assert received[-1].data == '{"reason":"error"}'


async def test_a_cancel_ends_a_stream(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": TEXT, "delay_seconds": 0.5})
        await events(client, urls["stream"], most=1)
        await client.post(urls["cancel"])
        received = await events(client, urls["stream"])
    assert received[-1].data == '{"reason":"canceled"}'


async def test_lines_stay_lines(live_server: LiveServer) -> None:
    text = "one\n\ntwo\n three\n"
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": text})
        received = await events(client, urls["stream"])
    assert joined(received) == text


async def test_files_come_as_links_when_they_are_there(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        values = {"prompt": "a red circle on a blue background", "steps": 2}
        urls = await begin(client, values, "demo/shapes")
        received = await events(client, urls["stream"])
        link = joined(received)
        assert (await client.get(link)).headers["content-type"] == "image/png"


async def test_a_signed_link_needs_no_credential_and_opens_nothing_else(live_server: LiveServer) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        made = await run(client, "demo/echo", {"text": TEXT})
        other = await run(client, "demo/echo", {"text": "other"})
    stream = made["urls"]["stream"]
    async with calling(live_server) as nobody:
        assert joined(await events(nobody, stream)) == TEXT
        for wrong in (
            stream.partition("?")[0],
            stream.replace("sig=", "sig=x"),
            stream.replace("exp=", "exp=9"),
            stream.replace(made["id"], other["id"]),
        ):
            assert (await nobody.get(wrong)).status_code == 404, wrong
        assert (await nobody.get(made["urls"]["get"] + "?" + stream.partition("?")[2])).status_code == 404


@pytest.mark.parametrize("place", ["nonsense", "9:9", "abc:1;x;y", "0:0;0;0", "zzz:999;0;0", "end.1:1", "\u00e9"])
async def test_a_place_that_is_none_begins_anew(live_server: LiveServer, place: str) -> None:
    async with calling(live_server, await signed_in(live_server)) as client:
        urls = await begin(client, {"text": TEXT})
        async with client.stream("GET", urls["stream"], headers={"last-event-id": place.encode()}) as response:
            assert response.status_code == 200
            text = await response.aread()
    assert b"w39" in text
