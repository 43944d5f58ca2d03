"""What a list of files tells of a model before any of them is downloaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.models import ModelKind

SAFETENSORS = ".safetensors"
PICKLE = re.compile(r"\.(?:bin|pt|pth|ckpt|pkl|pickle)$")
CONFIG = "config.json"
PIPELINE = "model_index.json"
ADAPTERS = ("adapter_config.json", "pytorch_lora_weights.safetensors")
TEXT_TASKS = frozenset({"text-generation"})
IMAGE_TASKS = frozenset({"text-to-image", "image-to-image", "inpainting"})


@dataclass(frozen=True)
class Inspection:
    """What can be told: the bytes of all files and of the safetensors among them, and the kind that suits.

    `problem` says why a version of it would be refused; None where its list of files says nothing against it, which
    promises nothing: workers read the files themselves.
    """

    file_count: int
    size_bytes: int
    weight_bytes: int
    kind: ModelKind
    is_adapter: bool
    problem: str | None


def inspect(sizes: Mapping[str, int], task: str | None, max_bytes: int) -> Inspection:
    """Look at the names and bytes of a repository's files; `max_bytes`: what a model may have."""
    weights = {name: size for name, size in sizes.items() if name.endswith(SAFETENSORS)}
    is_adapter = CONFIG not in sizes and PIPELINE not in sizes and any(name in sizes for name in ADAPTERS)
    return Inspection(
        file_count=len(sizes),
        size_bytes=sum(sizes.values()),
        weight_bytes=sum(weights.values()),
        kind=_kind(sizes, task),
        is_adapter=is_adapter,
        problem=_problem(sizes, weights, max_bytes),
    )


def _kind(sizes: Mapping[str, int], task: str | None) -> ModelKind:
    if PIPELINE in sizes or task in IMAGE_TASKS:
        return ModelKind.IMAGE_GENERATION
    return ModelKind.TEXT_GENERATION if task in TEXT_TASKS else ModelKind.CUSTOM


def _problem(sizes: Mapping[str, int], weights: Mapping[str, int], max_bytes: int) -> str | None:
    if not weights and any(PICKLE.search(name) for name in sizes):
        return "It holds only pickle weights, which can run code and are not loaded: convert them to safetensors."
    if not weights:
        return "It holds no safetensors weights."
    if (least := min(weights.values())) > max_bytes:
        return f"Its smallest file of weights has {least} bytes, more than MODEL_MAX_BYTES ({max_bytes})."
    is_checkpoint = len(weights) == 1 and next(iter(weights)).count("/") == 0
    if CONFIG not in sizes and PIPELINE not in sizes and not is_checkpoint and not any(x in sizes for x in ADAPTERS):
        return f"It has neither {CONFIG} nor {PIPELINE}, which say what the model is."
    return None
