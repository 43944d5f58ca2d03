"""What the gallery shows of models: tags, and sample outputs that their owners chose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Client
from tests.support.operations import add_model, change, code_of, echo_model, unique

TAGGED = "query ($filter: ModelFilter) { models(filter: $filter) { nodes { slug tags } } }"
SHOWN = """query ($slug: String!) { model(slug: $slug) { tags runCount
  samples { status text input user { handle } } } }"""


async def tags_of(client: Client, slug: str) -> list[str]:
    tags: list[str] = (await client.run(SHOWN, slug=slug))["model"]["tags"]
    return tags


async def samples_of(client: Client, slug: str) -> list[dict[str, Any]]:
    samples: list[dict[str, Any]] = (await client.run(SHOWN, slug=slug))["model"]["samples"]
    return samples


async def test_models_are_found_by_their_tags(ada: Client) -> None:
    word = unique("t")
    first = (await add_model(ada, tags=[word, "small", word]))["slug"]
    second = (await add_model(ada))["slug"]
    assert await tags_of(ada, first) == [word, "small"]
    assert await tags_of(ada, second) == []
    assert [m["slug"] for m in (await ada.run(TAGGED, filter={"tag": word}))["models"]["nodes"]] == [first]
    await change(ada, second, tags=[word])
    await change(ada, first, description="tags stay")
    assert [m["slug"] for m in (await ada.run(TAGGED, filter={"tag": word}))["models"]["nodes"]] == [second, first]
    await change(ada, first, tags=[])
    assert [m["slug"] for m in (await ada.run(TAGGED, filter={"tag": word}))["models"]["nodes"]] == [second]
    for hostile in (word[:-1], "", "a\0b", "\ud800", '"]', "x" * 1000):
        assert (await ada.run(TAGGED, filter={"tag": hostile}))["models"]["nodes"] == []


@pytest.mark.parametrize(
    ("tags", "paths"),
    [(["Big"], ["/tags/0"]), (["ok", "", "a b", "x" * 33], ["/tags/1", "/tags/2", "/tags/3"]),
     (["a\0"], ["/tags/0"]), (["\ud800"], ["/tags/0"]), ([f"t{n}" for n in range(11)], ["/tags"])],
)  # fmt: skip
async def test_what_is_no_tag_is_refused(ada: Client, tags: list[str], paths: list[str]) -> None:
    made = await add_model(ada, tags=tags)
    assert [v["path"] for v in made["violations"]] == paths
    slug = (await add_model(ada, tags=["kept"]))["slug"]
    assert [v["path"] for v in (await change(ada, slug, tags=tags))["violations"]] == paths
    assert await tags_of(ada, slug) == ["kept"]


async def test_an_owner_shows_outputs_to_everybody(ada: Client, nobody: Client) -> None:
    slug = await echo_model(ada)
    made = [await ada.create(slug, {"text": f"sample {n}"}, wait=60) for n in range(3)]
    assert await samples_of(nobody, slug) == []
    chosen = [made[2]["id"], made[0]["id"], made[2]["id"]]
    assert (await change(ada, slug, samples=chosen))["__typename"] == "Model"
    shown = await samples_of(nobody, slug)
    assert [s["text"] for s in shown] == ["sample 2", "sample 0"]
    assert await nobody.get(made[1]["id"]) is None
    some = "query ($slug: String!, $first: Int!) { model(slug: $slug) { samples(first: $first) { text } } }"
    assert (await nobody.run(some, slug=slug, first=1))["model"]["samples"] == [{"text": "sample 2"}]
    for hostile in (0, -1, 5, 2**31 - 1):
        assert await code_of(nobody, some, slug=slug, first=hostile) == "BAD_USER_INPUT"
    await change(ada, slug, samples=[])
    assert await samples_of(nobody, slug) == []


async def test_nobody_shows_what_is_not_theirs_or_no_output_of_the_model(ada: Client, nobody: Client) -> None:
    slug, other = await echo_model(ada), await echo_model(ada)
    strangers = await nobody.create(slug, {"text": "mine"}, wait=60)
    failed = await ada.create(slug, {"text": "no", "fail": True}, wait=60)
    elsewhere = await ada.create(other, {"text": "elsewhere"}, wait=60)
    good = await ada.create(slug, {"text": "good"}, wait=60)
    assert good["status"] == "SUCCEEDED"
    refused = await change(ada, slug, samples=[p["id"] for p in (strangers, good, failed, elsewhere)])
    assert [v["path"] for v in refused["violations"]] == ["/samples/0", "/samples/2", "/samples/3"]
    refused = await change(ada, slug, samples=[good["id"]] * 5)
    assert [v["path"] for v in refused["violations"]] == ["/samples"]
    assert await samples_of(ada, slug) == []
