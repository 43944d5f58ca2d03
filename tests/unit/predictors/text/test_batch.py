"""Predictions of one text model that share its forward passes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.support.marks import seldom
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import DEFAULTS, PROMPT, generate, model_of, reference, setup
from tests.unit.predictors.tiny_models import CONTEXT, family
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.failures import explain
from workers.contract.predictor import InputRejectedError, Predictor
from workers.predictors.text.batch import BrokenBatchError, TextBatch
from workers.predictors.text.engine import Step

Loaded = Callable[[str], Predictor]
Folder = Callable[[str], Path]
PROMPTS = [PROMPT, "a", "x y z " * 9, "The lazy dog", "Pack my box", "def f(x):", "Größe", "1 2 3"]
UNHEARD = "🙂"


def together(predictor: Predictor, runs: list[Callable[[], Any]]) -> list[Any]:
    """What each of some calls gave, or the exception that it raised; all at once."""

    def outcome(run: Callable[[], Any]) -> Any:
        try:
            return run()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(outcome, runs))


def good(predictor: Predictor, number: int, **values: Any) -> Callable[[], str]:
    prompt = PROMPTS[number % len(PROMPTS)]
    return lambda: generate(predictor, prompt, **{"seed": number, "top_p": 0.9, "max_new_tokens": 12, **values}).output


def batch_of(predictor: Predictor) -> TextBatch:
    batch = model_of(predictor).batch
    assert batch is not None
    return batch


def left_behind(batch: TextBatch) -> list[str]:
    """What the manager still holds, once it has made the step that drops what was cancelled."""
    assert batch._engine is not None
    processor = batch._engine._manager.batch_processor
    generate_nothing = threading.Event()
    for _ in range(200):
        held = [*processor.scheduler.active_requests, *processor.scheduler.waiting_requests, *batch._entries]
        if not held and processor.cache.compute_free_capacity() == 1:
            return []
        generate_nothing.wait(0.02)
    return held or ["pages of the cache"]


@pytest.mark.parametrize("name", ["llama", *seldom("gpt2", "qwen2", "opt", "gpt_neox", "mistral")])
def test_greedy_is_what_generate_gives_alone_however_many_run(folder: Folder, tmp_path: Path, name: str) -> None:
    path = folder(name) if name in {"llama", "gpt2"} else family(tmp_path / name)
    predictor = setup(path)
    batch_of(predictor)
    alone = [reference(path, prompt, 24)[1] for prompt in PROMPTS]
    runs = [good(predictor, number, temperature=0, max_new_tokens=24) for number in range(8)]
    assert together(predictor, runs) == alone
    assert generate(predictor, temperature=0).output == alone[0]
    predictor.teardown()


def test_a_seed_gives_the_same_text_alone_and_in_any_company(loaded: Loaded) -> None:
    predictor = loaded("llama")
    alone = [good(predictor, number)() for number in range(32)]
    assert len(set(alone)) == 32
    for company in (6, 32):
        assert together(predictor, [good(predictor, number) for number in range(company)]) == alone[:company]


@pytest.mark.slow
def test_a_seed_gives_the_same_text_with_and_without_batching(folder: Folder) -> None:
    batched, plain = setup(folder("llama")), setup(folder("llama"))
    batch_of(plain).close()
    model_of(plain).batch = None
    for number in range(8):
        assert good(batched, number)() == good(plain, number)()
    batched.teardown()


POISON: list[dict[str, Any]] = [
    {"temperature": 0},
    {"temperature": 1e-40},
    {"temperature": 1e38},
    {"top_k": 10**9},
    {"top_p": 1e-40},
    {"max_new_tokens": 10**9},
    {"max_new_tokens": CONTEXT - 1, "prompt": "x"},
    {"seed": 2**63 - 1},
    {"stop": ["\x00"]},
]


@pytest.mark.parametrize("poison", POISON, ids=str)
def test_no_value_of_one_request_harms_eight_others(loaded: Loaded, poison: dict[str, Any]) -> None:
    predictor = loaded("llama")
    expected = [good(predictor, number)() for number in range(8)]
    rebuilt = batch_of(predictor).rebuilt
    values = {"prompt": "a", **poison}
    runs = [good(predictor, number) for number in range(8)]
    *others, bad = together(predictor, [*runs, lambda: generate(predictor, **values).output])
    assert others == expected
    assert isinstance(bad, str)
    assert batch_of(predictor).rebuilt == rebuilt
    assert left_behind(batch_of(predictor)) == []


def test_a_prompt_beyond_the_context_harms_nobody(loaded: Loaded) -> None:
    predictor = loaded("llama")
    expected = [good(predictor, number)() for number in range(8)]
    runs = [good(predictor, number) for number in range(8)]
    *others, bad = together(predictor, [*runs, lambda: generate(predictor, "x " * 500)])
    assert others == expected
    assert isinstance(bad, InputRejectedError)


@pytest.fixture
def broken(folder: Folder) -> Iterator[Predictor]:
    """A model whose forward pass fails whenever a certain prompt is in the batch."""
    predictor = setup(folder("llama"))
    model = model_of(predictor)
    unheard = model._prompts.encode(UNHEARD)

    def fail(module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        tokens = kwargs["input_ids"][0].tolist()
        if any(tokens[at : at + len(unheard)] == unheard for at in range(len(tokens))):
            raise RuntimeError("the forward pass broke")

    model._model.register_forward_pre_hook(fail, with_kwargs=True)
    yield predictor
    predictor.teardown()


@pytest.mark.slow
def test_a_request_that_ends_the_manager_fails_alone_and_the_others_go_on(loaded: Loaded, broken: Predictor) -> None:
    expected = [good(loaded("llama"), number, max_new_tokens=60)() for number in range(8)]
    runs = [good(broken, number, max_new_tokens=60) for number in range(8)]
    *others, bad = together(broken, [*runs, lambda: generate(broken, UNHEARD)])
    assert others == expected
    assert isinstance(bad, BrokenBatchError)
    assert "the forward pass broke" in str(bad)
    assert batch_of(broken).rebuilt >= 1
    assert good(broken, 3, max_new_tokens=60)() == expected[3]
    assert left_behind(batch_of(broken)) == []


@pytest.mark.slow
def test_scores_that_are_no_numbers_fail_their_request_alone(folder: Folder, loaded: Loaded) -> None:
    predictor = setup(folder("llama"))
    expected = [good(loaded("llama"), number)() for number in range(4)]
    model = model_of(predictor)
    token = model._prompts.encode(UNHEARD)[0]
    with torch.no_grad():
        model._model.get_input_embeddings().weight[token] = float("nan")
    runs = [good(predictor, number) for number in (0, 1, 2, 3)]
    *others, bad = together(predictor, [*runs, lambda: generate(predictor, UNHEARD)])
    assert isinstance(bad, FloatingPointError)
    assert others == expected
    assert batch_of(predictor).rebuilt == 0
    predictor.teardown()


def test_a_cancel_drops_one_request_and_leaves_the_others_as_they_were(loaded: Loaded) -> None:
    predictor = loaded("llama")
    expected = [good(predictor, number, max_new_tokens=40)() for number in range(6)]
    contexts: list[PredictionContext] = []

    def cancelled(after: int) -> str:
        sink = Sink()
        sink.put_text = sink.text  # type: ignore[attr-defined]
        context = PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, "max_new_tokens": 100}, sink)
        contexts.append(context)

        def text(prediction: str, piece: str) -> None:
            sink.put_text(prediction, piece)  # type: ignore[attr-defined]
            if len(sink.messages) > after:
                context.cancel()

        sink.text = text  # type: ignore[method-assign]
        with pytest.raises(CancelSignal):
            predictor.predict(context)
        assert sink.metrics["output_tokens"] < 60
        return sink.output

    manager = batch_of(predictor)._engine
    assert manager is not None
    written: dict[str, int] = {}

    def count(steps: list[Step], tell: Callable[[list[Step]], None] = manager._on_steps) -> None:
        written.update({step.key: max(len(step.tokens), written.get(step.key, 0)) for step in steps})
        tell(steps)

    manager._on_steps = count
    runs: list[Callable[[], Any]] = [good(predictor, number, max_new_tokens=40) for number in range(6)]
    outcomes = together(predictor, [*runs, *(lambda after=after: cancelled(after) for after in (2, 5, 9))])
    assert outcomes[:6] == expected
    assert all(isinstance(text, str) and text for text in outcomes[6:])
    assert left_behind(batch_of(predictor)) == []
    assert len(written) == 9
    assert max(written.values()) < 90, "none of them went on to its hundredth token"
    assert all(not context._to_call for context in contexts)


@pytest.mark.parametrize(("name", "reason"), [("t5", "encoder-decoder"), ("bloom", "round too much")])
def test_models_that_cannot_be_batched_run_without_and_the_log_says_why(
    folder: Folder, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, reason: str
) -> None:
    path = folder(name) if name == "t5" else family(tmp_path / name)
    predictor = setup(path)
    assert model_of(predictor).batch is None
    assert "run one by one, without batching" in caplog.text
    assert reason in caplog.text
    runs = [good(predictor, number, temperature=0, max_new_tokens=24) for number in range(8)]
    assert together(predictor, runs) == [reference(path, prompt, 24)[1] for prompt in PROMPTS]


@pytest.mark.slow
def test_a_teardown_ends_every_thread_and_frees_the_cache(folder: Folder) -> None:
    before = {thread.name for thread in threading.enumerate()}
    predictor = setup(folder("llama"))
    generate(predictor)
    batch = batch_of(predictor)
    started = [thread for thread in threading.enumerate() if thread.name not in before]
    predictor.teardown()
    for thread in started:
        thread.join(10)
        assert not thread.is_alive()
    assert batch.cache_bytes == 0


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, *seldom(MemoryError)])
def test_a_batch_that_fills_the_memory_is_run_again_in_smaller_parts(folder: Folder, error: type[Exception]) -> None:
    predictor = setup(folder("llama"))
    expected = [good(predictor, number)() for number in range(8)]
    batch, model = batch_of(predictor), model_of(predictor)._model
    plain, failures = model.forward, []

    def crowded(*args: Any, **kwargs: Any) -> Any:
        assert batch._engine is not None
        if len(batch._engine._manager.batch_processor.scheduler.active_requests) > 3:
            failures.append(1)
            raise error("CUDA out of memory. Tried to allocate 1.00 GiB.")
        return plain(*args, **kwargs)

    model.forward = crowded
    assert together(predictor, [good(predictor, number) for number in range(8)]) == expected
    assert failures
    predictor.teardown()


@pytest.mark.slow
def test_one_that_fills_the_memory_alone_says_so_and_the_next_one_runs(folder: Folder) -> None:
    predictor = setup(folder("llama"))
    expected = good(predictor, 1)()
    model = model_of(predictor)._model
    plain = model.forward

    def full(*args: Any, **kwargs: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB.")

    model.forward = full
    with pytest.raises(MemoryError, match="Tried to allocate") as caught:
        good(predictor, 1)()
    assert explain(caught.value)[0] == "OUT_OF_MEMORY"
    model.forward = plain
    assert good(predictor, 1)() == expected
    predictor.teardown()
