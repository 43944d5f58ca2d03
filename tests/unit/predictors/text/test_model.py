from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from tests.support.marks import seldom
from tests.unit.predictors import tiny_models
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import DEFAULTS, PROMPT, Folder, generate, model_of, reference, setup
from tests.unit.predictors.tiny_models import CONTEXT
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.predictor import InputRejectedError, Predictor
from workers.contract.protocol import Output
from workers.predictors.text.streaming import BROKEN

Loaded = Callable[[str], Predictor]


@pytest.mark.parametrize("name", ["llama", "t5", *seldom("gpt2")])
def test_temperature_0_is_what_generate_gives_greedily(loaded: Loaded, folder: Folder, name: str) -> None:
    ids, text = reference(folder(name), PROMPT, 24)
    sink = generate(loaded(name), temperature=0)
    assert sink.output == text
    assert sink.metrics["output_tokens"] == len(ids)


@pytest.mark.parametrize("name", ["llama", "t5", *seldom("gpt2")])
def test_text_is_streamed_and_measured(loaded: Loaded, name: str) -> None:
    sink = generate(loaded(name))
    assert len(sink.of(Output)) > 5
    shared = set() if name == "t5" else {"cached_input_tokens"}
    assert set(sink.metrics) == {"input_tokens", "output_tokens", "time_to_first_token_seconds"} | shared
    assert sink.metrics["output_tokens"] <= 24
    assert 0 < sink.metrics["time_to_first_token_seconds"] < 60


@pytest.mark.parametrize("name", ["llama", "t5"])
def test_a_seed_gives_the_same_text_alone_and_in_company(loaded: Loaded, name: str) -> None:
    predictor = loaded(name)
    prompts = [f"{PROMPT} {n}" for n in range(8)]

    def run(number: int) -> str:
        return generate(predictor, prompts[number], seed=number, top_p=0.9, top_k=50, max_new_tokens=16).output

    alone = [run(n) for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for together in (list(pool.map(run, range(8))), list(pool.map(run, reversed(range(8))))[::-1]):
            assert together == alone
    assert len(set(alone)) == 8


def test_another_seed_gives_another_text_and_torchs_own_generator_is_left_alone(loaded: Loaded) -> None:
    state = torch.get_rng_state()
    texts = {generate(loaded("llama"), seed=seed).output for seed in range(5)}
    assert len(texts) == 5
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(99)
    assert generate(loaded("llama"), seed=0).output in texts


def test_the_largest_values_of_every_input_are_taken(loaded: Loaded) -> None:
    values = {"temperature": 2, "top_p": 1e-9, "top_k": 1000, "seed": 2**53 - 1, "stop": ["x" * 64] * 4}
    assert generate(loaded("llama"), **values).metrics["output_tokens"] == 24


def test_the_output_ends_before_a_stop_string_that_spans_tokens(loaded: Loaded) -> None:
    full = generate(loaded("llama"))
    pieces = [m.text for m in full.of(Output)]
    at = next(n for n in range(3, len(pieces) - 1) if BROKEN not in pieces[n] + pieces[n + 1])
    stop = pieces[at][-1] + pieces[at + 1][0]
    expected = full.output[: full.output.index(stop)]
    stopped = generate(loaded("llama"), stop=["never there", stop])
    assert stopped.output == expected
    assert stopped.metrics["output_tokens"] < full.metrics["output_tokens"]


def test_what_only_begins_like_a_stop_string_is_given_out_in_the_end(loaded: Loaded) -> None:
    full = generate(loaded("llama")).output
    assert generate(loaded("llama"), stop=[full[-1] + "and more"]).output == full


def test_the_end_token_ends_the_text_and_is_no_part_of_it(loaded: Loaded, folder: Folder, tmp_path: Path) -> None:
    ids, _ = reference(folder("llama"), PROMPT, 24)
    path = shutil.copytree(folder("llama"), tmp_path / "ends")
    end = next(token for n, token in enumerate(ids) if n > 3 and token not in ids[:n])
    (path / "generation_config.json").write_text(json.dumps({"eos_token_id": [0, end]}))
    sink = generate(setup(path), temperature=0)
    tokenizer = AutoTokenizer.from_pretrained(path)
    assert sink.output == tokenizer.decode(ids[: ids.index(end)])
    assert sink.metrics["output_tokens"] == ids.index(end) + 1


def test_a_prompt_longer_than_the_context_is_rejected_with_both_numbers(loaded: Loaded) -> None:
    tokens = len(AutoTokenizer.from_pretrained(setup_path(loaded))("x " * 200)["input_ids"])
    with pytest.raises(InputRejectedError, match=rf"{tokens} tokens.* {CONTEXT} tokens,"):
        generate(loaded("llama"), "x " * 200)


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_the_output_ends_where_the_context_does(loaded: Loaded, name: str) -> None:
    for letters in (40, 100, 127):
        sink = generate(loaded(name), "a" * letters, max_new_tokens=4096, temperature=0)
        assert sink.metrics["input_tokens"] + sink.metrics["output_tokens"] <= CONTEXT


@pytest.mark.parametrize("name", ["llama", "t5", *seldom("gpt2")])
def test_an_empty_prompt_starts_from_nothing(loaded: Loaded, name: str) -> None:
    sink = generate(loaded(name), "")
    assert sink.metrics["input_tokens"] == 1
    assert sink.metrics["output_tokens"] >= 1


def test_a_cancel_is_seen_at_the_next_token_and_keeps_the_text(loaded: Loaded) -> None:
    class Canceling(Sink):
        def text(self, prediction: str, piece: str) -> None:
            super().text(prediction, piece)
            if len(self.of(Output)) == 3:
                context.cancel()

    sink = Canceling()
    context = PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, "max_new_tokens": 100}, sink)
    with pytest.raises(CancelSignal):
        loaded("llama").predict(context)
    full = generate(loaded("llama"), max_new_tokens=100)
    assert full.output.startswith(sink.output.rstrip(BROKEN))
    assert sink.metrics["output_tokens"] <= 8


