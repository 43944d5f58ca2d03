"""Pages of a prompt's beginning that are computed once: who may share them, and how many are.

transformers' cache finds whole pages by what they hold. Here, only requests of one scope find each other's, since how
soon a first token comes would tell one user what another one's prompts begin with. Of a page whose beginning alone is
equal, that beginning is copied; and who comes while somebody computes what it needs waits for that. Pages that nobody
reads any more give way, by transformers' own rule, when little of the cache is free.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from transformers.generation.continuous_batching.cache import PagedAttentionCache
from transformers.generation.continuous_batching.scheduler import Scheduler
from transformers.generation.continuous_batching.utils import stream_context

# of a page's tokens so many are mixed with its scope's number, 31 bits each, before they are hashed
_MIXED = 4
WORTH_TOKENS = 64
"""So many tokens are worth a copy of their page, a page that is kept, or a step of waiting."""


def key_of(scope: str, number: int) -> str:
    """The key of a request, by which its scope is known."""
    return f"{scope} {number}"


@dataclass(frozen=True)
class _Page:
    """A page of a request that is over: valid for as long as its block still has this hash."""

    block: int
    hash: int
    tokens: list[int]


class Prefixes:
    """Who shares which pages of one cache, whose layers all attend to everything before."""

    def __init__(self, cache: PagedAttentionCache, scheduler: Scheduler, stream: torch.Stream | None) -> None:
        self._secret = secrets.token_bytes(16)
        self._cache = cache
        self._scheduler = scheduler
        self._stream = stream
        self._shared: dict[str, int] = {}
        # by the hash of the page before
        self._pages: dict[int | None, list[_Page]] = {}
        # who computes how many tokens of its prompt in the step that is planned now, and who waits for the next
        self._computing: list[tuple[Any, int]] = []
        self._waiting: set[str] = set()
        (self._allocator,) = cache.cache_allocators.values()
        self._search, self._store, self._free = (
            cache.search_prefix_match,
            cache.can_store_request_tokens,
            cache.free_blocks,
        )
        self._schedule = scheduler.schedule_batch
        cache.search_prefix_match = self._search_in_scope
        cache.can_store_request_tokens = self._store_unless_waiting
        cache.free_blocks = self._keep_and_free
        scheduler.schedule_batch = self._schedule_anew
        self._allocator.mark_complete_blocks = self._marking(self._allocator.mark_complete_blocks)

    def take_shared(self, key: str) -> int:
        """Tokens of a request whose pages others had computed; asked once, when the request is over."""
        self._waiting.discard(key)
        return self._shared.pop(key, 0)

    def _mixed(self, key: str, tokens: list[int]) -> list[int]:
        """The tokens as other scopes cannot have them."""
        digest = blake2b(_scope(key).encode(), key=self._secret, digest_size=4 * _MIXED).digest()
        numbers = np.frombuffer(digest, dtype=np.int32) & 0x7FFFFFFF
        first = [token ^ int(number) for token, number in zip(tokens, numbers, strict=False)]
        return first + tokens[_MIXED:]

    def _search_in_scope(self, key: str, tokens: list[int]) -> int:
        """How many of a request's tokens others have computed, whose pages are its own from now on."""
        self._waiting.discard(key)
        mixed, page = self._mixed(key, tokens), self._allocator.tokens_per_page
        blocks = self._allocator.match_prefix_blocks(mixed)
        whole = len(blocks) * page
        reach, source = whole, -1
        # one token is left to compute
        limit = min(whole + page, len(tokens) - 1)
        for state in self._companions(key):
            common = _common(tokens, state.initial_tokens[: min(state.current_len(), limit)])
            table = self._allocator.block_table.get(state.request_id, [])
            if common > reach and len(table) > len(blocks):
                reach, source = common, table[len(blocks)]
        before = self._allocator.ledger.block_to_hash[blocks[-1]] if blocks else None
        for other in self._valid(before):
            common = whole + _common(mixed[whole:limit], other.tokens)
            if common > reach:
                reach, source = common, other.block
        coming = (
            _common(tokens[:-1], state.initial_tokens[:end])
            for state, end in self._computing
            if _scope(state.request_id) == _scope(key)
        )
        if max(coming, default=0) - reach >= WORTH_TOKENS:
            self._waiting.add(key)
            return 0
        shared: int = self._search(key, mixed)
        if reach - shared >= WORTH_TOKENS and self._copy(key, source, shared):
            shared = reach
        if shared:
            self._shared[key] = shared
        return shared

    def _companions(self, key: str) -> Iterator[Any]:
        """Requests of the same scope that are at work."""
        scope = _scope(key)
        return (
            state for other, state in self._scheduler.active_requests.items() if other != key and _scope(other) == scope
        )

    def _copy(self, key: str, source: int, past: int) -> bool:
        """Give a request a page of its own behind so many tokens, with what the source holds, if there is one left."""
        needed = self._allocator.needs_new_sectors(key, past, 1)
        if needed > self._cache.pool.num_free_sectors:
            return False
        for _ in range(needed):
            self._cache.pool.allocate_sector(self._allocator.index)
        self._allocator.allocate_cache_to_request(key, past, 1)
        with stream_context(self._stream):
            # where it lies; the allocator's own copy makes another one on its way
            blocks = self._allocator._copy_view
            blocks[self._allocator.block_table[key][-1]].copy_(blocks[source])
        return True

    def _schedule_anew(self, *budgets: int) -> Any:
        self._computing.clear()
        return self._schedule(*budgets)

    def _store_unless_waiting(self, state: Any, count: int, dry_run: bool = False) -> bool:
        """Room for the next tokens of a request; none in this step for one that waits for what another computes."""
        if state.request_id in self._waiting or not self._store(state, count, dry_run):
            return False
        if not dry_run and count >= WORTH_TOKENS:
            self._computing.append((state, state.current_len() + count))
        return True

    def _keep_and_free(self, key: str, no_cache: bool = False) -> None:
        """Let go of a request's pages; those that others may go on behind can be found for as long as they stay."""
        state = self._scheduler.active_requests.get(key)
        if state is not None and not no_cache:
            tokens = (state.initial_tokens + state.generated_tokens)[: state.current_len()]
            self._keep(self._mixed(key, tokens), self._allocator.block_table.get(key, []))
        self._free(key, no_cache)

    def _keep(self, tokens: list[int], blocks: list[int]) -> None:
        page, ledger = self._allocator.tokens_per_page, self._allocator.ledger
        before: int | None = None
        for number, block in enumerate(blocks):
            own = tokens[number * page : (number + 1) * page]
            known = self._valid(before)
            hash_ = ledger.block_to_hash.get(block)
            if hash_ is None:
                # the last one is not full: kept behind others, if it holds much that no other page has
                most = max((_common(own, other.tokens) for other in known), default=0)
                if not number or len(own) - most < WORTH_TOKENS:
                    break
                # a hash of nothing else, with which it stays like a full one
                hash_ = secrets.randbits(64)
                ledger.block_to_hash[block] = hash_
                ledger.hash_to_block[hash_] = block
            if all(other.block != block for other in known):
                known.append(_Page(block, hash_, own))
            self._pages[before] = known
            before = hash_
        if len(self._pages) > 2 * self._allocator.num_blocks:
            self._pages = {before: pages for before in list(self._pages) if (pages := self._valid(before))}

    def _valid(self, before: int | None) -> list[_Page]:
        """The pages behind a page that still hold what they held."""
        hashes = self._allocator.ledger.block_to_hash
        return [page for page in self._pages.get(before, ()) if hashes.get(page.block) == page.hash]

    def _marking(self, mark: Callable[..., None]) -> Callable[..., None]:
        def mark_in_scope(key: str, tokens: list[int], pages: int) -> None:
            mark(key, self._mixed(key, tokens), pages)

        return mark_in_scope


def _scope(key: str) -> str:
    return key.rpartition(" ")[0]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many first tokens are equal."""
    length, step = min(len(one), len(other)), WORTH_TOKENS
    for start in range(0, length, step):
        if one[start : start + step] != other[start : start + step]:
            pairs = zip(one[start:], other[start:], strict=False)
            return start + next((place for place, (a, b) in enumerate(pairs) if a != b), length - start)
    return length
