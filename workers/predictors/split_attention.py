"""Attention of a packed batch, one request after the other: a mask over all of them costs their number squared.

It is an attention function of transformers' own interface, in the place of `sdpa`, for models served by continuous
batching whose layers all attend to everything before. What a request gets does not depend on its company.
"""

from __future__ import annotations

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
    asked = [name for name in _NOT_HERE if kwargs.get(name) is not None]
    cache: _Cache | None = getattr(module, _CACHE, None)
    if cache is None or attention_mask is not None or asked:
        raise NotImplementedError(f"split attention serves packed batches of plain attention alone, without {asked}")
    layer: int = vars(module)["layer_idx"]
    allocator = cache.take(layer)
    read, write = kwargs["read_index"][allocator.index], kwargs["write_index"][allocator.index]
    # with nothing to read, it writes and gives back what it got
    new = [part.squeeze(0).transpose(0, 1) for part in (key, value)]
    allocator.update(*new, layer, read[:0], write)
    own_keys, own_values = allocator._kv_token_views[layer]
    seen = _Paged(own_keys, own_values, read, allocator.tokens_per_page) if read.numel() else _Packed(key, value)
    out = torch.empty(query.shape[2], query.shape[1], query.shape[3], dtype=query.dtype, device=query.device)
    for first, last, start, end in _bounds(kwargs["cu_seq_lens_q"], kwargs["cu_seq_lens_k"][allocator.layer_type]):
        length = last - first
        its_keys, its_values = seen.of(start, end)
        attended = scaled_dot_product_attention(
            query[:, :, first:last],
            its_keys,
            its_values,
            attn_mask=None if length == 1 else _causal(length, end - start, query.device),
            scale=scaling,
            enable_gqa=query.shape[1] != key.shape[1],
        )
        out[first:last] = attended[0].transpose(0, 1)
    return out[None], None


def _bounds(of_queries: torch.Tensor, of_keys: torch.Tensor) -> list[tuple[int, int, int, int]]:
    """First and last new token of each request, and of all its tokens."""
    queries, keys = of_queries.tolist(), of_keys.tolist()
    both = zip(queries, queries[1:], keys, keys[1:], strict=False)
    return [bounds for bounds in both if bounds[1] > bounds[0]]


class _Packed:
    """Keys and values of requests whose every token is new, (1, heads, tokens, width)."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        self._keys, self._values = keys, values

    def of(self, start: int, end: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self._keys[:, :, start:end], self._values[:, :, start:end]


class _Paged:
    """Keys and values in the cache's own memory, (tokens, heads, width); read where they lie, if they lie together."""

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, read: torch.Tensor, page: int) -> None:
        self._keys, self._values = keys, values
        self._read, self._places = read, read.tolist()
        self._page = page

    def of(self, start: int, end: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Keys and values of one request, (1, heads, its tokens, width)."""
        first = self._places[start]
        pages = range(start, end, self._page)
        if all(self._places[at] - first == at - start for at in (*pages, end - 1)):
            keys, values = self._keys[first : first + end - start], self._values[first : first + end - start]
        else:
            keys, values = (part.index_select(0, self._read[start:end]) for part in (self._keys, self._values))
        return keys.transpose(0, 1)[None], values.transpose(0, 1)[None]


def use_for(model: PreTrainedModel) -> bool:
    """Have the model use it, where its configuration does not speak against it; the first step tells in the end."""
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or [FULL_ATTENTION])
    if config._attn_implementation != "sdpa" or kinds != {FULL_ATTENTION} or getattr(config, "sliding_window", None):
        return False
    AttentionInterface.register(NAME, split_attention)
    AttentionMaskInterface.register(NAME, _no_mask)
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


def _causal(length: int, seen: int, device: torch.device) -> torch.Tensor:
    """Which of the tokens seen each of the last `length` may look at, (length, seen)."""
    return torch.ones(length, seen, dtype=torch.bool, device=device).tril_(seen - length)


def _no_mask(*args: Any, **kwargs: Any) -> None:
    return None
