"""Webhooks through the API, a worker process and the libraries that receivers use."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from graphql import build_schema, get_named_type, is_leaf_type
from standardwebhooks import Webhook

from graph.schema import sdl
from tests.conftest import LiveServer
from tests.integration.accounts.operations import CREATE_KEY, acting
from tests.integration.webhooks.operations import AGAIN, MINE, OF, ROTATE, create, delivery_of, secret_of
from tests.support.api import Client
from tests.support.operations import RawClient, code_of, ended, somebody
from tests.support.receiver import Told, answer, listening

SCHEMA = build_schema(sdl())


def selected(name: str, body: dict[str, Any]) -> str:
    """The selection of a type's fields that gives what a body holds."""
    parts = []
    for field, value in body.items():
        named = get_named_type(SCHEMA.type_map[name].fields[field].type)  # type: ignore[attr-defined]
        if is_leaf_type(named):
            parts.append(field)
            continue
        shown = next(iter(value), None) if isinstance(value, list) else value
        parts.append(f"{field} {{ {selected(named.name, shown) if shown else '__typename'} }}")
    return " ".join(parts)


async def as_the_api_gives_it(client: Client, body: dict[str, Any]) -> Any:
    """What a query for the fields of a body answers."""
    query = f"query ($id: ID!) {{ prediction(id: $id) {{ {selected('Prediction', body)} }} }}"
    return (await client.run(query, id=body["id"]))["prediction"]


def without_signatures(found: Any) -> Any:
    """The same, its links cut at what differs from one to the next."""
    if isinstance(found, dict):
        return {name: without_signatures(value) for name, value in found.items()}
    if isinstance(found, list):
        return [without_signatures(value) for value in found]
    return found.split("?")[0] if isinstance(found, str) and found.startswith("http") else found


async def test_completed_is_told_with_the_prediction_as_the_api_gives_it(user: Client) -> None:
    async with listening() as receiver:
        made = await create(user, receiver.url("/a/b?c=d"))
        assert made["__typename"] == "Prediction", made
        (told,) = await receiver.wait(1)
        delivery = await delivery_of(user, made["id"])
    body = Webhook(await secret_of(user)).verify(told.body, told.headers)
    assert body == await as_the_api_gives_it(user, body)
    assert body["id"] == made["id"]
    assert body["text"] == "hello"
    assert told.line.startswith("POST /a/b?c=d ")
    assert told.headers["content-type"] == "application/json"
    assert delivery["url"] == receiver.url("/a/b?c=d")
    assert delivery["prediction"]["id"] == made["id"]
    assert delivery["nextAttemptAt"] is None
    (attempt,) = delivery["attempts"]
    assert (attempt["webhookId"], attempt["statusCode"], attempt["body"]) == (told.id, 200, "thanks")
    assert attempt["milliseconds"] >= 0


async def test_files_come_as_links_that_work(user: Client) -> None:
    values = {"prompt": "a red circle", "width": 32, "height": 32, "steps": 2, "seed": 1}
    async with listening() as receiver:
        made = await create(user, receiver.url(), model="demo/shapes", **values)
        assert made["__typename"] == "Prediction", made
        told = await receiver.until("COMPLETED", 60)
    body = told.json
    (file,) = body["files"]
    assert body["output"] == [file["url"]]
    picture = await user.http.get(file["url"])
    assert picture.status_code == 200
    assert len(picture.content) == file["bytes"]
    assert without_signatures(body) == without_signatures(await as_the_api_gives_it(user, body))


async def test_a_failed_and_a_canceled_one_are_told_alike(user: Client) -> None:
    async with listening() as receiver:
        slow = await create(user, receiver.url(), text="a b c", delay_seconds=1, repeat=1000)
        await user.cancel(slow["id"])
        told = await receiver.until("COMPLETED")
    assert told.json["status"] == "CANCELED"
    assert told.json == await as_the_api_gives_it(user, told.json)
    assert told.json["id"] == slow["id"]


