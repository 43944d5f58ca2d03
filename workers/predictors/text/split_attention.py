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
to everything before. What a request gets does not depend on its company.
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


class _Cache:
    """The batch's cache as the layers see it: what they put in reaches it in the attention, which reads where it lies.

    The cache's own way would copy all keys and values of all requests together first, layer by layer and step by step.
    """

    def __init__(self, cache: PagedAttentionCache) -> None:
        self.paged = cache
        self._unread: int | None = None
        self._step: tuple[Any, list[_Part]] = (None, [])

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

    def parts(self, allocator: CacheAllocator, kwargs: dict[str, Any]) -> list[_Part]:
        """Where each request's tokens lie, worked out once for all layers of a step."""
        if self._step[0] is kwargs["read_index"]:
            return self._step[1]
        queries, keys = kwargs["cu_seq_lens_q"].tolist(), kwargs["cu_seq_lens_k"][allocator.layer_type].tolist()
        read = kwargs["read_index"][allocator.index]
        places = read.tolist()
        parts = []
        for first, last, start, end in zip(queries, queries[1:], keys, keys[1:], strict=False):
            if end == start:
                continue
            context: slice | torch.Tensor = slice(start, end)
            if places:
                # read where they lie, if they lie together
                at = places[start]
                ends_of_pages = (*range(start, end, allocator.tokens_per_page), end - 1)
                is_together = all(places[index] - at == index - start for index in ends_of_pages)
                context = slice(at, at + end - start) if is_together else read[start:end]
            mask = None
            if last - first > 1:
                # each of the new tokens may look at those before it
                mask = torch.ones(last - first, end - start, dtype=torch.bool, device=read.device)
                mask = mask.tril_(end - start - (last - first))
            parts.append(_Part(slice(first, last), context, mask))
        self._step = (kwargs["read_index"], parts)
        return parts

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
    for part in cache.parts(allocator, kwargs):
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
        where = self.context
        own = states[where] if isinstance(where, slice) else states.index_select(0, where)
        return own.transpose(0, 1)[None]


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
