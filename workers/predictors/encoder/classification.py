"""Texts sorted into a model's classes, by any sequence classifier of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Input

from workers.contract.predictor import PredictionContext, VersionRefusedError

if TYPE_CHECKING:
    import torch

Texts = Annotated[list[str], Input(min_length=1, max_length=256, description="Texts to classify, each on its own.")]
TopK = Annotated[int, Input(ge=0, le=10_000, description="Number of classes, most likely first; 0 returns all.")]
Truncate = Annotated[bool, Input(description="Shorten texts that are too long instead of rejecting them.")]


class Classification:
    """Sorts texts into the model's classes, with a probability for each."""

    max_batch_size = 32

    @staticmethod
    def check(weights: Path) -> dict[str, Any]:
        """Facts of a folder; raises VersionRefusedError."""
        from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES

        from workers.predictors.encoder.encoder import check_encoder

        known = MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES
        facts = check_encoder(weights, known, "text classification")
        if not facts["architecture"].endswith("ForSequenceClassification"):
            # Its head would be made of random numbers
            raise VersionRefusedError(f"Its architecture {facts['architecture']} is not a classifier.")
        return facts

    @staticmethod
    def outline(weights: Path) -> list[Any]:
        """The encoder, as its configuration describes it."""
        from transformers import AutoModelForSequenceClassification

        from workers.predictors.pretrained import outline

        return [outline(weights, lambda config: AutoModelForSequenceClassification)]

    def setup(self, weights: Path, device: str, dtype: str, options: dict[str, Any], context: Any) -> None:
        """Load the model."""
        from transformers import AutoModelForSequenceClassification

        from workers.contract.predictor import Device
        from workers.predictors.encoder.encoder import Encoder

        self._encoder = Encoder(weights, AutoModelForSequenceClassification, Device(device, dtype), options, context)
        self.model = self._encoder.model
        config = self._encoder.config
        self._labels = [config.id2label.get(n, f"LABEL_{n}") for n in range(config.num_labels)]
        self._kind = config.problem_type or ("regression" if config.num_labels == 1 else "single_label_classification")

    def predict(
        self,
        context: PredictionContext,
        texts: Texts,
        top_k: TopK = 0,
        truncate: Truncate = False,
    ) -> list[list[dict[str, Any]]]:
        """For each text its classes with their probabilities, likeliest first."""
        (result,) = self.predict_batch([{"texts": texts, "top_k": top_k, "truncate": truncate, "context": context}])
        if isinstance(result, Exception):
            raise result
        return result

    def predict_batch(self, inputs: list[dict[str, Any]]) -> list[list[list[dict[str, Any]]] | Exception]:
        """The classes of several inputs, of one pass."""
        rows, counts = self._encoder.encode_inputs(inputs)
        scores = iter(self._encoder.run(rows, self._scores, inputs))
        results: list[list[list[dict[str, Any]]] | Exception] = []
        for values, count in zip(inputs, counts, strict=True):
            if isinstance(count, Exception):
                results.append(count)
                continue
            texts = []
            for _ in range(count):
                classes = zip(self._labels, next(scores).tolist(), strict=True)
                ranked = [{"label": label, "score": score} for label, score in sorted(classes, key=lambda c: -c[1])]
                texts.append(ranked[: values["top_k"] or None])
            results.append(texts)
        return results

    def _scores(self, output: Any, mask: torch.Tensor) -> torch.Tensor:
        logits = output.logits.float()
        if self._kind == "single_label_classification":
            return logits.softmax(-1)  # type: ignore[no-any-return]
        return logits if self._kind == "regression" else logits.sigmoid()  # type: ignore[no-any-return]
