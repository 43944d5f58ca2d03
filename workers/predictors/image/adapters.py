"""LoRA adapters of a loaded pipeline: their weights are put beside the pipeline's own, and switched in milliseconds."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peft import __version__ as peft_version
from safetensors import safe_open
from transformers.integrations import peft as transformers_peft

from workers.contract.layout import SAFETENSORS, adapter_weights
from workers.contract.predictor import Adapter, InputRejectedError, VersionRefusedError
from workers.predictors.library_errors import reason_of

SCALE: dict[str, Any] = {
    "title": "LoRA scale",
    "description": "How strongly the LoRA changes the picture; 0 is the model without it.",
    "type": "number",
    "minimum": -4,
    "maximum": 4,
    "default": 1,
}
# The inputs of a version with one LoRA, and with several
ONE, SEVERAL = "lora_scale", "adapters"
Scales = tuple[tuple[str, float], ...]
"""The files of the LoRAs that draw together, by name, each with its scale; none for the pipeline itself."""


def find_weights(folder: Path) -> tuple[str, ...]:
    """The names of the files of an adapter's LoRAs.

    Raises:
        VersionRefusedError: there are none.
    """
    if names := adapter_weights(path.name for path in folder.iterdir()):
        return names
    raise VersionRefusedError("The adapter has no safetensors file.")


def check_adapter(folder: Path, pipeline: type[Any]) -> tuple[str, ...]:
    """Judge an adapter's folder by the names of its tensors; the names of its LoRAs.

    Raises:
        VersionRefusedError: the pipeline takes no LoRA, or one of these is none.
    """
    if not hasattr(pipeline, "load_lora_weights"):
        raise VersionRefusedError(f"Its base is a {pipeline.__name__}, which takes no LoRA.")
    files = find_weights(folder)
    for file in files:
        with safe_open(folder / file, framework="pt") as weights:
            tensors = list(weights.keys())
        if not any("lora" in tensor.lower() for tensor in tensors):
            what = "The adapter" if len(files) == 1 else f"Its file {file}"
            raise VersionRefusedError(
                f"{what} is no LoRA: its tensors are {', '.join(tensors[:3])[:200]} and the like."
            )
    return tuple(file.removesuffix(SAFETENSORS) for file in files)


def adapter_rules(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The input, with its rule, by which a prediction says how strongly the LoRAs of these names draw."""
    if len(names) == 1:
        return {ONE: dict(SCALE)}
    item = {
        "type": "object",
        "properties": {"name": {"type": "string", "enum": list(names)}, "scale": {**SCALE, "title": "Scale"}},
        "required": ["name"],
        "additionalProperties": False,
    }
    return {
        SEVERAL: {
            "title": "LoRAs",
            "description": "Which LoRAs draw together, each with how strongly it changes the picture: all of them if "
            "left out, and the model without any where the list is empty.",
            "type": "array",
            "items": item,
            "maxItems": len(names),
            "default": [{"name": name, "scale": 1} for name in names],
        }
    }


class Adapters:
    """The adapters of one pipeline; `use` is called in the thread that draws, the others in any."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        # What the pipeline calls each LoRA, by version and file
        self._names: dict[tuple[str, str], str] = {}
        self._count = 0
        self._used: tuple[str, Scales] | None = None
        self._dropped: set[str] = set()
        self._lock = threading.Lock()

    def choose(self, adapter: Adapter, values: dict[str, Any]) -> Scales:
        """The LoRAs that an input asks for, in the order of their names; all where it has no list of them.

        Raises:
            InputRejectedError: one is named twice, or is not there.
            VersionRefusedError: the folder holds more files than when the version with one was published.
        """
        files = find_weights(adapter.path)
        if SEVERAL not in values:
            if ONE in values and len(files) > 1:
                some = ", ".join(files)[:200]
                raise VersionRefusedError(
                    f"It was published with one LoRA, and its folder now holds {some}: publish it anew."
                )
            return tuple((file, float(values.get(ONE, 1.0))) for file in files)
        scales: dict[str, float] = {}
        for choice in values[SEVERAL]:
            name = choice["name"]
            file = f"{name}{SAFETENSORS}"
            if file not in files:
                raise InputRejectedError(f"This model has no LoRA {name[:100]}.")
            if file in scales:
                raise InputRejectedError(f"The LoRA {name} is in the list twice: give it one scale.")
            scales[file] = float(choice.get("scale", 1.0))
        # In one order, since sums of the same numbers in another differ by rounding
        return tuple(sorted((file, scale) for file, scale in scales.items() if scale != 0))

    @contextmanager
    def open_copy(self, adapter: Adapter | None, scales: Scales) -> Iterator[Adapter | None]:
        """The adapter where the thread that draws may read its files, for the time of the block.

        That thread draws for all versions of the base, and may read the folders of none but its first.
        """
        unread = [] if adapter is None else [file for file, _ in scales if (adapter.version, file) not in self._names]
        if adapter is None or not unread:
            yield adapter
            return
        with TemporaryDirectory(prefix="adapter-") as folder:
            for file in unread:
                shutil.copyfile(adapter.path / file, Path(folder, file))
            yield Adapter(adapter.version, Path(folder))

    def drop(self, version: str) -> None:
        """Let go of an adapter's weights, before the next picture is drawn."""
        with self._lock:
            self._dropped.add(version)

    def use(self, adapter: Adapter | None, scales: Scales) -> bool:
        """Draw with these LoRAs of this adapter alone, or with none; whether they are others than before.

        Raises:
            VersionRefusedError: the weights of one do not fit the pipeline.
        """
        with self._lock:
            dropped, self._dropped = self._dropped, set()
        for version, file in [key for key in self._names if key[0] in dropped]:
            if self._used is not None and self._used[0] == version:
                self._used = None
                self._pipeline.disable_lora()
            self._pipeline.delete_adapters(self._names.pop((version, file)))
        choice = None if adapter is None or not scales else (adapter.version, scales)
        if choice == self._used:
            return False
        if adapter is None or not scales:
            self._pipeline.disable_lora()
        else:
            for file, _ in scales:
                if (adapter.version, file) not in self._names:
                    self._load(adapter, file)
            self._pipeline.enable_lora()
            names = [self._names[adapter.version, file] for file, _ in scales]
            self._pipeline.set_adapters(names, [scale for _, scale in scales])
        self._used = choice
        return True

    def _load(self, adapter: Adapter, file: str) -> None:
        self._count += 1
        name = f"adapter_{self._count}"
        # transformers asks for a release that is not out; tests compare what this one does in text encoders
        transformers_peft.MIN_PEFT_VERSION = peft_version
        # What is loaded is switched on beside what was
        self._used = ("", ())
        what = f"LoRA {file.removesuffix(SAFETENSORS)}"
        try:
            self._pipeline.load_lora_weights(
                str(adapter.path), weight_name=file, adapter_name=name,
                local_files_only=True, use_safetensors=True,
            )  # fmt: skip
        except (ValueError, RuntimeError, TypeError, LookupError) as error:
            if any(name in names for names in self._pipeline.get_list_adapters().values()):
                self._pipeline.delete_adapters(name)
            self._pipeline.disable_lora()
            reason = reason_of(error, adapter.path)
            raise VersionRefusedError(f"The adapter does not fit its base ({what}): {reason}") from error
        if not any(name in names for names in self._pipeline.get_list_adapters().values()):
            raise VersionRefusedError(
                f"The adapter ({what}) changes no part of its base: it was made for another model."
            )
        self._names[adapter.version, file] = name
