"""What a folder of transformers is made for: its task, by its architecture and its README, and what it holds for it."""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.models.auto import modeling_auto

from workers.contract.predictor import VersionRefusedError
from workers.contract.weights import parameter_count
from workers.predictors.library_errors import NO_TOKENIZER, refuse_errors
from workers.predictors.pipeline.tasks import ALIASES, TASKS, Rule, Task, resolve
from workers.predictors.pretrained import PREPROCESSORS, SAFE, has_tokenizer_files, read_config, weight_files

# Classes that do a task and stand in no map of transformers, or in one that says less
_CLASSES = {
    "ClapModel": "zero-shot-audio-classification",
    "VisionEncoderDecoderModel": "image-to-text",
    "SpeechEncoderDecoderModel": "automatic-speech-recognition",
    "Pix2StructForConditionalGeneration": "image-to-text",
    "CLIPModel": "zero-shot-image-classification",
    "SiglipModel": "zero-shot-image-classification",
    "SpeechT5ForTextToSpeech": "text-to-audio",
    "SpeechT5ForSpeechToText": "automatic-speech-recognition",
    "SuperPointForKeypointDetection": "keypoint-detection",
}
# Models that describe pictures and know no chat; those that do are TEXT_GENERATION models
_DESCRIBERS = frozenset(
    {"blip", "blip-2", "git", "pix2struct", "vision-encoder-decoder", "kosmos-2", "florence2", "instructblip", "udop"}
)
_PARTS = {
    "tokenizer": ("AutoTokenizer", "tokenizer"),
    "feature_extractor": ("AutoFeatureExtractor", "preprocessor_config.json"),
    "image_processor": ("AutoImageProcessor", "preprocessor_config.json"),
    "processor": ("AutoProcessor", "processor"),
}
_PREPARED = {"feature_extractor": "sounds", "image_processor": "pictures"}
_TAG = re.compile(r"^pipeline_tag:[ \t]*[\"']?([a-z0-9-]{1,60})[\"']?[ \t]*$", re.M)
README_BYTES = 100_000


def find_task(folder: Path) -> str:
    """The name of the task that a folder is made for: one of `TASKS`, or one of `ENCODERS`.

    Raises:
        VersionRefusedError: it is made for none of them, or does not say.
    """
    config = read_config(folder)
    fitting = tasks_of(folder, config)
    tag = readme_tag(folder)
    tag = ALIASES.get(tag, tag)
    if tag in fitting:
        return tag
    if fitting:
        return fitting[0]
    name = (getattr(config, "architectures", None) or [config.model_type])[0]
    advice = "It may be a TEXT_GENERATION model." if _writes_text(config) else "Name the predictor that runs it."
    raise VersionRefusedError(f"No task is known for its architecture {name}. {advice}")


def _writes_text(config: Any) -> bool:
    known = {
        **modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        **modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    }
    return config.model_type in known


def tasks_of(folder: Path, config: Any) -> list[str]:
    """The tasks that a folder's architecture can do, the likeliest first."""
    architecture = (getattr(config, "architectures", None) or [""])[0]
    if not architecture:
        # a folder that names no class is as good as what its type is mostly used for
        return [task.name for task in TASKS if class_names(task, config)]
    by_class = _tasks_by_class()
    names = [*([_CLASSES[architecture]] if architecture in _CLASSES else []), *by_class.get(architecture, [])]
    if "image-to-text" in names and config.model_type not in _DESCRIBERS:
        names.remove("image-to-text")
    if "visual-question-answering" in names and architecture.endswith("ForConditionalGeneration"):
        names.sort(key=lambda name: name == "visual-question-answering")
    if (folder / "modules.json").is_file():
        kinds = str((folder / "modules.json").read_bytes()[:README_BYTES])
        names.insert(0, "text-ranking" if "CrossEncoder" in kinds else "feature-extraction")
    if architecture in modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.values():
        is_reranker = config.num_labels == 1 and (
            readme_tag(folder) == "text-ranking" or "sentence_transformers" in getattr(config, "__dict__", {})
        )
        names = ["text-ranking", "text-classification"] if is_reranker else ["text-classification", "text-ranking"]
        names += ["zero-shot-classification"] if entailment_id(config) is not None else []
    if "summarization" in names:
        # told apart by the README alone; the model itself takes any text
        params = getattr(config, "task_specific_params", None) or {}
        first = "translation" if any(name.startswith("translation") for name in params) else "text2text-generation"
        first = "translation" if _knows_languages(config) else "summarization" if "summarization" in params else first
        names.sort(key=lambda name: name != first)
    if not names and architecture in modeling_auto.MODEL_MAPPING_NAMES.values():
        names = ["image-feature-extraction" if _looks_at_pictures(folder) else "feature-extraction"]
    return list(dict.fromkeys(names))


def _knows_languages(config: Any) -> bool:
    return config.model_type in {"marian", "m2m_100", "mbart", "nllb-moe", "fsmt"}


def _looks_at_pictures(folder: Path) -> bool:
    return (folder / "preprocessor_config.json").is_file()


def _tasks_by_class() -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for task in TASKS:
        for mapping in task.mappings:
            for classes in getattr(modeling_auto, mapping, {}).values():
                for name in [classes] if isinstance(classes, str) else classes:
                    names[name].append(task.name)
    return names


def entailment_id(config: Any) -> int | None:
    """The number of the class that means that one text follows from another."""
    labels = getattr(config, "label2id", None) or {}
    return next((number for label, number in labels.items() if str(label).lower().startswith("entail")), None)


