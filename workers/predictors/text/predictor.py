"""Text generation with transformers: what it takes, and the versions that it can run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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
                "description": "The most tokens to write.",
                "type": "integer",
                "minimum": 1,
                "maximum": 4096,
                "default": 128,
            },
            "temperature": {
                "title": "Temperature",
                "description": "How freely to choose: 0 always takes the likeliest token, higher is more varied.",
                "type": "number",
                "minimum": 0,
                "maximum": 2,
                "default": 0.8,
            },
            "top_p": {
                "title": "Top p",
                "description": "Choose among the likeliest tokens that together have this probability; 1 is off.",
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1,
                "default": 0.95,
            },
            "top_k": {
                "title": "Top k",
                "description": "Choose among this many of the likeliest tokens; 0 is off.",
                "type": "integer",
                "minimum": 0,
                "maximum": 1000,
                "default": 0,
            },
            "stop": {
                "title": "Stop",
                "description": "Strings at which to stop; the output ends before them.",
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 64},
                "maxItems": 4,
                "default": [],
            },
            "seed": {
                "title": "Seed",
                "description": "The same seed gives the same text; drawn when left out.",
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
        """Let go of the model."""
        model, self._model = self._model, None
        if model is not None:
            model.close()

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of the cache of its batches."""
        return self._model.size_bytes() if self._model else 0

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """Read the configuration and the tokenizer, and check that the weights are safe to load."""
        from workers.predictors.text.folder import inspect_text

        return inspect_text(spec.path or "", cls.input_schema, cls.output_schema)
