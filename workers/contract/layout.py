"""Which files of a model's folder belong to the model, by the rules of the libraries that load it.

People's folders hold the same weights more than once: whole and in shards, in several precisions (variants), for other
frameworks, in the layout of another program. A library loads one of them, and so only that one is downloaded, counted
and checked. Names are relative to the folder, with `/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from workers.contract.failures import VersionRefusedError

RULE = 2
"""The number of these rules, noted with each version; rule 1 took all but what is evidently for others."""
PIPELINE, MODULES, CONFIG, ADAPTER = "model_index.json", "modules.json", "config.json", "adapter_config.json"
SAFETENSORS = ".safetensors"
# What libraries call the weights of a model, without their variant and number
TRANSFORMERS, DIFFUSERS, PEFT = "model", "diffusion_pytorch_model", "adapter_model"
# What is preferred where there are only variants
_VARIANTS = ("fp16", "bf16", "fp32", "non_ema", "ema")
_USEFUL = re.compile(r"(?:^|/)(?:[^/]+\.(?:json|txt|model|jinja|spm|tiktoken|codes|vocab|bpe|tokenizer)|README\.md)$")
_INDEX = re.compile(r"\.index\.(?:[^/]+\.)?json$")
# Folders beside the weights that a library reads by their own names
_TEMPLATES = "additional_chat_templates/"
# Of a manifest; an index of a model of a trillion numbers has 14 MB
MAX_MANIFEST_BYTES = 64_000_000
# github.com/git-lfs/git-lfs, docs/spec.md: less than 1024 bytes, the version first
POINTER, MAX_POINTER_BYTES = b"version https://git-lfs.github.com/spec/", 1024


# What libraries call the file of an adapter
BASE_NAME = "base_model_name_or_path"
"""Where an adapter's configuration names the model that it was made for."""
PEFT_WEIGHTS, LORA_WEIGHTS = "adapter_model.safetensors", "pytorch_lora_weights.safetensors"
MAX_LORAS = 16
"""Of one version: all of them are in memory together."""


class Form(StrEnum):
    """What a folder is."""

    PIPELINE = "pipeline"
    MODEL = "model"
    ADAPTER = "adapter"
    CHECKPOINT = "checkpoint"
    """A pipeline in one file."""
    FILES = "files"
    """None of those: all of it counts."""


@dataclass(frozen=True)
class Weights:
    """The weight files of one part; `index` names the file that tells where each tensor of several files is."""

    files: tuple[str, ...]
    variant: str | None = None
    index: str | None = None


@dataclass(frozen=True)
class Layout:
    """A folder's files by purpose; a part is a folder below it, the model's own one being the empty name.

    A part that is named and has no safetensors is not among `parts`.
    """

    form: Form
    parts: dict[str, Weights] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    """Configurations, tokenizers and what else is read."""

    @property
    def weights(self) -> tuple[str, ...]:
        """All weight files that are loaded."""
        return tuple(sorted({name for part in self.parts.values() for name in part.files}))

    @property
    def files(self) -> tuple[str, ...]:
        """All files of the model."""
        indexes = {part.index for part in self.parts.values() if part.index}
        return tuple(sorted({*self.weights, *indexes, *self.others}))


def manifests(names: Iterable[str]) -> list[str]:
    """The small files whose contents `plan` reads."""
    fixed = {PIPELINE, MODULES, CONFIG, ADAPTER}
    return sorted(name for name in names if name in fixed or (_INDEX.search(name) and SAFETENSORS in name))


def summary(name: str, value: Any) -> Any:
    """What `plan` needs of a manifest's contents: a thousandth of it, and in what JSON can hold."""
    if _is_index(name):
        reduced: Any = sorted({file for file in _object(_object(value).get("weight_map")).values() if _is_text(file)})
    elif name == MODULES:
        paths = [_object(module).get("path") for module in (value if isinstance(value, list) else [])]
        reduced = [{"path": path} for path in paths if _is_text(path)]
    elif name == PIPELINE:
        reduced = {part: [library, ""] for part, library in pipeline_parts(_object(value)).items() if _is_text(library)}
    else:
        reduced = {
            key: text
            for key, text in _object(value).items()
            if key in {"transformers_weights", BASE_NAME} and _is_text(text)
        }
    return reduced


