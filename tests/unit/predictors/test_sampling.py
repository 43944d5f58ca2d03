from __future__ import annotations

import math

import pytest
import torch

from workers.predictors.sampling import RequestSampler, gumbel_noise

SCORES = torch.tensor([[2.0, 1.0, 0.0, -1.0, -2.0]])


def draw(seed: int, scores: torch.Tensor = SCORES, **options: float) -> int:
    sampler = RequestSampler(seed, 0, **{"temperature": 1, "top_p": 1, "top_k": 0, **options})  # type: ignore[arg-type]
    return int(sampler(torch.zeros(1, 0, dtype=torch.long), scores).argmax())


def frequencies(**options: float) -> torch.Tensor:
    drawn = torch.tensor([draw(seed, **options) for seed in range(4000)])
    return torch.bincount(drawn, minlength=5) / 4000


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_are_drawn_from_the_distribution_that_was_asked_for(temperature: float) -> None:
    expected = (SCORES / temperature).softmax(-1)[0]
    assert torch.allclose(frequencies(temperature=temperature), expected, atol=0.03)


def test_top_k_and_top_p_leave_the_unlikely_out() -> None:
    kept = (SCORES[0, :2]).softmax(-1)
    for options in ({"top_k": 2}, {"top_p": 0.8}):
        seen = frequencies(**options)
        assert seen[2:].sum() == 0
        assert torch.allclose(seen[:2], kept, atol=0.03)


def test_the_noise_belongs_to_seed_and_position_and_leaves_torchs_own_alone() -> None:
    state = torch.get_rng_state()
    first = gumbel_noise(1, 2, SCORES)
    assert torch.equal(first, gumbel_noise(1, 2, SCORES))
    assert not torch.equal(first, gumbel_noise(1, 3, SCORES))
    assert not torch.equal(first, gumbel_noise(2, 2, SCORES))
    assert not torch.equal(gumbel_noise(1, 12, SCORES), gumbel_noise(11, 2, SCORES))
    assert torch.equal(state, torch.get_rng_state())


def test_the_noise_is_gumbel_and_finite_for_the_largest_seed() -> None:
    noise = gumbel_noise(2**53 - 1, 4095, torch.empty(1, 200_000))
    assert torch.isfinite(noise).all()
    assert abs(noise.mean().item() - 0.5772) < 0.02
    assert abs(noise.var().item() - math.pi**2 / 6) < 0.03


@pytest.mark.parametrize("temperature", [0, 1e-45, 1e-6])
def test_no_small_temperature_overflows(temperature: float) -> None:
    assert draw(1, SCORES.flip(-1) * 1000, temperature=temperature) == 4


def test_scores_that_are_no_numbers_are_an_error_and_no_token() -> None:
    for broken in (float("nan"), float("inf")):
        for temperature in (0, 1):
            with pytest.raises(FloatingPointError, match="no numbers"):
                draw(1, torch.tensor([[0.0, broken]]), temperature=temperature)
