"""Folders of transformers run for the task that they are made for, or for one that is named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from workers.contract.predictor import (
    JSON_SCHEMA,
    Device,
    Inspection,
    PredictionContext,
    Predictor,
    SetupContext,
    VersionRefusedError,
    VersionSpec,
    schema,
)
from workers.predictors.pipeline.tasks import ALIASES, BY_NAME, ENCODERS, input_schema, output_schema


class Pipeline(Predictor):
    """Finds by a folder's architecture and README what it is made for, and runs it for that."""

    name = "pipeline"
    kind = "CUSTOM"
    # A version has that of its task
    input_schema = schema({}, [])
    output_schema: ClassVar[dict[str, Any]] = {"$schema": JSON_SCHEMA}
    # one works, the others have their files ready
    max_concurrency = 4
    at_once = 1

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._context: PredictionContext | None = None
        self._inner: Predictor | None = None
        self._loaded: Any = None
        self.model: Any = None
        """Counted by `size_bytes`."""
        self.vocoder: Any = None

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """The inputs and outputs of the folder's task, or why it cannot be run."""
        if not spec.path:
            return Inspection(refusal="It needs weights: give a repository or a folder as the source.")
        from workers.predictors.pipeline.folder import inspect_task

        folder = Path(spec.path)
        try:
            name = _task_of(spec)
            if name in ENCODERS:
                inspection = _encoder(name).inspect(spec)
                if inspection.refusal:
                    return inspection
                return Inspection(inspection.input_schema, inspection.output_schema, {**inspection.info, "task": name})
            task = BY_NAME[name]
            inputs, info = inspect_task(task, folder)
        except VersionRefusedError as refusal:
            return Inspection(refusal=str(refusal))
        return Inspection(input_schema(task, inputs), output_schema(task), info)

    @classmethod
    def examples(cls, input_schema: dict[str, Any]) -> list[dict[str, Any]]:
        """One small input of the task, files as their contents; none for videos, which take long."""
        from workers.predictors.pipeline.media import example_picture, example_sound

        properties: dict[str, Any] = input_schema.get("properties", {})
        small: dict[str, Callable[[], Any]] = {
            "image": example_picture,
            "other_image": example_picture,
            "audio": example_sound,
            "candidate_labels": lambda: ["one", "two"],
            "table": lambda: {"one": ["1"], "two": ["2"]},
            "texts": lambda: ["Hello"],
            "documents": lambda: ["Hello"],
            "word_boxes": lambda: [["Hello", [0, 0, 500, 100]]],
            "max_new_tokens": lambda: 2,
            "points_per_crop": lambda: 2,
        }
        example = {name: rule["default"] for name, rule in properties.items() if "default" in rule}
        for name, rule in properties.items():
            if name in small:
                example[name] = small[name]()
            elif "examples" in rule:
                example[name] = rule["examples"][0]
            elif rule.get("type") == "string" and rule.get("format") != "file" and "default" not in rule:
                example[name] = "Hello"
        if "seed" in properties:
            example["seed"] = 0
        return [example] if set(input_schema.get("required", [])) <= set(example) else []

    @classmethod
    def outline(cls, spec: VersionSpec) -> list[Any]:
        """The model, as the folder's configuration describes it."""
        from workers.predictors.pipeline.folder import outline

        folder = Path(spec.path or "")
        name = _task_of(spec)
        return _encoder(name).outline(spec) if name in ENCODERS else [outline(BY_NAME[name], folder)]

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Load the model and what prepares its inputs."""
        from workers.predictors.pipeline.loading import load
        from workers.predictors.pretrained import steps

        folder = Path(spec.path or "")
        name = _task_of(spec)
        if name in ENCODERS:
            self._inner = _encoder(name)()
            self._inner.setup(spec, device, context)
            return
        self._loaded = load(BY_NAME[name], folder, device, dict(spec.options), context)
        self._run = BY_NAME[name].function()
        self._defaults = {key: rule["default"] for key, rule in BY_NAME[name].inputs.items() if "default" in rule}
        self.model, self.vocoder = self._loaded.model, self._loaded.vocoder
        for module in steps(self.model):
            module.register_forward_pre_hook(self._check)

    def _check(self, *_: Any) -> None:
        """Leave a forward pass, or what calls many of them, when the prediction is to stop."""
        if self._context is not None:
            self._context.check()

    def predict(self, context: PredictionContext) -> Any:
        """Run it, after those before it."""
        if self._inner is not None:
            return self._inner.predict(context)
        with self._turn(context):
            # The owner's own schema may leave inputs out
            return self._run(self._loaded, {**self._defaults, **context.input}, context)

    @contextmanager
    def _turn(self, context: PredictionContext) -> Iterator[None]:
        """One prediction at a time: parts of transformers keep state of their own between calls."""
        with context.hold(self._lock):
            self._context = context
            try:
                yield
            finally:
                self._context = None

    def teardown(self) -> None:
        """Let go of the model."""
        if self._inner is not None:
            self._inner.teardown()
        self.model = self.vocoder = self._inner = self._loaded = None

    def size_bytes(self) -> int:
        """Bytes of the model, whoever runs it."""
        return self._inner.size_bytes() if self._inner is not None else super().size_bytes()


def _task_of(spec: VersionSpec) -> str:
    """The name of the task that a version names, or else that its folder is made for.

    Raises:
        VersionRefusedError: there is none of that name, or the folder is made for none.
    """
    from workers.predictors.pipeline.folder import find_task

    name = spec.options.get("task")
    if name is None:
        return find_task(Path(spec.path or ""))
    name = ALIASES.get(name, name)
    if name not in BY_NAME and name not in ENCODERS:
        raise VersionRefusedError(f"There is no task {name!r}. Tasks are {', '.join(sorted({*BY_NAME, *ENCODERS}))}.")
    return str(name)


def _encoder(task: str) -> type[Predictor]:
    """The predictor of whole texts that does a task."""
    from workers.predictors.registry import as_predictor

    match ENCODERS[task]:
        case "classification":
            from workers.predictors.encoder.classification import Classification

            cls: Any = Classification
        case "reranking":
            from workers.predictors.encoder.reranking import Reranking

            cls = Reranking
        case _:
            from workers.predictors.encoder.embeddings import Embeddings

            cls = Embeddings
    predictor: type[Predictor] = as_predictor(cls)
    return predictor
