"""The two small models that come with the software, and what to say about them; nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["DEMO_MODELS", "DemoModel"]


@dataclass(frozen=True)
class DemoModel:
    """A bundled model: `path` is its folder, `sample_input` an input that shows it well."""

    name: str
    kind: str
    path: Path
    description: str
    sample_input: Mapping[str, Any]


_HERE = Path(__file__).resolve().parent

DEMO_MODELS = (
    DemoModel(
        "prose",
        "TEXT_GENERATION",
        _HERE / "prose",
        "A small language model, trained on software documentation: it writes text of that kind, not sense.",
        MappingProxyType({"prompt": "The function returns", "max_new_tokens": 120}),
    ),
    DemoModel(
        "shapes",
        "IMAGE_GENERATION",
        _HERE / "shapes",
        "A small diffusion model that draws one shape: “a red circle on a blue background”.",
        MappingProxyType({"prompt": "a yellow star on a black background"}),
    ),
)
