"""A receiver that fails in every way: each is recorded, none harms the others, and all are told in the end."""

from __future__ import annotations

import asyncio

from server.runtime import Runtime
from server.tables import Prediction, Webhook
from tests.integration.webhooks.conftest import Place, delivering, make_due, settled
from tests.support.receiver import Answering, Told, answer, hang, listening


async def drip(told: Told, writer: asyncio.StreamWriter) -> None:
    """A head that never ends."""
    while True:
        writer.write(b"H")
        await writer.drain()
        await asyncio.sleep(0.02)


async def huge(told: Told, writer: asyncio.StreamWriter) -> None:
    """A failure with a body that never ends."""
    writer.write(b"HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"y" * 65_536 + b"\r\n")
        await writer.drain()


async def reset(told: Told, writer: asyncio.StreamWriter) -> None:
    """A connection that breaks."""
    writer.transport.abort()


async def nonsense(told: Told, writer: asyncio.StreamWriter) -> None:
    """What is no HTTP."""
    writer.write(b"\x16\x03\x01\x00\xff hello\r\n\r\n")
    await writer.drain()


METADATA = answer(307, location="http://169.254.169.254/latest/meta-data/")
FAILURES: dict[str, tuple[Answering, int | None]] = {
    "hangs": (hang, None),
    "drips": (drip, None),
    "huge": (huge, 500),
    "resets": (reset, None),
    "no http": (nonsense, None),
    "500": (answer(500), 500),
    "400": (answer(400, b"bad"), 400),
    "redirect": (METADATA, 307),
    "binary": (answer(502, bytes(range(256))), 502),
}


async def test_every_failure_is_recorded_and_what_failed_is_told_in_the_end(rt: Runtime, place: Place) -> None:
    good = answer(200)
    kinds: dict[str, Answering] = {f"/{name.replace(' ', '-')}": doing for name, (doing, _) in FAILURES.items()}
    failed: set[str] = set()

    async def by_path(told: Told, writer: asyncio.StreamWriter) -> None:
        path = told.line.split(" ")[1]
        if path in kinds and path not in failed:
            failed.add(path)
            await kinds[path](told, writer)
        else:
            await good(told, writer)

    async with listening(otherwise=by_path) as receiver, delivering(rt) as deliverer:
        made = {path: await place.run(receiver.url(path)) for path in kinds}
        well = await place.run(receiver.url("/good"))
        deliverer.look()
        assert (await settled(well)).state == "delivered"
        for (path, row), (_, code) in zip(made.items(), FAILURES.values(), strict=True):
            found = await settled(row, until=lambda d: d.tries == 1)
            (attempt,) = found.attempts
            assert (found.state, attempt["code"]) == ("pending", code), path
            assert (attempt["error"] is None) == (code is not None), path
            assert len(attempt["body"] or "") <= 1000
            assert attempt["milliseconds"] < 3000
            await make_due(row)
        deliverer.look()
        for row in made.values():
            assert (await settled(row)).state == "delivered"
    ids: dict[str, set[str]] = {}
    for told in receiver.told:
        ids.setdefault(told.json["id"], set()).add(told.id)
    assert [len(found) for found in ids.values()] == [1] * (len(kinds) + 1)


async def test_the_body_is_made_anew_for_each_try(rt: Runtime, place: Place) -> None:
    async with listening(answer(500)) as receiver, delivering(rt) as deliverer:
        row = await place.run(receiver.url())
        await settled(row, until=lambda d: d.tries == 1)
        await Prediction.filter(id=row.id).update(logs="more\n")
        await make_due(row)
        deliverer.look()
        await settled(row)
    assert [told.json["logs"] for told in receiver.told] == ["", "more\n"]
    assert len({told.id for told in receiver.told}) == 1


async def test_a_name_that_turned_inside_is_not_called(rt: Runtime, place: Place) -> None:
    """What createPrediction could not know is judged when something is sent, and each time."""
    async with delivering(rt) as deliverer:
        row = await place.create("http://receiver.example:80/")
        # As if its name had got this address after the prediction was accepted
        await Webhook.filter(prediction_id=row.id).update(url="http://10.0.0.1/")
        assert await place.end(row)
        deliverer.look()
        found = await settled(row, until=lambda d: d.tries == 1)
    (attempt,) = found.attempts
    assert (attempt["code"], found.state) == (None, "pending")
    assert "not on the public internet" in attempt["error"]
