from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.api import Client
from tests.support.operations import (
    CREATE_MODEL,
    DELETE_MODEL,
    ECHO,
    MODEL,
    PUBLISH,
    UPDATE_MODEL,
    add_model,
    code_of,
    echo_model,
    handle_of,
    paths,
    publish,
    settled,
    unique,
)

# --- adding ---


async def test_a_custom_model_becomes_ready_and_runs(ada: Client) -> None:
    name, handle = unique("m"), await handle_of(ada)
    made = await add_model(ada, name=name, description="# Echo 🐍")
    assert (made["slug"], made["kind"], made["visibility"]) == (f"{handle}/{name}", "CUSTOM", "PUBLIC")
    assert made["description"] == "# Echo 🐍"
    model = await settled(ada, made["slug"])
    version = model["latestVersion"]
    assert (version["number"], version["state"], version["source"]) == (1, "READY", "predictor:echo")
    assert version["slug"] == f"{handle}/{name}:1"
    assert version["inputSchema"]["required"] == ["text"]
    made = await ada.create(made["slug"], {"text": "a b c"}, wait=60)
    assert (made["status"], made["output"]) == ("SUCCEEDED", "a b c")


async def test_nobody_signed_in_adds_nothing(nobody: Client) -> None:
    new = {"name": "a", "kind": "CUSTOM", "source": ECHO}
    assert await code_of(nobody, CREATE_MODEL, input=new) == "UNAUTHENTICATED"
    assert await code_of(nobody, UPDATE_MODEL, input={"model": "demo/echo"}) == "UNAUTHENTICATED"
    assert await code_of(nobody, DELETE_MODEL, input={"model": "demo/echo"}) == "UNAUTHENTICATED"
    assert await code_of(nobody, PUBLISH, input={"model": "demo/echo", "source": ECHO}) == "UNAUTHENTICATED"


async def test_a_name_is_taken_once(ada: Client, bob: Client) -> None:
    name = unique("m")
    made = await asyncio.gather(*(add_model(ada, name=name) for _ in range(5)))
    assert sorted(m["__typename"] for m in made) == ["ConflictError"] * 4 + ["Model"]
    conflict = next(m for m in made if m["__typename"] == "ConflictError")
    assert conflict["code"] == "CONFLICT"
    assert (await add_model(bob, name=name))["__typename"] == "Model"


@pytest.mark.parametrize(
    "name", ["", "A", "a/b", "a:1", "a b", "-a", "a\0", "\ud800", "x" * 64, "a." * 40 + "a", "../a"]
)
async def test_hostile_names(ada: Client, name: str) -> None:
    made = await add_model(ada, name=name)
    assert (made["code"], paths(made)) == ("INVALID_INPUT", ["/name"])


async def test_all_violations_come_at_once(ada: Client) -> None:
    made = await add_model(
        ada,
        name="A",
        description="x" * 10_001,
        source={"huggingface": {"repo": "nope", "revision": "a b"}},
        inputSchema={"type": "object", "properties": {"text": {"pattern": "(a+)+$"}}},
    )
    assert paths(made) == [
        "/name",
        "/description",
        "/source/huggingface/repo",
        "/source/huggingface/revision",
        "/inputSchema/properties/text/pattern",
    ]


@pytest.mark.parametrize("description", ["a\0b", "\ud800"])
async def test_hostile_descriptions(ada: Client, description: str) -> None:
    assert paths(await add_model(ada, description=description)) == ["/description"]


@pytest.mark.parametrize(
    "source", [{}, {"predictor": "echo", "demo": "prose"}, {"predictor": None}, {"predictor": "echo", "demo": None}]
)
async def test_exactly_one_source_is_given(ada: Client, source: dict[str, Any]) -> None:
    answer = await ada.raw(CREATE_MODEL, input={"name": unique("m"), "kind": "CUSTOM", "source": source})
    assert not answer.get("data")
    assert all(error["extensions"]["code"] != "INTERNAL_SERVER_ERROR" for error in answer["errors"])


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        ("CUSTOM", {"source": ECHO, "predictor": "embeddings"}, "/predictor"),
        ("TEXT_GENERATION", {"source": {"demo": "prose"}, "predictor": "embeddings"}, "/predictor"),
        ("CUSTOM", {"source": ECHO, "quantization": "INT8"}, "/quantization"),
        ("CUSTOM", {"source": ECHO, "deviceMap": "AUTO"}, "/quantization"),
        ("TEXT_GENERATION", {"source": ECHO}, "/source"),
        ("IMAGE_GENERATION", {"source": ECHO}, "/source"),
    ],
)
async def test_a_source_fits_the_kind(ada: Client, kind: str, given: dict[str, Any], path: str) -> None:
    assert paths(await add_model(ada, kind=kind, **given)) == [path]


async def test_code_of_the_operator_s_runs_weights_for_administrators_only(ada: Client, admin: Client) -> None:
    given = {"source": {"huggingface": {"repo": "a/b"}}, "predictor": "mine"}
    assert (await add_model(ada, **given))["code"] == "FORBIDDEN"
    for predictor in ("", "../x", "a b", "x" * 65, "\0"):
        assert paths(await add_model(admin, **{**given, "predictor": predictor})) == ["/predictor"]


@pytest.mark.parametrize("predictor", ["", "\0", "\ud800", "x" * 1025])
async def test_hostile_predictors(ada: Client, predictor: str) -> None:
    assert paths(await add_model(ada, source={"predictor": predictor})) == ["/source/predictor"]


