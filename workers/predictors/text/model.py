"""A loaded language model of transformers, serving several predictions at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import transformers

from workers.contract.context import MAX_SEED
from workers.contract.predictor import (
    Device,
    InputRejectedError,
    PredictionContext,
    SetupContext,
    VersionRefusedError,
)
from workers.contract.weights import module_bytes
from workers.predictors.pretrained import load
from workers.predictors.quantization import is_spread
from workers.predictors.text import probe
from workers.predictors.text.adapters import Adapters
from workers.predictors.text.batch import TextBatch
from workers.predictors.text.chat.calls import forces_call, grammar_of, tools_to_call
from workers.predictors.text.chat.conversation import Conversation
from workers.predictors.text.chat.media import is_multimodal, read_processor
from workers.predictors.text.chat.replies import begun_reasoning
from workers.predictors.text.engine import CannotBatchError, Request, ScoreProcessor
from workers.predictors.text.folder import choose_class, read_limits
from workers.predictors.text.grammar import Grammar, Grammars
from workers.predictors.text.inputs import own_defaults, read_sampling
from workers.predictors.text.log_probabilities import LogProbabilities
from workers.predictors.text.one_by_one import OneByOne
from workers.predictors.text.prompts import PromptEncoder
from workers.predictors.text.streaming import Detokenizer, StopFilter, TokenSink

logger = logging.getLogger(__name__)

SLOTS = 32
GENERATE_AT_ONCE = 4
ALIBI = {"bloom", "mpt"}
# fields of a model's generation_config.json that would sample, search beams, call for other code or for what we lack,
# and those that are inputs of each request
_OWN_DECODING = (
    *("temperature", "top_k", "top_p", "min_p", "top_h", "typical_p", "epsilon_cutoff", "eta_cutoff"),
    *("num_beams", "num_beam_groups", "num_return_sequences", "early_stopping", "length_penalty", "diversity_penalty"),
    *("max_length", "max_new_tokens", "max_time", "stop_strings", "token_healing", "guidance_scale"),
    *("penalty_alpha", "dola_layers", "constraints", "force_words_ids", "prompt_lookup_num_tokens"),
    *("cache_implementation", "cache_config", "compile_config", "prefill_chunk_size", "watermarking_config"),
    *("output_scores", "output_logits", "output_attentions", "output_hidden_states", "return_dict_in_generate"),
    *("repetition_penalty", "min_new_tokens", "min_length"),
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
        self._media = read_processor(Path(path), config)
        # decodes greedily, and keeps what shapes the scores (banned words, forced tokens)
        own = deepcopy(self._model.generation_config)
        self._defaults = own_defaults(own)
        self._min_length = int(own.min_length or 0)
        for name in _OWN_DECODING:
            setattr(own, name, None)
        own.do_sample = False
        if own.pad_token_id is None:
            own.pad_token_id = self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else 0
        self._own = own
        ends = own.eos_token_id
        rows = int(self._model.get_input_embeddings().weight.shape[0])
        # a token that the model has no row for never comes, and its score cannot be ruled out
        self._end_tokens = frozenset(
            end for end in (ends if isinstance(ends, Iterable) else [ends]) if end is not None and 0 <= end < rows
        )
        # what a request leaves open, `generate` would take from here
        self._model.generation_config = transformers.GenerationConfig(
            bos_token_id=own.bos_token_id,
            pad_token_id=own.pad_token_id,
            decoder_start_token_id=own.decoder_start_token_id,
        )
        self._prompts = PromptEncoder(
            self._tokenizer,
            rows,
            [self._tokenizer.bos_token_id, own.bos_token_id, *sorted(self._end_tokens), self._tokenizer.pad_token_id],
        )
        self._conversation = Conversation(self._tokenizer, self._media)
        rope = str(getattr(config.get_text_config(decoder=True), "rope_parameters", None))
        # a forward pass writes rotary tables that follow the length into the model, so that only one may run
        self._follows_length = "dynamic" in rope or "longrope" in rope
        self._special: dict[int, str] = {
            number: token.content
            for number, token in self._tokenizer.added_tokens_decoder.items()
            if token.special and number not in self._end_tokens
        }
        self._grammars = Grammars(self._tokenizer, rows, self._end_tokens)
        self._has_own_processors = not config.is_encoder_decoder and bool(self._own_processors(1))
        self.why_not_batched: str | None = None
        self.batch: TextBatch | None = None
        at_once, state = GENERATE_AT_ONCE, None
        untouched = probe.ModelState(self._model)
        # those that see pictures may look at a whole prompt
        if not config.is_encoder_decoder and not is_multimodal(config):
            if probe.looks_ahead(self._model, self._vocabulary(), self._limits.context):
                raise VersionRefusedError("It writes no text: it is an encoder, in which tokens see those behind them.")
            untouched.restore()
        try:
            self.batch = self._make_batch(context.room_bytes)
        except CannotBatchError as reason:
            self.why_not_batched = str(reason)
            logger.warning("This model's predictions run one by one, without batching: %s", reason)
            # a few tokens, so that the first prediction does not pay for what is set up lazily
            prompts = [[self._prompts.first_token()] * length for length in (1, 3)]
            probe.generate_scores(self._model, prompts[:1])
            if self._follows_length or probe.keeps_state(
                self._model, lambda: probe.generate_scores(self._model, prompts[1:])
            ):
                at_once, state = 1, untouched
            if self._media is not None:
                # what it remembers of a picture it may remember on itself
                at_once = 1
        self.adapters = Adapters(self._model)
        self._one_by_one = OneByOne(self._model, own, at_once, state)

    def facts(self) -> dict[str, Any]:
        """How it runs, for those who look after it."""
        facts: dict[str, Any] = {"engine": "batched" if self.batch else "one by one"}
        if self.why_not_batched:
            facts["engine_reason"] = self.why_not_batched
        return facts

    def size_bytes(self) -> int:
        """Bytes of the model's weights and of the cache of its batches."""
        return module_bytes([self._model]) + (self.batch.cache_bytes if self.batch else 0)

    def close(self) -> None:
        """End the threads of its batches, and what runs its chat template."""
        self._conversation.close()
        if self.batch:
            self.batch.close()

    def _make_batch(self, room_bytes: int | None) -> TextBatch:
        """Continuous batching, if nothing of the model speaks against it and it gives what `generate` gives.

        Raises:
            CannotBatchError: it does not; the model is as it was before.
        """
        config = self._model.config
        if config.is_encoder_decoder:
            raise CannotBatchError("it is an encoder-decoder")
        if config.model_type in ALIBI or getattr(config, "alibi", False):
            # which are large numbers there
            raise CannotBatchError("its scores depend on positions, which round too much in a batch")
        if self._media is not None:
            raise CannotBatchError("it reads pictures or sounds")
        if is_spread(self._model):
            raise CannotBatchError("it lies on several devices")
        if self._follows_length:
            raise CannotBatchError("its rotary tables follow the length of one text")
        room = None if room_bytes is None else room_bytes - module_bytes([self._model])
        prompts = probe.probe_prompts(self._vocabulary(), self._limits.context)
        expected = probe.generate_scores(self._model, prompts)
        before = probe.ModelState(self._model)
        reason: CannotBatchError | None = None
        for split in (True, False):
            batch = TextBatch(self._model, self._limits.context, SLOTS, room, split=split)
            try:
                actual = batch.try_out(prompts, probe.NEW_TOKENS)
                for one, other in zip(expected, actual, strict=True):
                    probe.compare_scores(one, other, self._model.dtype)
            except CannotBatchError as error:
                before.restore()
                reason = reason or error
            else:
                batch.start()
                return batch
        raise reason or CannotBatchError("nothing was tried")

    def generate(self, context: PredictionContext) -> dict[str, Any] | None:
        """Stream the continuation of the prompt or the messages and measure it.

        Gives all choices, with the reasons why they ended, where `n`, `logprobs` or `tools` is among the inputs.

        Raises:
            InputRejectedError: the prompt does not fit, or its response format cannot be followed.
            CancelSignal: asked to stop; the text so far was emitted.
        """
        options = context.input
        is_chat = options.get("messages") is not None
        if is_chat == (options.get("prompt") is not None):
            raise InputRejectedError("Give exactly one of prompt and messages.")
        prompt, media = self._conversation.render(context) if is_chat else (options["prompt"], None)
        if media is None:
            ids = self._prompts.encode(prompt, is_complete=is_chat)
        else:
            ids = self._prompts.check(media.pop("input_ids")[0].tolist())
            media = self._on_device(media)
        room = self._limits.room(len(ids), options.get("max_new_tokens", 128))
        if self.batch is not None:
            room = min(room, self.batch.room(len(ids)))
        context.metric("input_tokens", len(ids))
        context.check()
        sampling = read_sampling(
            options, context.seed, self._defaults, self._min_length - len(ids), self._grammars.vocabulary
        )
        ends = frozenset() if options.get("ignore_eos") else self._end_tokens
        grammar = self._read_grammar(context, prompt if is_chat else None)
        if grammar is not None:
            # only what the format makes of a text tells its end
            ends = self._grammars.ends
        stops: list[str] = options.get("stop", [])
        skip = options.get("skip_special_tokens", True)
        hidden = {token: text for token, text in self._special.items() if skip and any(text in stop for stop in stops)}

        def decode(tokens: list[int]) -> str:
            text: str = self._tokenizer.decode(tokens, skip_special_tokens=skip, clean_up_tokenization_spaces=False)
            return text

        # an adapter's pages are no other's
        scope = f"{context.owner or context.prediction}/{context.adapter.version if context.adapter else ''}"
        sinks, logs, requests = [], [], []
        for choice in range(options.get("n", 1)):
            count = options.get("logprobs")
            log = LogProbabilities(count, self._tokenizer) if count is not None else None
            context_tokens = ids if self._limits.together else ()
            sinks.append(
                TokenSink(
                    *(context, Detokenizer(decode, context_tokens), StopFilter(stops), ends, hidden, choice),
                    describe=log.describe if log is not None else None,
                )
            )
            logs.append(log)
            own = self._own_processors if self._has_own_processors else None
            chosen = replace(sampling, seed=(sampling.seed + choice) % (MAX_SEED + 1))
            requests.append(Request(ids, len(ids), room, chosen, ends, log, own, grammar, scope, media or {}))
        way = self.batch or self._one_by_one
        gives_choices = "n" in options or options.get("logprobs") is not None or bool(options.get("tools"))
        prefix = self._begin_choices(context, prompt, len(sinks)) if is_chat and gives_choices else {}

        def run(choice: int) -> None:
            try:
                shared = way.run(context, requests[choice], sinks[choice])
                if choice == 0 and self.batch is not None:
                    context.metric("cached_input_tokens", shared)
            finally:
                sinks[choice].finish()

        try:
            with self.adapters.use(context):
                if len(sinks) == 1:
                    run(0)
                else:
                    with ThreadPoolExecutor(len(sinks)) as pool:
                        # one that fails is the failure of all
                        list(pool.map(run, range(len(sinks))))
        finally:
            context.metric("output_tokens", sum(sink.count for sink in sinks))
        context.check()
        if not gives_choices:
            return None
        choices: list[dict[str, Any]] = [
            {
                "text": sink.text,
                "finish_reason": sink.finish_reason,
                "logprobs": None if log is None else {"content": sink.logprobs},
                **prefix,
            }
            for sink, log in zip(sinks, logs, strict=True)
        ]
        written = sum(sink.count for sink in sinks)
        usage = {"input_tokens": len(ids), "output_tokens": written, "total_tokens": len(ids) + written}
        if is_chat:
            for number, (entry, sink) in enumerate(zip(choices, sinks, strict=True)):
                raw = self._tokenizer.decode(sink.tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)
                end = StopFilter(stops)
                written_text = end.push(raw) + end.finish()
                entry["message"] = self._conversation.reply(
                    context, written_text, prompt, f"{context.prediction}:{number}"
                )
                if entry["message"].get("tool_calls") and entry["finish_reason"] == "stop":
                    entry["finish_reason"] = "tool_calls"
            thoughts = [entry["message"].get("reasoning_content") for entry in choices]
            usage["reasoning_tokens"] = min(written, sum(self._prompts.count(text) for text in thoughts if text))
        return {"choices": choices, "usage": usage}

    def _begin_choices(self, context: PredictionContext, prompt: str, count: int) -> dict[str, str]:
        """Say that texts go on with a reasoning where a prompt begins one; what each choice then has of it."""
        marks = begun_reasoning(prompt)
        if marks is None or (context.input.get("skip_special_tokens", True) and marks[1] in self._special.values()):
            # Where the end of a reasoning is left out of the text, nobody could tell it from the words
            return {}
        # Whoever reads along cannot know it of the text, as `reply` does of the prompt
        for choice in range(count):
            context.begin_choice(choice, marks[0])
        return {"prefix": marks[0]}

    def _read_grammar(self, context: PredictionContext, prompt: str | None) -> Grammar | None:
        """What the text has to be: in the format that was asked for, or calls of tools; `prompt` is that of messages.

        Raises:
            InputRejectedError: it cannot be followed, or both are asked for.
        """
        values = context.input
        format_ = values.get("response_format")
        if not forces_call(values):
            return self._grammars.read(context, format_) if format_ else None
        if prompt is None:
            raise InputRejectedError("This tool_choice asks for a call: give messages in place of a prompt.")
        if format_ and format_["type"] != "text":
            raise InputRejectedError("Give a response_format, or a tool_choice that asks for a call, not both.")
        functions = tools_to_call(values)
        form = self._conversation.call_form(context)
        added = self._tokenizer.get_added_vocab()
        source = grammar_of(form, functions, added.get, many=values["tool_choice"] == "required", prompt=prompt)
        return self._grammars.compile(context, source, "The tools' parameters")

    def _on_device(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """What a processor made, where the model is and in its number format."""
        dtype, device = self._model.dtype, self._model.device
        return {
            name: value.to(device, dtype if value.is_floating_point() else None) if torch.is_tensor(value) else value
            for name, value in inputs.items()
        }

    def _vocabulary(self) -> int:
        """How many tokens both the tokenizer and the model know."""
        return min(len(self._tokenizer), int(self._model.get_input_embeddings().weight.shape[0]))

    def _own_processors(self, prompt_tokens: int) -> Sequence[ScoreProcessor]:
        """What the model's own generation config asks for, beside the inputs, behind a prompt of so many tokens."""
        config = deepcopy(self._own)
        self._model._prepare_special_tokens(config, True, device=self._model.device)
        processors: Sequence[ScoreProcessor] = self._model._get_logits_processor(
            config, input_ids_seq_length=prompt_tokens, device=self._model.device
        )
        return processors
