"""What a model and its versions are: kinds, sources and slugs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.domain.storable import is_storable
from server.domain.traffic import VERSION_ALIAS
from server.errors import Violation

NAME = re.compile(r"(?=.{1,63}\Z)[a-z0-9](?:[-._]?[a-z0-9])*", re.ASCII)
PREDICTOR = re.compile(r"[A-Za-z0-9_][\w.-]{0,63}", re.ASCII)
TASK = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,5}")
REPO = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", re.ASCII)
REVISION = re.compile(r"[\w][\w./-]{0,127}", re.ASCII)
TAG = re.compile(r"(?=.{1,32}\Z)[a-z0-9](?:-?[a-z0-9])*", re.ASCII)
TAGS_MAX = 10
SLUG = re.compile(r"(?P<owner>[a-z0-9-]{1,39})/(?P<name>[a-z0-9._-]{1,63})(?::(?P<number>[1-9][0-9]{0,8}))?", re.ASCII)
REFERENCE = re.compile(rf"(?P<model>[^:]+):(?P<alias>{VERSION_ALIAS.pattern})", re.ASCII)


class ModelKind(StrEnum):
    """What a model makes."""

    TEXT_GENERATION = "TEXT_GENERATION"
    IMAGE_GENERATION = "IMAGE_GENERATION"
    CUSTOM = "CUSTOM"

    @property
    def queue(self) -> str:
        """The queue its predictions wait in."""
        return {"TEXT_GENERATION": "text", "IMAGE_GENERATION": "image", "CUSTOM": "custom"}[self.value]


PREPARE_QUEUE = "prepare"
WAITS_FOR_ROOM = "wait for disk"
"""The phase of a version whose files find no room on the disk for now."""
QUEUES = tuple(kind.queue for kind in ModelKind)


class DeviceClass(StrEnum):
    """Which workers may run a version."""

    ANY = "ANY"
    CPU = "CPU"
    CUDA = "CUDA"


ALL_QUEUES = (*QUEUES, *(f"{queue}.{device.lower()}" for device in ("CPU", "CUDA") for queue in QUEUES))


def queue_of(kind: ModelKind, device: DeviceClass) -> str:
    """The queue of predictions of a kind that a class of devices runs."""
    return kind.queue if device is DeviceClass.ANY else f"{kind.queue}.{device.value.lower()}"


def queues_of(device: str) -> tuple[str, ...]:
    """The queues that a worker with this device, such as cpu or cuda, takes from."""
    return QUEUES + tuple(queue for queue in ALL_QUEUES if queue.endswith(f".{device}"))


def kind_queue(queue: str) -> str:
    """The queue without its device; slots are counted by it."""
    return queue.partition(".")[0]


def kind_of(queue: str) -> ModelKind:
    """The kind of models whose predictions wait in a queue."""
    return next(kind for kind in ModelKind if kind.queue == kind_queue(queue))


def device_of(queue: str) -> DeviceClass:
    """The devices whose workers take from a queue."""
    return DeviceClass(queue.partition(".")[2].upper() or DeviceClass.ANY)


class Visibility(StrEnum):
    """Who sees a model."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


class VersionState(StrEnum):
    """Whether a version can run."""

    PREPARING = "PREPARING"
    READY = "READY"
    REFUSED = "REFUSED"


class Quantization(StrEnum):
    """How many bits the weights of linear layers have once they are loaded."""

    INT8 = "INT8"
    INT4 = "INT4"


class Dtype(StrEnum):
    """In which numbers a model computes; AUTO is what its worker's device does best."""

    AUTO = "AUTO"
    FLOAT32 = "FLOAT32"
    FLOAT16 = "FLOAT16"
    BFLOAT16 = "BFLOAT16"


class DeviceMap(StrEnum):
    """Where the parts of a loaded model lie."""

    SINGLE = "SINGLE"
    AUTO = "AUTO"


class Engine(StrEnum):
    """What runs the texts of a language model; AUTO is what its worker does best."""

    AUTO = "AUTO"
    TRANSFORMERS = "TRANSFORMERS"
    VLLM = "VLLM"


MOST_TENSOR_PARALLEL = 16
"""GPUs of one worker over which vLLM may spread each layer."""


