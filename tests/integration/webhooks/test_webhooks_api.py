"""Webhooks through the API, a worker process and the libraries that receivers use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from graphql import build_schema, get_named_type, is_leaf_type
from standardwebhooks import Webhook, WebhookVerificationError

from graph.schema import sdl
from server.embedded.servers import LocalServers
from tests.conftest import LOCAL_RECEIVERS, LiveServer, running
from tests.integration.accounts.asking import CREATE_KEY, acting
from tests.integration.graph.asking import Asking, administrator, code_of, ended, somebody
from tests.support.api import Client
from tests.support.receiver import answer, listening

FIELDS = """id event status url nextAttemptAt createdAt prediction { id }
  attempts { webhookId at milliseconds statusCode body error }"""
MINE = f"""query ($first: Int, $after: String) {{ viewer {{ webhookSecret
  webhookDeliveries(first: $first, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ {FIELDS} }} }}
}} }}"""
SECRET = "{ viewer { webhookSecret } }"
OF = f"query ($id: ID!) {{ prediction(id: $id) {{ webhookDeliveries {{ {FIELDS} }} }} }}"
ROTATE = """mutation { rotateWebhookSecret { __typename ... on WebhookSecretRotation { secret previousUntil }
  ... on UserError { code message } } }"""
AGAIN = f"""mutation ($id: ID!) {{ redeliverWebhook(input: {{ id: $id }}) {{ __typename
  ... on WebhookDelivery {{ {FIELDS} }} ... on UserError {{ code message }} }} }}"""
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


@pytest.fixture(scope="module")
def live(own_servers: LocalServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    # Whoever only looked now and then would come too late
    rarely = {"CLAIM_POLL_SECONDS": "60"}
    with running(own_servers, tmp_path_factory.mktemp("webhooks"), **LOCAL_RECEIVERS, **rarely) as found:
        yield found


@pytest.fixture
async def user(live: LiveServer) -> AsyncIterator[Client]:
    client, _ = await somebody(live.url)
    yield client
    await client.close()


async def create(client: Client, url: str, *events: str, model: str = "demo/echo", **values: Any) -> dict[str, Any]:
    webhook = {"url": url, **({"events": list(events)} if events else {})}
    return await client.create(model, values or {"text": "hello"}, webhook=webhook)


async def secret_of(client: Client) -> str:
    secret: str = (await client.run(SECRET))["viewer"]["webhookSecret"]
    return secret


async def delivery_of(client: Client, prediction_id: str, status: str = "DELIVERED") -> dict[str, Any]:
    """The COMPLETED delivery, once it is recorded."""
    async with asyncio.timeout(20):
        while True:
            found = (await client.run(OF, id=prediction_id))["prediction"]["webhookDeliveries"]
            for delivery in found:
                if delivery["event"] == "COMPLETED" and delivery["status"] == status and delivery["attempts"]:
                    return dict(delivery)
            await asyncio.sleep(0.05)


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


async def test_the_old_secret_signs_beside_the_new_one_until_it_ends(user: Client, own_servers: LocalServers) -> None:
    old = await secret_of(user)
    rotated = (await user.run(ROTATE))["rotateWebhookSecret"]
    new = rotated["secret"]
    assert rotated["previousUntil"] is not None
    assert await secret_of(user) == new != old
    async with listening() as receiver:
        await create(user, receiver.url())
        (told,) = await receiver.wait(1)
    assert len(told.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(told.body, told.headers)["text"] == "hello"
    connection = await asyncpg.connect(own_servers.database_url)
    try:
        stored = await connection.fetch("SELECT sealed FROM webhook_secret")
        assert not any(old[6:] in row["sealed"] or new[6:] in row["sealed"] for row in stored)
        await connection.execute("UPDATE webhook_secret SET expires_at = now() WHERE expires_at IS NOT NULL")
    finally:
        await connection.close()
    async with listening() as receiver:
        await create(user, receiver.url())
        (told,) = await receiver.wait(1)
    assert Webhook(new).verify(told.body, told.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(told.body, told.headers)


async def test_secrets_are_each_users_own(live: LiveServer, user: Client) -> None:
    other, _ = await somebody(live.url)
    admin = await administrator(live)
    try:
        mine = await secret_of(user)
        assert mine.startswith("whsec_")
        assert await asyncio.gather(*(secret_of(user) for _ in range(5))) == [mine] * 5
        assert await secret_of(other) != mine
        me = (await user.run("{ viewer { id } }"))["viewer"]["id"]
        query = """query ($id: ID!) { node(id: $id) { ... on User { handle webhookSecret
          webhookDeliveries { totalCount } } } }"""
        seen = (await other.run(query, id=me))["node"]
        assert (seen["webhookSecret"], seen["webhookDeliveries"]) == (None, None)
        seen = (await admin.run(query, id=me))["node"]
        assert (seen["webhookSecret"], seen["webhookDeliveries"]) == (None, {"totalCount": 0})
    finally:
        await other.close()
        await admin.close()


async def test_a_first_secret_that_is_asked_for_at_once_is_one(live: LiveServer, own_servers: LocalServers) -> None:
    client, _ = await somebody(live.url)
    found = await asyncio.gather(*(secret_of(client) for _ in range(10)))
    await client.close()
    assert len(set(found)) == 1


async def test_rotations_are_bounded(user: Client) -> None:
    made = [(await user.run(ROTATE))["rotateWebhookSecret"] for _ in range(6)]
    assert [found["__typename"] for found in made] == ["WebhookSecretRotation"] * 5 + ["ConflictError"]
    assert made[0]["previousUntil"] is None
    assert await secret_of(user) == made[4]["secret"]


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
    async with listening(answer(500, b"busy")) as receiver:
        made = await create(user, receiver.url())
        failed = await delivery_of(user, made["id"], "PENDING")
        assert (failed["attempts"][0]["statusCode"], failed["attempts"][0]["body"]) == (500, "busy")
        assert failed["nextAttemptAt"] is not None
        again = (await user.run(AGAIN, id=failed["id"]))["redeliverWebhook"]
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
    nobody = Asking(live.url)
    made = await nobody.create("demo/echo", {"text": "x"}, webhook={"url": "https://example.com/"})
    assert (made["__typename"], made["code"]) == ("ForbiddenError", "FORBIDDEN")
    assert await code_of(nobody, ROTATE) == "UNAUTHENTICATED"
    await nobody.close()


async def test_a_killed_worker_does_not_lose_a_delivery(
    live: LiveServer, user: Client, own_servers: LocalServers
) -> None:
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
