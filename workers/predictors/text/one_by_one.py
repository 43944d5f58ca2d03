"""Plain `generate`, for models that a batch does not serve."""

from __future__ import annotations

import threading
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
import transformers

from workers.contract.predictor import PredictionContext
from workers.predictors.text.engine import Request
from workers.predictors.text.probe import ModelState
from workers.predictors.text.scores import RequestProcessor
from workers.predictors.text.streaming import SinkCriterion, TokenSink


class OneByOne:
    """Serves each request by a `generate` of its own, `at_once` of them together.

    A model that keeps something between two calls begins each one from `state`.
    """

    def __init__(
        self, model: Any, config: transformers.GenerationConfig, at_once: int, state: ModelState | None = None
    ) -> None:
        self._model = model
        self._config = config
        self._is_decoder = not model.config.is_encoder_decoder
        self._turns = threading.Semaphore(at_once)
        self._state = state
        self.at_once = at_once

    def run(self, context: PredictionContext, request: Request, sink: TokenSink) -> int:
        """Feed the sink until the request is done; returns early when it was asked to stop.

        Gives how many tokens of the prompt were computed before: none.

        Raises:
            FloatingPointError: the model's scores are no numbers.
            InputRejectedError: its response format takes too much work.
        """
        # an encoder-decoder begins its output with one token, and its prompt is no part of it
        prompt = request.tokens if self._is_decoder else [self._config.decoder_start_token_id or 0]
        row = replace(request, tokens=prompt, prompt=len(prompt), own=None).row()
        # a copy, since generate writes into it
        config = deepcopy(self._config)
        config.max_new_tokens = request.room
        config.eos_token_id = sorted(request.ends) or None
        with context.hold(self._turns):
            if self._state is not None:
                self._state.restore()
            tokens = torch.tensor([request.tokens], device=self._model.device)
            self._model.generate(
                input_ids=tokens,
                **{"attention_mask": torch.ones_like(tokens), **request.inputs},
                generation_config=config,
                logits_processor=transformers.LogitsProcessorList([RequestProcessor(row)]),
                stopping_criteria=transformers.StoppingCriteriaList([SinkCriterion(sink)]),
            )
        return 0
