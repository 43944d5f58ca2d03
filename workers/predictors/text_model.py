"""A loaded language model of transformers, serving several predictions at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM
from transformers.utils import logging as transformers_logging

from workers.predictors.base import Device, InputRejected, PredictionContext, SetupContext
from workers.predictors.detokenizer import Detokenizer
from workers.predictors.sampling import RequestSampler
from workers.predictors.stops import StopFilter
from workers.predictors.text_folder import SAFE, load_parts, read_limits, weight_files
from workers.predictors.weights import module_bytes
from workers.runner.logs import quieten_transformers

REPORT_SECONDS = 0.1
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

    def __init__(self, path: str, device: Device, context: SetupContext) -> None:
        quieten_transformers()
        total = sum(file.stat().st_size for file in weight_files(Path(path)))
        context.loading("read", 0, total)
        config, self._tokenizer = load_parts(path)
        self._limits = read_limits(config, self._tokenizer)
        family = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        with _report_reading(context, total):
            dtype = getattr(torch, device.dtype)
            model = family.from_pretrained(path, config=config, dtype=dtype, use_safetensors=True, **SAFE)
        context.loading("move", total, total)
        self._model = model.eval().requires_grad_(False).to(device.name)
        self._plain_config = _own_decoding(self._model.generation_config, self._tokenizer)
        self._model.generation_config = self._plain_config
        self._end_tokens = _end_tokens(self._plain_config)
        self._encoding = threading.Lock()
        self._alone = threading.Lock() if _keeps_state(config) else None
        context.loading("warm-up", total, total)
        self._warm_up()

    def size_bytes(self) -> int:
        """Bytes of the model's weights."""
        return module_bytes([self._model])

    def generate(self, context: PredictionContext) -> None:
        """Stream the continuation of `context.input["prompt"]` and measure it.

        Raises:
            InputRejected: the prompt does not fit.
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
        sampler = RequestSampler(
            context.seed,
            len(ids) if is_decoder else 1,
            options.get("temperature", 0.8),
            options.get("top_p", 0.95),
            options.get("top_k", 0),
        )
        try:
            with self._turn(context):
                self._run(ids, room, sampler, sink)
        finally:
            sink.finish()
        context.check()

    def _run(self, ids: list[int], room: int, sampler: RequestSampler, sink: TokenSink) -> None:
        tokens = torch.tensor([ids], device=self._model.device)
        self._model.generate(
            tokens,
            attention_mask=torch.ones_like(tokens),
            generation_config=self._limited(room),
            logits_processor=transformers.LogitsProcessorList([sampler]),
            stopping_criteria=transformers.StoppingCriteriaList([sink]),
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
            raise InputRejected(f"The prompt holds token {max(ids)}, and this model knows only {known} tokens.")
        return ids

    def _first_token(self) -> int:
        """What an empty prompt starts with."""
        start = self._tokenizer.bos_token_id
        candidates = [start, self._plain_config.bos_token_id, *sorted(self._end_tokens), self._tokenizer.pad_token_id]
        found = next((token for token in candidates if token is not None), None)
        if found is None:
            raise InputRejected("The prompt is empty, and this model has no token to start a text with.")
        return int(found)

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def _turn(self, context: PredictionContext) -> AbstractContextManager[None]:
        return context.hold(self._alone) if self._alone else nullcontext()

    def _warm_up(self) -> None:
        """One token, so that the first prediction does not pay for what is set up lazily."""
        self._encode("a")
        tokens = torch.tensor([[self._first_token()]], device=self._model.device)
        self._model.generate(tokens, attention_mask=torch.ones_like(tokens), generation_config=self._limited(1))


class TokenSink:
    """A stopping criterion that takes every token as it comes, streams its text, and says when to stop."""

    def __init__(
        self, context: PredictionContext, detokenizer: Detokenizer, stops: StopFilter, end_tokens: frozenset[int]
    ) -> None:
        self._context = context
        self._detokenizer = detokenizer
        self._stops = stops
        self._end_tokens = end_tokens
        self._count = 0
        self._done = False

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Whether to stop, of shape (1,), for `input_ids` of shape (1, tokens so far)."""
        # on some devices generate looks at the answer one token late
        if not self._done:
            self._take(int(input_ids[0, -1]))
        return torch.full(input_ids.shape[:1], self._done, dtype=torch.bool, device=input_ids.device)

    def finish(self) -> None:
        """Give out what was held back, and the count."""
        self._context.emit(self._stops.push(self._detokenizer.finish()))
        self._context.emit(self._stops.finish())
        self._context.metric("output_tokens", self._count)

    def _take(self, token: int) -> None:
        self._count += 1
        if self._count == 1:
            self._context.metric("time_to_first_token_seconds", time.monotonic() - self._context.started)
        if token in self._end_tokens:
            self._done = True
            return
        self._context.emit(self._stops.push(self._detokenizer.push(token)))
        self._done = self._stops.stopped or self._context.cancelled


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


def _keeps_state(config: Any) -> bool:
    """Whether a forward pass writes into the model, so that only one may run: rotary tables that follow the length."""
    parameters = str(getattr(config.get_text_config(decoder=True), "rope_parameters", None))
    return "dynamic" in parameters or "longrope" in parameters


@contextmanager
def _report_reading(context: SetupContext, total: int) -> Iterator[None]:
    """Report, while the block runs, how much of the weights transformers has read."""

    def hook(factory: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("desc") != "Loading weights":
            return factory(*args, **kwargs)
        return _reported(list(args[0]), context, total)

    before = transformers_logging.set_tqdm_hook(hook)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)


def _reported(items: list[Any], context: SetupContext, total: int) -> Iterator[Any]:
    told = time.monotonic()
    for count, item in enumerate(items):
        yield item
        if time.monotonic() - told > REPORT_SECONDS:
            told = time.monotonic()
            context.loading("read", total * (count + 1) // len(items), total)
