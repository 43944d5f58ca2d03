"""The parts of a pipeline as their configurations describe them, without numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import orjson
import torch
import transformers
from accelerate import init_empty_weights  # type: ignore[import-untyped]  # it has no annotations


def outline(folder: Path) -> list[Any]:
    """The torch modules of a pipeline's folder, with their shapes alone."""
    index = orjson.loads((folder / "model_index.json").read_bytes())
    named = {name: each for name, each in index.items() if isinstance(each, list) and len(each) == 2}
    modules = []
    for name, (library, class_name) in named.items():
        part = folder / name
        home = {"diffusers": diffusers, "transformers": transformers}.get(library)
        cls: type[Any] | None = getattr(home, str(class_name), None)
        if cls is None or not (part / "config.json").is_file():
            continue
        if issubclass(cls, transformers.PreTrainedModel):
            config = cls.config_class.from_pretrained(part, local_files_only=True)
            with torch.device("meta"):
                modules.append(cls(config))
        elif issubclass(cls, diffusers.ModelMixin):
            # As diffusers itself does: not all of its models can be made on the meta device
            with init_empty_weights():
                modules.append(cls.from_config(orjson.loads((part / "config.json").read_bytes())))
    return modules
