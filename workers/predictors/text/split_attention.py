"""Attention of a packed batch on a CPU, one request after the other.

Why this is not a library's: on a CPU, transformers' continuous batching calls `sdpa` once for all requests, under a
mask that costs the square of their number. Tokens per second of CPU time with this, against the mask (one core;
`python -m tests.load.attention`):

| model        | prompt     | 1 request | 8 requests | 32 requests |
|--------------|------------|-----------|------------|-------------|
| `demo/prose` | 16 tokens  | 1.00      | 0.92       | 0.96        |
| `demo/prose` | 256 tokens | 0.99      | 1.32       | 2.36        |
| 6 x 768      | 16 tokens  | 1.00      | 1.03       | 1.14        |
| 6 x 768      | 256 tokens | 0.99      | 1.17       | 1.91        |

It is an attention function of transformers' own interface, in the place of `sdpa`, for models whose layers all attend
to everything before. What a request gets depends on its company as far as sums in another order round: the keys and
values of pages that several begin with, as those of one system prompt, are read once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.generation.continuous_batching.cache import PagedAttentionCache
from transformers.generation.continuous_batching.cache_allocators import CacheAllocator

NAME = "split_sdpa"
FULL_ATTENTION = "full_attention"
# what some models add to the scores
_NOT_HERE = ("position_bias", "softcap", "s_aux")
_CACHE = "_split_cache"
SHORT = 16
"""Requests with more new tokens in a step are attended to one by one, whatever pages they share."""
MOST_SCORES = 1 << 20
"""So many scores at a time, which fit a core's cache, are worked out for a beginning that several share."""


class _Cache:
    """The batch's cache as the layers see it: what they put in reaches it in the attention, which reads where it lies.

    The cache's own way would copy all keys and values of all requests together first, layer by layer and step by step.
    """

    def __init__(self, cache: PagedAttentionCache) -> None:
        self.paged = cache
        self._unread: int | None = None
        self._step: tuple[Any, list[_Group]] = (None, [])

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What came, as it came."""
        if self._unread is not None:
            raise NotImplementedError("this model's layers attend by themselves, not by the attention interface")
        self._unread = layer_idx
        return key_states, value_states

    def take(self, layer: int) -> CacheAllocator:
        """The keys and values of a layer, which has just put in its new ones."""
        self._unread = None
        return self.paged.layer_to_allocator[layer]

    def groups(self, allocator: CacheAllocator, kwargs: dict[str, Any], *, allow_shared: bool) -> list[_Group]:
        """Where each request's tokens lie, worked out once for all layers of a step."""
        if self._step[0] is kwargs["read_index"]:
            return self._step[1]
        queries, keys = kwargs["cu_seq_lens_q"].tolist(), kwargs["cu_seq_lens_k"][allocator.layer_type].tolist()
        read = kwargs["read_index"][allocator.index]
        places, page = read.tolist(), allocator.tokens_per_page
        # by the pages that they begin with
        requests: dict[int, list[tuple[slice, int, int]]] = {}
        for first, last, start, end in zip(queries, queries[1:], keys, keys[1:], strict=False):
            if end > start:
                is_short = places and last - first <= SHORT and end - start - (last - first) >= page
                requests.setdefault(places[start] if is_short else -1 - first, []).append(
                    (slice(first, last), start, end)
                )
        groups = []
        for several in requests.values():
            shared = 0
            if len(several) > 1:
                (_, first, _), *others = several
                least = min(end - start - (new.stop - new.start) for new, start, end in several)
                while shared + page <= least and all(
                    places[start + shared] == places[first + shared] for _, start, _ in others
                ):
                    shared += page
            begin = several[0][1]
            beginning = _context(places, read, begin, begin + shared, page) if shared else None
            parts = []
            for new, start, end in several:
                start += shared
                context = _context(places, read, start, end, page) if places else slice(start, end)
                mask = None
                if new.stop - new.start > 1:
                    # each of the new tokens may look at those before it
                    mask = torch.ones(new.stop - new.start, end - start, dtype=torch.bool, device=read.device)
                    mask = mask.tril_(end - start - (new.stop - new.start))
                parts.append(_Part(new, context, mask))
            groups.append(_Group(parts, beginning))
        self._step = (kwargs["read_index"], groups)
        return groups

    @staticmethod
    def get_seq_length(*_: Any) -> int:
        """None, for models that would count positions by it: the manager gives them."""
        return 0


