"""What a request may ask for beside its prompt: equal in a batch and one by one, and equal to transformers' own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import DEFAULTS, PROMPT, generate, model_of, setup
from workers.contract.context import PredictionContext
from workers.contract.predictor import InputRejectedError, Predictor, VersionSpec
from workers.contract.protocol import ChoiceOutput
from workers.predictors.text.predictor import Text

Loaded = Callable[[str], Predictor]
Folder = Callable[[str], Path]
EVERYTHING: list[dict[str, Any]] = [
    {"min_p": 0.5, "temperature": 2.0},
    {"repetition_penalty": 1.5},
    {"presence_penalty": -2.0, "frequency_penalty": -2.0},
    {"logit_bias": {"50": 4.0, "60": -100}},
    {"min_new_tokens": 8, "logit_bias": {"0": 100}},
    {"ignore_eos": True, "logit_bias": {"0": 8}},
    {
        "repetition_penalty": 1.3,
        "frequency_penalty": -0.5,
        "min_p": 0.05,
        "top_k": 40,
        "top_p": 0.9,
        "temperature": 1.4,
    },
    {"temperature": 0, "repetition_penalty": 2.0},
]


def output_of(predictor: Predictor, **values: Any) -> Any:
    return predictor.predict(PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, **values}, Sink()))


@pytest.fixture(scope="module")
def plain(folder: Folder) -> Predictor:
    predictor = setup(folder("llama"))
    model = model_of(predictor)
    assert model.batch is not None
    model.batch.close()
    model.batch = None
    return predictor


def test_every_parameter_gives_the_same_alone_in_company_and_without_batching(loaded: Loaded, plain: Predictor) -> None:
    predictor = loaded("llama")

    def run(number: int) -> str:
        return generate(predictor, seed=number, **EVERYTHING[number]).output

    alone = [run(number) for number in range(len(EVERYTHING))]
    with ThreadPoolExecutor(len(EVERYTHING)) as pool:
        assert list(pool.map(run, range(len(EVERYTHING)))) == alone
    assert [generate(plain, seed=n, **values).output for n, values in enumerate(EVERYTHING)] == alone
    without = [
        generate(predictor, seed=n, temperature=v.get("temperature", 1.0)).output for n, v in enumerate(EVERYTHING)
    ]
    same = [n for n, (one, other) in enumerate(zip(alone, without, strict=True)) if one == other]
    assert same == []


@pytest.mark.slow
def test_a_repetition_penalty_and_banned_words_of_the_models_own_are_batched(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "own")
    own = {"repetition_penalty": 1.7, "no_repeat_ngram_size": 2, "suppress_tokens": [50, 51], "eos_token_id": 0}
    (path / "generation_config.json").write_text(json.dumps(own))
    predictor = setup(path)
    assert predictor.facts() == {"engine": "batched"}
    model, tokenizer = AutoModelForCausalLM.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)
    prompts = [PROMPT, "The lazy dog", "a", "x y z " * 9]

    def expected(prompt: str) -> str:
        ids = tokenizer(prompt, return_tensors="pt")
        out = model.generate(**ids, do_sample=False, max_new_tokens=24, pad_token_id=1)[0, ids["input_ids"].shape[1] :]
        return str(tokenizer.decode(out, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(lambda prompt: generate(predictor, prompt, temperature=0).output, prompts))
    assert outputs == [expected(prompt) for prompt in prompts]
    predictor.teardown()


def test_the_models_own_generation_config_gives_the_defaults(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "defaults")
    own = {"do_sample": True, "temperature": 0.6, "top_p": 0.7, "top_k": 20, "repetition_penalty": 1.05}
    (path / "generation_config.json").write_text(json.dumps(own))
    inputs = Text.inspect(VersionSpec("v", "text", str(path))).input_schema["properties"]
    assert {name: inputs[name]["default"] for name in own if name in inputs} == {
        k: v for k, v in own.items() if k in inputs
    }
    Draft202012Validator.check_schema(Text.inspect(VersionSpec("v", "text", str(path))).input_schema)
    (path / "generation_config.json").write_text(json.dumps({"temperature": 3.5, "top_k": -1}))
    schema = Text.inspect(VersionSpec("v", "text", str(path))).input_schema
    assert schema["properties"]["temperature"]["default"] == 0.8, "values that no request may have are no defaults"


def special(folder: Folder, tmp_path: Path) -> tuple[Path, int]:
    """A model with a special token that does not end its texts, and the token's number."""
    path = shutil.copytree(folder("llama"), tmp_path / "special")
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_end|>"]})
    tokenizer.save_pretrained(path)
    model = AutoModelForCausalLM.from_pretrained(path)
    number = tokenizer.convert_tokens_to_ids("<|im_end|>")
    if number >= 400:
        model.resize_token_embeddings(number + 1)
        model.save_pretrained(path)
    return path, number