class CpuOffload(StrEnum):
    """Which parts of a pipeline wait in the host's memory while others run on the GPU."""

    NONE = "NONE"
    MODEL = "MODEL"
    SEQUENTIAL = "SEQUENTIAL"


class SourceType(StrEnum):
    """Where a version comes from."""

    HUGGINGFACE = "huggingface"
    LOCAL = "local"
    DEMO = "demo"
    PREDICTOR = "predictor"


OPEN_PREDICTORS = frozenset({"echo"})
"""Predictors without weights that anybody may make a model of; of any other, only administrators may."""
FOLDER_PREDICTORS = frozenset({"pipeline", "embeddings", "classification", "reranking"})
"""Predictors that run the repository or folder of a CUSTOM model, for anybody."""
ADAPTED_KINDS = (ModelKind.TEXT_GENERATION, ModelKind.IMAGE_GENERATION)
"""Kinds of models that adapters can be put on."""
DEFAULT_PREDICTORS = {
    ModelKind.TEXT_GENERATION: "text",
    ModelKind.IMAGE_GENERATION: "image",
    ModelKind.CUSTOM: "pipeline",
}
"""What runs a model with weights where no predictor is named."""


@dataclass(frozen=True)
class ModelSource:
    """Where a version comes from: a repository id, a folder, or a predictor's name, and the revision asked for."""

    type: SourceType
    ref: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.type.value}:{self.ref}"


@dataclass(frozen=True)
class NewVersion:
    """A version to publish: where it comes from, what runs it, and how it is loaded."""

    source: ModelSource
    input_schema: dict[str, Any] | None = None
    predictor: str | None = None
    quantization: Quantization | None = None
    device_map: DeviceMap = DeviceMap.SINGLE
    device: DeviceClass = DeviceClass.ANY
    task: str | None = None
    """What `pipeline` runs a model for, where that is not read from its files."""
    dtype: Dtype = Dtype.AUTO
    base: str | None = None
    """The version `owner/name:number` that it is an adapter of; it is loaded as that is."""
    cpu_offload: CpuOffload = CpuOffload.NONE
    safety_checker: bool = True
    config: str | None = None
    """`owner/name` below CONFIG_ROOT, by which a checkpoint of one file is loaded, where that is not read from it."""
    engine: Engine = Engine.AUTO
    tensor_parallel: int = 1
    """GPUs over which vLLM spreads each layer."""

    def runs_on(self, kind: ModelKind) -> str:
        """The name of the predictor that runs it."""
        named = self.source.ref if self.source.type is SourceType.PREDICTOR else self.predictor
        return named or DEFAULT_PREDICTORS.get(kind, "")

    @property
    def options(self) -> dict[str, Any]:
        """How it is loaded, in the form of its row."""
        options: dict[str, Any] = {"quantization": self.quantization.value} if self.quantization else {}
        if self.task is not None:
            options["task"] = self.task
        if self.device_map is not DeviceMap.SINGLE:
            options["device_map"] = self.device_map.value
        if self.dtype is not Dtype.AUTO:
            options["dtype"] = self.dtype.value
        if self.cpu_offload is not CpuOffload.NONE:
            options["cpu_offload"] = self.cpu_offload.value
        if not self.safety_checker:
            options["safety_checker"] = False
        if self.config is not None:
            options["config"] = self.config
        if self.engine is not Engine.AUTO:
            options["engine"] = self.engine.value
        if self.tensor_parallel != 1:
            options["tensor_parallel"] = self.tensor_parallel
        device = DeviceClass.CUDA if self.needs_cuda else self.device
        return {**options, "device": device.value} if device is not DeviceClass.ANY else options

    @property
    def needs_cuda(self) -> bool:
        """Whether it can be loaded on CUDA only."""
        is_offloaded = self.cpu_offload is not CpuOffload.NONE
        is_spread = self.device_map is DeviceMap.AUTO or self.tensor_parallel > 1
        return self.quantization is Quantization.INT4 or is_spread or is_offloaded


@dataclass(frozen=True)
class Slug:
    """`owner/name`, and the version's number, or what its owner calls the version, where one is pinned."""

    owner: str
    name: str
    number: int | None = None
    alias: str | None = None

    @property
    def model(self) -> Slug:
        """The same without a version."""
        return Slug(self.owner, self.name)

    def __str__(self) -> str:
        pinned = f":{self.number or self.alias}" if self.number or self.alias else ""
        return f"{self.owner}/{self.name}{pinned}"


