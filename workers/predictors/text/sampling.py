"""Sampling whose randomness belongs to the request: same seed, same tokens, whoever else is served.

Why this is not a library's: transformers samples a batch with one temperature, one top-p and one random state. Its
warpers with `torch.multinomial` and a generator for each row take 6 times as long, since top-p sorts the vocabulary
(32 rows of 32,000 tokens on one core: 89 ms, here 15 ms), and their draws differ between CPU and GPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import log

import torch

# a sample with top-p or top-k is drawn among so many of the likeliest tokens, the least number that is enough
_LIKELIEST = (64, 1024)
# numbers of which a few tensors fit a core's cache
_CACHED = 1 << 16
# multipliers of an integer hash with little bias (Wellons 2018, "Prospecting for hash functions"), and 2^32 / phi
_MIX_1 = 0x21F0AAAD
_MIX_2 = 0x735A2D97
_GOLDEN = 0x9E3779B9 - (1 << 32)
NO_NUMBERS = "The model's scores are not numbers (NaN or infinite); it may need another number format."


@dataclass(frozen=True)
class Sampling:
    """How a request chooses its tokens; at temperature 0 the likeliest, whatever seed, top_p, top_k and min_p are.

    `bias` is added to the scores of tokens; `min_new_tokens` come before the text may end.
    """

    seed: int
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    bias: tuple[tuple[int, float], ...] = ()
    min_new_tokens: int = 0

    @property
    def is_greedy(self) -> bool:
        """Whether the likeliest token is always taken."""
        return self.temperature == 0

    @property
    def penalizes(self) -> bool:
        """Whether scores depend on what was written."""
        return self.repetition_penalty != 1 or self.presence_penalty != 0 or self.frequency_penalty != 0


@dataclass(frozen=True)
class Draw:
    """One token to choose: of which request, and the how many-th of its output (from 0)."""

    sampling: Sampling
    position: int

    @property
    def key(self) -> tuple[int, int]:
        """Two signed 32-bit integers that tell this draw from every other."""
        digest = blake2b(f"{self.sampling.seed}:{self.position}".encode(), digest_size=8).digest()
        return int.from_bytes(digest[:4], "big", signed=True), int.from_bytes(digest[4:], "big", signed=True)


def likeliest(scores: torch.Tensor) -> torch.Tensor:
    """The token of the largest score of each row, the first of several, of shape (rows,)."""
    if scores.device.type == "cpu" and scores.dtype == torch.float32:
        # torch's own takes 10 times as long on a CPU
        return torch.from_numpy(scores.numpy().argmax(axis=-1))
    return scores.argmax(dim=-1)


def pick(scores: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """Token ids of shape (rows,), one drawn from each row of `scores` of shape (rows, vocabulary).

    Draws by the Gumbel-max trick (Maddison et al. 2014, "A* Sampling"): argmax(log p + g) with g from Gumbel(0, 1) is a
    draw from p. A token's noise depends on seed, position and token alone, and a row's outcome on that row alone.
    """
    # from 0 downwards no temperature can overflow
    scaled = scores.float() - scores.amax(dim=-1, keepdim=True).float()
    temperatures = [max(draw.sampling.temperature, 1e-6) for draw in draws]
    scaled = scaled / torch.tensor(temperatures, device=scores.device)[:, None]
    keys = torch.tensor([draw.key for draw in draws], dtype=torch.int32, device=scores.device)
    picked = torch.empty(len(draws), dtype=torch.long, device=scores.device)
    among_all: list[int] = []
    left: list[int] = []
    for row, draw in enumerate(draws):
        sampling = draw.sampling
        (left if sampling.top_k or sampling.top_p < 1 or sampling.min_p else among_all).append(row)
    vocabulary = scores.shape[-1]
    if among_all:
        tokens = torch.arange(vocabulary, device=scores.device)[None, :]
        picked[among_all] = likeliest(scaled[among_all] + gumbel_noise(keys[among_all], tokens))
    for count in (*(count for count in _LIKELIEST if count < vocabulary), vocabulary):
        if not left:
            break
        samplings = [draws[row].sampling for row in left]
        picked[left], enough = _pick_among_likeliest(scaled[left], keys[left], samplings, count)
        left = [row for row, is_enough in zip(left, enough.tolist(), strict=True) if not is_enough]
    return picked


def _pick_among_likeliest(
    scaled: torch.Tensor, keys: torch.Tensor, samplings: Sequence[Sampling], count: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """A pick of each row among its `count` likeliest tokens, and whether those hold all that may be picked."""
    device = scaled.device
    values, tokens = scaled.topk(count, dim=-1)
    most = torch.tensor([sampling.top_k or scaled.shape[-1] for sampling in samplings], device=device)[:, None]
    top_p = torch.tensor([sampling.top_p for sampling in samplings], device=device)[:, None]
    out_of_k = torch.arange(count, device=device)[None, :] >= most
    values = values.masked_fill(out_of_k, float("-inf"))
    has_k = most <= count
    # top-p counts on what top-k left, as in transformers' order of the two
    mass = torch.where(has_k, values.logsumexp(-1, keepdim=True), scaled.logsumexp(-1, keepdim=True))
    probabilities = (values - mass).exp()
    before = probabilities.cumsum(-1) - probabilities
    is_off = top_p >= 1
    candidates = values.masked_fill(~is_off & (before >= top_p), float("-inf"))
    # the likeliest has 0; a token may be this much less likely
    least = [log(sampling.min_p) if sampling.min_p else float("-inf") for sampling in samplings]
    limit = torch.tensor(least, device=device)[:, None]
    candidates = candidates.masked_fill(candidates < limit, float("-inf"))
    picked = (candidates + gumbel_noise(keys, tokens)).argmax(dim=-1, keepdim=True)
    enough = has_k | (~is_off & (probabilities.sum(-1, keepdim=True) >= top_p)) | (count == scaled.shape[-1])
    enough |= values[:, -1:] < limit
    return tokens.gather(1, picked)[:, 0], enough[:, 0]


def gumbel_noise(keys: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Gumbel(0, 1) noise of shape (rows, tokens) for token ids of shape (rows or 1, tokens).

    `keys`, int32 of shape (rows, 2), tell the rows apart.
    """
    tokens = tokens.to(torch.int32).expand(keys.shape[0], -1)
    rows = max(1, _CACHED // tokens.shape[1])
    parts = []
    for part_keys, part_tokens in zip(keys.split(rows), tokens.split(rows), strict=True):
        mixed = _mixed(_mixed(part_tokens * _GOLDEN + part_keys[:, :1]).add_(part_keys[:, 1:]))
        # 23 bits: with a half added they are exact in single precision and never round up to 1
        uniform = (_shifted(mixed, 9).float() + 0.5).mul_(2.0**-23)
        parts.append(uniform.log_().neg_().log_().neg_())
    return torch.cat(parts)


def _mixed(values: torch.Tensor) -> torch.Tensor:
    values = (values ^ _shifted(values, 16)).mul_(_MIX_1)
    values = (values ^ _shifted(values, 15)).mul_(_MIX_2)
    return values ^ _shifted(values, 15)


def _shifted(values: torch.Tensor, bits: int) -> torch.Tensor:
    """A logical shift to the right of 32-bit integers; torch's own drags the sign along."""
    return (values >> bits).bitwise_and_((1 << (32 - bits)) - 1)
