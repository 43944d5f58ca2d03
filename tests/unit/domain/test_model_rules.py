from __future__ import annotations

from typing import Any

import pytest

from server.domain.models import (
    QUEUES,
    CpuOffload,
    DeviceClass,
    DeviceMap,
    Dtype,
    Engine,
    ModelKind,
    ModelSource,
    NewVersion,
    Quantization,
    Slug,
    SourceType,
    name_violations,
    parse_slug,
    source_violations,
    version_violations,
)

HOSTILE = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "../..",
    "a/b/c",
    "a b",
    "a\nb",
    "é",
    "🐍",
    "'; DROP TABLE model; --",
    "%2e",
]


@pytest.mark.parametrize("name", ["a", "a" * 63, "gpt-2", "llama.3_1-8b", "0", "a1.b2"])
def test_good_names(name: str) -> None:
    assert name_violations(name) == []


@pytest.mark.parametrize(
    "name",
    [*HOSTILE, "A", "-a", "a-", "a--b", "a..b", "a.", ".a", "a" * 64, "a/b", "a:b", "a\n", "\uff41", "a" * 1_000_000],
)
def test_bad_names(name: str) -> None:
    (violation,) = name_violations(name)
    assert (violation.path, violation.code) == ("/name", "pattern")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ada/echo", Slug("ada", "echo")),
        ("ada/echo:1", Slug("ada", "echo", 1)),
        ("ada/echo:999999999", Slug("ada", "echo", 999_999_999)),
    ],
)
def test_a_slug_is_parsed_and_written_back(text: str, slug: Slug) -> None:
    assert parse_slug(text) == slug
    assert str(slug) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada/",
        "/echo",
        "a/b/c",
        "a/b:0",
        "a/b:01",
        "a/b:-1",
        "a/b:",
        "a/b:x",
        "a/b:1:2",
        "a/b:1\n",
        "a/b:1 ",
        "a/b:1000000000",
        "a b/c",
        "a/b:²",
        "a/b:\uff11",
        "a/" + "b" * 160,
        "a/" + "b" * 64,
        "a" * 40 + "/b",
        "A/b",
    ],
)
def test_what_is_no_slug(text: str) -> None:
    assert parse_slug(text) is None


@pytest.mark.parametrize("text", ["a\0/b", "a/b\0", "\ud800/b", "a/\udfff"])
def test_a_slug_that_no_text_column_can_be_compared_with_is_none(text: str) -> None:
    assert parse_slug(text) is None


@pytest.mark.parametrize(
    "repo", ["openai/gpt2", "a/b", "HuggingFaceTB/SmolLM2-135M", "x_y/z.w-1", "a" * 96 + "/" + "b" * 96]
)
def test_good_repositories(repo: str) -> None:
    assert source_violations(ModelSource(SourceType.HUGGINGFACE, repo)) == []


@pytest.mark.parametrize(
    "repo",
    [
        *HOSTILE,
        "gpt2",
        "a/../b",
        "../etc/passwd",
        "a/..",
        "./b",
        "a/.b",
        "a/b--c",
        "https://evil.example/a/b",
        "a/b?x=1",
        "a/b#c",
        "a\\b",
        "a/b\n",
        "user@host/a",
        "a/" + "b" * 97,
        "datasets/a/b",
    ],
)
def test_hostile_repositories_are_refused(repo: str) -> None:
    found = source_violations(ModelSource(SourceType.HUGGINGFACE, repo))
    assert [v.path for v in found] == ["/source/huggingface/repo"]


@pytest.mark.parametrize("revision", ["main", "v1.0", "refs/pr/1", "0" * 40])
def test_good_revisions(revision: str) -> None:
    assert source_violations(ModelSource(SourceType.HUGGINGFACE, "a/b", revision)) == []


@pytest.mark.parametrize(
    "revision", ["", "../x", "a..b", "/x", "a b", "a\0", "\ud800", "x" * 129, "a?b", "a%2fb", "-x", "a\n"]
)
def test_hostile_revisions_are_refused(revision: str) -> None:
    found = source_violations(ModelSource(SourceType.HUGGINGFACE, "a/b", revision))
    assert [v.path for v in found] == ["/source/huggingface/revision"]


def test_all_violations_of_a_source_come_at_once() -> None:
    found = source_violations(ModelSource(SourceType.HUGGINGFACE, "nope", "a b"))
    assert [v.path for v in found] == ["/source/huggingface/repo", "/source/huggingface/revision"]


@pytest.mark.parametrize("kind", [SourceType.LOCAL, SourceType.DEMO, SourceType.PREDICTOR])
@pytest.mark.parametrize("ref", ["", "a\0b", "x" * 1025, "\ud800"])
def test_a_reference_that_cannot_be_stored_is_refused(kind: SourceType, ref: str) -> None:
    assert [v.path for v in source_violations(ModelSource(kind, ref))] == [f"/source/{kind.value}"]


