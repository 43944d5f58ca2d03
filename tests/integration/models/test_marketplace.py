"""What models say of themselves, what is featured, the pages of owners, and forks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.conftest import LiveServer
from tests.integration.accounts.operations import with_key
from tests.integration.administration.operations import audit, command, database_of
from tests.support.api import Client
from tests.support.operations import (
    add_model,
    change,
    code_of,
    delete,
    echo_model,
    handle_of,
    paths,
    publish,
    ready,
    settled,
    unique,
)
from tests.unit.predictors import tiny_models

ABOUT = """query ($slug: String!) { model(slug: $slug) { slug categories languages license { name isSpdx url }
  hardware { device memoryBytes } featuredAt forkedFrom { slug } } }"""
MODELS = """query ($filter: ModelFilter, $orderBy: ModelOrder, $first: Int, $after: String) {
  models(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage endCursor } nodes { slug } } }"""
FEATURE = """mutation ($i: FeatureModelInput!) { featureModel(input: $i) { __typename
  ... on Model { slug featuredAt } ... on UserError { code } } }"""
UNFEATURE = """mutation ($i: UnfeatureModelInput!) { unfeatureModel(input: $i) { __typename
  ... on Model { slug featuredAt } ... on UserError { code } } }"""
OWNER = """query ($handle: String!, $first: Int, $after: String, $orderBy: ModelOrder) { owner(handle: $handle) {
  user { handle email } modelCount starCount runCount
  models(first: $first, after: $after, orderBy: $orderBy) {
    totalCount nodes { slug } pageInfo { hasNextPage endCursor } } } }"""
FORK = """mutation ($i: ForkModelInput!) { forkModel(input: $i) { __typename
  ... on Model { slug visibility description tags categories forkedFrom { slug }
    latestVersion { number state digest revision source sizeBytes } samples { id } }
  ... on InvalidInput { violations { path code } } ... on UserError { code message } } }"""
STAR = "mutation ($i: StarModelInput!) { starModel(input: $i) { ... on Model { starCount } } }"
LICENSE = {"name": "apache-2.0"}
UNKNOWN = {"name": "Own terms", "url": "https://a.example/terms"}


async def about(client: Client, slug: str) -> dict[str, Any]:
    return dict((await client.run(ABOUT, slug=slug))["model"])


async def slugs(client: Client, **filters: Any) -> list[str]:
    return [node["slug"] for node in (await client.run(MODELS, filter=filters, first=100))["models"]["nodes"]]


async def fork(client: Client, slug: str, **more: Any) -> dict[str, Any]:
    return dict((await client.run(FORK, i={"model": slug, "name": unique("fork"), **more}))["forkModel"])


async def test_an_owner_says_what_a_model_is(ada: Client) -> None:
    slug = await echo_model(
        ada, categories=["CHAT", "CHAT", "SPEECH"], languages=["PT-br", "en", "pt-BR"], license=LICENSE
    )
    told = await about(ada, slug)
    assert (told["categories"], told["languages"]) == (["CHAT", "SPEECH"], ["pt-BR", "en"])
    spdx = "https://spdx.org/licenses/Apache-2.0.html"
    assert told["license"] == {"name": "Apache-2.0", "isSpdx": True, "url": spdx}
    assert told["hardware"] == [{"device": "ANY", "memoryBytes": None}]
    await change(ada, slug, license=UNKNOWN, description="x")
    told = await about(ada, slug)
    assert told["license"] == {"name": "Own terms", "isSpdx": False, "url": UNKNOWN["url"]}
    assert told["languages"] == ["pt-BR", "en"]
    await change(ada, slug, license={"name": ""}, languages=[], categories=[])
    told = await about(ada, slug)
    assert (told["categories"], told["languages"], told["license"]) == ([], [], None)


async def test_what_a_model_cannot_say(ada: Client) -> None:
    slug = (await add_model(ada))["slug"]
    wrong: dict[str, Any] = {
        "categories": ["CHAT", "SPEECH", "VISION", "AUDIO"],
        "languages": ["en", "klingon language"],
        "license": {"name": "openrail", "url": "javascript:alert(1)"},
    }
    refused = await change(ada, slug, **wrong)
    assert sorted(paths(refused)) == ["/categories", "/languages/1", "/license/url"]
    assert sorted(paths(await add_model(ada, **wrong))) == ["/categories", "/languages/1", "/license/url"]
    assert (await about(ada, slug))["languages"] == []


def write_card(folder: Path, text: str) -> None:
    (folder / "README.md").write_text(text)


async def test_the_card_of_a_folder_tells_what_its_owner_does_not(admin: Client, live_server: LiveServer) -> None:
    folder = Path(live_server.environment["MODEL_ROOT"]) / unique("folder")
    tiny_models.llama(folder)
    card = "---\nlanguage:\n- en\n- PT-br\n- 7\n- no such language\nlicense: apache-2.0\n---\n# A model\n"
    write_card(folder, card)
    source = {"local": {"path": folder.name}}
    slug = await ready(admin, kind="TEXT_GENERATION", source=source, languages=["de"])
    told = await about(admin, slug)
    assert told["categories"][0] == "TEXT_GENERATION"
    assert told["languages"] == ["de"]
    assert told["license"]["name"] == "Apache-2.0"
    (need,) = told["hardware"]
    assert need["device"] == "ANY"
    assert int(need["memoryBytes"]) > 0
    most = int(need["memoryBytes"])
    mine = await handle_of(admin)
    assert await slugs(admin, owner=mine, maxMemoryBytes=str(most), device="CUDA") == [slug]
    assert await slugs(admin, owner=mine, maxMemoryBytes=str(most - 1)) == []


async def test_filters_combine_with_each_other_search_and_order(ada: Client) -> None:
    mark, mine = unique("filter"), await handle_of(ada)
    portuguese = await echo_model(ada, name=f"{mark}-a", languages=["pt-BR"], categories=["CHAT"], license=LICENSE)
    both = await echo_model(ada, name=f"{mark}-b", languages=["pt", "en"], categories=["VISION"], license=LICENSE)
    plain = await echo_model(ada, name=f"{mark}-c", device="CPU")
    assert await slugs(ada, owner=mine) == [plain, both, portuguese]
    assert await slugs(ada, owner=mine, language="pt") == [both, portuguese]
    assert await slugs(ada, owner=mine, language="PT-BR") == [portuguese]
    assert await slugs(ada, owner=mine, language="p") == []
    assert await slugs(ada, language="' OR true --") == []
    assert await slugs(ada, owner=mine, license="APACHE-2.0", category="CHAT") == [portuguese]
    assert await slugs(ada, owner=mine, license="\0") == []
    assert set(await slugs(ada, search=mark, license="Apache-2.0")) == {portuguese, both}
    assert await slugs(ada, owner=mine, device="CPU") == [plain, both, portuguese]
    assert await slugs(ada, owner=mine, device="CUDA") == [both, portuguese]
    assert await slugs(ada, owner=mine, maxMemoryBytes=-1) == []
    for field in ("NAME", "STARS", "TRENDING", "UPDATED_AT", "CREATED_AT"):
        listed, after = [], None
        while True:
            page = (
                await ada.run(
                    MODELS, filter={"search": mark, "language": "pt"}, orderBy={"field": field}, first=1, after=after
                )
            )["models"]
            assert page["totalCount"] == 2
            listed += [node["slug"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert sorted(listed) == sorted([portuguese, both]), field


async def test_what_runs_lately_comes_first(ada: Client, live_server: LiveServer) -> None:
    mark = unique("trend")
    made = [(await add_model(ada, name=f"{mark}-{n}"))["slug"] for n in range(3)]
    async with database_of(live_server) as database:
        for slug, trend in zip(made, (0.5, 12.25, 1 / 3), strict=True):
            await database.execute("UPDATE model SET trend = $2 WHERE name = $1", slug.partition("/")[2], trend)
    listed, after = [], None
    for _ in range(3):
        page = (await ada.run(MODELS, filter={"search": mark}, orderBy={"field": "TRENDING"}, first=1, after=after))[
            "models"
        ]
        listed += [node["slug"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert listed == [made[1], made[0], made[2]]


async def test_administrators_feature_models(
    admin: Client, ada: Client, nobody: Client, live_server: LiveServer
) -> None:
    slug = (await add_model(ada))["slug"]
    for client in (ada, nobody, await with_key(admin, "READ", "WRITE"), await with_key(admin, "READ", "ADMIN")):
        for mutation in (FEATURE, UNFEATURE):
            (answer,) = (await client.run(mutation, i={"model": slug})).values()
            assert answer["code"] == "FORBIDDEN"
    at = (await admin.run(FEATURE, i={"model": slug}))["featureModel"]["featuredAt"]
    assert (await admin.run(FEATURE, i={"model": slug}))["featureModel"]["featuredAt"] == at
    assert slug in await slugs(nobody, featured=True)
    assert slug not in await slugs(nobody, featured=False)
    assert (await admin.run(UNFEATURE, i={"model": slug}))["unfeatureModel"]["featuredAt"] is None
    assert (await admin.run(UNFEATURE, i={"model": slug}))["unfeatureModel"]["featuredAt"] is None
    assert [event["action"] for event in await audit(admin, subject=slug)] == ["MODEL_UNFEATURED", "MODEL_FEATURED"]
    assert (await admin.run(FEATURE, i={"model": "no/body"}))["featureModel"]["code"] == "NOT_FOUND"
    assert await code_of(admin, FEATURE, i={"model": f"{slug}:1"}) == "BAD_USER_INPUT"
    assert command(live_server, "models", "feature", slug).stdout == f"{slug} is featured.\n"
    assert (await about(nobody, slug))["featuredAt"]
    assert command(live_server, "models", "unfeature", slug).returncode == 0
    assert command(live_server, "models", "feature", "no/body").returncode == 1
    assert (await audit(admin, subject=slug))[0]["actor"] == "operator"


async def test_a_private_model_that_is_featured_stays_private(admin: Client, ada: Client, nobody: Client) -> None:
    slug = (await add_model(ada, visibility="PRIVATE"))["slug"]
    assert (await admin.run(FEATURE, i={"model": slug}))["featureModel"]["slug"] == slug
    assert slug not in await slugs(nobody, featured=True)
    assert slug in await slugs(ada, featured=True)


async def test_the_page_of_an_owner(ada: Client, bob: Client, nobody: Client) -> None:
    mine = await handle_of(ada)
    shown = [(await add_model(ada, name=unique(f"p{n}")))["slug"] for n in range(3)]
    hidden = (await add_model(ada, visibility="PRIVATE"))["slug"]
    await bob.run(STAR, i={"model": shown[1]})
    await ada.run(STAR, i={"model": hidden})

    async def page(client: Client, **more: Any) -> dict[str, Any]:
        return dict((await client.run(OWNER, handle=mine, **more))["owner"])

    seen = await page(nobody)
    assert seen["user"] == {"handle": mine, "email": None}
    assert (seen["modelCount"], seen["starCount"], seen["runCount"]) == (3, 1, 0)
    assert [node["slug"] for node in seen["models"]["nodes"]] == shown[::-1]
    assert seen["models"]["totalCount"] == 3
    starred = await page(nobody, first=1, orderBy={"field": "STARS"})
    assert starred["models"]["nodes"] == [{"slug": shown[1]}]
    more = await page(nobody, after=starred["models"]["pageInfo"]["endCursor"], orderBy={"field": "STARS"})
    assert {node["slug"] for node in more["models"]["nodes"]} == {shown[0], shown[2]}
    own = await page(ada)
    assert (own["modelCount"], own["starCount"]) == (4, 2)
    assert own["models"]["nodes"][0] == {"slug": hidden}
    await change(ada, hidden, sharedWith=[await handle_of(bob)])
    assert (await page(bob))["modelCount"] == 4
    await delete(ada, shown[0])
    assert (await page(nobody))["modelCount"] == 2
    for handle in ("no-such-user", "", "\0", "x" * 1000, "' OR true"):
        assert (await nobody.run(OWNER, handle=handle))["owner"] is None


async def test_a_fork_is_a_model_of_ones_own(ada: Client, bob: Client, nobody: Client) -> None:
    slug = await echo_model(ada, description="says it again", tags=["parrot"], categories=["CHAT"])
    await publish(ada, slug)
    await settled(ada, slug)
    made = await ada.create(slug, {"text": "x"}, wait=60)
    await change(ada, slug, samples=[made["id"]])
    copy = await fork(bob, slug)
    assert copy["slug"].startswith(f"{await handle_of(bob)}/fork")
    assert (copy["visibility"], copy["description"], copy["tags"]) == ("PRIVATE", "says it again", ["parrot"])
    assert (copy["categories"], copy["samples"], copy["forkedFrom"]) == (["CHAT"], [], {"slug": slug})
    assert (copy["latestVersion"]["number"], copy["latestVersion"]["state"]) == (1, "READY")
    assert (await fork(bob, f"{slug}:1"))["__typename"] == "Model"
    assert (await nobody.raw(ABOUT, slug=copy["slug"]))["data"]["model"] is None
    # The original goes, and the fork runs
    await delete(ada, slug)
    done = await bob.create(copy["slug"], {"text": "still here"}, wait=60)
    assert done["status"] == "SUCCEEDED"
    told = await about(bob, copy["slug"])
    assert told["forkedFrom"] is None
    await change(bob, copy["slug"], visibility="PUBLIC", description="mine")
    assert (await about(nobody, copy["slug"]))["slug"] == copy["slug"]


async def test_what_cannot_be_forked(
    ada: Client, bob: Client, nobody: Client, admin: Client, live_server: LiveServer
) -> None:
    slug = await echo_model(ada)
    assert await code_of(nobody, FORK, i={"model": slug, "name": "x"}) == "UNAUTHENTICATED"
    assert (await fork(await with_key(bob, "READ", "RUN"), slug))["code"] == "FORBIDDEN"
    assert (await fork(bob, "no/body"))["code"] == "NOT_FOUND"
    assert (await fork(bob, f"{slug}:7"))["code"] == "NOT_FOUND"
    name = unique("twice")
    assert (await fork(bob, slug, name=name))["__typename"] == "Model"
    assert (await fork(bob, slug, name=name))["code"] == "CONFLICT"
    for wrong in ("", "UPPER", "../x", "a\0", "x" * 64):
        assert (await fork(bob, slug, name=wrong))["violations"] == [{"path": "/name", "code": "pattern"}]
    refused = await echo_model(ada)
    # As if it had been refused, and as if the operator's own code ran the other, which a fork's owner gives variables
    async with database_of(live_server) as database:
        change_version = "UPDATE version SET {} FROM model m WHERE m.id = model_id AND m.name = $1"
        await database.execute(change_version.format("state = 'REFUSED'"), refused.partition("/")[2])
        await database.execute(change_version.format("predictor = 'own'"), slug.partition("/")[2])
    assert (await fork(bob, refused))["code"] == "UNAVAILABLE"
    assert (await fork(bob, f"{refused}:1"))["code"] == "UNAVAILABLE"
    assert (await fork(bob, slug))["code"] == "FORBIDDEN"
    assert (await fork(admin, slug))["__typename"] == "Model"


async def test_a_private_model_is_forked_by_its_owner_alone(ada: Client, bob: Client, admin: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    assert (await fork(bob, slug))["code"] == "NOT_FOUND"
    await change(ada, slug, sharedWith=[await handle_of(bob)])
    assert (await fork(bob, slug))["code"] == "FORBIDDEN"
    assert (await fork(ada, slug))["__typename"] == "Model"
    assert (await fork(admin, slug))["__typename"] == "Model"


async def test_the_weights_of_a_private_base_stay_with_its_owner(
    ada: Client, bob: Client, live_server: LiveServer
) -> None:
    """As if one model were an adapter on the other."""
    slug, base = await echo_model(ada), await echo_model(ada)
    async with database_of(live_server) as database:
        await database.execute(
            """UPDATE version v SET base_id = b.id FROM version b JOIN model bm ON bm.id = b.model_id, model m
            WHERE v.model_id = m.id AND m.name = $1 AND bm.name = $2""",
            slug.partition("/")[2], base.partition("/")[2],
        )  # fmt: skip
    assert (await fork(bob, slug))["__typename"] == "Model"
    await change(ada, base, visibility="PRIVATE")
    assert (await fork(bob, slug))["violations"] == [{"path": "/model", "code": "base"}]
    assert (await fork(ada, slug, visibility="PUBLIC"))["violations"] == [{"path": "/visibility", "code": "base"}]
    assert (await fork(ada, slug))["__typename"] == "Model"
    await delete(ada, base)
    assert (await fork(ada, slug))["violations"] == [{"path": "/model", "code": "base"}]


def names_in(folder: Path) -> list[str]:
    """All that is below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


async def test_a_fork_of_a_folder_shares_its_files(admin: Client, bob: Client, live_server: LiveServer) -> None:
    folder = Path(live_server.environment["MODEL_ROOT"]) / unique("folder")
    tiny_models.llama(folder)
    slug = await ready(admin, kind="TEXT_GENERATION", source={"local": {"path": folder.name}}, visibility="PUBLIC")
    before = await bob.run("query ($s: String!) { model(slug: $s) { latestVersion { digest } } }", s=slug)
    names = names_in(folder)
    copy = await fork(bob, slug)
    assert copy["latestVersion"]["digest"] == before["model"]["latestVersion"]["digest"]
    await delete(admin, slug)
    done = await bob.create(copy["slug"], {"prompt": "x", "max_new_tokens": 2}, wait=60)
    assert done["status"] == "SUCCEEDED", done
    assert names_in(folder) == names
