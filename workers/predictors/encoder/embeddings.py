"""Texts as vectors, by any encoder or decoder of transformers, pooled as sentence-transformers does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Input

from workers.contract.predictor import InputRejectedError, PredictionContext

if TYPE_CHECKING:
    import torch

Texts = Annotated[list[str], Input(min_length=1, max_length=256, description="Texts to embed, a vector for each.")]
Normalize = Annotated[bool, Input(description="Scale every vector to length 1.")]
Truncate = Annotated[bool, Input(description="Shorten texts that are too long instead of rejecting them.")]
Prefix = Annotated[str, Input(max_length=200, description="Put before each text; some models require one.")]
PromptName = Annotated[
    str | None,
    Input(max_length=100, description="Name of one of the model's prompts, such as query, put before each text."),
]


class Embeddings:
    """Turns texts into vectors whose angles tell how alike they are."""

    max_batch_size = 32

    @staticmethod
    def check(weights: Path) -> dict[str, Any]:
        """Facts of a folder; raises VersionRefusedError."""
        from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

        from workers.predictors.encoder.encoder import check_encoder
        from workers.predictors.encoder.sentences import read_sentences

        layout = read_sentences(weights)
        facts = check_encoder(layout.root, MODEL_MAPPING_NAMES, "embeddings", text_encoders=_is_text_encoder(weights))
        return {**facts, "pooling": layout.pooling, **({"prompts": layout.prompts} if layout.prompts else {})}

    @staticmethod
    def outline(weights: Path) -> list[Any]:
        """The encoder, as its configuration describes it."""
        from workers.predictors.encoder.sentences import read_sentences
        from workers.predictors.pretrained import outline

        model_class = _model_class(weights)
        return [outline(read_sentences(weights).root, lambda config: model_class)]

    def setup(self, weights: Path, device: str, dtype: str, options: dict[str, Any], context: Any) -> None:
        """Load the model."""
        from workers.contract.predictor import Device
        from workers.predictors.encoder.encoder import Encoder
        from workers.predictors.encoder.sentences import NORMALIZE, load_dense, read_sentences

        self._layout = read_sentences(weights)
        self._encoder = Encoder(self._layout.root, _model_class(weights), Device(device, dtype), options, context)
        self.model = self._encoder.model
        self._steps = [
            None if step == NORMALIZE else load_dense(weights, step).to(self.model.device)
            for step in self._layout.steps
        ]

    def predict(
        self,
        context: PredictionContext,
        texts: Texts,
        normalize: Normalize = True,
        truncate: Truncate = False,
        prefix: Prefix = "",
        prompt_name: PromptName = None,
    ) -> list[list[float]]:
        """One vector for each text."""
        values = {
            "texts": texts,
            "normalize": normalize,
            "truncate": truncate,
            "prefix": prefix,
            "prompt_name": prompt_name,
            "context": context,
        }
        (result,) = self.predict_batch([values])
        if isinstance(result, Exception):
            raise result
        return result

    def predict_batch(self, inputs: list[dict[str, Any]]) -> list[list[list[float]] | Exception]:
        """The vectors of several inputs, of one pass."""
        prompts = [self._prompt(values) for values in inputs]
        inputs = [
            {**values, "prefix": "" if isinstance(prompt, Exception) else prompt}
            for values, prompt in zip(inputs, prompts, strict=True)
        ]
        rows, counts = self._encoder.encode_inputs(inputs)
        skips: list[int] = []
        for prompt, count in zip(prompts, counts, strict=True):
            if not isinstance(count, Exception):
                is_apart = isinstance(prompt, str) and prompt and not self._layout.counts_prompt
                skips += [self._encoder.count_before(str(prompt)) if is_apart else 0] * count
        vectors = iter(self._encoder.run(rows, self._pool, inputs, skips))
        results: list[list[list[float]] | Exception] = []
        for values, prompt, count in zip(inputs, prompts, counts, strict=True):
            if isinstance(count, Exception):
                results.append(count)
                continue
            own = [next(vectors) for _ in range(count)]
            if isinstance(prompt, Exception):
                results.append(prompt)
                continue
            # a vector of zeros has no direction, and stays
            results.append([(v / v.norm().clamp_min(1e-12) if values["normalize"] else v).tolist() for v in own])
        return results

    def _prompt(self, values: dict[str, Any]) -> str | Exception:
        """What is put before each text of an input, or why there is no such prompt."""
        if values["prefix"]:
            return str(values["prefix"])
        name = values.get("prompt_name")
        if name is None:
            return self._layout.default_prompt
        prompts = self._layout.prompts
        if name in prompts:
            return prompts[name]
        known = f"its prompts are {', '.join(sorted(prompts))}" if prompts else "it has none; use prefix"
        return InputRejectedError(f"This model has no prompt {name!r}: {known}.")

    def _pool(self, output: Any, mask: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import normalize

        from workers.predictors.encoder.sentences import pool

        vectors = pool(output.last_hidden_state, mask, self._layout.poolings)
        for step in self._steps:
            vectors = normalize(vectors, dim=1) if step is None else step(vectors)
        return vectors


def _is_text_encoder(weights: Path) -> bool:
    """Whether a model of two halves is here for its encoder, as sentence-transformers loads T5."""
    from workers.contract.layout import read_object
    from workers.predictors.encoder.sentences import read_sentences

    names = read_object(read_sentences(weights).root / "config.json").get("architectures") or [""]
    return str(names[0]).endswith("EncoderModel") or (weights / "modules.json").is_file()


def _model_class(weights: Path) -> Any:
    """The class of transformers that gives the vectors of tokens."""
    from transformers import AutoModel, AutoModelForTextEncoding
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES

    from workers.contract.layout import read_object
    from workers.predictors.encoder.sentences import read_sentences

    config = read_object(read_sentences(weights).root / "config.json")
    is_half = config.get("model_type") in {"t5", "mt5", "umt5"} and _is_text_encoder(weights)
    is_known = config.get("model_type") in MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES
    return AutoModelForTextEncoding if is_half and is_known else AutoModel
