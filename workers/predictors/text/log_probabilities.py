"""What a model thought of the tokens that were chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch


class LogProbabilities:
    """Log probabilities of a request's tokens, by its model alone, before penalties and temperature."""

    def __init__(self, likeliest: int, tokenizer: Any) -> None:
        self.likeliest = likeliest
        """How many of the likeliest tokens are listed."""
        self._tokenizer = tokenizer
        self._entries: dict[int, tuple[int, float, list[int], list[float]]] = {}

    def record(self, position: int, scores: torch.Tensor, token: int) -> None:
        """Take the raw scores, of shape (vocabulary,), and the token of a position."""
        logs = scores.float().log_softmax(dim=-1)
        values, tokens = logs.topk(min(self.likeliest, len(logs)))
        self._entries[position] = (token, float(logs[token]), tokens.tolist(), values.tolist())

    def note(self, position: int, token: int, logs: Mapping[int, float]) -> None:
        """Take the log probabilities of a position by tokens, as an engine gives them: the token's among them."""
        top = sorted(logs.items(), key=lambda each: -each[1])[: self.likeliest]
        tokens, values = [key for key, _ in top], [value for _, value in top]
        self._entries[position] = (token, float(logs[token]), tokens, values)

    def describe(self, position: int) -> dict[str, Any]:
        """A token as JSON: its text and number, its log probability, and the likeliest at its place."""
        token, value, tokens, values = self._entries[position]
        top = [self._entry(*other) for other in zip(tokens, values, strict=True)]
        return {**self._entry(token, value), "top": top}

    def _entry(self, token: int, value: float) -> dict[str, Any]:
        # JSON has no infinity
        return {"token": self._tokenizer.decode([token]), "id": token, "logprob": max(value, -9999.0)}
