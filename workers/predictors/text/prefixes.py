"""Pages of a prompt's beginning that are computed once: who may share them, and how many are.

transformers' cache finds pages by what they hold. Here, only requests of one scope find each other's, since how soon a
first token comes would tell one user what another one's prompts begin with. Pages that nobody reads any more give way,
by transformers' own rule, when little of the cache is free.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import blake2b

import numpy as np
from transformers.generation.continuous_batching.cache import PagedAttentionCache

# of a page's tokens so many are mixed with its scope's number, 31 bits each, before they are hashed
_MIXED = 4


def key_of(scope: str, number: int) -> str:
    """The key of a request, by which its scope is known."""
    return f"{scope} {number}"


class Prefixes:
    """Who shares which pages of one cache."""

    def __init__(self, cache: PagedAttentionCache) -> None:
        self._secret = secrets.token_bytes(16)
        self._shared: dict[str, int] = {}
        self._search = cache.search_prefix_match
        cache.search_prefix_match = self._search_in_scope
        for allocator in cache.cache_allocators.values():
            allocator.mark_complete_blocks = self._marking(allocator.mark_complete_blocks)

    def take_shared(self, key: str) -> int:
        """Tokens of a request whose pages others had computed; asked once, when the request is over."""
        return self._shared.pop(key, 0)

    def _mixed(self, key: str, tokens: list[int]) -> list[int]:
        """The tokens as other scopes cannot have them."""
        scope = key.rpartition(" ")[0]
        digest = blake2b(scope.encode(), key=self._secret, digest_size=4 * _MIXED).digest()
        numbers = np.frombuffer(digest, dtype=np.int32) & 0x7FFFFFFF
        first = [token ^ int(number) for token, number in zip(tokens, numbers, strict=False)]
        return first + tokens[_MIXED:]

    def _search_in_scope(self, key: str, tokens: list[int]) -> int:
        shared: int = self._search(key, self._mixed(key, tokens))
        if shared:
            self._shared[key] = shared
        return shared

    def _marking(self, mark: Callable[..., None]) -> Callable[..., None]:
        def mark_in_scope(key: str, tokens: list[int], pages: int) -> None:
            mark(key, self._mixed(key, tokens), pages)

        return mark_in_scope