def _is_text(value: Any) -> bool:
    """Whether a value is a string that has a form in UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def read_layout(folder: Path, names: Iterable[str] | None = None) -> Layout:
    """The layout of a folder on this machine, of these of its files alone where `names` are given."""
    if names is None:
        names = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return plan(names, lambda name: read_json(folder / name))


def read_json(path: Path) -> Any:
    """What a JSON file holds, as Python reads it (NaN and Infinity too); None where it is no JSON or not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def read_object(path: Path) -> dict[str, Any]:
    """What a JSON file holds, as `read_json` reads it; empty where that is no object."""
    value = read_json(path)
    return value if isinstance(value, dict) else {}


def unreadable(path: Path, name: str, form: str) -> VersionRefusedError:
    """Why a file of this form cannot be read: what downloads leave in its place is told with what to do."""
    try:
        size = path.stat().st_size
        is_pointer = size <= MAX_POINTER_BYTES and path.read_bytes().startswith(POINTER)
    except OSError:
        size, is_pointer = 1, False
    if is_pointer:
        return VersionRefusedError(
            f"{name} is a pointer of Git LFS and not the file itself: run `git lfs pull` where its repository was "
            "cloned, or download the file."
        )
    if size == 0:
        return VersionRefusedError(f"{name} is empty: the download was not complete. Fetch it again.")
    return VersionRefusedError(f"{name} is {form}.")


def plan(names: Iterable[str], read: Callable[[str], Any]) -> Layout:
    """The layout of a folder with these files; `read` gives what one of its `manifests` holds, or None."""
    names = sorted(names)
    present = set(names)
    if PIPELINE in present:
        return _pipeline(names, _object(read(PIPELINE)), read)
    has_modules = MODULES in present
    if CONFIG not in present and ADAPTER not in present and not has_modules:
        files = tuple(name for name in names if name.endswith(SAFETENSORS))
        others = tuple(name for name in names if _USEFUL.search(name))
        return Layout(Form.FILES, {"": Weights(files)} if files else {}, others)
    folders = {""}
    if has_modules:
        # A model of sentence-transformers: its first module is a model of transformers, others may have weights too
        modules = read(MODULES)
        paths = [str(_object(module).get("path") or "") for module in (modules if isinstance(modules, list) else [])]
        folders |= {path.strip("/") for path in paths}
    parts: dict[str, Weights] = {}
    own = _object(read(CONFIG)).get("transformers_weights")
    for folder in sorted(folders):
        explicit = own if folder == "" and isinstance(own, str) else None
        if weights := find_weights(folder, names, read, (TRANSFORMERS,), explicit):
            parts[folder] = weights
    is_adapter = ADAPTER in present and "" not in parts
    if is_adapter and (weights := find_weights("", names, read, (PEFT,))):
        parts[""] = weights
    others = tuple(
        name
        for name in names
        if _USEFUL.search(name)
        and not _is_index(name)
        and (str(PurePosixPath(name).parent) in folders | {"."} or name.startswith(_TEMPLATES))
    )
    return Layout(Form.ADAPTER if is_adapter else Form.MODEL, parts, others)


def adapter_weights(names: Iterable[str]) -> tuple[str, ...]:
    """The files of LoRAs for a pipeline: the one with diffusers' own name, else all that lie beside each other.

    What macOS puts beside a file (`._name`) is none.
    """
    files = sorted(name for name in names if "/" not in name and name.endswith(SAFETENSORS) and name[0] != ".")
    return (LORA_WEIGHTS,) if LORA_WEIGHTS in files else tuple(files)


def plan_adapter(names: Iterable[str], predictor: str) -> Layout:
    """The layout of a folder that is an adapter for a model of this predictor; nothing else of it is read."""
    present = set(names)
    if predictor == "text":
        parts = {"": Weights((PEFT_WEIGHTS,))} if PEFT_WEIGHTS in present else {}
        return Layout(Form.ADAPTER, parts, (ADAPTER,) if ADAPTER in present else ())
    files = adapter_weights(present)
    return Layout(Form.ADAPTER, {"": Weights(files)} if files else {})


