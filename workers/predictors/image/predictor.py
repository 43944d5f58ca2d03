"""Image generation with diffusers: its inputs, and which versions it can run."""

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
    from workers.predictors.image.model import ImageModel

MAX_SEED = 2**53 - 1
MAX_SIDE = 2048


class Image(Predictor):
    """Draws images with a pipeline of diffusers; predictions of equal size and steps together."""

    name = "image"
    kind = "IMAGE_GENERATION"
    max_concurrency = 4
    takes_adapters = True
    input_schema: ClassVar = schema(
        {
            "prompt": {
                "title": "Prompt",
                "description": "Description of the image.",
                "type": "string",
                "maxLength": 10_000,
            },
            "negative_prompt": {
                "title": "Negative prompt",
                "description": "What should not appear in the image.",
                "type": "string",
                "maxLength": 10_000,
            },
            "steps": {
                "title": "Steps",
                "description": "Number of denoising steps: more take longer and give finer images.",
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "default": 20,
            },
            "guidance": {
                "title": "Guidance",
                "description": "How closely the image follows the prompt.",
                "type": "number",
                "minimum": 0,
                "maximum": 30,
                "default": 4,
            },
            "width": {
                "title": "Width",
                "description": "Width in pixels, a multiple of what the model needs.",
                "type": "integer",
                "minimum": 16,
                "maximum": MAX_SIDE,
                "multipleOf": 8,
                "default": 512,
            },
            "height": {
                "title": "Height",
                "description": "Height in pixels, a multiple of what the model needs.",
                "type": "integer",
                "minimum": 16,
                "maximum": MAX_SIDE,
                "multipleOf": 8,
                "default": 512,
            },
            "num_images": {
                "title": "Images",
                "description": "Number of images; each has the seed of the one before plus 1.",
                "type": "integer",
                "minimum": 1,
                "maximum": 4,
                "default": 1,
            },
            "seed": {
                "title": "Seed",
                "description": "The same seed gives the same image; random if left out.",
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_SEED,
            },
        },
        required=["prompt"],
    )
    output_schema: ClassVar = {
        "$schema": JSON_SCHEMA,
        "type": "array",
        "title": "Images",
        "items": {"type": "string", "format": "uri"},
    }

    def __init__(self) -> None:
        self._model: ImageModel | None = None

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Load the pipeline."""
        from workers.predictors.image.model import ImageModel

        self._model = ImageModel(spec, device, context)

    def predict(self, context: PredictionContext) -> None:
        """Draw the images, each given out as soon as it is there."""
        if self._model is None:
            raise RuntimeError("the pipeline is not loaded")
        self._model.generate(context)

    def teardown(self) -> None:
        """Free the pipeline."""
        model, self._model = self._model, None
        if model is not None:
            model.close()

    def size_bytes(self) -> int:
        """Bytes of the weights of all parts of the pipeline."""
        return self._model.size_bytes() if self._model else 0

    def drop_adapter(self, version: str) -> None:
        """Let go of a LoRA's weights, before the next picture is drawn."""
        if self._model is not None:
            self._model.adapters.drop(version)

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """Read which pipeline it is and what its call takes."""
        from workers.predictors.image.folder import inspect_image

        return inspect_image(spec, cls.input_schema, cls.output_schema)

    @classmethod
    def examples(cls, input_schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Two steps of the smallest picture, and of one of the model's own size."""
        rules: dict[str, Any] = input_schema.get("properties", {})
        # a rule may be `true`
        properties = {name: rule if isinstance(rule, dict) else {} for name, rule in rules.items()}
        small = {"string": "a house", "integer": 1, "number": 1, "array": [1], "boolean": False, "object": {}}
        needed = [properties[name] for name in input_schema.get("required", []) if name in properties]
        if "num_images" not in properties or any(
            "file" in (rule.get("format"), rule.get("items", {}).get("format")) for rule in needed
        ):
            # A video takes minutes
            return []
        own: dict[str, Any] = {"seed": 0}
        for name, rule in properties.items():
            if name == "prompt" or rule in needed:
                kind = rule.get("type", "string")
                own[name] = small[kind[0] if isinstance(kind, list) else kind]
        if "steps" in properties:
            own["steps"] = min(2, properties["steps"].get("maximum", 2))
        if "class_labels" in properties:
            own["class_labels"] = properties["class_labels"].get("minimum", 0)
        sides: dict[str, Any] = {
            name: properties[name]["minimum"] for name in ("width", "height") if name in properties
        }
        return [{**own, **sides}, own] if sides else [own]

    @classmethod
    def outline(cls, spec: VersionSpec) -> list[Any]:
        """The parts of the pipeline, as their configurations describe them."""
        if Path(spec.path or "").is_file():
            # Its configuration is the operator's
            return []
        from workers.predictors.image.outline import outline

        return outline(Path(spec.path or ""))
