from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from tests.support.marks import seldom
from workers.predictors.text.sampling import Draw, Sampling, gumbel_noise, pick
from workers.predictors.text.scores import RequestProcessor, Row

SCORES = torch.tensor([[2.0, 1.0, 0.0, -1.0, -2.0]])
DRAWS = 2000


def draw(seed: int, scores: torch.Tensor = SCORES, **options: float) -> int:
    sampler = RequestProcessor(Row(Sampling(seed, **options), ()))  # type: ignore[arg-type]
    return int(sampler(torch.zeros(1, 0, dtype=torch.long), scores).argmax())


def frequencies(**options: float) -> torch.Tensor:
    drawn = torch.tensor([draw(seed, **options) for seed in range(DRAWS)])
    return torch.bincount(drawn, minlength=5) / DRAWS


@pytest.mark.parametrize("temperature", [1.0, *seldom(0.5, 2.0)])
def test_tokens_are_drawn_from_the_distribution_that_was_asked_for(temperature: float) -> None:
    expected = (SCORES / temperature).softmax(-1)[0]
    assert torch.allclose(frequencies(temperature=temperature), expected, atol=0.03)


@pytest.mark.slow
def test_top_k_and_top_p_leave_the_unlikely_out() -> None:
    kept = (SCORES[0, :2]).softmax(-1)
    for options in ({"top_k": 2}, {"top_p": 0.8}):
        seen = frequencies(**options)
        assert seen[2:].sum() == 0
        assert torch.allclose(seen[:2], kept, atol=0.03)


def test_the_noise_belongs_to_seed_and_position_and_leaves_torchs_own_alone() -> None:
    state = torch.get_rng_state()
    flat = torch.zeros(1, 100_000)

    def picked(seed: int, position: int) -> int:
        return int(pick(flat, [Draw(Sampling(seed), position)]))

    assert picked(1, 2) == picked(1, 2)
    assert len({picked(1, 2), picked(1, 3), picked(2, 2), picked(1, 12), picked(11, 2)}) == 5
    assert torch.equal(state, torch.get_rng_state())


def test_the_noise_is_gumbel_and_finite_for_extreme_keys() -> None:
    keys = torch.tensor([[2**31 - 1, -(2**31)], [0, 0]], dtype=torch.int32)
    noise = gumbel_noise(keys, torch.arange(200_000)[None])
    assert torch.isfinite(noise).all()
    for row in noise:
        assert abs(row.mean().item() - 0.5772) < 0.02
        assert abs(row.var().item() - math.pi**2 / 6) < 0.03
    neighbours = torch.corrcoef(torch.stack([noise[0, :-1], noise[0, 1:]]))[0, 1]
    assert abs(neighbours.item()) < 0.01
    assert abs(torch.corrcoef(noise)[0, 1].item()) < 0.01


ASKED = [
    Sampling(3, 0.8, 0.95, 0),
    Sampling(4, 1.3, 1.0, 50),
    Sampling(5, 0.7, 0.5, 20),
    Sampling(6, 1.0, 1.0, 0),
    Sampling(7, 2.0, 0.9999, 0),
]


def test_a_row_is_drawn_as_if_it_were_alone() -> None:
    scores = torch.randn(5, 5000, generator=torch.Generator().manual_seed(1)) * 4
    draws = [Draw(sampling, 9) for sampling in ASKED]
    alone = [int(pick(scores[row : row + 1], draws[row : row + 1])) for row in range(5)]
    assert pick(scores, draws).tolist() == alone
    assert pick(scores.flip(0), draws[::-1]).tolist() == alone[::-1]


def test_only_what_top_k_and_top_p_of_transformers_leave_is_drawn() -> None:
    """A flat distribution of many tokens too, where the likeliest thousand do not hold what top-p asks for."""
    for spread in (0.01, 4.0):
        scores = torch.randn(1, 5000, generator=torch.Generator().manual_seed(2)) * spread
        for sampling in ASKED:
            left = _warped(scores, sampling)
            for seed in range(40):
                drawn = int(pick(scores, [Draw(replace(sampling, seed=seed), 0)]))
                assert torch.isfinite(left[0, drawn])


def test_the_least_likely_of_a_flat_distribution_is_drawn_too() -> None:
    scores = torch.linspace(0, 0.001, 5000)[None]
    drawn = [int(pick(scores, [Draw(Sampling(seed, 1.0, 0.99), 0)])) for seed in range(100)]
    assert min(drawn) < 1000
    assert max(drawn) > 4000


def _warped(scores: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    no_ids = torch.zeros(1, 0, dtype=torch.long)
    scores = TemperatureLogitsWarper(sampling.temperature)(no_ids, scores)
    if sampling.top_k:
        scores = TopKLogitsWarper(sampling.top_k)(no_ids, scores)
    # a token on the edge may fall either way by rounding
    return TopPLogitsWarper(min(1.0, sampling.top_p + 1e-4))(no_ids, scores)


@pytest.mark.parametrize("temperature", [0, 1e-45, 1e-6])
def test_no_small_temperature_overflows(temperature: float) -> None:
    assert draw(1, SCORES.flip(-1) * 1000, temperature=temperature) == 4


def test_scores_that_are_no_numbers_are_an_error_and_no_token() -> None:
    for broken in (float("nan"), float("inf")):
        for temperature in (0, 1):
            with pytest.raises(FloatingPointError, match="not numbers"):
                draw(1, torch.tensor([[0.0, broken]]), temperature=temperature)
