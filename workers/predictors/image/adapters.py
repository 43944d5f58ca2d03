"""LoRA adapters of a loaded pipeline: their weights are put beside the pipeline's own, and switched in milliseconds."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peft import __version__ as peft_version
from safetensors import safe_open
from transformers.integrations import peft as transformers_peft

from workers.contract.layout import LORA_WEIGHTS, adapter_weights
from workers.contract.predictor import Adapter, VersionRefusedError
from workers.predictors.library_errors import reason_of

SCALE: dict[str, Any] = {
    "title": "LoRA scale",
    "description": "How strongly the LoRA changes the picture; 0 is the model without it.",
    "type": "number",
    "minimum": -4,
    "maximum": 4,
    "default": 1,
}


def find_weights(folder: Path) -> str:
    """The name of an adapter's file.

    Raises:
        VersionRefusedError: there is none, or more than one.
    """
    names = adapter_weights(path.name for path in folder.iterdir())
    if len(names) != 1:
        which = f"several safetensors files ({', '.join(names)[:200]})" if names else "no safetensors file"
        raise VersionRefusedError(f"The adapter has {which}; name one {LORA_WEIGHTS}.")
    return names[0]


def check_adapter(folder: Path, pipeline: type[Any]) -> None:
    """Judge an adapter's folder by the names of its tensors.

    Raises:
        VersionRefusedError: the pipeline takes no LoRA, or this is none.
    """
    if not hasattr(pipeline, "load_lora_weights"):
        raise VersionRefusedError(f"Its base is a {pipeline.__name__}, which takes no LoRA.")
    with safe_open(folder / find_weights(folder), framework="pt") as file:
        names = list(file.keys())
    if not any("lora" in name.lower() for name in names):
        raise VersionRefusedError(f"The adapter is no LoRA: its tensors are {', '.join(names[:3])[:200]} and the like.")


class Adapters:
    """The adapters of one pipeline; `use` is called in the thread that draws, `drop` in any."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._names: dict[str, str] = {}
        self._used: tuple[str, float] | None = None
        self._dropped: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def open_copy(self, adapter: Adapter | None) -> Iterator[Adapter | None]:
        """The adapter where the thread that draws may read it, for the time of the block.

        That thread draws for all versions of the base, and may read the folders of none but its first.
        """
        if adapter is None or adapter.version in self._names:
            yield adapter
            return
        with TemporaryDirectory(prefix="adapter-") as folder:
            shutil.copyfile(adapter.path / find_weights(adapter.path), Path(folder, LORA_WEIGHTS))
            yield Adapter(adapter.version, Path(folder))

    def drop(self, version: str) -> None:
        """Let go of an adapter's weights, before the next picture is drawn."""
        with self._lock:
            self._dropped.add(version)

    def use(self, adapter: Adapter | None, scale: float) -> bool:
        """Draw with this adapter alone, or with none; whether that is another one than before.

        Raises:
            VersionRefusedError: its weights do not fit the pipeline.
        """
        with self._lock:
            dropped, self._dropped = self._dropped, set()
        for version in dropped & self._names.keys():
            if self._used is not None and self._used[0] == version:
                self._used = None
                self._pipeline.disable_lora()
            self._pipeline.delete_adapters(self._names.pop(version))
        choice = None if adapter is None else (adapter.version, scale)
        if choice == self._used:
            return False
        if adapter is None:
            self._pipeline.disable_lora()
        else:
            if adapter.version not in self._names:
                self._load(adapter)
            self._pipeline.enable_lora()
            self._pipeline.set_adapters(self._names[adapter.version], scale)
        self._used = choice
        return True

    def _load(self, adapter: Adapter) -> None:
        name = f"adapter_{adapter.version}".replace(".", "_")
        # transformers asks for a release that is not out; tests compare what this one does in text encoders
        transformers_peft.MIN_PEFT_VERSION = peft_version
        # What is loaded is switched on beside what was
        self._used = ("", 0.0)
        try:
            self._pipeline.load_lora_weights(
                str(adapter.path), weight_name=find_weights(adapter.path), adapter_name=name,
                local_files_only=True, use_safetensors=True,
            )  # fmt: skip
            if not any(name in names for names in self._pipeline.get_list_adapters().values()):
                raise VersionRefusedError("The adapter changes no part of its base: it was made for another model.")
        except (ValueError, RuntimeError, TypeError, LookupError) as error:
            if any(name in names for names in self._pipeline.get_list_adapters().values()):
                self._pipeline.delete_adapters(name)
            self._pipeline.disable_lora()
            reason = reason_of(error, adapter.path)
            raise VersionRefusedError(f"The adapter does not fit its base: {reason}") from error
        self._names[adapter.version] = name