def plan_checkpoint(names: Iterable[str]) -> Layout:
    """The layout of a folder whose only safetensors file is a checkpoint.

    Raises:
        VersionRefusedError: it is not the only one.
    """
    names = tuple(names)
    files = tuple(sorted(name for name in names if name.endswith(SAFETENSORS)))
    homes = sorted({name.rpartition("/")[0] for name in files})
    if len(homes) > 1 and "" not in homes and {f"{home}/{CONFIG}" for home in homes} <= {*names}:
        raise VersionRefusedError(
            f"It has no {PIPELINE}, which says how its parts ({', '.join(homes)[:200]}) make pictures together: add it "
            "from the model's repository."
        )
    if len(files) > 1:
        raise VersionRefusedError(
            f"It holds several safetensors files ({', '.join(files)[:200]}) and no model_index.json: put the one to be "
            "run below MODEL_ROOT, and publish the path of that file. For LoRAs give a `base`."
        )
    return Layout(Form.CHECKPOINT, {"": Weights(files)} if files else {})


def _pipeline(names: list[str], index: dict[str, Any], read: Callable[[str], Any]) -> Layout:
    """The layout of a diffusers pipeline: the folders that its index names, each with one kind of weights."""
    parts: dict[str, Weights] = {}
    homes = pipeline_parts(index)
    for folder, library in homes.items():
        stems = (TRANSFORMERS, DIFFUSERS) if library == "transformers" else (DIFFUSERS, TRANSFORMERS)
        if weights := find_weights(folder, names, read, stems):
            parts[folder] = weights
    others = tuple(
        name
        for name in names
        if _USEFUL.search(name) and not _is_index(name) and ("/" not in name or name.partition("/")[0] in homes)
    )
    return Layout(Form.PIPELINE, parts, others)


def pipeline_parts(index: dict[str, Any]) -> dict[str, str]:
    """The parts that a `model_index.json` names, each with its library; without those switched off."""
    return {
        name: value[0]
        for name, value in index.items()
        if _is_text(name)
        and isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], str)
    }


def find_weights(
    folder: str,
    names: Iterable[str],
    read: Callable[[str], Any],
    stems: tuple[str, ...] = (TRANSFORMERS, DIFFUSERS),
    explicit: str | None = None,
) -> Weights | None:
    """The weights that a library loads from a folder: plain ones, or else those of a variant; None without any.

    `stems` are what the files may be called, the likeliest first; `explicit` names the file or the index instead.
    """
    prefix = f"{folder}/" if folder else ""
    here = {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
    here = {name for name in here if "/" not in name}

    def shards(index: str) -> tuple[str, ...]:
        value = read(f"{prefix}{index}")
        # What was read before is the list of its files alone
        files = value if isinstance(value, list) else list(_object(_object(value).get("weight_map")).values())
        return tuple(sorted({f"{prefix}{file}" for file in files if isinstance(file, str)}))

    if explicit is not None:
        if explicit.endswith(".index.json") and explicit in here:
            return Weights(shards(explicit), index=f"{prefix}{explicit}")
        return Weights((f"{prefix}{explicit}",)) if explicit in here else None
    for stem in stems:
        for variant in (None, *_variants(here, stem)):
            mark = "" if variant is None else f".{variant}"
            whole = f"{stem}{mark}{SAFETENSORS}"
            indexes = [f"{stem}{SAFETENSORS}.index{mark}.json"]
            if variant is not None:
                # As older releases of the libraries wrote them
                indexes += [f"{stem}{SAFETENSORS}{mark}.index.json", f"{stem}{mark}{SAFETENSORS}.index.json"]
            index = next((name for name in indexes if name in here), None)
            # diffusers looks for an index first, transformers for the whole
            if whole in here and not (index and stem == DIFFUSERS):
                return Weights((f"{prefix}{whole}",), variant)
            if index is not None:
                return Weights(shards(index), variant, f"{prefix}{index}")
    return None


def _variants(here: set[str], stem: str) -> list[str]:
    """The variants that the files of a folder are called after, those that are preferred first."""
    variant = r"(?P<variant>[A-Za-z0-9_]+)"
    shard = r"-\d+-of-\d+"
    forms = [
        rf"{re.escape(stem)}\.{variant}(?:{shard})?\.safetensors(?:\.index\.json)?",
        rf"{re.escape(stem)}\.safetensors\.index\.{variant}\.json",
        rf"{re.escape(stem)}\.safetensors\.{variant}\.index\.json",
        rf"{re.escape(stem)}{shard}\.{variant}\.safetensors",
    ]
    matches = (re.fullmatch(form, name) for name in here for form in forms)
    known = {match["variant"] for match in matches if match} - {"safetensors", "index"}
    return sorted(known, key=lambda name: (_VARIANTS.index(name) if name in _VARIANTS else len(_VARIANTS), name))


def _is_index(name: str) -> bool:
    return SAFETENSORS in name and _INDEX.search(name) is not None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
