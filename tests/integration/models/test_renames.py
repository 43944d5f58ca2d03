"""Renaming a model: its former name leads on to it at every door, and is nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.integration.administration.operations import audit
from tests.support.api import Client
from tests.support.operations import (
    CREATE_MODEL,
    MODEL,
    add_model,
    change,
    delete,
    echo_model,
    ended,
    handle_of,
    paths,
    unique,
)

ALIAS = "mutation ($i: SetModelAliasInput!) { setModelAlias(input: $i) { __typename } }"
FORK = """mutation ($i: ForkModelInput!) { forkModel(input: $i) { __typename ... on Model { slug }
  ... on UserError { code } } }"""
HISTORY = "query ($m: String!) { predictions(filter: {model: $m}) { nodes { id } } }"


async def rename(client: Client, slug: str, name: str) -> str:
    """Its new slug."""
    renamed: str = (await change(client, slug, name=name))["slug"]
    return renamed


async def slug_of(client: Client, slug: str) -> str | None:
    model = (await client.run(MODEL, slug=slug))["model"]
    return model and str(model["slug"])


async def test_a_former_name_leads_on_at_every_door(ada: Client) -> None:
    former = await echo_model(ada)
    name = unique("newer")
    nick = unique("nick")
    await ada.run(ALIAS, i={"alias": nick, "model": former})
    earlier = (await ada.create(former, {"text": "a"}, wait=30))["id"]
    slug = await rename(ada, former, name)
    assert slug == f"{former.partition('/')[0]}/{name}"
    assert await slug_of(ada, former) == await slug_of(ada, slug) == slug
    for named in (former, f"{former}:1", f"{former}:latest", slug):
        made = await ada.create(named, {"text": "b"}, wait=30)
        assert (made["status"], made["model"]["slug"]) == ("SUCCEEDED", slug)
    ids = [node["id"] for node in (await ada.run(HISTORY, m=former))["predictions"]["nodes"]]
    assert ids == [node["id"] for node in (await ada.run(HISTORY, m=slug))["predictions"]["nodes"]]
    assert len(ids) == 5
    assert earlier in ids
    key = {"authorization": f"Bearer {ada.token}"}
    rest = await ada.http.get(f"{ada.url}/v1/models/{former}", headers=key)
    assert (rest.status_code, f"{rest.json()['owner']}/{rest.json()['name']}") == (200, slug)
    version = rest.json()["latest_version"]["id"]
    body = {"version": f"{former}:{version}", "input": {"text": "c"}}
    pinned = await ada.http.post(f"{ada.url}/v1/predictions", headers={**key, "prefer": "wait"}, json=body)
    assert (pinned.status_code, pinned.json()["model"]) == (201, slug), pinned.text
    listed = (await ada.http.get(f"{ada.url}/openai/v1/models", headers=key)).json()["data"]
    assert {nick, slug} <= {model["id"] for model in listed}
    for named in (nick, former):
        answer = await ada.http.get(f"{ada.url}/openai/v1/models/{named}", headers=key)
        assert answer.status_code == 200, answer.text


async def test_a_former_name_is_nobody_elses_but_the_models_own(ada: Client, bob: Client) -> None:
    former = await echo_model(ada)
    name = former.partition("/")[2]
    slug = await rename(ada, former, unique("newer"))
    assert (await add_model(ada, name=name))["code"] == "CONFLICT"
    assert (await ada.run(FORK, i={"model": slug, "name": name}))["forkModel"]["code"] == "CONFLICT"
    other = await echo_model(ada)
    for taken in (name, slug.partition("/")[2]):
        assert paths(await change(ada, other, name=taken)) == ["/name"]
    assert await slug_of(ada, other) == other
    # Of another owner's it says nothing
    assert (await add_model(bob, name=name))["slug"] == f"{await handle_of(bob)}/{name}"
    assert await rename(ada, former, name) == former
    assert await slug_of(ada, slug) == former
    # The model that is gone leads nowhere, and keeps both names
    assert (await delete(ada, former))["__typename"] == "DeletedModel"
    assert await slug_of(ada, slug) is None
    assert (await add_model(ada, name=slug.partition("/")[2]))["code"] == "CONFLICT"


async def test_a_name_is_a_name_and_only_the_owners_to_change(ada: Client, bob: Client, admin: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    assert (await change(bob, slug, name="mine"))["code"] == "NOT_FOUND"
    for hostile in ("", "Upper", "a/b", "a\0", "\ud800", "x" * 64, "..", "a:1"):
        assert paths(await change(ada, slug, name=hostile)) == ["/name"], hostile
    same = slug.partition("/")[2]
    assert (await change(ada, slug, name=same, description="the same"))["description"] == "the same"
    renamed = await rename(ada, slug, unique("newer"))
    hidden, missing = await bob.create(slug, {"text": "a"}), await bob.create("no/such", {"text": "a"})
    assert hidden["message"].replace(slug, "no/such") == missing["message"]
    assert await slug_of(bob, slug) is None
    await rename(admin, slug, unique("newest"))
    former = renamed.partition("/")[2]
    (line,) = [each for each in await audit(admin, actions=["MODEL_UPDATED"]) if each["before"].get("name") == former]
    assert line["after"]["name"] != former


async def test_of_many_who_want_a_name_at_once_one_gets_it(ada: Client) -> None:
    slugs = [await echo_model(ada) for _ in range(3)]
    name = unique("wanted")

    async def add() -> Any:
        new = {"name": name, "kind": "CUSTOM", "source": {"predictor": "echo"}}
        return (await ada.run(CREATE_MODEL, input=new))["createModel"]

    made = await asyncio.gather(*(change(ada, slug, name=name) for slug in slugs), add())
    assert [each["__typename"] for each in made].count("Model") == 1
    assert sum("latestVersion" in each for each in made) == 1
    # A name that is left while others ask for it is still taken
    former = await slug_of(ada, f"{slugs[0].partition('/')[0]}/{name}")
    assert former
    left = await asyncio.gather(change(ada, former, name=unique("left")), add(), change(ada, slugs[1], name=name))
    assert left[1]["code"] == "CONFLICT"


async def test_a_model_has_so_many_names_and_no_more(ada: Client) -> None:
    slug = await echo_model(ada)
    first = slug.partition("/")[2]
    for number in range(20):
        slug = await rename(ada, slug, f"{first}-{number}")
    refused = await change(ada, slug, name=f"{first}-more")
    assert paths(refused) == ["/name"]
    assert await slug_of(ada, slug) == slug
    slug = await rename(ada, slug, first)
    assert await slug_of(ada, f"{slug}-7") == slug


async def test_what_runs_and_waits_goes_on(ada: Client) -> None:
    slug = await echo_model(ada)
    running = [(await ada.create(slug, {"text": "a b c", "delay_seconds": 1}))["id"] for _ in range(3)]
    await rename(ada, slug, unique("newer"))
    assert {(await ended(ada, each))["status"] for each in running} == {"SUCCEEDED"}
