"""The parts of a pipeline's folder: what `model_index.json` names, their classes, their weight files and variants."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import diffusers
import transformers

from workers.contract.checkpoints import brings
from workers.contract.layout import find_weights, read_object
from workers.contract.predictor import VersionRefusedError
from workers.contract.weights import safetensors_header

_LIBRARIES: dict[str, ModuleType] = {"diffusers": diffusers, "transformers": transformers}
_MODULE = re.compile(r"[a-z][a-z0-9_]*")
# Parts that only judge or describe a picture: a pipeline that allows it runs without them
_DISPENSABLE = ("safety_checker", "feature_extractor", "image_encoder")
_PICKLED = re.compile(r"\.(?:bin|pt|pth|ckpt|pkl|pickle)$")


@dataclass(frozen=True)
class Component:
    """One part of a pipeline; `weights` are its files and `variant` what they have in their names, as in fp16."""

    name: str
    cls: type[Any]
    folder: Path
    weights: tuple[Path, ...] = ()
    variant: str | None = None

    @property
    def is_model(self) -> bool:
        """Whether it has weights."""
        return is_model(self.cls)


@dataclass(frozen=True)
class Layout:
    """What a pipeline's folder holds: its class, its parts by name, and those that it names but does not hold."""

    folder: Path
    pipeline: type[Any]
    components: dict[str, Component]
    absent: tuple[str, ...]
    index: dict[str, Any]
    checkpoint: Path | None = None
    """The file that has the weights of those parts of which no others are listed."""

    @property
    def weights(self) -> list[Path]:
        """The weight files of all parts."""
        files = [] if self.checkpoint is None else [self.checkpoint]
        return files + [path for component in self.components.values() for path in component.weights]


def is_model(cls: type[Any]) -> bool:
    """Whether a class of a part has weights."""
    return issubclass(cls, (diffusers.ModelMixin, transformers.PreTrainedModel))


def needed_parts(pipeline: type[Any]) -> set[str]:
    """The parts without which a pipeline class cannot be made."""
    parameters = inspect.signature(pipeline.__init__).parameters
    parts, _ = pipeline._get_signature_keys(pipeline)
    optional = getattr(pipeline, "_optional_components", ())
    return {name for name in parts if parameters[name].default is inspect.Parameter.empty and name not in optional}


def read_layout(folder: Path, checkpoint: Path | None = None) -> Layout:
    """The parts of a pipeline's folder, some of which may be in a checkpoint of one file instead.

    Raises:
        VersionRefusedError: it is no pipeline, a part is missing, pickled, not known here, or the folder's own code.
    """
    index = _read_index(folder)
    pipeline, classes = _find_classes(index)
    class_name = pipeline.__name__
    if checkpoint is not None and not hasattr(pipeline, "from_single_file"):
        raise VersionRefusedError(f"diffusers loads no checkpoints of one file as {class_name}.")
    names = set() if checkpoint is None else safetensors_header(checkpoint).keys()
    components: dict[str, Component] = {}
    absent = []
    optional = {*getattr(pipeline, "_optional_components", ())}
    for part, cls in classes.items():
        if cls is None:
            continue
        if not (folder / part).is_dir():
            if part in _DISPENSABLE and part in optional:
                absent.append(part)
                continue
            raise VersionRefusedError(
                f"Its part {part} is missing: model_index.json names it, and there is no such folder."
            )
        is_apart = is_model(cls) and not (checkpoint and brings(names, part))
        if is_apart and part in _DISPENSABLE and checkpoint and not any((folder / part).glob("*.safetensors")):
            absent.append(part)
            continue
        components[part] = Component(part, cls, folder / part, *(_read_weights(folder, part) if is_apart else ()))
    if missing := sorted(needed_parts(pipeline) - classes.keys()):
        raise VersionRefusedError(f"Its model_index.json does not name {', '.join(missing)}, which {class_name} needs.")
    if "safety_checker" in components and "feature_extractor" in absent:
        raise VersionRefusedError("Its part feature_extractor is missing, which its safety_checker needs.")
    return Layout(folder, pipeline, components, tuple(absent), index, checkpoint)


