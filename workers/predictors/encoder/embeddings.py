"""Texts as vectors, by any encoder or decoder of transformers, pooled as sentence-transformers does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Input

from workers.contract.predictor import PredictionContext, VersionRefusedError

if TYPE_CHECKING:
    import torch

Texts = Annotated[list[str], Input(min_length=1, max_length=256, description="Texts to embed, a vector for each.")]
Normalize = Annotated[bool, Input(description="Scale every vector to length 1.")]
Truncate = Annotated[bool, Input(description="Shorten texts that are too long instead of rejecting them.")]
Prefix = Annotated[str, Input(max_length=200, description="Put before each text; some models require one.")]
_POOLINGS = {"cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max", "lasttoken": "last"}
_MODULES = {"Transformer", "Pooling", "Normalize"}


class Embeddings:
    """Turns texts into vectors whose angles tell how alike they are."""

    max_batch_size = 32

    @staticmethod
    def check(weights: Path) -> dict[str, Any]:
        """Facts of a folder; raises VersionRefusedError."""
        from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

        from workers.predictors.encoder.encoder import check_encoder

        return {**check_encoder(weights, MODEL_MAPPING_NAMES, "embeddings"), "pooling": pooling(weights)}

    @staticmethod
    def outline(weights: Path) -> list[Any]:
        """The encoder, as its configuration describes it."""
        from transformers import AutoModel

        from workers.predictors.pretrained import outline

        return [outline(weights, lambda config: AutoModel)]

    def setup(self, weights: Path, device: str, dtype: str, options: dict[str, Any], context: Any) -> None:
        """Load the model."""
        from transformers import AutoModel

        from workers.contract.predictor import Device
        from workers.predictors.encoder.encoder import Encoder

        self._encoder = Encoder(weights, AutoModel, Device(device, dtype), options, context)
        self.model = self._encoder.model
        self._pooling = pooling(weights)

    def predict(
        self,
        context: PredictionContext,
        texts: Texts,
        normalize: Normalize = True,
        truncate: Truncate = False,
        prefix: Prefix = "",
    ) -> list[list[float]]:
        """One vector for each text."""
        values = {"texts": texts, "normalize": normalize, "truncate": truncate, "prefix": prefix, "context": context}
        (result,) = self.predict_batch([values])
        if isinstance(result, Exception):
            raise result
        return result

    def predict_batch(self, inputs: list[dict[str, Any]]) -> list[list[list[float]] | Exception]:
        """The vectors of several inputs, of one pass."""
        rows, counts = self._encoder.encode_inputs(inputs)
        vectors = iter(self._encoder.run(rows, self._pool))
        results: list[list[list[float]] | Exception] = []
        for values, count in zip(inputs, counts, strict=True):
            if isinstance(count, Exception):
                results.append(count)
                continue
            own = [next(vectors) for _ in range(count)]
            # a vector of zeros has no direction, and stays
            results.append([(v / v.norm().clamp_min(1e-12) if values["normalize"] else v).tolist() for v in own])
        return results

    def _pool(self, output: Any, mask: torch.Tensor) -> torch.Tensor:
        states, weights = output.last_hidden_state, mask.unsqueeze(-1)
        if self._pooling == "cls":
            return states[:, 0]  # type: ignore[no-any-return]
        if self._pooling == "last":
            ends = mask.sum(1) - 1
            return states[range(len(states)), ends]  # type: ignore[no-any-return]
        if self._pooling == "max":
            return states.masked_fill(weights == 0, float("-inf")).amax(1)  # type: ignore[no-any-return]
        return (states.float() * weights).sum(1) / weights.sum(1)  # type: ignore[no-any-return]


def pooling(path: Path) -> str:
    """How the vectors of tokens are pooled: as the sentence-transformers files say, else by their mean.

    Raises:
        VersionRefusedError: they ask for more than a model, a pooling and a norm.
    """
    import orjson

    from workers.predictors.encoder.encoder import read_json

    modules = path / "modules.json"
    entries = orjson.loads(modules.read_bytes()) if modules.is_file() else []
    kinds = {str(entry.get("type", "")).rpartition(".")[2] for entry in entries}
    if foreign := kinds - _MODULES:
        raise VersionRefusedError(f"Its sentence-transformers module {sorted(foreign)[0]!r} is not supported.")
    config = read_json(path / "1_Pooling" / "config.json")
    modes = [name.removeprefix("pooling_mode_") for name, value in config.items() if value is True]
    modes = [name for name in modes if name != "include_prompt"]
    if len(modes) > 1 or not set(modes) <= set(_POOLINGS):
        raise VersionRefusedError(f"Its pooling is not supported; it must be one of {', '.join(_POOLINGS)}.")
    return _POOLINGS[modes[0]] if modes else "mean"
