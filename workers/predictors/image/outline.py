"""The parts of a pipeline as their configurations describe them, without numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from accelerate import init_empty_weights  # type: ignore[import-untyped]  # it has no annotations

from workers.contract.layout import read_object
from workers.predictors.image.components import read_layout
from workers.predictors.library_errors import refuse_errors


def outline(folder: Path) -> list[Any]:
    """The torch modules of a pipeline's folder, with their shapes alone."""
    modules = []
    for component in read_layout(folder).components.values():
        cls = component.cls
        library = "transformers" if issubclass(cls, transformers.PreTrainedModel) else "diffusers"
        with refuse_errors(f"Its part {component.name} cannot be built by", folder, library=library):
            if library == "transformers":
                config = cls.config_class.from_pretrained(component.folder, local_files_only=True)
                with torch.device("meta"):
                    modules.append(cls(config))
            elif issubclass(cls, diffusers.ModelMixin) and hasattr(cls, "from_config"):
                # As diffusers itself does: not all of its models can be made on the meta device
                with init_empty_weights():
                    modules.append(cls.from_config(read_object(component.folder / "config.json")))
    return modules