def parse_slug(text: str) -> Slug | None:
    """The parts of `owner/name[:number]`, or None when it is no slug."""
    if len(text) > 160 or not (match := SLUG.fullmatch(text)):
        return None
    number = match["number"]
    return Slug(match["owner"], match["name"], int(number) if number else None)


def parse_reference(text: str) -> Slug | None:
    """As `parse_slug`, but a version may be pinned by its alias too: `owner/name:stable`."""
    if len(text) <= 160 and (match := REFERENCE.fullmatch(text)) and (slug := parse_slug(match["model"])):
        return Slug(slug.owner, slug.name, alias=match["alias"])
    return parse_slug(text)


def name_violations(name: str) -> list[Violation]:
    """What is wrong with a model's name."""
    if NAME.fullmatch(name):
        return []
    rule = "1 to 63 lower-case letters and digits, with single dots, dashes or underscores between them"
    return [Violation("/name", f"A model's name has {rule}.", "pattern")]


def version_violations(kind: ModelKind, new: NewVersion) -> list[Violation]:
    """What is wrong with a new version, without looking at its source."""
    source, violations = new.source, source_violations(new.source)
    is_code = source.type is SourceType.PREDICTOR
    if kind is not ModelKind.CUSTOM and is_code:
        rule = f"A {kind.value} model needs a repository, a folder or a demo as its source."
        violations.append(Violation("/source", rule, "source"))
    if new.predictor is not None and (is_code or kind is not ModelKind.CUSTOM):
        rule = f"A {kind.value} model is always run by the predictor of its kind."
        rule = "The source already names the predictor." if is_code else rule
        violations.append(Violation("/predictor", rule, "source"))
    elif new.predictor is not None and not PREDICTOR.fullmatch(new.predictor):
        violations.append(Violation("/predictor", "A predictor's name has 1 to 64 letters and digits.", "pattern"))
    if new.task is not None and (is_code or new.runs_on(kind) != "pipeline"):
        rule = "Only the predictor pipeline, which runs CUSTOM models with weights, takes a task."
        violations.append(Violation("/task", rule, "source"))
    elif new.task is not None and not TASK.fullmatch(new.task):
        rule = "A task is called as on the hub, such as image-classification."
        violations.append(Violation("/task", rule, "pattern"))
    if is_code and (new.quantization or new.device_map is not DeviceMap.SINGLE):
        rule = "Only models with weights can be quantized or spread over devices."
        violations.append(Violation("/quantization", rule, "source"))
    if is_code and new.dtype is not Dtype.AUTO:
        violations.append(Violation("/dtype", "Only models with weights have a dtype.", "source"))
    if new.needs_cuda and new.device is DeviceClass.CPU:
        violations.append(
            Violation("/device", "INT4 weights, a device map, tensorParallel and CPU offload need CUDA.", "device")
        )
    violations += _pipeline_violations(kind, new)
    violations += _engine_violations(kind, new)
    return violations + (_adapter_violations(kind, new) if new.base is not None else [])


def _engine_violations(kind: ModelKind, new: NewVersion) -> list[Violation]:
    """What is wrong with the engine of a language model and its options."""
    given = {"engine": new.engine is not Engine.AUTO, "tensorParallel": new.tensor_parallel != 1}
    if kind is not ModelKind.TEXT_GENERATION:
        rule = "Only TEXT_GENERATION models have it; leave this out."
        return [Violation(f"/{name}", rule, "source") for name, is_given in given.items() if is_given]
    violations = []
    if not 1 <= new.tensor_parallel <= MOST_TENSOR_PARALLEL:
        rule = f"vLLM spreads a model over 1 to {MOST_TENSOR_PARALLEL} GPUs of one worker."
        violations.append(Violation("/tensorParallel", rule, "range"))
    elif new.tensor_parallel > 1 and new.engine is not Engine.VLLM:
        violations.append(Violation("/tensorParallel", "Only the engine VLLM spreads layers over GPUs.", "device"))
    if new.engine is Engine.VLLM and new.quantization is not None:
        rule = "vLLM runs weights that are quantized already (AWQ, GPTQ, FP8); leave this out."
        violations.append(Violation("/quantization", rule, "source"))
    if new.engine is Engine.VLLM and new.device_map is not DeviceMap.SINGLE:
        violations.append(Violation("/deviceMap", "vLLM spreads a model by tensorParallel; leave this out.", "device"))
    return violations