async def test_all_events_come_in_order_with_what_was_made_so_far(user: Client) -> None:
    events = ("START", "OUTPUT", "LOGS", "COMPLETED")
    text = "one two three four five six seven eight"
    async with listening() as receiver:
        made = await create(user, receiver.url(), *events, text=text, delay_seconds=0.2)
        await receiver.until("COMPLETED", 30)
        secret = Webhook(await secret_of(user))
        bodies = [(told.event, secret.verify(told.body, told.headers)) for told in receiver.told]
    assert bodies[0][0] == "START"
    assert [event for event, _ in bodies].count("COMPLETED") == 1
    assert bodies[-1][0] == "COMPLETED"
    outputs = [told for told in receiver.told if told.event == "OUTPUT"]
    assert len(outputs) >= 2
    gaps = [later.at - earlier.at for earlier, later in pairwise(outputs)]
    assert min(gaps) > 0.4
    texts = [body["text"] for event, body in bodies if event == "OUTPUT"]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert all(text.startswith(part) for part in texts)
    assert bodies[-1][1]["text"] == text
    assert len({told.id for told in receiver.told}) == len(receiver.told)
    states = {d["event"]: d["status"] for d in (await user.run(OF, id=made["id"]))["prediction"]["webhookDeliveries"]}
    assert states["START"] == "DELIVERED"


async def test_deliveries_are_listed_in_pages_to_their_user_alone(live: LiveServer, user: Client) -> None:
    async with listening() as receiver:
        made = [await create(user, receiver.url()) for _ in range(5)]
        await receiver.wait(5)
    first = (await user.run(MINE, first=3))["viewer"]["webhookDeliveries"]
    assert first["totalCount"] == 5
    assert first["pageInfo"]["hasNextPage"]
    rest = (await user.run(MINE, first=3, after=first["pageInfo"]["endCursor"]))["viewer"]["webhookDeliveries"]
    assert not rest["pageInfo"]["hasNextPage"]
    found = [node["prediction"]["id"] for node in [*first["nodes"], *rest["nodes"]]]
    assert sorted(found) == sorted(p["id"] for p in made)
    assert await code_of(user, MINE, first=101) == "BAD_USER_INPUT"
    other, _ = await somebody(live.url)
    assert (await other.run(MINE))["viewer"]["webhookDeliveries"]["totalCount"] == 0
    assert (await other.run(OF, id=made[0]["id"]))["prediction"] is None
    node = "query ($id: ID!) { node(id: $id) { id ... on WebhookDelivery { event } } }"
    assert (await user.run(node, id=first["nodes"][0]["id"]))["node"]["event"] == "COMPLETED"
    assert (await other.run(node, id=first["nodes"][0]["id"]))["node"] is None
    assert (await other.run(AGAIN, id=first["nodes"][0]["id"]))["redeliverWebhook"]["code"] == "NOT_FOUND"
    await other.close()


async def test_a_delivery_is_sent_again_when_asked(live: LiveServer, user: Client) -> None:
    is_answered = asyncio.Event()

    async def answer_later(message: Told, writer: asyncio.StreamWriter) -> None:
        # The mutation reads the row after its commit, when a worker may have sent it already
        await is_answered.wait()
        await answer(200)(message, writer)

    async with listening(answer(500, b"busy"), answer_later) as receiver:
        made = await create(user, receiver.url())
        failed = await delivery_of(user, made["id"], "PENDING")
        assert (failed["attempts"][0]["statusCode"], failed["attempts"][0]["body"]) == (500, "busy")
        assert failed["nextAttemptAt"] is not None
        again = (await user.run(AGAIN, id=failed["id"]))["redeliverWebhook"]
        is_answered.set()
        assert (again["__typename"], again["status"]) == ("WebhookDelivery", "PENDING")
        await receiver.wait(2, 15)
        delivered = await delivery_of(user, made["id"])
    assert [attempt["statusCode"] for attempt in delivered["attempts"]] == [500, 200]
    assert len({told.id for told in receiver.told}) == 1


async def test_the_second_try_comes_by_itself_after_five_seconds(user: Client) -> None:
    async with listening(answer(503)) as receiver:
        await create(user, receiver.url())
        first, second = await receiver.wait(2, 30)
    assert 4.4 < second.at - first.at < 30
    assert first.id == second.id
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


