"""Whether a model is batched is decided by what it writes in a batch, compared with plain `generate`."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from tests.support.marks import seldom
from tests.unit.predictors.texts import PROMPT, generate, model_of, reference, setup
from tests.unit.predictors.tiny_models import _save, family
from workers.predictors.text import probe, split_attention
from workers.predictors.text.engine import CannotBatchError, explain_failure

Folder = Callable[[str], Path]
PROMPTS = [PROMPT, "a", "x y z " * 9, "The lazy dog"]


def texts(predictor: Any) -> list[str]:
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda prompt: generate(predictor, prompt, temperature=0).output, PROMPTS))


def test_attention_that_a_batch_would_drop_is_seen_and_the_model_stays_as_it_was(tmp_path: Path) -> None:
    path = family(tmp_path / "gemma2")
    predictor = setup(path)
    model = model_of(predictor)
    assert model.batch is None
    assert model.facts()["engine"] == "one by one"
    assert "softcap" in model.facts()["engine_reason"]
    assert model._model.config._attn_implementation == "eager"
    assert texts(predictor) == [reference(path, prompt, 24)[1] for prompt in PROMPTS]


def test_why_a_model_is_not_batched_is_told_of_the_model_and_not_of_the_library(tmp_path: Path) -> None:
    reasons = {
        "ValueError: Invalid layer type: linear_attention": "its linear_attention layers",
        "RuntimeError: index_copy_(): Source/destination tensor must have same slice shapes.": "other sizes",
        "AttributeError: 'PagedAttentionCache' object has no attribute 'get_seq_length'": "ask their cache for more",
        "KeyError: 'read_index'": "do not pass on where a batch keeps",
        "AttributeError: 'NoneType' object has no attribute 'reshape'": "does not run its layers in a batch",
        "NotImplementedError: attention of a batch does not know softcap": "attention of a batch does not know softcap",
    }
    for error, reason in reasons.items():
        assert reason in explain_failure(error)
        assert not re.search(r"Error|'|_index", explain_failure(error))
    # layers that attend otherwise than transformers' interface has it
    sizes = {"vocab_size": 400, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4}
    config = AutoConfig.for_model("falcon", **sizes, bos_token_id=None, eos_token_id=0, pad_token_id=1)
    predictor = setup(_save(AutoModelForCausalLM.from_config(config), tmp_path / "falcon"))
    assert "ask their cache for more" in model_of(predictor).facts()["engine_reason"]
    predictor.teardown()


@pytest.mark.parametrize("kind", ["mamba", *seldom("mamba2", "recurrent_gemma")])
def test_models_without_pages_of_keys_run_one_by_one(tmp_path: Path, kind: str) -> None:
    sizes: dict[str, Any] = {"vocab_size": 400, "hidden_size": 32, "num_hidden_layers": 3}
    more: dict[str, dict[str, Any]] = {
        "mamba2": {"num_heads": 4, "head_dim": 16, "state_size": 8, "n_groups": 1},
        "recurrent_gemma": {"num_attention_heads": 4, "intermediate_size": 64, "lru_width": 32},
    }
    config = AutoConfig.for_model(
        kind, **sizes, **more.get(kind, {}), bos_token_id=None, eos_token_id=0, pad_token_id=1
    )
    path = _save(AutoModelForCausalLM.from_config(config), tmp_path / kind)
    predictor = setup(path)
    assert model_of(predictor).facts()["engine"] == "one by one"
    assert model_of(predictor).facts()["engine_reason"]
    assert texts(predictor) == [reference(path, prompt, 24)[1] for prompt in PROMPTS]


@pytest.mark.slow
def test_quiet_weights_whose_tokens_do_not_change_show_a_difference_in_their_scores(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = split_attention.scaled_dot_product_attention

    def wrong(*args: Any, **kwargs: Any) -> torch.Tensor:
        kwargs["scale"] *= 1.01
        return plain(*args, **kwargs)

    monkeypatch.setattr(split_attention, "scaled_dot_product_attention", wrong)
    predictor = setup(folder("llama"))
    batch = model_of(predictor).batch
    assert batch is not None
    assert not batch._split, "the attention of the library took its place"
    predictor.teardown()
    expected = [torch.linspace(0, 1, 100)]
    probe.compare_scores(expected, [expected[0] + 1e-6 * torch.rand(100)], torch.float32)
    with pytest.raises(CannotBatchError, match="differ"):
        probe.compare_scores(expected, [expected[0] + 1e-3 * torch.rand(100)], torch.float32)


@pytest.mark.slow
def test_a_module_that_keeps_something_between_calls_runs_alone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.predictors.text import model as text_model

    load = text_model.load

    def load_with_memory(*args: Any) -> Any:
        config, tokenizer, model = load(*args)
        plain = model.model.norm.forward

        def remember(states: torch.Tensor) -> torch.Tensor:
            kept = vars(model.model.norm).get("kept")
            if states.shape[1] > 1 or kept is None:
                kept = states[:, :1]
            model.model.norm.kept = kept
            return plain(states + kept)  # type: ignore[no-any-return]

        model.model.norm.forward = remember
        return config, tokenizer, model

    monkeypatch.setattr(text_model, "load", load_with_memory)
    predictor = setup(folder("llama"))
    model = model_of(predictor)
    assert model.batch is None
    assert model._one_by_one.at_once == 1
    alone = [generate(predictor, prompt, temperature=0).output for prompt in PROMPTS]
    assert texts(predictor) == alone


def test_a_good_model_is_batched_and_says_so(folder: Folder) -> None:
    predictor = setup(folder("llama"))
    assert predictor.facts() == {"engine": "batched"}
    predictor.teardown()