def _pipeline_violations(kind: ModelKind, new: NewVersion) -> list[Violation]:
    """What is wrong with the options that pipelines of pictures alone have."""
    is_offloaded = new.cpu_offload is not CpuOffload.NONE
    given = {"cpuOffload": is_offloaded, "safetyChecker": not new.safety_checker, "config": new.config is not None}
    if kind is not ModelKind.IMAGE_GENERATION:
        rule = "Only IMAGE_GENERATION models have it; leave this out."
        return [Violation(f"/{name}", rule, "source") for name, is_given in given.items() if is_given]
    violations = []
    if new.config is not None and not is_repository(new.config):
        rule = "Name a folder below CONFIG_ROOT as owner/name, as on the hub."
        violations.append(Violation("/config", rule, "pattern"))
    if new.config is not None and new.quantization is not None:
        rule = "A checkpoint of one file is not quantized; leave this out."
        violations.append(Violation("/quantization", rule, "source"))
    if is_offloaded and new.device_map is DeviceMap.AUTO:
        rule = "Parts are spread over GPUs or wait in the host's memory: choose one of the two."
        violations.append(Violation("/deviceMap", rule, "device"))
    if new.cpu_offload is CpuOffload.SEQUENTIAL and new.quantization is not None:
        rule = "Layers of quantized weights are not moved one by one; take MODEL, or leave the quantization out."
        violations.append(Violation("/cpuOffload", rule, "device"))
    return violations


def is_repository(name: str) -> bool:
    """Whether a name is that of a repository on the hub, `owner/name`."""
    return bool(REPO.fullmatch(name)) and ".." not in name and "--" not in name


def _adapter_violations(kind: ModelKind, new: NewVersion) -> list[Violation]:
    """What is wrong with a new version that has a base, without looking at that."""
    violations = []
    if kind not in ADAPTED_KINDS:
        rule = f"Only {' and '.join(ADAPTED_KINDS)} models have adapters; leave the base out."
        violations.append(Violation("/base", rule, "base"))
    elif new.source.type is SourceType.PREDICTOR:
        violations.append(Violation("/source", "An adapter comes from a repository, a folder or a demo.", "source"))
    own = {
        "quantization": new.quantization is not None,
        "deviceMap": new.device_map is not DeviceMap.SINGLE,
        "device": new.device is not DeviceClass.ANY,
        "dtype": new.dtype is not Dtype.AUTO,
        "cpuOffload": new.cpu_offload is not CpuOffload.NONE,
        "safetyChecker": not new.safety_checker,
        "config": new.config is not None,
        "engine": new.engine is not Engine.AUTO,
        "tensorParallel": new.tensor_parallel != 1,
    }
    rule = "An adapter is loaded as its base is; leave this out."
    return violations + [Violation(f"/{name}", rule, "base") for name, is_given in own.items() if is_given]


def source_violations(source: ModelSource) -> list[Violation]:
    """What is wrong with the form of a source."""
    ref, revision = source.ref, source.revision
    violations = []
    if source.type is SourceType.HUGGINGFACE and not is_repository(ref):
        rule = "A repository is owner/name on the hub."
        violations.append(Violation("/source/huggingface/repo", rule, "pattern"))
    if revision is not None and (not REVISION.fullmatch(revision) or ".." in revision):
        violations.append(
            Violation("/source/huggingface/revision", "A revision is a branch, tag or commit.", "pattern")
        )
    if source.type is not SourceType.HUGGINGFACE and not (0 < len(ref) <= 1024 and is_storable(ref)):
        rule = "Give 1 to 1024 characters of text."
        violations.append(Violation(f"/source/{source.type.value}", rule, "minLength"))
    return violations


def tag_violations(tags: list[str]) -> list[Violation]:
    """Every rule that a model's tags break."""
    rule = "A tag has 1 to 32 lower-case letters and digits, with single dashes between them."
    violations = [Violation(f"/tags/{i}", rule, "pattern") for i, tag in enumerate(tags) if not TAG.fullmatch(tag)]
    if len(tags) > TAGS_MAX:
        violations.append(Violation("/tags", f"A model has at most {TAGS_MAX} tags.", "maxItems"))
    return violations