@pytest.mark.slow
def test_a_special_token_stops_the_text_or_is_shown_in_it(folder: Folder, tmp_path: Path) -> None:
    path, number = special(folder, tmp_path)
    predictor = setup(path)
    often = {"logit_bias": {str(number): 12}, "max_new_tokens": 40, "n": 1}
    hidden = output_of(predictor, **often)["choices"][0]
    shown = output_of(predictor, **often, skip_special_tokens=False)["choices"][0]
    stopped = output_of(predictor, **often, stop=["<|im_end|>"])["choices"][0]
    assert "<|im_end|>" in shown["text"]
    assert "<|im_end|>" not in hidden["text"]
    assert hidden["finish_reason"] == "length"
    assert stopped["finish_reason"] == "stop"
    assert stopped["text"] == shown["text"].split("<|im_end|>")[0]
    predictor.teardown()


@pytest.mark.slow
def test_a_prompt_that_brings_its_own_beginning_does_not_get_two(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "bos")
    tokenizer = AutoTokenizer.from_pretrained(path)
    from tokenizers.processors import TemplateProcessing

    tokenizer.add_special_tokens({"bos_token": "<pad>"})
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<pad> $A", special_tokens=[("<pad>", 1)])
    tokenizer.save_pretrained(path)
    predictor = setup(path)
    encode = model_of(predictor)._prompts.encode
    assert encode("<pad>The")[:2] == encode("The")[:2]
    assert encode("The")[0] == 1
    assert encode("The")[1] != 1
    predictor.teardown()


def test_choices_have_reasons_and_the_seeds_behind_the_first(loaded: Loaded) -> None:
    predictor = loaded("llama")
    output = output_of(predictor, n=3, seed=5, max_new_tokens=12)
    assert [choice["text"] for choice in output["choices"]] == [
        generate(predictor, seed=seed, max_new_tokens=12).output for seed in (5, 6, 7)
    ]
    assert {choice["finish_reason"] for choice in output["choices"]} <= {"stop", "length"}
    assert output["usage"]["output_tokens"] <= 36
    ended = output_of(predictor, n=1, temperature=0, logit_bias={"0": 100})["choices"][0]
    assert (ended["text"], ended["finish_reason"]) == ("", "stop")
    assert output_of(predictor) is None, "text alone where no more was asked for"


@pytest.mark.parametrize("name", ["llama", "plain", "t5"])
def test_every_choice_is_streamed_with_its_log_probabilities(loaded: Loaded, plain: Predictor, name: str) -> None:
    predictor = plain if name == "plain" else loaded(name)
    for values in ({"n": 3, "seed": 5}, {"n": 3, "logprobs": 2, "stop": ["e"]}, {"logprobs": 0}):
        sink = Sink()
        output = predictor.predict(PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, **values}, sink))
        assert [sink.text_of(number) for number in range(values.get("n", 1))] == [
            choice["text"] for choice in output["choices"]
        ]
        if "logprobs" in values:
            for number, choice in enumerate(output["choices"]):
                assert sink.logprobs_of(number) == choice["logprobs"]["content"] != []
            count = sum(len(choice["logprobs"]["content"]) for choice in output["choices"])
            assert count == output["usage"]["output_tokens"], "each token once"
        assert all((piece.logprobs is not None) is ("logprobs" in values) for piece in sink.of(ChoiceOutput))
    assert generate(predictor).of(ChoiceOutput) == [], "one text alone is sent as before"


def test_log_probabilities_are_those_of_the_model(loaded: Loaded, plain: Predictor, folder: Folder) -> None:
    values = {"logprobs": 3, "temperature": 0, "max_new_tokens": 6, "repetition_penalty": 1.2}
    content = output_of(loaded("llama"), **values)["choices"][0]["logprobs"]["content"]
    model, tokenizer = (
        AutoModelForCausalLM.from_pretrained(folder("llama")).eval(),
        AutoTokenizer.from_pretrained(folder("llama")),
    )
    ids = [*tokenizer(PROMPT)["input_ids"], *(entry["id"] for entry in content)]
    with torch.no_grad():
        logs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
    for place, entry in enumerate(content):
        at = logs[len(ids) - len(content) + place - 1]
        assert entry["logprob"] == pytest.approx(float(at[entry["id"]]), abs=1e-3)
        assert [top["id"] for top in entry["top"]] == at.topk(3).indices.tolist()
    other = output_of(plain, **values)["choices"][0]["logprobs"]["content"]
    assert [entry["id"] for entry in other] == [entry["id"] for entry in content]


def test_a_bias_of_a_token_that_does_not_exist_is_rejected(loaded: Loaded) -> None:
    with pytest.raises(InputRejectedError, match="vocabulary has 400 tokens"):
        generate(loaded("llama"), logit_bias={"400": 1})