@pytest.mark.parametrize(
    ("webhook", "paths"),
    [
        ({"url": "http://169.254.169.254/latest/meta-data/"}, ["/webhook/url"]),
        ({"url": "http://[::ffff:169.254.169.254]/"}, ["/webhook/url"]),
        ({"url": "ftp://example.com/"}, ["/webhook/url"]),
        ({"url": "http://u:p@example.com/"}, ["/webhook/url"]),
        ({"url": "x", "events": []}, ["/webhook/events", "/webhook/url"]),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused(user: Client, webhook: dict[str, Any], paths: list[str]) -> None:
    made = await user.create("demo/echo", {"text": "x"}, webhook=webhook)
    assert made["__typename"] == "InvalidInput"
    assert [violation["path"] for violation in made["violations"]] == paths


async def test_what_an_api_key_may_goes_by_its_scopes(user: Client) -> None:
    async with listening() as receiver:
        made = await create(user, receiver.url())
        await receiver.wait(1)
    delivery = await delivery_of(user, made["id"])
    keys: dict[str, Client] = {}
    for scope in ("READ", "RUN"):
        answer = await user.run(CREATE_KEY, input={"name": scope, "scopes": [scope]})
        keys[scope] = acting(user, answer["createApiKey"]["key"])
    seen = (await keys["READ"].run(MINE))["viewer"]
    # Whoever has the secret can make messages that look like ours
    assert (seen["webhookSecret"], seen["webhookDeliveries"]["totalCount"]) == (None, 1)
    assert (await keys["READ"].run(AGAIN, id=delivery["id"]))["redeliverWebhook"]["code"] == "FORBIDDEN"
    assert (await keys["RUN"].run(AGAIN, id=delivery["id"]))["redeliverWebhook"]["__typename"] == "WebhookDelivery"
    for key in keys.values():
        assert (await key.run(ROTATE))["rotateWebhookSecret"]["code"] == "FORBIDDEN"


async def test_nobody_has_no_webhook_and_no_secret(live: LiveServer) -> None:
    nobody = RawClient(live.url)
    made = await nobody.create("demo/echo", {"text": "x"}, webhook={"url": "https://example.com/"})
    assert (made["__typename"], made["code"]) == ("ForbiddenError", "FORBIDDEN")
    assert await code_of(nobody, ROTATE) == "UNAUTHENTICATED"
    await nobody.close()


@pytest.mark.slow
async def test_a_killed_worker_does_not_lose_a_delivery(live: LiveServer, user: Client) -> None:
    """The end is there with its delivery, or it is not there: another worker sends what is left."""
    async with listening() as receiver:
        made = [await create(user, receiver.url(), text=f"n {n}", delay_seconds=0.05) for n in range(12)]
        await receiver.wait(2)
        live.processes["worker-0"].kill()
        live.processes.pop("worker-0").wait()
        live.start("worker-0", "worker", LEASE_SECONDS="3", HEARTBEAT_SECONDS="1", RECOVERY_SECONDS="0.5")
        for prediction in made:
            assert (await ended(user, prediction["id"]))["status"] == "SUCCEEDED"
            await delivery_of(user, prediction["id"])
    ids = {told.json["id"]: told.id for told in receiver.told}
    assert set(ids) == {prediction["id"] for prediction in made}
    assert len({told.id for told in receiver.told}) == len(made)


async def test_a_cancel_at_the_api_wakes_the_worker_that_delivers(live: LiveServer, user: Client) -> None:
    """The worker knows of this end by the bell alone: it did not make it, and looks by itself too late."""
    filler = [await user.create("demo/echo", {"text": "a", "delay_seconds": 1, "repeat": 1000}) for _ in range(4)]
    async with listening() as receiver:
        waiting = await create(user, receiver.url(), text="never runs")
        found = await user.cancel(waiting["id"])
        assert (found["status"], found["attempts"]) == ("CANCELED", 0)
        (told,) = await receiver.wait(1, 20)
    assert told.json["id"] == waiting["id"]
    for prediction in filler:
        await user.cancel(prediction["id"])
