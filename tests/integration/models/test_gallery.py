"""What the gallery of models knows: search, stars, and private models that are shared."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.api import Client
from tests.support.operations import add_model, change, code_of, handle_of, unique

MODELS = """query ($filter: ModelFilter, $orderBy: ModelOrder, $first: Int, $after: String) {
  models(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage endCursor } nodes { slug starCount isStarred } } }"""
STAR = """mutation ($i: StarModelInput!) { starModel(input: $i) { __typename
  ... on Model { starCount isStarred } ... on NotFoundError { message } } }"""
UNSTAR = """mutation ($i: UnstarModelInput!) { unstarModel(input: $i) { __typename
  ... on Model { starCount isStarred } ... on NotFoundError { message } } }"""
UPDATE = """mutation ($i: UpdateModelInput!) { updateModel(input: $i) { __typename
  ... on InvalidInput { violations { path } } } }"""
SHARED = "query ($slug: String!) { model(slug: $slug) { slug sharedWith { handle } } }"
RUN = """mutation ($i: CreatePredictionInput!) { createPrediction(input: $i) { __typename
  ... on Prediction { id model { description } } ... on NotFoundError { message } } }"""


async def slugs(client: Client, search: str, **more: Any) -> list[str]:
    """The models that a search gives."""
    return [node["slug"] for node in (await client.run(MODELS, filter={"search": search}, **more))["models"]["nodes"]]


async def test_a_name_goes_before_a_tag_and_a_tag_before_a_description(ada: Client) -> None:
    word = unique("zebra")
    described = (await add_model(ada, description=f"Draws a {word}. " * 20))["slug"]
    tagged = (await add_model(ada, tags=[word]))["slug"]
    named = (await add_model(ada, name=f"my-{word}-turbo"))["slug"]
    exact = (await add_model(ada, name=word))["slug"]
    assert await slugs(ada, word.upper()) == [exact, named, tagged, described]
    assert await slugs(ada, word[:-3]) == [exact, named, tagged, described]
    # A part of a name in its middle, and an owner's model by its slug
    assert await slugs(ada, word[2:]) == [exact, named]
    assert await slugs(ada, f"{await handle_of(ada)}/{word}") == [exact, named, tagged, described]
    assert await slugs(ada, f"nobody/{word}") == []
    # What is asked for by another order comes by it
    by_name = await slugs(ada, word, orderBy={"field": "NAME", "direction": "ASC"})
    assert by_name == sorted(by_name, key=lambda slug: slug.partition("/")[2])
    assert len(by_name) == 4


async def test_words_are_known_by_their_stems_and_all_of_them_must_be_there(ada: Client) -> None:
    mark = unique("k")
    runner = (await add_model(ada, description=f"Restores running photographs {mark}"))["slug"]
    await add_model(ada, description=f"Restores {mark}")
    assert await slugs(ada, f"{mark} photograph run") == [runner]
    assert await slugs(ada, f'{mark} "running photographs"') == [runner]
    assert len(await slugs(ada, f"{mark} restored")) == 2
    assert await slugs(ada, f"{mark} -running") != []
    await change(ada, runner, description=f"Paints {mark}")
    assert await slugs(ada, f"{mark} photographs") == []


@pytest.mark.parametrize(("written", "meant"), [("trubo", "turbo"), ("stabel", "stable"), ("difusion", "diffusion")])
async def test_misspelled_names_are_found_where_nothing_has_the_word(ada: Client, written: str, meant: str) -> None:
    mark = unique("q")
    slug = (await add_model(ada, name=f"{mark}-{meant}"))["slug"]
    assert slug in await slugs(ada, written, first=100)
    assert (await slugs(ada, f"{mark} {written}"))[0] == slug
    assert slug not in await slugs(ada, "xylophone")


@pytest.mark.parametrize(
    "text", ["!!", "&", "a & | !b <-> :*", "'", "\\", "%", "-", "a:* b", '"', "the", "ﬁ é 日本", "/"]
)
async def test_no_search_is_an_error(ada: Client, text: str) -> None:
    await slugs(ada, text)
    await slugs(ada, text * 300)


async def test_a_text_without_words_is_looked_for_as_it_stands(ada: Client) -> None:
    slug = (await add_model(ada, description="¡¿§¿!"))["slug"]
    assert await slugs(ada, "§¿!") == [slug]


async def test_matches_come_page_by_page(ada: Client) -> None:
    word = unique("page")
    made = [(await add_model(ada, name=f"{word}-{n}"))["slug"] for n in range(5)]
    found, after = [], None
    while True:
        page = (await ada.run(MODELS, filter={"search": word}, first=2, after=after))["models"]
        assert page["totalCount"] == 5
        found += [node["slug"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(found) == sorted(made)
    newest = (await ada.run(MODELS, first=1))["models"]["pageInfo"]["endCursor"]
    assert await code_of(ada, MODELS, filter={"search": word}, after=newest) == "BAD_USER_INPUT"


async def test_one_account_has_one_star(ada: Client, bob: Client, nobody: Client) -> None:
    slug = (await add_model(ada, name=unique("star")))["slug"]
    answers = await asyncio.gather(*(bob.run(STAR, i={"model": slug}) for _ in range(10)))
    assert {answer["starModel"]["starCount"] for answer in answers} == {1}
    assert (await ada.run(STAR, i={"model": slug}))["starModel"] == {
        "__typename": "Model", "starCount": 2, "isStarred": True,
    }  # fmt: skip
    starred = (await bob.run(MODELS, filter={"starred": True}))["models"]["nodes"]
    assert starred == [{"slug": slug, "starCount": 2, "isStarred": True}]
    assert (await nobody.run(MODELS, filter={"starred": True}))["models"]["nodes"] == []
    assert await code_of(nobody, STAR, i={"model": slug}) == "UNAUTHENTICATED"
    top = (await nobody.run(MODELS, first=100, orderBy={"field": "STARS"}))["models"]["nodes"]
    assert [node["starCount"] for node in top] == sorted((node["starCount"] for node in top), reverse=True)
    for count in (1, 1):
        answer = (await bob.run(UNSTAR, i={"model": slug}))["unstarModel"]
        assert answer == {"__typename": "Model", "starCount": count, "isStarred": False}
    assert await code_of(bob, STAR, i={"model": f"{slug}:1"}) == "BAD_USER_INPUT"


async def test_stars_in_order_page_by_page(ada: Client, bob: Client) -> None:
    mark = unique("order")
    made = [(await add_model(ada, name=f"{mark}-{n}"))["slug"] for n in range(3)]
    for who, slug in ((ada, made[1]), (bob, made[1]), (bob, made[0])):
        await who.run(STAR, i={"model": slug})
    listed, after = [], None
    for _ in range(3):
        page = (await ada.run(MODELS, filter={"search": mark}, orderBy={"field": "STARS"}, first=1, after=after))[
            "models"
        ]
        listed += [node["slug"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert listed == [made[1], made[0], made[2]]


@pytest.fixture
async def private(ada: Client) -> str:
    """A private model of ada's."""
    made = await add_model(ada, name=unique("hidden"), description="of few", visibility="PRIVATE")
    return str(made["slug"])


