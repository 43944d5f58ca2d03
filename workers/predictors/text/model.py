"""A loaded language model of transformers, serving several predictions at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
import transformers

from workers.contract.predictor import Device, InputRejectedError, PredictionContext, SetupContext
from workers.contract.weights import module_bytes
from workers.predictors.pretrained import check_text, load
from workers.predictors.quantization import is_spread
from workers.predictors.text.batch import TextBatch
from workers.predictors.text.engine import CannotBatchError, Request
from workers.predictors.text.folder import choose_class, read_limits
from workers.predictors.text.sampling import RequestSampler, Sampling
from workers.predictors.text.streaming import Detokenizer, SinkCriterion, StopFilter, TokenSink

logger = logging.getLogger(__name__)

SLOTS = 32
GENERATE_AT_ONCE = 4
ALIBI = {"bloom", "mpt"}
# fields of a model's generation_config.json that would sample, search beams, call for other code or for what we lack
_OWN_DECODING = (
    *("temperature", "top_k", "top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff", "eta_cutoff"),
    *("num_beams", "num_beam_groups", "num_return_sequences", "early_stopping", "length_penalty", "diversity_penalty"),
    *("max_length", "max_new_tokens", "max_time", "stop_strings", "token_healing", "guidance_scale"),
    *("penalty_alpha", "dola_layers", "constraints", "force_words_ids", "prompt_lookup_num_tokens"),
    *("cache_implementation", "cache_config", "compile_config", "prefill_chunk_size", "watermarking_config"),
    *("output_scores", "output_logits", "output_attentions", "output_hidden_states", "return_dict_in_generate"),
)


class TextModel:
    """Tokenizer and model of one folder; `generate` may be called from several threads."""

    def __init__(self, path: str, device: Device, context: SetupContext, options: dict[str, Any] | None = None) -> None:
        config, self._tokenizer, self._model = load(
            Path(path),
            choose_class,
            device,
            options or {},
            context,
        )
        self._limits = read_limits(config, self._tokenizer)
        # decodes greedily, and keeps what shapes the scores (penalties, forced tokens)
        own = deepcopy(self._model.generation_config)
        for name in _OWN_DECODING:
            setattr(own, name, None)
        own.do_sample = False
        if own.pad_token_id is None:
            own.pad_token_id = self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else 0
        self._plain_config = self._model.generation_config = own
        ends = own.eos_token_id
        self._end_tokens = frozenset() if ends is None else frozenset(ends if isinstance(ends, Iterable) else [ends])
        self._encoding = threading.Lock()
        rope = str(getattr(config.get_text_config(decoder=True), "rope_parameters", None))
        # a forward pass writes rotary tables that follow the length into the model, so that only one may run
        self._keeps_state = "dynamic" in rope or "longrope" in rope
        self._turns = threading.Semaphore(1 if self._keeps_state else GENERATE_AT_ONCE)
        self.batch = self._make_batch(context.room_bytes)
        if self.batch is None:
            # one token, so that the first prediction does not pay for what is set up lazily
            self._encode("a")
            tokens = torch.tensor([[self._first_token()]], device=self._model.device)
            self._model.generate(tokens, attention_mask=torch.ones_like(tokens), generation_config=self._decoding(1))

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of the cache of its batches."""
        return module_bytes([self._model]) + (self.batch.cache_bytes if self.batch else 0)

    def close(self) -> None:
        """End the threads of its batches."""
        if self.batch:
            self.batch.close()

    def _make_batch(self, room_bytes: int | None) -> TextBatch | None:
        """Continuous batching, if nothing of the model speaks against it and it passes a try of two tokens."""
        config, own = self._model.config, self._plain_config
        try:
            if config.is_encoder_decoder:
                raise CannotBatchError("it is an encoder-decoder")
            if config.model_type in ALIBI or getattr(config, "alibi", False):
                raise CannotBatchError(
                    "its scores depend on positions, which are large numbers in a batch and round too much"
                )
            if is_spread(self._model):
                raise CannotBatchError("it lies on several devices")
            if self._keeps_state:
                raise CannotBatchError("its rotary tables follow the length of one text")
            processors = self._model._get_logits_processor(own, input_ids_seq_length=1)
            if own.min_length or own.min_new_tokens or len(processors):
                raise CannotBatchError("its own generation config shapes the scores")
            room = None if room_bytes is None else room_bytes - module_bytes([self._model])
            batch = TextBatch(self._model, self._limits.context, SLOTS, room)
            try:
                batch.probe(self._encode("a")[0])
            except BaseException:
                # Its threads would keep the model
                batch.close()
                raise
        except (CannotBatchError, InputRejectedError) as reason:
            logger.warning("This model's predictions run one by one, without batching: %s", reason)
            return None
        return batch

    def generate(self, context: PredictionContext) -> None:
        """Stream the continuation of `context.input["prompt"]` and measure it.

        Raises:
            InputRejectedError: the prompt does not fit.
            CancelSignal: asked to stop; the text so far was emitted.
        """
        options = context.input
        ids = self._encode(options["prompt"])
        room = self._limits.room(len(ids), options.get("max_new_tokens", 128))
        context.metric("input_tokens", len(ids))
        context.check()
        is_decoder = self._limits.together
        detokenizer = Detokenizer(
            lambda tokens: self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False),
            ids if is_decoder else (),
        )
        sink = TokenSink(context, detokenizer, StopFilter(options.get("stop", [])), self._end_tokens)
        sampling = Sampling.of(options, context.seed)
        try:
            if self.batch is not None:
                room = min(room, self.batch.room(len(ids)))
                self.batch.run(context, Request(ids, len(ids), room, sampling, self._end_tokens), sink)
            else:
                sampler = RequestSampler(sampling, len(ids) if is_decoder else 1)
                with context.hold(self._turns):
                    tokens = torch.tensor([ids], device=self._model.device)
                    self._model.generate(
                        tokens,
                        attention_mask=torch.ones_like(tokens),
                        generation_config=self._decoding(room),
                        logits_processor=transformers.LogitsProcessorList([sampler]),
                        stopping_criteria=transformers.StoppingCriteriaList([SinkCriterion(sink)]),
                    )
        finally:
            sink.finish()
        context.check()

    def _decoding(self, room: int) -> Any:
        """The model's own generation config for at most `room` tokens; a copy, since generate writes into it."""
        config = deepcopy(self._plain_config)
        config.max_new_tokens = room
        if config.min_new_tokens:
            config.min_new_tokens = min(config.min_new_tokens, room)
        if config.min_length:
            config.min_length = min(config.min_length, room)
        return config

    def _encode(self, prompt: str) -> list[int]:
        # a fast tokenizer may be configured by each call and raises "Already borrowed" when two do
        with self._encoding:
            check_text(self._tokenizer, prompt)
            ids: list[int] = self._tokenizer(prompt, verbose=False)["input_ids"]
        if not ids:
            ids = [self._first_token()]
        known = self._model.get_input_embeddings().weight.shape[0]
        if max(ids) >= known:
            raise InputRejectedError(
                f"The prompt contains token {max(ids)}; this model's vocabulary has {known} tokens."
            )
        return ids

    def _first_token(self) -> int:
        """What an empty prompt starts with."""
        start = self._tokenizer.bos_token_id
        candidates = [start, self._plain_config.bos_token_id, *sorted(self._end_tokens), self._tokenizer.pad_token_id]
        token = next((candidate for candidate in candidates if candidate is not None), None)
        if token is None:
            raise InputRejectedError("The prompt is empty, and this model has no token to start a text with.")
        return int(token)