def readme_tag(folder: Path) -> str:
    """What a README's front matter says the model is for; empty where it says nothing."""
    try:
        with (folder / "README.md").open("rb") as stream:
            head = stream.read(README_BYTES).decode(errors="replace")
    except OSError:
        return ""
    front = head.split("\n---", 1)[0] if head.startswith("---") else ""
    match = _TAG.search(front)
    return match[1] if match else ""


def class_names(task: Task, config: Any) -> list[str]:
    """The classes of transformers that do a task for models of a type, that of the folder first."""
    names = []
    for mapping in task.mappings:
        classes = getattr(modeling_auto, mapping, {}).get(config.model_type, [])
        names += [classes] if isinstance(classes, str) else list(classes)
    own = (getattr(config, "architectures", None) or [""])[0]
    if own and (own in names or _CLASSES.get(own) == task.name):
        return [own]
    if not task.mappings:
        own_class = own or modeling_auto.MODEL_MAPPING_NAMES.get(config.model_type, "")
        return [own_class] if isinstance(own_class, str) and own_class else []
    return names


def model_class(task: Task, config: Any) -> Any:
    """The class of transformers that does a task for a folder.

    Raises:
        VersionRefusedError: there is none, or the folder's weights are of another kind.
    """
    names = class_names(task, config)
    own = (getattr(config, "architectures", None) or [""])[0]
    if not names:
        raise VersionRefusedError(f"transformers has no {task.name} for models of type {config.model_type!r}.")
    if own and own not in names:
        # its head would be made of random numbers
        raise VersionRefusedError(f"Its architecture {own} does no {task.name}; that is done by {' or '.join(names)}.")
    try:
        return getattr(transformers, names[0])
    except (AttributeError, ImportError) as error:
        raise VersionRefusedError(f"transformers {transformers.__version__} has no class {names[0]}.") from error


def check_packages(task: Task, config: Any) -> None:
    """Raise VersionRefusedError where a package is missing that a task or a model of this type needs."""
    needed = [*task.packages, *(["timm"] if config.model_type == "timm_wrapper" or _has_timm(config) else [])]
    for package in needed:
        if importlib.util.find_spec(package) is None:
            raise VersionRefusedError(
                f"It needs the package {package}, which this worker does not have; its operator can install it."
            )


def _has_timm(config: Any) -> bool:
    backbone = getattr(config, "backbone_config", None)
    return bool(getattr(config, "use_timm_backbone", False)) or getattr(backbone, "model_type", None) == "timm_backbone"


def load_parts(task: Task, folder: Path) -> dict[str, Any]:
    """What prepares inputs, by its name: those of `task.parts`, and of `task.optional` where the folder has them.

    Raises:
        VersionRefusedError: one is missing or cannot be read.
    """
    parts: dict[str, Any] = {}
    for name in (*task.parts, *task.optional):
        class_name, what = _PARTS[name]
        needed = name in task.parts
        try:
            with refuse_errors(f"Its {what} cannot be read by", folder):
                part = getattr(transformers, class_name).from_pretrained(folder, **SAFE)
        except VersionRefusedError as refusal:
            if not needed:
                continue
            if name in _PREPARED and not any((folder / file).is_file() for file in PREPROCESSORS):
                raise VersionRefusedError(
                    f"It has no preprocessor_config.json, which says how {_PREPARED[name]} are prepared: add it from "
                    "the model's repository."
                ) from refusal
            raise
        if name == "tokenizer" and not has_tokenizer_files(part, folder):
            if needed:
                raise VersionRefusedError(f"Its tokenizer is missing: {NO_TOKENIZER}")
            continue
        # a folder without a processor gives what else is there
        if name != "processor" or isinstance(part, transformers.ProcessorMixin):
            parts[name] = part
    return parts


def facts(folder: Path, task: str, config: Any) -> dict[str, Any]:
    """What the version's `info` says of a folder.

    Raises:
        VersionRefusedError: it has no weights that may be read.
    """
    files = weight_files(folder)
    architectures = getattr(config, "architectures", None) or [config.model_type]
    return {
        "task": task,
        "architecture": architectures[0],
        "parameters": parameter_count(files),
        "bytes": sum(path.stat().st_size for path in files),
    }


def inspect_task(task: Task, folder: Path) -> tuple[dict[str, Rule], dict[str, Any]]:
    """The inputs of a folder's task, fitted to it, and its facts.

    Raises:
        VersionRefusedError: the folder cannot do the task here.
    """
    config = read_config(folder)
    check_packages(task, config)
    model_class(task, config)
    parts = load_parts(task, folder)
    inputs = {name: dict(rule) for name, rule in task.inputs.items()}
    if task.narrow:
        narrow: Callable[..., dict[str, Rule]] = resolve(task.narrow)
        with refuse_errors("Its configuration cannot be understood by", folder):
            inputs = narrow(inputs, folder, config, parts)
    return inputs, facts(folder, task.name, config)


def narrow_labels(inputs: dict[str, Rule], folder: Path, config: Any, parts: dict[str, Any]) -> dict[str, Rule]:
    """No more classes than there are."""
    inputs["top_k"]["maximum"] = config.num_labels
    return inputs


def outline(task: Task, folder: Path) -> Any:
    """The model that a folder's configuration describes, with its shapes and without numbers."""
    config = read_config(folder)
    cls = model_class(task, config)
    with refuse_errors("The model that its config.json describes cannot be built by", folder), torch.device("meta"):
        return cls._from_config(config)
