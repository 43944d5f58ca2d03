"""Who may change, delete and see a model."""

from __future__ import annotations

from tests.support.api import Client
from tests.support.operations import (
    DELETE_MODEL,
    MODEL,
    MODELS,
    NODE,
    UPDATE_MODEL,
    add_model,
    change,
    code_of,
    delete,
    echo_model,
    ended,
    handle_of,
    paths,
)


async def test_a_model_is_changed_by_its_owner_alone(ada: Client, bob: Client) -> None:
    slug = (await add_model(ada))["slug"]
    before = (await ada.run(MODEL, slug=slug))["model"]
    made = await change(ada, slug, description="new")
    assert (made["description"], made["visibility"]) == ("new", "PUBLIC")
    assert made["updatedAt"] > before["updatedAt"]
    assert (await change(bob, slug, description="mine"))["code"] == "FORBIDDEN"
    assert (await change(ada, slug, visibility="PRIVATE"))["description"] == "new"
    assert (await change(bob, slug, description="mine"))["code"] == "NOT_FOUND"
    assert (await change(ada, slug))["visibility"] == "PRIVATE"
    for hostile in ("a\0", "\ud800", "x" * 10_001):
        assert paths(await change(ada, slug, description=hostile)) == ["/description"]


async def test_a_version_cannot_be_changed_or_deleted(ada: Client) -> None:
    slug = await echo_model(ada)
    assert await code_of(ada, DELETE_MODEL, input={"model": f"{slug}:1"}) == "BAD_USER_INPUT"
    assert await code_of(ada, UPDATE_MODEL, input={"model": f"{slug}:1", "description": "x"}) == "BAD_USER_INPUT"
    assert (await ada.run(MODEL, slug=slug))["model"]


async def test_a_private_model_is_invisible_to_others(ada: Client, bob: Client, nobody: Client) -> None:
    slug = await echo_model(ada, visibility="PRIVATE")
    model = (await ada.run(MODEL, slug=slug))["model"]
    owner = await handle_of(ada)
    assert [m["slug"] for m in (await ada.run(MODELS, filter={"owner": owner}))["models"]["nodes"]] == [slug]
    for other in (bob, nobody):
        assert (await other.run(MODEL, slug=slug))["model"] is None
        assert (await other.run(NODE, id=model["id"]))["node"] is None
        assert (await other.run(NODE, id=model["latestVersion"]["id"]))["node"] is None
        found = (await other.run(MODELS, filter={"owner": owner}))["models"]
        assert (found["nodes"], found["totalCount"]) == ([], 0)
        hidden, missing = await other.create(slug, {"text": "a"}), await other.create("no/such", {"text": "a"})
        assert hidden["code"] == missing["code"] == "NOT_FOUND"
        assert hidden["message"].replace(slug, "no/such") == missing["message"]
    assert (await delete(bob, slug))["code"] == "NOT_FOUND"


async def test_a_deleted_model_is_gone_but_its_slug_and_predictions_stay(ada: Client, bob: Client) -> None:
    slug = await echo_model(ada)
    model = (await ada.run(MODEL, slug=slug))["model"]
    done = await ada.create(slug, {"text": "kept"}, wait=60, idempotencyKey="before")
    running = await ada.create(slug, {"text": "a b c d e f g h", "delay_seconds": 20})
    assert (await delete(bob, slug))["code"] == "FORBIDDEN"
    assert await delete(ada, slug) == {"__typename": "DeletedModel", "slug": slug, "canceledPredictions": 1}
    assert (await delete(ada, slug))["code"] == "NOT_FOUND"
    assert (await ada.run(MODEL, slug=slug))["model"] is None
    assert (await ada.run(NODE, id=model["id"]))["node"] is None
    assert (await add_model(ada, name=model["name"]))["code"] == "CONFLICT"
    assert (await ada.create(slug, {"text": "new"}))["code"] == "NOT_FOUND"
    assert (await ada.create(slug, {"text": "kept"}, idempotencyKey="before"))["id"] == done["id"]
    kept = await ada.get(done["id"])
    assert kept
    assert (kept["output"], kept["model"]["slug"], kept["version"]["number"]) == ("kept", slug, 1)
    assert (await ended(ada, running["id"]))["status"] == "CANCELED"
