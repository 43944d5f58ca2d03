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
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from workers.contract.predictor import Device, InputRejectedError, PredictionContext, SetupContext
from workers.contract.weights import module_bytes
from workers.predictors.pretrained import load
from workers.predictors.quantization import is_spread
from workers.predictors.text.batch import TextBatch
from workers.predictors.text.batch_manager import CannotBatch, Request
from workers.predictors.text.detokenizer import Detokenizer
from workers.predictors.text.folder import read_limits
from workers.predictors.text.sampling import RequestSampler, sampling_of
from workers.predictors.text.sink import SinkCriterion, TokenSink
from workers.predictors.text.stops import StopFilter

logger = logging.getLogger(__name__)

REPORT_SECONDS = 0.1
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
            lambda config: AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM,
            device,
            options or {},
            context,
        )
        self._limits = read_limits(config, self._tokenizer)
        self._plain_config = _own_decoding(self._model.generation_config, self._tokenizer)
        self._model.generation_config = self._plain_config
        self._end_tokens = _end_tokens(self._plain_config)
        self._encoding = threading.Lock()
        self._turns = threading.Semaphore(1 if _keeps_state(config) else GENERATE_AT_ONCE)
        room = None if context.room_bytes is None else context.room_bytes - module_bytes([self._model])
        self.batch = self._make_batch(room)
        if self.batch is None:
            self._warm_up()

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of the cache of its batches."""
        return module_bytes([self._model]) + (self.batch.cache_bytes if self.batch else 0)

    def close(self) -> None:
        """End the threads of its batches."""
        if self.batch:
            self.batch.close()

    def _make_batch(self, room_bytes: int | None) -> TextBatch | None:
        """Continuous batching, if the model does what it is asked for in a try."""
        batch = None
        try:
            _check_batchable(self._model, self._plain_config)
            batch = TextBatch(self._model, self._limits.context, SLOTS, room_bytes)
            batch.probe(self._some_token())
        except (CannotBatch, InputRejectedError) as reason:
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
        sink = TokenSink(
            context,
            Detokenizer(self._decode, ids if is_decoder else ()),
            StopFilter(options.get("stop", [])),
            self._end_tokens,
        )
        try:
            self._run(context, ids, room, sink)
        finally:
            sink.finish()
        context.check()

    def _run(self, context: PredictionContext, ids: list[int], room: int, sink: TokenSink) -> None:
        sampling = sampling_of(context.input, context.seed)
        if self.batch is not None:
            room = min(room, self.batch.room(len(ids)))
            self.batch.run(context, Request(ids, len(ids), room, sampling, self._end_tokens), sink)
            return
        with context.hold(self._turns):
            self._generate(ids, room, RequestSampler(sampling, len(ids) if self._limits.together else 1), sink)

    def _generate(self, ids: list[int], room: int, sampler: RequestSampler, sink: TokenSink) -> None:
        tokens = torch.tensor([ids], device=self._model.device)
        self._model.generate(
            tokens,
            attention_mask=torch.ones_like(tokens),
            generation_config=self._limited(room),
            logits_processor=transformers.LogitsProcessorList([sampler]),
            stopping_criteria=transformers.StoppingCriteriaList([SinkCriterion(sink)]),
        )

    def _limited(self, room: int) -> Any:
        """The model's own way of decoding for at most `room` tokens; a copy, since generate writes into it."""
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
            ids: list[int] = self._tokenizer(prompt, verbose=False)["input_ids"]
        if not ids:
            ids = [self._first_token()]
        known = self._model.get_input_embeddings().weight.shape[0]
        if max(ids) >= known:
            raise InputRejectedError(f"The prompt holds token {max(ids)}, and this model knows only {known} tokens.")
        return ids

    def _first_token(self) -> int:
        """What an empty prompt starts with."""
        start = self._tokenizer.bos_token_id
        candidates = [start, self._plain_config.bos_token_id, *sorted(self._end_tokens), self._tokenizer.pad_token_id]
        found = next((token for token in candidates if token is not None), None)
        if found is None:
            raise InputRejectedError("The prompt is empty, and this model has no token to start a text with.")
        return int(found)

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def _some_token(self) -> int:
        """A token to try the model with."""
        return self._encode("a")[0]

    def _warm_up(self) -> None:
        """One token, so that the first prediction does not pay for what is set up lazily."""
        self._encode("a")
        tokens = torch.tensor([[self._first_token()]], device=self._model.device)
        self._model.generate(tokens, attention_mask=torch.ones_like(tokens), generation_config=self._limited(1))


def _own_decoding(config: Any, tokenizer: Any) -> Any:
    """A model's generation config for greedy decoding; what shapes the scores (penalties, forced tokens) stays."""
    own = deepcopy(config)
    for name in _OWN_DECODING:
        setattr(own, name, None)
    own.do_sample = False
    if own.pad_token_id is None:
        own.pad_token_id = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    return own


def _end_tokens(config: Any) -> frozenset[int]:
    ids = config.eos_token_id
    return frozenset() if ids is None else frozenset(ids if isinstance(ids, Iterable) else [ids])


def _check_batchable(model: Any, own: Any) -> None:
    """Raise CannotBatch for what a try of two tokens would not show."""
    if model.config.is_encoder_decoder:
        raise CannotBatch("it is an encoder-decoder")
    if model.config.model_type in ALIBI or getattr(model.config, "alibi", False):
        raise CannotBatch("its scores depend on places, which in a batch are large numbers and round too much")
    if is_spread(model):
        raise CannotBatch("it lies on several devices")
    if _keeps_state(model.config):
        raise CannotBatch("its rotary tables follow the length of one text")
    if own.min_length or own.min_new_tokens or len(model._get_logits_processor(own, input_ids_seq_length=1)):
        raise CannotBatch("its own generation config shapes the scores")


def _keeps_state(config: Any) -> bool:
    """Whether a forward pass writes into the model, so that only one may run: rotary tables that follow the length."""
    parameters = str(getattr(config.get_text_config(decoder=True), "rope_parameters", None))
    return "dynamic" in parameters or "longrope" in parameters
