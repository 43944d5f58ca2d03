"""What a list of a repository's files tells before anything is downloaded."""

from __future__ import annotations

import pytest

from server.domain.models import ModelKind
from server.domain.repositories import inspect

MOST = 1_000
TEXT = {"config.json": 10, "tokenizer.json": 20, "model.safetensors": 300}
PIPELINE = {"model_index.json": 10, "unet/config.json": 5, "unet/model.safetensors": 200}


@pytest.mark.parametrize(
    ("sizes", "task", "kind"),
    [
        (TEXT, "text-generation", ModelKind.TEXT_GENERATION),
        (TEXT, "image-classification", ModelKind.CUSTOM),
        (TEXT, None, ModelKind.CUSTOM),
        (PIPELINE, None, ModelKind.IMAGE_GENERATION),
        ({"sd.safetensors": 100}, "text-to-image", ModelKind.IMAGE_GENERATION),
    ],
)
def test_what_can_be_loaded_has_a_kind_and_no_problem(sizes: dict[str, int], task: str | None, kind: ModelKind) -> None:
    inspection = inspect(sizes, task, MOST)
    assert (inspection.kind, inspection.problem, inspection.is_adapter) == (kind, None, False)
    weights = sum(size for name, size in sizes.items() if name.endswith(".safetensors"))
    assert (inspection.file_count, inspection.size_bytes) == (len(sizes), sum(sizes.values()))
    assert inspection.weight_bytes == weights


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({}, "no safetensors weights"),
        ({"README.md": 3}, "no safetensors weights"),
        ({"config.json": 3, "pytorch_model.bin": 300}, "only pickle"),
        ({"config.json": 3, "model.safetensors": MOST + 1}, "MODEL_MAX_BYTES"),
        ({"a.safetensors": 1, "b.safetensors": 1}, "neither config.json nor model_index.json"),
    ],
)
def test_what_would_be_refused_says_why(sizes: dict[str, int], words: str) -> None:
    assert words in (inspect(sizes, None, MOST).problem or "")


@pytest.mark.parametrize("name", ["adapter_config.json", "pytorch_lora_weights.safetensors"])
def test_adapters_are_told_from_models(name: str) -> None:
    files = {name: 5, "adapter_model.safetensors": 50}
    assert inspect(files, None, MOST).is_adapter
    assert not inspect({**files, "config.json": 1}, None, MOST).is_adapter