def test_a_prediction_canceled_before_it_begins_writes_nothing(loaded: Loaded) -> None:
    sink = Sink()
    context = PredictionContext("p", {"prompt": PROMPT, **DEFAULTS}, sink)
    context.cancel()
    with pytest.raises(CancelSignal):
        loaded("llama").predict(context)
    assert sink.output == ""


def test_a_token_that_the_model_does_not_know_is_rejected(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "unknown")
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.add_tokens(["<unheard of>"])
    tokenizer.save_pretrained(path)
    predictor = setup(path)
    with pytest.raises(InputRejectedError, match="vocabulary has 400 tokens"):
        generate(predictor, "say <unheard of>")
    assert generate(predictor).output


def test_a_models_own_way_of_decoding_shapes_scores_but_does_not_sample_or_search(
    folder: Folder, tmp_path: Path
) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "own")
    own = {
        "do_sample": True,
        "temperature": 5.0,
        "top_k": 3,
        "num_beams": 4,
        "early_stopping": True,
        "max_length": 5,
        "min_length": 500,
        "stop_strings": ["e"],
        "cache_implementation": "static",
        "eos_token_id": 0,
    }
    (path / "generation_config.json").write_text(json.dumps(own))
    _, text = reference(folder("llama"), PROMPT, 24)
    assert generate(setup(path), temperature=0).output == text
    (path / "generation_config.json").write_text(json.dumps({"repetition_penalty": 50.0, "eos_token_id": 0}))
    assert generate(setup(path), temperature=0).output != text


def test_a_model_whose_rotary_tables_follow_the_length_runs_one_prediction_at_a_time(
    folder: Folder, tmp_path: Path
) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "dynamic")
    config = json.loads((path / "config.json").read_text())
    config["rope_parameters"] = {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}
    (path / "config.json").write_text(json.dumps(config))
    predictor = setup(path)
    prompts = [PROMPT, "a" * 90]
    alone = [generate(predictor, prompt).output for prompt in prompts]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            assert list(pool.map(lambda prompt: generate(predictor, prompt).output, prompts)) == alone
    assert model_of(predictor).batch is None
    assert model_of(predictor)._one_by_one.at_once == 1


def test_a_load_tells_its_phases_and_its_bytes(folder: Folder) -> None:
    told: list[tuple[str, int | None, int | None]] = []
    size = (folder("llama") / "model.safetensors").stat().st_size
    predictor = setup(folder("llama"), lambda *phase: told.append(phase))
    assert [phase for phase, _, _ in dict.fromkeys(told)] == ["read", "move", "warm-up"]
    assert told[0] == ("read", 0, size)
    assert all(total == size for _, _, total in told)
    batch = model_of(predictor).batch
    assert batch is not None
    assert 0.9 * size < predictor.size_bytes() - batch.cache_bytes <= size
    assert batch.cache_bytes > 2 * 2 * 2 * 8 * 4 * 32 * CONTEXT
    predictor.teardown()
    assert predictor.size_bytes() == 0


def test_a_load_runs_no_pickle_and_no_code_of_the_folder(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "pickled")
    weights = path / "model.safetensors"
    weights.rename(path / "pytorch_model.bin")
    with pytest.raises(Exception, match="safetensors"):
        setup(path)


def setup_path(loaded: Loaded) -> str:
    return str(model_of(loaded("llama"))._model.config._name_or_path)


@pytest.fixture(autouse=True)
def _no_gradients_left() -> Iterator[None]:
    yield
    assert torch.is_grad_enabled()


@pytest.mark.slow
def test_an_end_that_the_model_has_no_token_for_ends_nothing_and_breaks_no_batch(tmp_path: Path) -> None:
    path = tiny_models.llama(tmp_path / "llama")
    file = path / "generation_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "eos_token_id": [0, 199_999]}))
    predictor = setup(path)
    assert generate(predictor, temperature=0, min_new_tokens=4).output == reference(path, PROMPT, 24)[1]
    predictor.teardown()