def test_each_kind_has_a_queue_of_its_own() -> None:
    assert len(set(QUEUES)) == len(list(ModelKind)) == 3


@pytest.mark.parametrize(
    ("kind", "source", "options", "paths"),
    [
        (ModelKind.TEXT_GENERATION, SourceType.LOCAL, {}, []),
        (ModelKind.IMAGE_GENERATION, SourceType.HUGGINGFACE, {}, []),
        (ModelKind.IMAGE_GENERATION, SourceType.DEMO, {}, []),
        (ModelKind.CUSTOM, SourceType.LOCAL, {}, ["/base"]),
        (ModelKind.TEXT_GENERATION, SourceType.LOCAL, {"dtype": Dtype.FLOAT16}, ["/dtype"]),
        (ModelKind.TEXT_GENERATION, SourceType.LOCAL, {"device": DeviceClass.CPU}, ["/device"]),
    ],
)
def test_what_an_adapter_may_be(kind: ModelKind, source: SourceType, options: Any, paths: list[str]) -> None:
    new = NewVersion(ModelSource(source, "a/b"), base="ada/writer:1", **options)
    assert [violation.path for violation in version_violations(kind, new)] == paths


@pytest.mark.parametrize(
    ("kind", "options", "paths"),
    [
        (ModelKind.IMAGE_GENERATION, {"config": "stabilityai/sdxl", "safety_checker": False}, []),
        (ModelKind.IMAGE_GENERATION, {"cpu_offload": CpuOffload.MODEL, "quantization": Quantization.INT8}, []),
        (ModelKind.IMAGE_GENERATION, {"config": "../x"}, ["/config"]),
        (ModelKind.IMAGE_GENERATION, {"config": "a/b", "quantization": Quantization.INT8}, ["/quantization"]),
        (ModelKind.IMAGE_GENERATION, {"cpu_offload": CpuOffload.MODEL, "device": DeviceClass.CPU}, ["/device"]),
        (ModelKind.IMAGE_GENERATION, {"cpu_offload": CpuOffload.MODEL, "device_map": DeviceMap.AUTO}, ["/deviceMap"]),
        (
            ModelKind.IMAGE_GENERATION,
            {"cpu_offload": CpuOffload.SEQUENTIAL, "quantization": Quantization.INT8},
            ["/cpuOffload"],
        ),
        (
            ModelKind.TEXT_GENERATION,
            {"cpu_offload": CpuOffload.MODEL, "safety_checker": False, "config": "a/b"},
            ["/cpuOffload", "/safetyChecker", "/config"],
        ),
    ],
)
def test_what_pipelines_alone_may_have(kind: ModelKind, options: Any, paths: list[str]) -> None:
    new = NewVersion(ModelSource(SourceType.LOCAL, "a/b"), **options)
    assert [violation.path for violation in version_violations(kind, new)] == paths


TEXT, VLLM = ModelKind.TEXT_GENERATION, {"engine": Engine.VLLM}


@pytest.mark.parametrize(
    ("kind", "options", "paths"),
    [
        (TEXT, VLLM, []),
        (TEXT, {**VLLM, "tensor_parallel": 2}, []),
        (TEXT, {**VLLM, "tensor_parallel": 17}, ["/tensorParallel"]),
        (TEXT, {**VLLM, "tensor_parallel": -1}, ["/tensorParallel"]),
        (TEXT, {"tensor_parallel": 2}, ["/tensorParallel"]),
        (TEXT, {**VLLM, "tensor_parallel": 2, "device": DeviceClass.CPU}, ["/device"]),
        (TEXT, {**VLLM, "quantization": Quantization.INT8}, ["/quantization"]),
        (TEXT, {**VLLM, "device_map": DeviceMap.AUTO}, ["/deviceMap"]),
        (TEXT, {**VLLM, "base": "ada/writer:1"}, ["/engine"]),
        (ModelKind.IMAGE_GENERATION, {**VLLM, "tensor_parallel": 2}, ["/engine", "/tensorParallel"]),
    ],
)
def test_what_an_engine_takes(kind: ModelKind, options: Any, paths: list[str]) -> None:
    new = NewVersion(ModelSource(SourceType.LOCAL, "a/b"), **options)
    assert [violation.path for violation in version_violations(kind, new)] == paths


def test_an_engine_and_its_cards_are_options_of_the_version() -> None:
    new = NewVersion(ModelSource(SourceType.LOCAL, "a/b"), engine=Engine.VLLM, tensor_parallel=2)
    assert new.options == {"engine": "VLLM", "tensor_parallel": 2, "device": "CUDA"}
    assert NewVersion(ModelSource(SourceType.LOCAL, "a/b")).options == {}
