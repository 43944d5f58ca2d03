"""Text generation with transformers: its inputs, and which versions it can run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from workers.contract.predictor import (
    JSON_SCHEMA,
    Device,
    Inspection,
    PredictionContext,
    Predictor,
    SetupContext,
    VersionSpec,
    schema,
)

if TYPE_CHECKING:
    from workers.predictors.text.model import TextModel

MAX_SEED = 2**53 - 1


class Text(Predictor):
    """Continues a prompt with any causal or encoder-decoder language model of transformers, token by token."""

    name = "text"
    kind = "TEXT_GENERATION"
    max_concurrency = 32
    input_schema: ClassVar = schema(
        {
            "prompt": {
                "title": "Prompt",
                "description": "The text to continue.",
                "type": "string",
                "maxLength": 100_000,
            },
            "max_new_tokens": {
                "title": "Max new tokens",
                "description": "Maximum number of tokens to generate.",
                "type": "integer",
                "minimum": 1,
                "maximum": 4096,
                "default": 128,
            },
            "temperature": {
                "title": "Temperature",
                "description": "Randomness: 0 always picks the most likely token; higher values vary more.",
                "type": "number",
                "minimum": 0,
                "maximum": 2,
                "default": 0.8,
            },
            "top_p": {
                "title": "Top p",
                "description": "Pick among the most likely tokens whose probabilities add up to this; 1 turns it off.",
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1,
                "default": 0.95,
            },
            "top_k": {
                "title": "Top k",
                "description": "Pick among this many of the most likely tokens; 0 turns it off.",
                "type": "integer",
                "minimum": 0,
                "maximum": 1000,
                "default": 0,
            },
            "stop": {
                "title": "Stop",
                "description": "Strings that end the output; they are not part of it.",
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 64},
                "maxItems": 4,
                "default": [],
            },
            "seed": {
                "title": "Seed",
                "description": "The same seed gives the same text; random if left out.",
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_SEED,
            },
        },
        required=["prompt"],
    )
    output_schema: ClassVar = {"$schema": JSON_SCHEMA, "type": "string", "title": "Text"}

    def __init__(self) -> None:
        self._model: TextModel | None = None

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Load tokenizer and model."""
        from workers.predictors.text.model import TextModel

        self._model = TextModel(spec.path or "", device, context, spec.options)

    def predict(self, context: PredictionContext) -> None:
        """Stream the continuation of the prompt."""
        if self._model is None:
            raise RuntimeError("the model is not loaded")
        self._model.generate(context)

    def teardown(self) -> None:
        """Free the model."""
        model, self._model = self._model, None
        if model is not None:
            model.close()

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of the cache of its batches."""
        return self._model.size_bytes() if self._model else 0

    def facts(self) -> dict[str, Any]:
        """Whether its predictions share forward passes, and if not, why."""
        return self._model.facts() if self._model else {}

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """Read the configuration and the tokenizer, and check that the weights are safe to load."""
        from workers.predictors.text.folder import inspect_text

        return inspect_text(spec.path or "", cls.input_schema, cls.output_schema)

    @classmethod
    def outline(cls, spec: VersionSpec) -> list[Any]:
        """The language model, as its configuration describes it."""
        from workers.predictors.pretrained import outline
        from workers.predictors.text.folder import choose_class

        return [outline(Path(spec.path or ""), choose_class)]
