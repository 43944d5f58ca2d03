"""Sampling whose randomness belongs to the request: same seed, same tokens, whoever else is served."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper


class RequestSampler:
    """A logits processor after which the largest score is a sample of the distribution that was asked for.

    It draws by the Gumbel-max trick (Maddison et al. 2014, "A* Sampling"): argmax(log p + g) with g from Gumbel(0, 1)
    is a draw from p. The noise of a token depends on the seed and its position alone. At temperature 0 nothing changes.
    """

    def __init__(self, seed: int, start: int, temperature: float, top_p: float, top_k: int) -> None:
        self._seed = seed
        self._start = start
        self._greedy = temperature == 0
        self._warpers: list[Any] = [] if self._greedy else _warpers(temperature, top_p, top_k)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores of shape (1, vocabulary) for the token behind `input_ids` of shape (1, tokens so far)."""
        peak = scores.amax(dim=-1, keepdim=True)
        if not torch.isfinite(peak).all():
            raise FloatingPointError("the model gave scores that are no numbers; it may need another number format")
        if self._greedy:
            return scores
        # from 0 downwards no temperature can overflow
        scores = scores - peak
        for warper in self._warpers:
            scores = warper(input_ids, scores)
        return scores + gumbel_noise(self._seed, input_ids.shape[-1] - self._start, scores)


def gumbel_noise(seed: int, position: int, like: torch.Tensor) -> torch.Tensor:
    """Gumbel(0, 1) noise of the shape and on the device of `like`; the same for the same seed and position."""
    digest = blake2b(f"{seed}:{position}".encode(), digest_size=7).digest()
    generator = torch.Generator(device=like.device).manual_seed(int.from_bytes(digest, "big"))
    return -torch.empty_like(like, dtype=torch.float32).exponential_(generator=generator).log_()


def _warpers(temperature: float, top_p: float, top_k: int) -> list[Any]:
    warpers: list[Any] = []
    if temperature != 1:
        warpers.append(TemperatureLogitsWarper(float(temperature)))
    if top_k:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        warpers.append(TopPLogitsWarper(float(top_p)))
    return warpers