async def test_a_private_model_is_there_for_whom_it_is_shared_with(ada: Client, bob: Client, private: str) -> None:
    name, mine = private.partition("/")[2], await handle_of(ada)
    assert (await bob.run(SHARED, slug=private))["model"] is None
    assert (await bob.run(STAR, i={"model": private}))["starModel"]["__typename"] == "NotFoundError"
    await change(ada, private, sharedWith=[await handle_of(bob), mine])
    shared = (await ada.run(SHARED, slug=private))["model"]["sharedWith"]
    assert shared == [{"handle": await handle_of(bob)}]
    # Bob sees and runs it, and not with whom else it is shared; he changes nothing
    assert (await bob.run(SHARED, slug=private))["model"] == {"slug": private, "sharedWith": None}
    assert await slugs(bob, name) == [private]
    assert private in [node["slug"] for node in (await bob.run(MODELS, filter={"owner": mine}))["models"]["nodes"]]
    run = (await bob.run(RUN, i={"model": private, "input": {"text": "x"}}))["createPrediction"]
    assert run["__typename"] == "Prediction"
    assert run["model"]["description"] == "of few"
    refused = await bob.run(UPDATE, i={"model": private, "description": "mine"})
    assert refused["updateModel"]["__typename"] == "ForbiddenError"
    await change(ada, private, sharedWith=[])
    assert (await bob.run(SHARED, slug=private))["model"] is None
    assert await slugs(bob, name) == []
    assert (await bob.run(RUN, i={"model": private, "input": {"text": "x"}}))["createPrediction"]["__typename"] == (
        "NotFoundError"
    )


async def test_others_and_nobody_see_nothing_of_it(ada: Client, bob: Client, nobody: Client, private: str) -> None:
    await change(ada, private, sharedWith=[await handle_of(bob)])
    assert (await nobody.run(SHARED, slug=private))["model"] is None
    assert await slugs(nobody, private.partition("/")[2]) == []


async def test_whom_a_model_cannot_be_shared_with(ada: Client, private: str) -> None:
    for handles, path in (
        (["no-such-user-1"], "/sharedWith/0"),
        (["\0"], "/sharedWith/0"),
        (["x"] * 51, "/sharedWith"),
    ):
        answer = (await ada.run(UPDATE, i={"model": private, "sharedWith": handles}))["updateModel"]
        assert answer["__typename"] == "InvalidInput"
        assert answer["violations"][0]["path"] == path
    assert (await ada.run(SHARED, slug=private))["model"]["sharedWith"] == []
