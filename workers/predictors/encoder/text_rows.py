"""The texts of several inputs as rows of tokens for one pass."""

from __future__ import annotations

from typing import Any

from workers.contract.predictor import InputRejected
from workers.predictors.encoder.encoder import Encoder


def rows_of(encoder: Encoder, inputs: list[dict[str, Any]]) -> tuple[list[list[int]], list[int | Exception]]:
    """All rows, and how many of them each input has, or why it has none."""
    rows: list[list[int]] = []
    shares: list[int | Exception] = []
    for values in inputs:
        texts = [f"{values.get('prefix', '')}{text}" for text in values["texts"]]
        try:
            mine = encoder.encode(texts, truncate=values["truncate"])
        except InputRejected as error:
            shares.append(error)
            continue
        values["context"].metric("input_tokens", sum(map(len, mine)))
        rows += mine
        shares.append(len(mine))
    return rows, shares
