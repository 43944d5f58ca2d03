from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

import pytest

from tests.support.api import Client
from tests.support.operations import (
    MODEL,
    add_model,
    change,
    code_of,
    handle_of,
    unique,
)

MODELS = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: ModelFilter) {
  models(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount nodes { slug } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.mark.parametrize("slug", ["", "x", "no/such", "a/b/c", "\0/\0", "\ud800/x", "x" * 10_000, "demo/echo:0"])
async def test_no_model_of_such_a_slug(nobody: Client, slug: str) -> None:
    assert (await nobody.run(MODEL, slug=slug))["model"] is None


async def test_models_are_filtered(ada: Client) -> None:
    owner, word = await handle_of(ada), unique("w")
    mine = [(await add_model(ada, description=f"{n} {word} 100%_\\"))["slug"] for n in range(3)]
    for found in ({"owner": owner}, {"search": word.upper()}, {"owner": owner, "kind": "CUSTOM", "search": "%_\\"}):
        listed = (await ada.run(MODELS, filter=found))["models"]
        assert [m["slug"] for m in listed["nodes"]] == mine[::-1], found
        assert listed["totalCount"] == 3
    for found in ({"owner": owner, "kind": "TEXT_GENERATION"}, {"owner": "x' OR 1=1 --"}, {"search": unique()}):
        assert (await ada.run(MODELS, filter=found))["models"]["nodes"] == []
    for hostile in ("a\0b", "\ud800"):
        assert await code_of(ada, MODELS, filter={"search": hostile}) == "BAD_USER_INPUT"
    for hostile in ("a\0b", "\ud800", "x" * 1000):
        assert (await ada.run(MODELS, filter={"owner": hostile}))["models"]["nodes"] == []


async def test_the_models_of_a_user_page_by_page(ada: Client) -> None:
    owner = await handle_of(ada)
    mine = [(await add_model(ada))["slug"] for _ in range(7)][::-1]
    seen: list[str] = []
    cursor = None
    while True:
        page = (await ada.run(MODELS, first=3, after=cursor, filter={"owner": owner}))["models"]
        seen += [m["slug"] for m in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == mine


ORDERED = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: ModelFilter,
                    $orderBy: ModelOrder) {
  models(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    edges { cursor } nodes { slug } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def walked(client: Client, *, backwards: bool, **variables: Any) -> list[str]:
    """A whole list, two items at a time, from one of its ends."""
    seen: list[str] = []
    size, place = ("last", "before") if backwards else ("first", "after")
    cursor = None
    while True:
        page = (await client.run(ORDERED, **{size: 2, place: cursor}, **variables))["models"]
        slugs = [node["slug"] for node in page["nodes"]]
        seen = slugs + seen if backwards else seen + slugs
        info = page["pageInfo"]
        cursor = info["startCursor" if backwards else "endCursor"]
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return seen


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("column", ["CREATED_AT", "UPDATED_AT", "NAME"])
async def test_models_in_order_page_by_page_both_ways(ada: Client, column: str, direction: str) -> None:
    owner, mark = await handle_of(ada), unique("z")
    names = [f"{letter}{mark}" for letter in "cadbe"]
    made = [(await add_model(ada, name=name))["slug"] for name in names]
    touched = [made[3], made[0]]
    for slug in touched:
        await change(ada, slug, description="changed")
    rising = {
        "CREATED_AT": made,
        "UPDATED_AT": [slug for slug in made if slug not in touched] + touched,
        "NAME": sorted(made),
    }[column]
    expected = rising if direction == "ASC" else rising[::-1]
    variables = {"filter": {"owner": owner}, "orderBy": {"field": column, "direction": direction}}
    assert await walked(ada, backwards=False, **variables) == expected
    assert await walked(ada, backwards=True, **variables) == expected


async def test_a_cursor_belongs_to_its_order(ada: Client) -> None:
    cursors = {}
    await add_model(ada)
    for column in ("CREATED_AT", "UPDATED_AT", "NAME"):
        page = (await ada.run(ORDERED, first=1, orderBy={"field": column}))["models"]
        cursors[column] = page["edges"][0]["cursor"]
    for column in cursors:
        for other, cursor in cursors.items():
            answer = await ada.raw(ORDERED, first=1, after=cursor, orderBy={"field": column})
            assert ("errors" in answer) is (other != column), (column, other)
            if other != column:
                assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("text", ["name:\0|{id}", "name:x|x", "name:", "updated_at:x|{id}", "name:a", "other:a|{id}"])
async def test_cursors_that_somebody_made_up(ada: Client, text: str) -> None:
    cursor = base64.urlsafe_b64encode(text.replace("{id}", str(uuid4())).encode()).decode()
    for column in ("CREATED_AT", "UPDATED_AT", "NAME"):
        assert await code_of(ada, ORDERED, after=cursor, orderBy={"field": column}) == "BAD_USER_INPUT"