def split_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention for packed requests: query (1, heads, all new tokens, width) -> (1, all new tokens, heads, width)."""
    unsupported = [name for name in _NOT_HERE if kwargs.get(name) is not None]
    cache: _Cache | None = getattr(module, _CACHE, None)
    if cache is None or attention_mask is not None or unsupported:
        raise NotImplementedError(f"split attention serves plain attention of packed batches, without {unsupported}")
    layer: int = vars(module)["layer_idx"]
    allocator = cache.take(layer)
    read, write = kwargs["read_index"][allocator.index], kwargs["write_index"][allocator.index]
    # with nothing to read, it writes and gives back what it got
    new = [part.squeeze(0).transpose(0, 1) for part in (key, value)]
    allocator.update(*new, layer, read[:0], write)
    keys, values = allocator._kv_token_views[layer] if read.numel() else new
    out = torch.empty(query.shape[2], query.shape[1], query.shape[3], dtype=query.dtype, device=query.device)
    grouped = query.shape[1] != key.shape[1]
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    # sums of numbers of half precision would lose what the library's own keep
    for group in cache.groups(allocator, kwargs, allow_shared=query.dtype == torch.float32):
        if group.beginning is not None:
            group.attend(query[0], keys, values, scale, out)
            continue
        for part in group.parts:
            attended = scaled_dot_product_attention(
                query[:, :, part.new],
                part.of(keys),
                part.of(values),
                attn_mask=part.mask,
                scale=scaling,
                enable_gqa=grouped,
            )
            out[part.new] = attended[0].transpose(0, 1)
    return out[None], None


@dataclass(frozen=True)
class _Part:
    """One request of a packed batch: its new tokens among all new ones, and where all its keys and values lie."""

    new: slice
    context: slice | torch.Tensor
    mask: torch.Tensor | None

    def of(self, states: torch.Tensor) -> torch.Tensor:
        """Its part of keys or values (tokens, heads, width) as (1, heads, its tokens, width)."""
        return _take(states, self.context).transpose(0, 1)[None]


@dataclass(frozen=True)
class _Group:
    """Requests that begin with the same pages, which are read once for all of them; mostly one with none.

    The contexts and masks of the parts are those behind `beginning`.
    """

    parts: list[_Part]
    beginning: slice | torch.Tensor | None

    def attend(
        self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float, out: torch.Tensor
    ) -> None:
        """Attention of all parts, for query (heads, all new tokens, width), into out (all new tokens, heads, width)."""
        heads, shared = keys.shape[1], self.beginning
        assert shared is not None  # noqa: S101 - what has none is attended to by the library
        queries = torch.cat([query[:, part.new] for part in self.parts], dim=1).unflatten(0, (heads, -1))
        key, value = _take(keys, shared), _take(values, shared)
        step = max(1, MOST_SCORES // (query.shape[0] * queries.shape[2]))
        whole: _Partial | None = None
        for some_keys, some_values in zip(key.split(step), value.split(step), strict=True):
            piece = _attend(queries, some_keys, some_values, scale, None)
            whole = piece if whole is None else whole.with_more(piece)
        assert whole is not None  # noqa: S101 - a beginning has a page at least
        place = 0
        for part in self.parts:
            end = place + part.new.stop - part.new.start
            key, value = _take(keys, part.context), _take(values, part.context)
            own = _attend(queries[:, :, place:end], key, value, scale, part.mask)
            both = whole.of(slice(place, end)).with_more(own)
            out[part.new] = (both.sums / both.weights).flatten(0, 1).transpose(0, 1)
            place = end


@dataclass(frozen=True)
class _Partial:
    """Attention to a part of the tokens, before it is divided by the sum of its weights.

    All of shape (heads of keys, queries' heads for each, queries, width or 1); weights are relative to the largest
    score.
    """

    sums: torch.Tensor
    largest: torch.Tensor
    weights: torch.Tensor

    def of(self, queries: slice) -> _Partial:
        """That of some of the queries."""
        return _Partial(self.sums[:, :, queries], self.largest[:, :, queries], self.weights[:, :, queries])

    def with_more(self, other: _Partial) -> _Partial:
        """That to both parts."""
        largest = torch.maximum(self.largest, other.largest)
        one, two = (self.largest - largest).exp_(), (other.largest - largest).exp_()
        return _Partial(self.sums * one + other.sums * two, largest, self.weights * one + other.weights * two)


def _attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float, mask: torch.Tensor | None
) -> _Partial:
    """For query (heads of keys, queries' heads for each, queries, width), key and value (tokens, heads, width)."""
    shape = query.shape[1:3]
    scores = torch.bmm(query.flatten(1, 2), key.permute(1, 2, 0)).mul_(scale)
    if mask is not None:
        scores.unflatten(1, shape).masked_fill_(~mask, float("-inf"))
    largest = scores.amax(dim=-1, keepdim=True)
    weights = scores.sub_(largest).exp_()
    sums = torch.bmm(weights, value.transpose(0, 1))
    total = weights.sum(dim=-1, keepdim=True)
    return _Partial(*(each.unflatten(1, shape) for each in (sums, largest, total)))


def _context(places: list[int], read: torch.Tensor, start: int, end: int, page: int) -> slice | torch.Tensor:
    """Where the tokens of a part of a context lie; they are read there, if they lie together."""
    at = places[start]
    ends_of_pages = (*range(start, end, page), end - 1)
    is_together = all(places[index] - at == index - start for index in ends_of_pages)
    return slice(at, at + end - start) if is_together else read[start:end]


def _take(states: torch.Tensor, context: slice | torch.Tensor) -> torch.Tensor:
    return states[context] if isinstance(context, slice) else states.index_select(0, context)


def use_for(model: PreTrainedModel) -> bool:
    """Have the model use it, where its configuration does not speak against it; the first step tells in the end."""
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or [FULL_ATTENTION])
    # some have parts beside that attend otherwise
    ways = {part.config._attn_implementation for part in model.modules() if isinstance(part, PreTrainedModel)}
    ways.add(config._attn_implementation)
    if ways != {"sdpa"} or kinds != {FULL_ATTENTION} or getattr(config, "sliding_window", None):
        return False
    AttentionInterface.register(NAME, split_attention)
    AttentionMaskInterface.register(NAME, lambda *args, **kwargs: None)
    model.set_attn_implementation(NAME)
    return True


def attach(model: PreTrainedModel, cache: PagedAttentionCache) -> None:
    """Have the model's layers read this cache where it lies."""
    split = _Cache(cache)
    cache.update = split.update
    cache.get_seq_length = split.get_seq_length
    for module in model.modules():
        if hasattr(module, "layer_idx"):
            setattr(module, _CACHE, split)


def detach(model: PreTrainedModel) -> None:
    """Let the model attend as it did before."""
    for module in model.modules():
        module.__dict__.pop(_CACHE, None)
    model.set_attn_implementation("sdpa")