def _find_classes(index: dict[str, Any]) -> tuple[type[Any], dict[str, type[Any] | None]]:
    """The classes of a pipeline and of its parts; None for parts that are switched off."""
    parts = {name: value for name, value in index.items() if isinstance(value, list) and not name.startswith("_")}
    classes: dict[str, type[Any] | None] = {}
    foreign = []
    for name, value in parts.items():
        if not _is_pair(value):
            # A pair of numbers is a setting of the pipeline
            continue
        library, kind = value
        if library is None or kind is None:
            classes[name] = None
        elif (home := _find_home(library)) is None:
            foreign.append(name)
        else:
            classes[name] = _find_class(home, library, kind, name)
    class_name = str(index["_class_name"])
    if foreign:
        raise VersionRefusedError(f"It brings code of its own ({', '.join(foreign)}), which is not run.")
    pipeline = _find_pipeline(class_name)
    if pipeline is diffusers.DiffusionPipeline:
        raise VersionRefusedError("Its pipeline DiffusionPipeline gives neither pictures, videos nor sounds.")
    return pipeline, classes


def _read_index(folder: Path) -> dict[str, Any]:
    """What a pipeline's folder says of itself, with the name of a class of diffusers."""
    index = read_object(folder / "model_index.json")
    if not index:
        is_other = (folder / "config.json").is_file()
        advice = " A model of transformers is published as TEXT_GENERATION, or as CUSTOM for another task."
        raise VersionRefusedError(
            f"It has no model_index.json, so it is not a diffusers pipeline.{advice if is_other else ''}"
        )
    name = index.get("_class_name")
    if isinstance(name, list):
        raise VersionRefusedError("It brings code of its own (its pipeline), which is not run.")
    if not isinstance(name, str):
        raise VersionRefusedError("Its model_index.json names no pipeline: it has no _class_name.")
    return index


def _is_pair(value: list[Any]) -> bool:
    return len(value) == 2 and all(each is None or isinstance(each, str) for each in value)


def _find_home(library: str) -> ModuleType | None:
    """The module that a part's class comes from: a library, or a module of a pipeline inside diffusers."""
    if library in _LIBRARIES:
        return _LIBRARIES[library]
    home = getattr(diffusers.pipelines, library, None) if _MODULE.fullmatch(library) else None
    return home if isinstance(home, ModuleType) and home.__name__.startswith("diffusers.pipelines.") else None


def _find_class(home: ModuleType, library: str, class_name: str, part: str) -> type[Any]:
    cls = getattr(home, class_name, None) if class_name.isidentifier() else None
    if not isinstance(cls, type):
        place = library if library in _LIBRARIES else f"the module {library} of diffusers"
        raise VersionRefusedError(f"Its part {part} is a {class_name[:100]}, which {place} does not have here.")
    if packages := _missing_packages(cls):
        raise VersionRefusedError(f"Its part {part}, a {class_name[:100]}, needs {packages}, which is not installed.")
    return cls


def _find_pipeline(name: str) -> type[Any]:
    pipeline = getattr(diffusers, name, None) if name.isidentifier() else None
    if isinstance(pipeline, type):
        if packages := _missing_packages(pipeline):
            raise VersionRefusedError(f"Its pipeline {name} needs {packages}, which is not installed.")
        if issubclass(pipeline, diffusers.DiffusionPipeline):
            return pipeline
    raise VersionRefusedError(f"diffusers {diffusers.__version__} has no pipeline {name[:100]}.")


def _missing_packages(cls: type[Any]) -> str:
    """The packages without which a library has only a stand-in for a class."""
    backends = getattr(cls, "_backends", None)
    is_stand_in = type(cls).__name__ == "DummyObject" and isinstance(backends, list)
    return " and ".join(str(each) for each in backends) if is_stand_in and backends else ""


def _read_weights(folder: Path, part: str) -> tuple[tuple[Path, ...], str | None]:
    """The weight files of a part and their variant: the plain ones, or else the only others that are whole."""
    place = folder / part
    if not (place / "config.json").is_file():
        raise VersionRefusedError(f"Its part {part} has no config.json: add it from the model's repository.")
    if not read_object(place / "config.json"):
        raise VersionRefusedError(f"The config.json of its part {part} describes nothing.")
    names = [path.relative_to(folder).as_posix() for path in place.iterdir() if path.is_file()]
    weights = find_weights(part, names, lambda name: read_object(folder / name))
    if weights is None:
        pickled = next((name for name in sorted(names) if _PICKLED.search(name)), None)
        if pickled is None:
            raise VersionRefusedError(
                f"Its part {part} has no safetensors weights: add those of the model's repository."
            )
        raise VersionRefusedError(
            f"Its part {part} has only pickled weights ({pickled[:100]}); pickled weights can run code and are not "
            "loaded: convert them."
        )
    if missing := [name for name in weights.files if name not in names]:
        raise VersionRefusedError(f"Its part {part} lacks the file {missing[0][:200]}.")
    return tuple(folder / name for name in weights.files), weights.variant