@pytest.mark.parametrize("predictor", ["nonsense", "../echo", "os.system", "workers.predictors.echo", "Echo", "🐍"])
async def test_an_unknown_predictor_is_refused_with_a_reason(admin: Client, predictor: str) -> None:
    ada = admin
    made = await add_model(ada, source={"predictor": predictor})
    version = (await settled(ada, made["slug"]))["latestVersion"]
    assert version["state"] == "REFUSED"
    assert predictor in version["reason"]
    made = await ada.create(made["slug"], {"text": "a"})
    assert (made["__typename"], made["code"]) == ("UnavailableError", "UNAVAILABLE")
    assert version["reason"] in made["message"]


async def test_an_unknown_demo_is_refused_with_a_reason(ada: Client) -> None:
    made = await add_model(ada, kind="TEXT_GENERATION", source={"demo": "../../etc"})
    version = (await settled(ada, made["slug"]))["latestVersion"]
    assert version["state"] == "REFUSED"
    assert version["reason"]


@pytest.mark.parametrize(
    "repo", ["", "nope", "../../etc", "a/../b", "https://x/y", "a/b\0", "\ud800/b", "a/b?c", "a/b/c"]
)
async def test_hostile_repositories(ada: Client, repo: str) -> None:
    made = await add_model(ada, kind="TEXT_GENERATION", source={"huggingface": {"repo": repo}})
    assert (made["code"], paths(made)) == ("INVALID_INPUT", ["/source/huggingface/repo"])


@pytest.mark.parametrize("path", [".", "/etc", "../..", "gpt2"])
async def test_folders_of_the_machine_are_for_administrators(ada: Client, path: str) -> None:
    made = await add_model(ada, kind="TEXT_GENERATION", source={"local": {"path": path}})
    assert (made["__typename"], made["code"]) == ("ForbiddenError", "FORBIDDEN")
    slug = await echo_model(ada)
    assert (await publish(ada, slug, source={"local": {"path": path}}))["code"] == "FORBIDDEN"


# --- an own input schema ---


async def test_an_own_schema_narrows_the_predictors(ada: Client) -> None:
    own = {"type": "object", "properties": {"text": {"maxLength": 5}, "repeat": {"maximum": 10**6, "default": 2}}}
    slug = await echo_model(ada, inputSchema=own)
    made = await ada.create(slug, {"text": "ab"}, wait=60)
    assert (made["output"], made["input"]) == ("ab\nab", {"text": "ab", "repeat": 2})
    assert paths(await ada.create(slug, {"text": "abcdef", "repeat": 1001})) == ["/input/repeat", "/input/text"]
    assert paths(await ada.create(slug, {"text": "a", "fail": True})) == ["/input/fail"]


@pytest.mark.parametrize(
    "own",
    [
        {"type": "object", "properties": {"text": True, "repeat": True}},
        {"type": "object", "properties": {"text": {}, "repeat": {"minimum": 5, "maximum": 2, "default": 1}}},
        {"type": "object", "properties": {"text": {}, "x": {}}},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"text": {"default": 1}}},
    ],
)
async def test_any_own_schema_ends_ready_or_refused(ada: Client, own: dict[str, Any]) -> None:
    made = await add_model(ada, inputSchema=own)
    if made["__typename"] == "InvalidInput":
        assert paths(made)[0].startswith("/inputSchema/")
        return
    version = (await settled(ada, made["slug"]))["latestVersion"]
    assert version["state"] == "READY" or version["reason"]
    made = await ada.create(made["slug"], {"text": "a"})
    assert made["__typename"] in {"Prediction", "UnavailableError", "InvalidInput"}


@pytest.mark.parametrize("own", [1, "x", [], True, {}, {"type": "object", "const": 10**30}])
async def test_what_is_no_schema(ada: Client, own: Any) -> None:
    assert paths(await add_model(ada, inputSchema=own))[0].startswith("/inputSchema")


# --- versions ---


async def test_ten_publishers_at_once_get_ten_numbers(ada: Client) -> None:
    slug = await echo_model(ada)
    made = await asyncio.gather(*(publish(ada, slug) for _ in range(10)))
    assert sorted(version["number"] for version in made) == list(range(2, 12))
    model = (await ada.run(MODEL, slug=slug))["model"]
    assert [version["number"] for version in model["versions"]] == list(range(11, 0, -1))


async def test_a_pinned_version_runs_and_a_refused_one_does_not_become_the_latest(ada: Client, admin: Client) -> None:
    slug = await echo_model(ada)
    await publish(admin, slug, source={"predictor": "nonsense"})
    model = await settled(ada, slug)
    assert [v["state"] for v in model["versions"]] == ["REFUSED", "READY"]
    assert model["latestVersion"]["number"] == 1
    assert (await ada.create(slug, {"text": "a"}))["version"]["number"] == 1
    assert (await ada.create(f"{slug}:1", {"text": "a"}))["version"]["number"] == 1
    assert (await ada.create(f"{slug}:2", {"text": "a"}))["code"] == "UNAVAILABLE"
    assert (await ada.create(f"{slug}:3", {"text": "a"}))["code"] == "UNAVAILABLE"


async def test_versions_are_published_by_the_owner_alone(ada: Client, bob: Client) -> None:
    public, private = await echo_model(ada), await echo_model(ada, visibility="PRIVATE")
    assert (await publish(bob, public))["code"] == "FORBIDDEN"
    assert (await publish(bob, private))["code"] == "NOT_FOUND"
    assert (await publish(bob, "no/such"))["code"] == "NOT_FOUND"
    assert (await publish(bob, "nonsense \0"))["code"] == "NOT_FOUND"


# --- changing and deleting ---


# --- finding ---
