"""Public links: what whoever has one reads of a prediction, what nobody else does, and when they end."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from server.domain.ids import parse_id
from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.support.api import Client
from tests.support.operations import code_of, echo_model, handle_of, somebody

SHARE = """mutation ($i: SharePredictionInput!) { sharePrediction(input: $i) { __typename
  ... on Prediction { id publicLink { token url showsInput createdAt } } ... on UserError { code message } } }"""
UNSHARE = """mutation ($i: UnsharePredictionInput!) { unsharePrediction(input: $i) { __typename
  ... on Prediction { id publicLink { token } } ... on UserError { code message } } }"""
PUBLIC = """query ($t: String!) { publicPrediction(token: $t) { __typename status sharedBy sharedAt createdAt
  completedAt model { slug } input output text files { url contentType bytes width height } } }"""
LINK = "query ($id: ID!) { prediction(id: $id) { publicLink { token } } }"
ECHO = "demo/echo"
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5"
    "ErkJggg=="
)


async def share(client: Client, prediction_id: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(SHARE, i={"id": prediction_id, **more}))["sharePrediction"]
    return answer


async def token_of(client: Client, prediction_id: str, **more: Any) -> str:
    token: str = (await share(client, prediction_id, **more))["publicLink"]["token"]
    return token


async def unshare(client: Client, prediction_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(UNSHARE, i={"id": prediction_id}))["unsharePrediction"]
    return answer


async def public(client: Client, token: str) -> dict[str, Any] | None:
    answer: dict[str, Any] | None = (await client.run(PUBLIC, t=token))["publicPrediction"]
    return answer


async def test_strangers_read_the_output_and_the_input_only_where_its_owner_says_so(
    ada: Client, bob: Client, nobody: Client
) -> None:
    made = await ada.create(ECHO, {"text": "to be read"}, wait=60)
    link = (await share(ada, made["id"]))["publicLink"]
    assert link["showsInput"] is False
    assert urlsplit(link["url"]).path == f"/public/{link['token']}"
    for stranger in (bob, nobody, ada):
        seen = await public(stranger, link["token"])
        assert seen
        assert (seen["status"], seen["text"], seen["input"]) == ("SUCCEEDED", made["text"], None)
        assert (seen["sharedBy"], seen["model"]) == (await handle_of(ada), {"slug": ECHO})
    again = (await share(ada, made["id"], showsInput=True))["publicLink"]
    assert (again["token"], again["createdAt"]) == (link["token"], link["createdAt"]), "one that has a link keeps it"
    seen = await public(nobody, link["token"])
    assert seen
    assert seen["input"]["text"] == "to be read"
    await share(ada, made["id"])
    assert (await public(nobody, link["token"]) or {})["input"] is None


async def test_sharing_opens_nothing_but_the_link(ada: Client, bob: Client, nobody: Client) -> None:
    made = await ada.create(ECHO, {"text": "x"}, wait=60)
    token = await token_of(ada, made["id"], showsInput=True)
    for stranger in (bob, nobody):
        assert await stranger.get(made["id"]) is None
        query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        assert (await stranger.run(query, ids=[made["id"]]))["nodes"] == [None]
        with pytest.raises(AssertionError, match="NOT_FOUND"):
            await anext(aiter(stranger.events(made["id"])))
    assert made["id"] not in str(await public(nobody, token))
    assert str(parse_id(made["id"], "Prediction")) not in str(await public(nobody, token))


async def test_files_are_reached_as_long_as_it_is_shared(ada: Client, nobody: Client) -> None:
    made = await ada.create("demo/shapes", {"prompt": "a red circle", "steps": 2, "num_images": 2}, wait=60)
    token = await token_of(ada, made["id"])
    seen = await public(nobody, token)
    assert seen
    urls = [file["url"] for file in seen["files"]]
    assert seen["output"] == urls
    assert [urlsplit(url).path for url in urls] == [f"/public/{token}/files/{index}" for index in range(2)]
    own = [(await ada.http.get(file["url"])).content for file in made["files"]]
    answers = [await nobody.http.get(url) for url in urls]
    assert [answer.content for answer in answers] == own
    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-cache"}
    tag = answers[0].headers["etag"]
    assert (await nobody.http.get(urls[0], headers={"if-none-match": tag})).status_code == 304
    part = await nobody.http.get(urls[0], headers={"range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, own[0][1:4])
    head = await nobody.http.head(urls[0])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(own[0])))
    for path in (f"/public/{token}/files/2", f"/public/{token}x/files/0", "/public/%00/files/0"):
        assert (await nobody.http.get(nobody.url + path)).status_code == 404, path
    await unshare(ada, made["id"])
    for url in urls:
        answer = await nobody.http.get(url, headers={"if-none-match": tag})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


async def test_a_link_ends_at_once_and_another_one_is_made(ada: Client, nobody: Client) -> None:
    made = await ada.create(ECHO, {"text": "x"}, wait=60)
    token = await token_of(ada, made["id"])
    assert (await unshare(ada, made["id"]))["publicLink"] is None
    assert await public(nobody, token) is None
    assert (await unshare(ada, made["id"]))["publicLink"] is None
    other = await token_of(ada, made["id"])
    assert other != token
    assert await public(nobody, token) is None
    assert await public(nobody, other)


async def test_many_at_once_make_one_link(ada: Client) -> None:
    made = await ada.create(ECHO, {"text": "x"}, wait=60)
    assert len(set(await asyncio.gather(*(token_of(ada, made["id"]) for _ in range(10))))) == 1


async def test_only_who_ran_it_shares_it(ada: Client, bob: Client, nobody: Client, admin: Client) -> None:
    made = await ada.create(ECHO, {"text": "x"}, wait=60)
    assert (await share(bob, made["id"]))["code"] == "NOT_FOUND"
    assert (await share(admin, made["id"]))["code"] == "FORBIDDEN"
    assert await code_of(nobody, SHARE, i={"id": made["id"]}) == "UNAUTHENTICATED"
    anonymous = await nobody.create(ECHO, {"text": "x"}, wait=60)
    assert (await share(ada, anonymous["id"]))["code"] == "FORBIDDEN"
    token = await token_of(ada, made["id"])
    assert (await unshare(bob, made["id"]))["code"] == "NOT_FOUND"
    assert (await unshare(admin, made["id"]))["code"] == "FORBIDDEN"
    assert await public(nobody, token)
    assert (await admin.run(LINK, id=made["id"]))["prediction"]["publicLink"] == {"token": token}
    reader = await with_key(ada, "READ", "RUN")
    try:
        assert (await share(reader, made["id"]))["code"] == "FORBIDDEN"
    finally:
        await reader.close()


async def test_who_sees_a_shared_sample_does_not_learn_of_its_link(ada: Client, bob: Client) -> None:
    slug = await echo_model(ada)
    made = await ada.create(slug, {"text": "x"}, wait=60)
    shown = "mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename } }"
    await ada.run(shown, i={"model": slug, "samples": [made["id"]]})
    await token_of(ada, made["id"])
    star = "mutation ($i: StarPredictionInput!) { starPrediction(input: $i) { __typename } }"
    await ada.run(star, i={"id": made["id"]})
    query = "query ($s: String!) { model(slug: $s) { samples { id isStarred publicLink { token } } } }"
    (own,) = (await ada.run(query, s=slug))["model"]["samples"]
    assert own["isStarred"]
    assert own["publicLink"]
    assert (await bob.run(query, s=slug))["model"]["samples"] == [
        {"id": made["id"], "isStarred": False, "publicLink": None}
    ]


async def test_secrets_and_files_of_the_input_stay_hidden_and_so_does_a_private_model(
    live_server: LiveServer, ada: Client, nobody: Client
) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    version = (await ada.run("query ($s: String!) { model(slug: $s) { latestVersion { id } } }", s=slug))["model"]
    database = await asyncpg.connect(live_server.environment["DATABASE_URL"])
    try:
        # As a class of its owner's would have it, which the echo predictor has not
        await database.execute(
            "UPDATE version SET input_schema = jsonb_set(input_schema::jsonb, '{properties,token}', $2) WHERE id = $1",
            parse_id(version["latestVersion"]["id"], "ModelVersion"),
            '{"type": "string", "format": "password", "writeOnly": true}',
        )
    finally:
        await database.close()
    made = await ada.create(slug, {"text": "open", "token": "hunter2"})
    seen = await public(nobody, await token_of(ada, made["id"], showsInput=True))
    assert seen
    assert seen["model"] is None
    assert (seen["input"]["text"], seen["input"]["token"]) == ("open", "*" * 10)
    assert "hunter2" not in str(seen["input"])
    assert slug not in str(seen)
    drawn = await ada.create("demo/naming", {"image": PNG}, wait=60)
    seen = await public(nobody, await token_of(ada, drawn["id"], showsInput=True))
    assert seen
    assert seen["input"]["image"] is None
    assert seen["output"]


async def test_one_that_runs_shows_what_it_has_made_so_far(ada: Client, nobody: Client) -> None:
    made = await ada.create(ECHO, {"text": "a b", "repeat": 500, "delay_seconds": 0.2})
    token = await token_of(ada, made["id"])
    async with asyncio.timeout(60):
        while not (seen := await public(nobody, token)) or not seen["text"]:
            await asyncio.sleep(0.1)
    assert seen["status"] == "PROCESSING"
    await ada.cancel(made["id"])


@pytest.mark.parametrize("end", ["deleted", "expired", "deactivated"])
async def test_what_is_gone_is_not_shown(live_server: LiveServer, nobody: Client, admin: Client, end: str) -> None:
    owner, _ = await somebody(live_server.url)
    database = await asyncpg.connect(live_server.environment["DATABASE_URL"])
    try:
        made = await owner.create("demo/shapes", {"prompt": "a red circle", "steps": 2}, wait=60)
        token = await token_of(owner, made["id"])
        seen = await public(nobody, token)
        assert seen
        row_id = parse_id(made["id"], "Prediction")
        if end == "deleted":
            delete = "mutation ($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }"
            await owner.run(delete, id=made["id"])
        elif end == "expired":
            removed = "UPDATE prediction SET data_removed = true, output = NULL, input = '{}' WHERE id = $1"
            await database.execute(removed, row_id)
        else:
            deactivate = "mutation ($i: DeactivateUserInput!) { deactivateUser(input: $i) { __typename } }"
            user = (await owner.run("{ viewer { id } }"))["viewer"]["id"]
            await admin.run(deactivate, i={"user": user})
        assert await public(nobody, token) is None
        assert (await nobody.http.get(seen["files"][0]["url"])).status_code == 404
        if end == "expired":
            assert (await share(owner, made["id"]))["code"] == "CONFLICT"
        if end == "deleted":
            assert await database.fetchval("SELECT count(*) FROM public_link WHERE token = $1", token) == 0
    finally:
        await database.close()
        await owner.close()


@pytest.mark.parametrize("token", ["", "x", "../x", "a" * 5000, "ä", "a\0b", "' OR true --", "%"])
async def test_a_token_that_is_none_shows_nothing(nobody: Client, token: str) -> None:
    assert await public(nobody, token) is None
