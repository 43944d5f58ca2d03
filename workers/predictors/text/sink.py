"""Where the tokens of one request go: into text, up to its end."""

from __future__ import annotations

import time
from typing import Any

import torch

from workers.contract.predictor import PredictionContext
from workers.predictors.text.detokenizer import Detokenizer
from workers.predictors.text.stops import StopFilter


class TokenSink:
    """Takes every token as it comes, streams its text, and knows when the request is done."""

    def __init__(
        self, context: PredictionContext, detokenizer: Detokenizer, stops: StopFilter, end_tokens: frozenset[int]
    ) -> None:
        self._context = context
        self._detokenizer = detokenizer
        self._stops = stops
        self._end_tokens = end_tokens
        self._count = 0
        self.done = False

    def take(self, token: int) -> bool:
        """Take a token; whether that was the last one wanted."""
        if self.done:
            return True
        self._count += 1
        if self._count == 1:
            self._context.metric("time_to_first_token_seconds", time.monotonic() - self._context.started)
        if token in self._end_tokens:
            self.done = True
        else:
            self._context.emit(self._stops.push(self._detokenizer.push(token)))
            self.done = self._stops.stopped or self._context.cancelled
        return self.done

    def finish(self) -> None:
        """Give out what was held back, and the count."""
        self.done = True
        self._context.emit(self._stops.push(self._detokenizer.finish()))
        self._context.emit(self._stops.finish())
        self._context.metric("output_tokens", self._count)


class SinkCriterion:
    """A stopping criterion of `generate` that feeds a sink."""

    def __init__(self, sink: TokenSink) -> None:
        self._sink = sink

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Whether to stop, of shape (1,), for `input_ids` of shape (1, tokens so far)."""
        # on some devices generate looks at the answer one token late, and the sink takes nothing behind its end
        done = self._sink.take(int(input_ids[0, -1]))
        return torch.full(input_ids.shape[:1], done, dtype=torch.bool, device=input_ids.device)
