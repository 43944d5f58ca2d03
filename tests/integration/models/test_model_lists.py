from __future__ import annotations

import pytest

from tests.integration.graph.asking import (
    MODEL,
    add_model,
    code_of,
    handle_of,
    unique,
)
from tests.support.api import Client

MODELS = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: ModelFilter) {
  models(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount nodes { slug } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.mark.parametrize("slug", ["", "x", "no/such", "a/b/c", "\0/\0", "\ud800/x", "x" * 100_000, "demo/echo:0"])
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
