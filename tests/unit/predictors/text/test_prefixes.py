"""Pages of prompts that begin alike: computed once for a scope, equal to those computed anew."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.predictors.text import split_attention
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
    sizes["num_key_value_heads"] = 2
    config = LlamaConfig(**sizes, vocab_size=400, max_position_embeddings=1200, bos_token_id=None, eos_token_id=0)
    return LlamaForCausalLM(config).eval()


@pytest.fixture
def batch(model: Any) -> Iterator[TextBatch]:
    batch = TextBatch(model, 1200, 32)
    yield batch
    batch.close()


def run(
    batch: TextBatch,
    tokens: list[int],
    seed: int = 0,
    scope: str = "one",
    context: PredictionContext | None = None,
    count: int = 8,
) -> tuple[list[int], int, float]:
    """The tokens, how many of the prompt's were shared, and the seconds to the first."""
    sink = Sink()

    def decode(tokens: list[int]) -> str:
        return "".join(chr(token + 100) for token in tokens)

    context = context or PredictionContext("p", {}, sink)
    take = TokenSink(context, Detokenizer(decode), StopFilter([]), frozenset())
    request = Request(tokens, len(tokens), count, Sampling(seed, 0.7 if seed else 0.0), scope=scope)
    shared = batch.run(context, request, take)
    take.finish()
    written = [ord(letter) - 100 for letter in take.text]
    return written, shared, sink.metrics.get("time_to_first_token_seconds", 0.0)


def prompts(count: int) -> list[list[int]]:
    return [[*SHARED, 20 + number, 30 + number] for number in range(count)]


def test_a_shared_beginning_is_computed_once_and_gives_the_same(model: Any, batch: TextBatch) -> None:
    unshared = TextBatch(model, 1200, 32, share=False)
    expected = [run(unshared, tokens, seed) for seed, tokens in enumerate(prompts(32))]
    unshared.close()
    assert {shared for _, shared, _ in expected} == {0}
    actual = [run(batch, tokens, seed) for seed, tokens in enumerate(prompts(32))]
    assert [tokens for tokens, _, _ in actual] == [tokens for tokens, _, _ in expected]
    # a page that is not full too
    assert [shared for _, shared, _ in actual] == [0] + [1000] * 31
    with ThreadPoolExecutor(32) as pool:
        again = list(pool.map(lambda seed: run(batch, prompts(32)[seed], seed)[0], range(32)))
    assert again == [tokens for tokens, _, _ in expected]


@pytest.mark.slow
def test_requests_that_come_together_wait_for_the_one_that_computes_what_they_share(model: Any) -> None:
    unshared = TextBatch(model, 1200, 32, share=False)
    expected = [run(unshared, tokens, seed)[0] for seed, tokens in enumerate(prompts(8))]
    unshared.close()
    for length in (1000, 200):
        batch = TextBatch(model, 1200, 32)
        beginnings = [tokens[1000 - length :] for tokens in prompts(8)]
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda seed: run(batch, beginnings[seed], seed), range(8)))  # noqa: B023
        batch.close()
        assert sorted(shared for _, shared, _ in made) == [0] + [length] * 7
        if length == 1000:
            assert [tokens for tokens, _, _ in made] == expected


class ScoreLog:
    """Keeps what the model thought of each token."""

    def __init__(self) -> None:
        self.scores: list[torch.Tensor] = []

    def record(self, position: int, scores: torch.Tensor, token: int) -> None:
        self.scores.append(scores.clone())


