"""Documents ordered by how well they answer a query, by any cross-encoder of transformers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Input

from workers.contract.predictor import InputRejectedError, PredictionContext, VersionRefusedError

if TYPE_CHECKING:
    import torch

Query = Annotated[str, Input(min_length=1, max_length=100_000, description="What is looked for.")]
Documents = Annotated[list[str], Input(min_length=1, max_length=256, description="Texts to order.")]
TopN = Annotated[int, Input(ge=0, le=256, description="Number of documents, best first; 0 returns all.")]
RawScores = Annotated[bool, Input(description="Return the model's own numbers instead of scores from 0 to 1.")]
ReturnDocuments = Annotated[bool, Input(description="Return the text of each document beside its score.")]
Truncate = Annotated[bool, Input(description="Shorten pairs that are too long instead of rejecting them.")]


class Reranking:
    """Scores each document beside the query in one pass of the model, and orders them."""

    max_batch_size = 32

    @staticmethod
    def check(weights: Path) -> dict[str, Any]:
        """Facts of a folder; raises VersionRefusedError."""
        from workers.contract.layout import read_object
        from workers.predictors.encoder.classification import Classification

        facts = Classification.check(weights)
        config = read_object(weights / "config.json")
        labels = config.get("id2label") or {}
        count = len(labels) if labels else int(config.get("num_labels", 2))
        if count != 1:
            raise VersionRefusedError(f"It has {count} classes; a cross-encoder that orders documents has one.")
        return facts

    @staticmethod
    def outline(weights: Path) -> list[Any]:
        """The encoder, as its configuration describes it."""
        from workers.predictors.encoder.classification import Classification

        return Classification.outline(weights)

    def setup(self, weights: Path, device: str, dtype: str, options: dict[str, Any], context: Any) -> None:
        """Load the model."""
        from transformers import AutoModelForSequenceClassification

        from workers.contract.predictor import Device
        from workers.predictors.encoder.encoder import Encoder

        self._encoder = Encoder(weights, AutoModelForSequenceClassification, Device(device, dtype), options, context)
        self.model = self._encoder.model
        self._is_raw = _activation(weights).endswith("Identity")

    def predict(
        self,
        context: PredictionContext,
        query: Query,
        documents: Documents,
        top_n: TopN = 0,
        raw_scores: RawScores = False,
        return_documents: ReturnDocuments = False,
        truncate: Truncate = False,
    ) -> list[dict[str, Any]]:
        """The documents with their scores, best first; `index` is a document's place in the input."""
        values = {
            "query": query,
            "documents": documents,
            "top_n": top_n,
            "raw_scores": raw_scores,
            "return_documents": return_documents,
            "truncate": truncate,
            "context": context,
        }
        (result,) = self.predict_batch([values])
        if isinstance(result, Exception):
            raise result
        return result

    def predict_batch(self, inputs: list[dict[str, Any]]) -> list[list[dict[str, Any]] | Exception]:
        """The ordered documents of several inputs, of one pass."""
        rows: list[dict[str, list[int]]] = []
        counts: list[int | Exception] = []
        for values in inputs:
            pairs = [(values["query"], document) for document in values["documents"]]
            try:
                own = self._encoder.encode_pairs(pairs, truncate=values["truncate"])
            except InputRejectedError as error:
                counts.append(error)
                continue
            values["context"].metric("input_tokens", sum(len(row["input_ids"]) for row in own))
            rows += own
            counts.append(len(own))
        scores = iter(self._encoder.run_rows(rows, self._scores, inputs))
        results: list[list[dict[str, Any]] | Exception] = []
        for values, count in zip(inputs, counts, strict=True):
            if isinstance(count, Exception):
                results.append(count)
                continue
            own_scores = [next(scores)[0] for _ in range(count)]
            if not (values["raw_scores"] or self._is_raw):
                own_scores = [score.sigmoid() for score in own_scores]
            ranked = sorted(enumerate(float(score) for score in own_scores), key=lambda pair: -pair[1])
            results.append(
                [
                    {
                        "index": index,
                        "score": score,
                        **({"document": values["documents"][index]} if values["return_documents"] else {}),
                    }
                    for index, score in ranked[: values["top_n"] or None]
                ]
            )
        return results

    def _scores(self, output: Any, mask: torch.Tensor) -> torch.Tensor:
        return output.logits.float()  # type: ignore[no-any-return]


def _activation(weights: Path) -> str:
    """The function that sentence-transformers makes scores with, if the configuration names one."""
    from workers.contract.layout import read_object

    config = read_object(weights / "config.json")
    own = config.get("sentence_transformers")
    named = own.get("activation_fn") if isinstance(own, dict) else None
    return str(named or config.get("sbert_ce_default_activation_function") or "")
