"""Pages of prompts that begin alike: computed once for a scope, equal to those computed anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.predictors.text.batch import TextBatch
from workers.predictors.text.engine import Request
from workers.predictors.text.sampling import Sampling
from workers.predictors.text.streaming import Detokenizer, StopFilter, TokenSink

Folder = Callable[[str], Path]
SHARED = [number % 380 + 10 for number in range(1000)]


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(5)
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(**sizes, vocab_size=400, max_position_embeddings=1200, bos_token_id=None, eos_token_id=0)
    return LlamaForCausalLM(config).eval()


@pytest.fixture
def batch(model: Any) -> Iterator[TextBatch]:
    batch = TextBatch(model, 1200, 32)
    yield batch
    batch.close()


def run(batch: TextBatch, tokens: list[int], seed: int = 0, scope: str = "one") -> tuple[list[int], int, float]:
    """The tokens, how many of the prompt's were shared, and the seconds to the first."""
    sink, written = Sink(), []

    def decode(tokens: list[int]) -> str:
        return "".join(chr(token + 100) for token in tokens)

    context = PredictionContext("p", {}, sink)
    take = TokenSink(context, Detokenizer(decode), StopFilter([]), frozenset())
    request = Request(tokens, len(tokens), 8, Sampling(seed, 0.7 if seed else 0.0), scope=scope)
    shared = batch.run(context, request, take)
    take.finish()
    written = [ord(letter) - 100 for letter in take.text]
    return written, shared, sink.metrics["time_to_first_token_seconds"]


def prompts(count: int) -> list[list[int]]:
    return [[*SHARED, 20 + number, 30 + number] for number in range(count)]


def test_a_shared_beginning_is_computed_once_and_gives_the_same(model: Any, batch: TextBatch) -> None:
    unshared = TextBatch(model, 1200, 32, share=False)
    expected = [run(unshared, tokens, seed) for seed, tokens in enumerate(prompts(32))]
    unshared.close()
    assert {shared for _, shared, _ in expected} == {0}
    actual = [run(batch, tokens, seed) for seed, tokens in enumerate(prompts(32))]
    assert [tokens for tokens, _, _ in actual] == [tokens for tokens, _, _ in expected]
    assert actual[0][1] == 0
    assert all(shared > 700 for _, shared, _ in actual[1:])
    with ThreadPoolExecutor(32) as pool:
        again = list(pool.map(lambda seed: run(batch, prompts(32)[seed], seed)[0], range(32)))
    assert again == [tokens for tokens, _, _ in expected]


def test_requests_that_come_together_share_too(batch: TextBatch) -> None:
    with ThreadPoolExecutor(8) as pool:
        shared = list(pool.map(lambda tokens: run(batch, tokens)[1], prompts(8)))
    assert sum(count > 700 for count in shared) >= 6


def test_nothing_is_shared_with_another_scope(batch: TextBatch) -> None:
    first, _, _ = run(batch, prompts(1)[0], scope="one")
    other, shared, _ = run(batch, prompts(1)[0], scope="two")
    assert shared == 0
    assert other == first
    assert run(batch, prompts(1)[0], scope="two")[1] > 700
    assert run(batch, prompts(1)[0], scope="one")[1] > 700


def test_what_was_written_is_shared_with_who_goes_on_behind_it(batch: TextBatch) -> None:
    tokens, _, _ = run(batch, SHARED[:700])
    longer = [*SHARED[:700], *tokens, *SHARED[:200]]
    assert run(batch, longer)[1] >= 512


def test_pages_that_nobody_reads_give_way(model: Any) -> None:
    """Each of these prompts takes most of the cache, so that the pages of those before have to go."""
    batch = TextBatch(model, 1200, 2)
    batch._tokens = 1280
    try:
        texts = [[number + 10, *SHARED] for number in range(4)]
        first = [run(batch, tokens)[0] for tokens in texts]
        assert [run(batch, tokens)[0] for tokens in texts] == first
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda tokens: run(batch, tokens)[0], texts)) == first
        assert batch.rebuilt == 0
    finally:
        batch.close()
