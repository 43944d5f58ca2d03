"""transformers' continuous batching, sized and sampled as we need it, with its results as plain calls.

transformers' manager checks nothing: a token that the model does not know, or more tokens than its cache holds, end it
for all. Whoever adds a request has checked it.
"""

from __future__ import annotations

import logging
import math
import os
import queue
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import psutil
import torch
from transformers import AttentionInterface, GenerationConfig
from transformers.generation.configuration_utils import ContinuousBatchingConfig
from transformers.generation.continuous_batching.cb_logits_processors import ContinuousBatchingLogitsProcessor
from transformers.generation.continuous_batching.continuous_api import ContinuousBatchingManager
from transformers.integrations.eager_paged import eager_paged_attention_forward

from workers.predictors.text import split_attention
from workers.predictors.text.grammar import Grammar, MaskThread, RowMasks
from workers.predictors.text.prefixes import Prefixes
from workers.predictors.text.sampling import NO_NUMBERS, Sampling
from workers.predictors.text.scores import Row, TokenLog, choose, finite_rows

logger = logging.getLogger(__name__)

PAGE_TOKENS = 256
BATCH_TOKENS = 256
MAX_CACHE_TOKENS = 65_536
CACHE_SHARE = 0.25
STOP_SECONDS = 10.0
MASK_THREADS = 8
ScoreProcessor = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


# What transformers' batches say of a model that is not made for them, and what of the model it is
_UNFIT = (
    (r"Invalid layer type: (\w+)", r"a batch has no cache for its \1 layers"),
    (r"tensor must have same slice shape", "its keys and values have other sizes than the cache of a batch"),
    (r"(attention of a batch does not know [^:]*|this model's layers attend by themselves[^:]*)", r"\1"),
    (
        r"'(read_index|write_index)'|PagedAttentionCache\.update\(\) missing",
        "its layers do not pass on where a batch keeps keys and values",
    ),
    (r"'PagedAttentionCache' object has no attribute", "its layers ask their cache for more than that of a batch has"),
)


class CannotBatchError(Exception):
    """The model cannot be served by continuous batching; the message says why."""


def explain_failure(error: str) -> str:
    """What of a model an error tells that transformers' batches raised over it."""
    for pattern, reason in _UNFIT:
        if match := re.search(pattern, error):
            return match.expand(reason)
    return "transformers does not run its layers in a batch"


@dataclass(frozen=True)
class Request:
    """A text to continue: at most `room` tokens behind `tokens`, whose first `prompt` are the prompt's."""

    tokens: list[int]
    prompt: int
    room: int
    sampling: Sampling
    ends: frozenset[int] = frozenset()
    log: TokenLog | None = None
    """Takes what the model thought of each token."""
    own: Callable[[int], Sequence[ScoreProcessor]] | None = None
    """Makes the processors of scores that the model's own generation config asks for, behind so many tokens."""
    grammar: Grammar | None = None
    """What the text has to be."""
    scope: str = ""
    """Requests of one scope share the pages of prompts that begin alike."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What `generate` is given beside the tokens: pictures and sounds, as the model's processor made them."""

    def row(self) -> Row:
        """The row of a new try: what is behind the prompt counts as written."""
        prompt = self.tokens[: self.prompt]
        own = self.own(self.prompt) if self.own is not None else ()
        mask = self.grammar.start() if self.grammar is not None else None
        row = Row(self.sampling, prompt, self.ends, own, self.log, mask)
        row.write(self.tokens[self.prompt :])
        return row


@dataclass(frozen=True)
class Step:
    """The state of a request after a step: all its new tokens, whether it is finished, and the error that ended it."""

    key: str
    tokens: list[int]
    finished: bool
    error: str | None = None
    failure: Exception | None = None
    """What is wrong with this request alone."""