@pytest.mark.slow
def test_pages_that_several_begin_with_are_read_once_and_give_the_same_scores(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one goes on with many tokens, and one is of somebody else
    texts = [*prompts(6), [*SHARED[:600], *SHARED[:300]]]
    scopes = ["one"] * 6 + ["two"]

    def scores_of(batch: TextBatch, number: int, log: ScoreLog) -> list[torch.Tensor]:
        take = TokenSink(
            PredictionContext("p", {}, Sink()), Detokenizer(lambda tokens: ""), StopFilter([]), frozenset()
        )
        tokens = texts[number]
        request = Request(tokens, len(tokens), 6, Sampling(0, 0.0), log=log, scope=scopes[number])
        batch.run(PredictionContext("p", {}, Sink()), request, take)
        return log.scores

    sizes: list[int] = []
    attend = split_attention._Group.attend

    def count(group: Any, *args: Any) -> None:
        sizes.append(len(group.parts))
        attend(group, *args)

    monkeypatch.setattr(split_attention._Group, "attend", count)
    unshared = TextBatch(model, 1200, 32, share=False)
    expected = [scores_of(unshared, number, ScoreLog()) for number in range(len(texts))]
    unshared.close()
    assert sizes == []
    for most_scores in (1 << 20, 4000):
        monkeypatch.setattr(split_attention, "MOST_SCORES", most_scores)
        batch = TextBatch(model, 1200, 32)
        with ThreadPoolExecutor(len(texts)) as pool:
            actual = list(pool.map(lambda number: scores_of(batch, number, ScoreLog()), range(len(texts))))  # noqa: B023
        batch.close()
        assert max(sizes) == 6
        for one, other in zip(expected, actual, strict=True):
            assert len(one) == len(other) == 6
            for before, now in zip(one, other, strict=True):
                assert float((before - now).abs().max()) < 1e-4 * float(before.std())


@pytest.mark.slow
def test_who_waits_goes_on_when_the_one_that_computes_is_cancelled(model: Any) -> None:
    """The first one is gone after its first step, with which the pages of the others end."""
    batch = TextBatch(model, 1200, 32)
    expected = [run(batch, tokens, scope="other")[0] for tokens in prompts(4)]
    steps = threading.Event()

    def cancel(context: PredictionContext) -> None:
        steps.wait(60)
        context.cancel()

    batch.start()
    engine = batch._engine
    assert engine is not None
    processor = engine._manager.batch_processor
    assert processor is not None
    schedule = processor.scheduler.schedule_batch

    def schedule_and_tell(*budgets: int) -> Any:
        planned = schedule(*budgets)
        if any(len(future.state.initial_tokens) > 900 for future in planned[0] or ()):
            steps.set()
        return planned

    processor.scheduler.schedule_batch = schedule_and_tell
    with ThreadPoolExecutor(8) as pool:
        context = PredictionContext("p", {}, Sink())
        first = pool.submit(run, batch, prompts(1)[0], context=context)
        pool.submit(cancel, context)
        steps.wait(60)
        others = list(pool.map(lambda tokens: run(batch, tokens)[0], prompts(4)))
        first.result()
    batch.close()
    assert others == expected


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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_later_ones_have_their_first_token_in_a_fraction_of_the_time() -> None:
    """Of 32 requests that share a prompt of 1000 tokens, one after the other and all at once."""
    torch.manual_seed(5)
    sizes = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 6, "num_attention_heads": 12}
    config = LlamaConfig(**sizes, vocab_size=4096, max_position_embeddings=1200, bos_token_id=None, eos_token_id=0)
    batch = TextBatch(LlamaForCausalLM(config).eval(), 1200, 32)
    try:
        run(batch, list(range(50, 350)), scope="warm", count=2)
        turns = [run(batch, tokens, scope="turns", count=2)[2] for tokens in prompts(32)]
        started = threading.Barrier(32)

        def run_together(tokens: list[int]) -> float:
            started.wait()
            return run(batch, tokens, scope="together", count=2)[2]

        with ThreadPoolExecutor(32) as pool:
            together = sorted(pool.map(run_together, prompts(32)))
    finally:
        batch.close()
    first, later, behind = turns[0], statistics.median(turns[1:]), together[-1] - together[0]
    print(f"first {first:.2f} s, later {later:.2f} s; all at once {together[0]:.2f} s, the last {behind:.2f} s later")  # noqa: T201
    assert later < 0.3 * first
    # all 31 others together in less than half of what one whole prompt takes
    assert behind < 0.5 * together[0]
