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
from workers.predictors.engines import AT_ONCE, VLLM, choose_engine, has_vllm, vllm_refusal
from workers.predictors.text.chat.messages import messages_schema, tool_choice_schema, tools_schema

if TYPE_CHECKING:
    from workers.predictors.text.model import TextModel

VLLM_SEED = (
    "Begins the randomness; random if left out. vLLM does not promise the same text for it while other predictions "
    "share its batches."
)
MAX_SEED = 2**53 - 1
# of models that know no context; others bound both themselves
MAX_PROMPT_CHARACTERS = 500_000
MAX_NEW_TOKENS = 131_072


class Text(Predictor):
    """Continues a prompt with any causal or encoder-decoder language model of transformers, token by token."""

    name = "text"
    kind = "TEXT_GENERATION"
    max_concurrency = AT_ONCE
    at_once = 32
    takes_adapters = True
    input_schema: ClassVar = schema(
        {
            "prompt": {
                "title": "Prompt",
                "description": "The text to continue.",
                "type": "string",
                "maxLength": MAX_PROMPT_CHARACTERS,
            },
            "messages": messages_schema(MAX_PROMPT_CHARACTERS),
            "tools": tools_schema(),
            "tool_choice": tool_choice_schema(),
            "chat_template": {
                "title": "Chat template",
                "description": "Which of the model's chat templates to use; left out, the one of its library's choice.",
                "type": "string",
                "maxLength": 256,
            },
            "chat_template_kwargs": {
                "title": "Chat template values",
                "description": "Values for what the model's own chat template reads.",
                "type": "object",
            },
            "max_new_tokens": {
                "title": "Max new tokens",
                "description": "Maximum number of tokens to generate.",
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_NEW_TOKENS,
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
            "min_p": {
                "title": "Min p",
                "description": "Pick among tokens at least this fraction as likely as the likeliest; 0 turns it off.",
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "default": 0,
            },
            "repetition_penalty": {
                "title": "Repetition penalty",
                "description": "Above 1, tokens of the prompt and of the output become less likely; 1 turns it off.",
                "type": "number",
                "minimum": 0.1,
                "maximum": 10,
                "default": 1,
            },
            "presence_penalty": {
                "title": "Presence penalty",
                "description": "Taken off the score of each token that the output has; 0 turns it off.",
                "type": "number",
                "minimum": -2,
                "maximum": 2,
                "default": 0,
            },
            "frequency_penalty": {
                "title": "Frequency penalty",
                "description": "Taken off the score of a token for each time that the output has it; 0 turns it off.",
                "type": "number",
                "minimum": -2,
                "maximum": 2,
                "default": 0,
            },
            "logit_bias": {
                "title": "Logit bias",
                "description": "What is added to the scores of tokens, by their numbers: -100 rules one out.",
                "type": "object",
                "propertyNames": {"pattern": "^[0-9]{1,9}$"},
                "additionalProperties": {"type": "number", "minimum": -100, "maximum": 100},
                "maxProperties": 300,
                "default": {},
            },
            "min_new_tokens": {
                "title": "Min new tokens",
                "description": "The text does not end before it has this many tokens.",
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_NEW_TOKENS,
                "default": 0,
            },
            "ignore_eos": {
                "title": "Ignore the end",
                "description": "Write on to the maximum, behind the token that ends a text too.",
                "type": "boolean",
                "default": False,
            },
            "skip_special_tokens": {
                "title": "Skip special tokens",
                "description": "Leave the marks of the model's own language, such as <|im_end|>, out of the text.",
                "type": "boolean",
                "default": True,
            },
            "stop": {
                "title": "Stop",
                "description": "Strings that end the output and are no part of it; special tokens too.",
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 64},
                "maxItems": 4,
                "default": [],
            },
            "response_format": {
                "title": "Response format",
                "description": "What the text has to be, whatever the model would like: json_object, json_schema (a "
                "JSON Schema, or an object with one as schema), regex, or one of choice. It may still be cut off by "
                "Max new tokens.",
                "type": "object",
                "properties": {
                    "type": {"type": "string", "enum": ["text", "json_object", "json_schema", "regex", "choice"]},
                    "json_schema": {"type": "object"},
                    "regex": {"type": "string", "minLength": 1, "maxLength": 5000},
                    "choice": {
                        "type": "array",
                        "items": {"type": "string", "minLength": 1, "maxLength": 1000},
                        "minItems": 1,
                        "maxItems": 1000,
                    },
                },
                "required": ["type"],
                "additionalProperties": False,
                "allOf": [
                    {"if": {"properties": {"type": {"const": name}}}, "then": {"required": [name]}}
                    for name in ("json_schema", "regex", "choice")
                ],
            },
            "seed": {
                "title": "Seed",
                "description": "The same seed gives the same text; random if left out.",
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_SEED,
            },
            "n": {
                "title": "Choices",
                "description": "How many texts to write, with this seed and the next ones. The output then lists them "
                "all, each with the reason why it ended.",
                "type": "integer",
                "minimum": 1,
                "maximum": 8,
            },
            "logprobs": {
                "title": "Log probabilities",
                "description": "List each token's log probability, and those of so many of the likeliest tokens.",
                "type": "integer",
                "minimum": 0,
                "maximum": 20,
            },
        },
        required=[],
        # a version whose model has no chat template takes a prompt alone
        one_of=["prompt", "messages"],
        needs={"tools": ["messages"]},
    )
    output_schema: ClassVar = {
        "$schema": JSON_SCHEMA,
        "title": "Text",
        "description": "The text; where n, logprobs or tools were given, an object with choices (text, "
        "finish_reason, message where messages were given, logprobs) and usage.",
        "type": ["string", "object"],
    }

    def __init__(self) -> None:
        self._model: TextModel | None = None

    def setup(self, spec: VersionSpec, device: Device, context: SetupContext) -> None:
        """Load tokenizer and model."""
        if choose_engine(Path(spec.path or ""), spec.options, device) == VLLM:
            from workers.predictors.text.vllm_model import VllmModel

            self._model = VllmModel(spec.path or "", device, context, spec.options)
            return
        from workers.predictors.text.model import TextModel

        self._model = TextModel(spec.path or "", device, context, spec.options)

    def predict(self, context: PredictionContext) -> Any:
        """Stream the continuation of the prompt or messages; all of it where more than its text was asked for."""
        if self._model is None:
            raise RuntimeError("the model is not loaded")
        return self._model.generate(context)

    def teardown(self) -> None:
        """Free the model."""
        model, self._model = self._model, None
        if model is not None:
            model.close()

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of the cache of its batches."""
        return self._model.size_bytes() if self._model else 0

    def drop_adapter(self, version: str) -> None:
        """Free an adapter as soon as nobody uses it."""
        if self._model is not None:
            self._model.adapters.drop(version)

    def facts(self) -> dict[str, Any]:
        """Whether its predictions share forward passes, and if not, why."""
        return self._model.facts() if self._model else {}

    @classmethod
    def inspect(cls, spec: VersionSpec) -> Inspection:
        """Read the configuration and the tokenizer, and check that the weights are safe to load."""
        from workers.predictors.text.folder import inspect_text

        inspection = inspect_text(spec.path or "", cls.input_schema, cls.output_schema, spec.adapter)
        if spec.options.get("engine") != VLLM or inspection.refusal:
            return inspection
        if refusal := vllm_refusal(Path(spec.path or ""), Path(spec.adapter) if spec.adapter else None):
            return Inspection(refusal=refusal)
        inspection.input_schema["properties"]["seed"]["description"] = VLLM_SEED
        return inspection

    @classmethod
    def engines(cls) -> dict[str, int]:
        """How many predictions of a version each engine beside the ordinary one runs together here; 0: it is not."""
        return {VLLM: AT_ONCE if has_vllm() else 0}

    @classmethod
    def examples(cls, input_schema: dict[str, Any]) -> list[dict[str, Any]]:
        """Two tokens behind a word."""
        example = {"prompt": "Hello", "max_new_tokens": 2, "temperature": 0, "seed": 0}
        return [example] if "prompt" in input_schema.get("properties", {}) else []

    @classmethod
    def outline(cls, spec: VersionSpec) -> list[Any]:
        """The language model, as its configuration describes it."""
        from workers.predictors.pretrained import outline
        from workers.predictors.text.folder import choose_class

        return [outline(Path(spec.path or ""), choose_class)]
