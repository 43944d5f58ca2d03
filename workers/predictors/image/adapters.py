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
from workers.predictors.library_errors import is_of_files, reason_of

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
        if not any(word in tensor.lower() for tensor in tensors for word in ("lora", "lokr")):
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
        # What the pipeline calls each LoRA of a version, by its file
        self._names: dict[str, dict[str, str]] = {}
        self._count = 0
        self._used: tuple[str, Scales] | None = None
        self._dropped: set[str] = set()
        self._lock = threading.Lock()

    def choose(self, adapter: Adapter, values: dict[str, Any]) -> Scales:
        """The LoRAs that an input asks for, in the order of their names; all where it has no list of them.

        Raises:
            InputRejectedError: one is named twice, or is not there.
        """
        files = tuple(self._names.get(adapter.version, ())) or _files(adapter)
        if SEVERAL not in values:
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
    def open_copy(self, adapter: Adapter | None) -> Iterator[Adapter | None]:
        """The adapter where the thread that draws may read its files, for the time of the block.

        That thread draws for all versions of the base, and may read the folders of none but its first.
        """
        with self._lock:
            is_read = adapter is None or (adapter.version in self._names and adapter.version not in self._dropped)
        if adapter is None or is_read:
            yield adapter
            return
        files = _files(adapter)
        with TemporaryDirectory(prefix="adapter-") as folder:
            for file in files:
                try:
                    shutil.copyfile(adapter.path / file, Path(folder, file))
                except FileNotFoundError as error:
                    raise VersionRefusedError(f"Its file {file} is gone: put it back, or publish it anew.") from error
            yield Adapter(adapter.version, Path(folder), files)

    def drop(self, version: str) -> None:
        """Let go of an adapter's weights, before the next picture is drawn."""
        with self._lock:
            self._dropped.add(version)

    def use(self, adapter: Adapter | None, scales: Scales) -> bool:
        """Draw with these LoRAs of this adapter alone, or with none; whether they are others than before.

        All of its files are read when one is first used: as they were published, and with their memory counted.

        Raises:
            VersionRefusedError: the weights of one do not fit the pipeline, or would change it.
        """
        with self._lock:
            dropped = {version: self._names.pop(version) for version in self._dropped & self._names.keys()}
            self._dropped.clear()
        for version, names in dropped.items():
            if self._used is not None and self._used[0] == version:
                self._used = None
                self._pipeline.disable_lora()
            self._pipeline.delete_adapters(list(names.values()))
        if adapter is not None and adapter.version not in self._names:
            self._load(adapter)
        choice = None if adapter is None or not scales else (adapter.version, scales)
        if choice == self._used:
            return False
        if adapter is None or not scales:
            self._pipeline.disable_lora()
        else:
            self._pipeline.enable_lora()
            names = self._names[adapter.version]
            self._pipeline.set_adapters([names[file] for file, _ in scales], [scale for _, scale in scales])
        self._used = choice
        return True

    def _load(self, adapter: Adapter) -> None:
        # transformers asks for a release that is not out; tests compare what this one does in text encoders
        transformers_peft.MIN_PEFT_VERSION = peft_version
        # What is loaded is switched on beside what was
        self._used = ("", ())
        names: dict[str, str] = {}
        try:
            for file in _files(adapter):
                self._count += 1
                names[file] = f"adapter_{self._count}"
                self._load_file(adapter.path, file, names[file])
        except BaseException:
            here = {name for each in self._pipeline.get_list_adapters().values() for name in each}
            if known := sorted(here & set(names.values())):
                self._pipeline.delete_adapters(known)
            self._pipeline.disable_lora()
            raise
        with self._lock:
            self._names[adapter.version] = names

    def _load_file(self, folder: Path, file: str, name: str) -> None:
        where: dict[str, Any] = {"weight_name": file, "local_files_only": True, "use_safetensors": True}
        what = f"LoRA {file.removesuffix(SAFETENSORS)}"
        try:
            if hasattr(self._pipeline, "_load_norm_into_transformer"):
                _check_layers(self._pipeline, self._pipeline.lora_state_dict(str(folder), **where), what)
            self._pipeline.load_lora_weights(str(folder), adapter_name=name, **where)
        except Exception as error:
            if not is_of_files(error):
                raise
            raise VersionRefusedError(
                f"The adapter does not fit its base ({what}): {reason_of(error, folder)}"
            ) from error
        if not any(name in names for names in self._pipeline.get_list_adapters().values()):
            raise VersionRefusedError(
                f"The adapter ({what}) changes no part of its base: it was made for another model."
            )


def _files(adapter: Adapter) -> tuple[str, ...]:
    return adapter_weights(adapter.files) or find_weights(adapter.path)


def _check_layers(pipeline: Any, tensors: dict[str, Any], what: str) -> None:
    """Refuse a LoRA for which Flux's pipelines put other layers and norms into the model itself, for all who use it.

    Raises:
        VersionRefusedError: it is one.
    """
    modules = dict(pipeline.transformer.named_modules())
    for key, tensor in tensors.items():
        place, _, kind = key.removeprefix("transformer.").partition(".lora_")
        layer = modules.get(place)
        layer = getattr(layer, "base_layer", layer)
        side = {"A.weight": ("in_features", 1), "B.weight": ("out_features", 0)}.get(kind)
        is_wider = side is not None and tensor.shape[side[1]] > getattr(layer, side[0], tensor.shape[side[1]])
        if is_wider or any(norm in key for norm in pipeline._control_lora_supported_norm_keys):
            raise VersionRefusedError(
                f"The adapter ({what}) is a control LoRA, or for a wider model: it changes {place} of its base itself, "
                "which others use. Publish a model that has it merged into its weights."
            )
