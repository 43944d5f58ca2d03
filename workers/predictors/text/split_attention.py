"""Attention of a packed batch, one request after the other: a mask over all of them costs their number squared.

It is an attention function of transformers' own interface, in the place of `sdpa`, for models served by continuous
batching whose layers all attend to everything before. What a request gets does not depend on its company.
"""

from __future__ import annotations

from collections.abc import Iterator
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
        if self._step[0] is not kwargs["read_index"]:
            self._step = (kwargs["read_index"], list(_parts(allocator, kwargs)))
        return self._step[1]

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
    seen: slice | torch.Tensor
    mask: torch.Tensor | None

    def of(self, states: torch.Tensor) -> torch.Tensor:
        """Its part of keys or values (tokens, heads, width) as (1, heads, its tokens, width)."""
        own = states[self.seen] if isinstance(self.seen, slice) else states.index_select(0, self.seen)
        return own.transpose(0, 1)[None]


def _parts(allocator: CacheAllocator, kwargs: dict[str, Any]) -> Iterator[_Part]:
    """The requests of a step; keys and values are read where they lie, if they lie together."""
    queries, keys = kwargs["cu_seq_lens_q"], kwargs["cu_seq_lens_k"][allocator.layer_type].tolist()
    read, page = kwargs["read_index"][allocator.index], allocator.tokens_per_page
    places, bounds = read.tolist(), queries.tolist()
    for first, last, start, end in zip(bounds, bounds[1:], keys, keys[1:], strict=False):
        if end == start:
            continue
        mask = None if last - first == 1 else _causal(last - first, end - start, read.device)
        yield _Part(slice(first, last), _seen(read, places, start, end, page), mask)


def _seen(read: torch.Tensor, places: list[int], start: int, end: int, page: int) -> slice | torch.Tensor:
    if not places:
        return slice(start, end)
    first = places[start]
    if all(places[at] - first == at - start for at in (*range(start, end, page), end - 1)):
        return slice(first, first + end - start)
    return read[start:end]


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