def cache_tokens(model: Any, context: int | None, slots: int, room_bytes: int | None = None) -> int:
    """Tokens that the cache shall hold: each slot's whole context, where the room and a quarter of the rest suffice.

    Raises:
        CannotBatchError: there is no room for two pages.
    """
    config = model.config.get_text_config()
    try:
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        per_token = 2 * int(config.num_hidden_layers * heads * width) * model.dtype.itemsize
    except (AttributeError, TypeError, ValueError, ZeroDivisionError, RuntimeError) as error:
        # state-space models have no heads, others have another number in each layer (a RuntimeError of transformers)
        raise CannotBatchError("its layers do not all attend alike, with as many keys and values") from error
    each = math.ceil((context or BATCH_TOKENS * 4) / PAGE_TOKENS) * PAGE_TOKENS
    most = min(slots * each, max(MAX_CACHE_TOKENS, each))
    on_gpu = model.device.type == "cuda"
    free = torch.cuda.mem_get_info(model.device)[0] if on_gpu else psutil.virtual_memory().available
    budget = int(free * CACHE_SHARE)
    if room_bytes is not None:
        # beside the pages lie two that nobody reads
        budget = min(budget, room_bytes - 2 * PAGE_TOKENS * per_token)
    tokens = int(min(most, budget // per_token)) // PAGE_TOKENS * PAGE_TOKENS
    if tokens < 2 * PAGE_TOKENS:
        raise CannotBatchError(f"its cache has room for {max(tokens, 0)} tokens")
    return tokens


class Engine:
    """One manager of transformers and its two threads: the model's steps, and their delivery to `on_steps`."""

    def __init__(
        self,
        model: Any,
        tokens: int,
        slots: int,
        on_steps: Callable[[list[Step]], None],
        *,
        split: bool = True,
        share: bool = True,
        page_tokens: int = PAGE_TOKENS,
        batch_tokens: int = BATCH_TOKENS,
    ) -> None:
        # on a CPU, those that the forward pass leaves; masks of one step have no work for more than eight
        free = (os.cpu_count() or 1) - (torch.get_num_threads() if model.device.type == "cpu" else 0)
        self._sampler = _Sampler(MaskThread(min(max(free, 1), MASK_THREADS)))
        self._router = _Router()
        # the sampler chooses
        greedy = GenerationConfig(do_sample=False, eos_token_id=-1, pad_token_id=0)
        sizes = ContinuousBatchingConfig(
            page_size=page_tokens,
            num_blocks=tokens // page_tokens,
            max_batch_tokens=max(batch_tokens, slots),
            max_requests_per_batch=slots,
            # the scheduler would keep a part free for those who run, and soft-resets one of them when nothing is left
            safety_margin=0.0 if tokens >= slots * page_tokens else None,
            allow_block_sharing=share,
            # the sampler looks at the requests of the step that is about to run
            use_async_batching=False,
            use_cuda_graph=False,
            # on a GPU flash attention where it is installed
            auto_switch_to_flash=torch.cuda.is_available(),
        )
        try:
            self._manager = _BatchingManager(model, greedy, sizes)
        except Exception as error:
            logger.info("A batch of this model cannot be made", exc_info=error)
            raise CannotBatchError(explain_failure(f"{type(error).__name__}: {error}")) from error
        self._model = model
        self.is_split = split and model.device.type == "cpu" and split_attention.use_for(model)
        if model.config.get_text_config()._attn_implementation == "paged|eager":
            AttentionInterface.register("paged|eager", _paged_attention)
        self._manager.sampler = self._sampler
        self._manager.logit_processor.logits_processor.append(self._sampler)
        self._manager.logit_processor.tensors_required = 1
        self._manager.logit_processor.supported_keys = dict(self._sampler.supported_kwargs)
        self._manager.logit_processor.do_processing = True
        self._manager.output_router = self._router
        self._on_steps = on_steps

    def start(self) -> None:
        """Start both threads."""

        def deliver() -> None:
            while (steps := self._router.queue.get()) is not None:
                failed = self._sampler.failed
                self._on_steps([replace(step, failure=failed.get(step.key)) for step in steps])

        threading.Thread(target=deliver, name="tokens", daemon=True).start()
        # a daemon's threads are daemons: the manager's own would keep the process from ending
        starter = threading.Thread(target=self._manager.start, daemon=True)
        starter.start()
        starter.join()

    @property
    def is_alive(self) -> bool:
        """Whether the thread of the model's steps runs, and takes more."""
        status = self._manager.background_thread_status
        return bool(self._manager.is_running()) and status.can_accept_new_requests() is None

    @property
    def cache_bytes(self) -> int:
        """Bytes of the cache."""
        processor = self._manager.batch_processor
        return 0 if processor is None else int(processor.cache.cache_tensor.nbytes)

    def add(self, key: str, request: Request) -> bool:
        """Add a request; False when the engine takes no more."""
        added = self._manager.add_request(
            request.tokens,
            request_id=key,
            max_new_tokens=request.room,
            streaming=True,
            eos_token_id=list(request.ends),
            row=request.row(),
            prompt=request.prompt,
        )
        return added is not None

    def cancel(self, key: str) -> None:
        """Drop a request at the next step; nothing more of it is delivered after that."""
        self._manager.cancel_request(key)

    def forget(self, key: str) -> int:
        """Forget a request that is over; how many of its tokens others had computed."""
        self._sampler.failed.pop(key, None)
        return self._manager.prefixes.take_shared(key) if self._manager.prefixes is not None else 0

    def stop(self) -> None:
        """End both threads and free the cache."""
        if self._manager.is_running():
            self._manager.stop(block=True, timeout=STOP_SECONDS, hard_stop=True)
        self._manager.batch_processor = None
        if self.is_split:
            split_attention.detach(self._model)
        self._sampler.masks.close()
        self._router.queue.put(None)


def _paged_attention(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
    """transformers' attention of a batch, which would drop without a word what it does not know."""
    dropped = [name for name in ("softcap", "position_bias") if kwargs.get(name) is not None]
    if dropped:
        raise NotImplementedError(f"attention of a batch does not know {' and '.join(dropped)}")
    return eager_paged_attention_forward(module, *args, **kwargs)


class _BatchingManager(ContinuousBatchingManager):  # type: ignore[misc]
    """The manager, which lets split attention and those who share pages see the cache that it makes.

    It takes the tokens that the sampler chose, where its own would look for the largest of all scores once more.
    """

    prefixes: Prefixes | None = None
    sampler: _Sampler

    def _create_batch_processor(self) -> Any:
        processor = super()._create_batch_processor()

        def take_tokens(scores: torch.Tensor, output_ids: torch.Tensor) -> None:
            tokens = self.sampler.tokens
            output_ids[0, : len(tokens)].copy_(tokens)

        processor.model_runner._sample = take_tokens
        if self.model.config.get_text_config()._attn_implementation == split_attention.NAME:
            split_attention.attach(self.model, processor.cache)
        if processor.cache.use_prefix_sharing:
            self.prefixes = Prefixes(processor.cache, processor.scheduler, processor.inputs_and_outputs.compute_stream)
        return processor


class _Router:
    """Takes the place of the manager's own router, which needs an event loop."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[list[Step] | None] = queue.SimpleQueue()

    def deliver(self, output: Any) -> None:
        self.deliver_batch([output])

    def deliver_batch(self, outputs: list[Any]) -> None:
        self.queue.put([Step(o.request_id, o.generated_tokens, o.is_finished(), o.error) for o in outputs])

    def fail_and_deliver(self, state: Any, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"
        self.queue.put([Step(state.request_id, list(state.generated_tokens), finished=True, error=text)])


class _Sampler(ContinuousBatchingLogitsProcessor):  # type: ignore[misc]
    """Chooses each row's token by its own request's sampling, into `tokens`; a row without numbers fails alone."""

    supported_kwargs: dict[str, type] = {"row": Row, "prompt": int}  # noqa: RUF012 - as its base has it
    ignored_kwargs: tuple[str, ...] = ()

    def __init__(self, masks: MaskThread) -> None:
        self.failed: dict[str, Exception] = {}
        self.masks = masks
        self._rows: list[tuple[str, Row]] = []
        self._begun: Future[RowMasks] | None = None
        self.tokens = torch.empty(0, dtype=torch.long)
        """Those that were chosen in the last step."""

    def fill_defaults(self, int32_tensor: torch.Tensor) -> None:
        """Nothing travels in the tensor."""

    def prepare_tensor_args(self, requests_with_new_token: list[Any]) -> torch.Tensor:
        """Remember whose rows come next, and what was written in them since the last step."""
        self._rows = []
        for request in requests_with_new_token:
            state = request.state
            row: Row = state.logit_processor_kwargs["row"]
            behind_prompt = len(state.initial_tokens) - state.logit_processor_kwargs["prompt"]
            if missing := behind_prompt + len(state.generated_tokens) - row.position:
                # a request that lost its pages was begun anew behind what it had written
                written = state.generated_tokens
                row.write((written if missing <= len(written) else [*state.initial_tokens, *written])[-missing:])
            self._rows.append((state.request_id, row))
        masks = {number: row.mask for number, (_, row) in enumerate(self._rows) if row.mask is not None}
        # computed beside the forward pass that comes now
        self._begun = self.masks.begin(masks) if masks else None
        return torch.zeros(len(self._rows), dtype=torch.int32)

    def __call__(self, scores: torch.Tensor, tensor_arg: torch.Tensor) -> torch.Tensor:
        """Scores of shape (rows, vocabulary)."""
        finite = finite_rows(scores)
        if not bool(finite.all()):
            bad = (~finite).nonzero()[:, 0].tolist()
            self.failed.update({self._rows[row][0]: FloatingPointError(NO_NUMBERS) for row in bad})
            scores[bad] = 0.0
        self.tokens = choose(scores, [row for _, row in self._rows], self._begun)
        self.failed.update({key: row.failure for key, row in self._rows if row.failure is not None})
        return scores
