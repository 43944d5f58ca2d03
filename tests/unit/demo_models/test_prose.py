from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from workers import demo_models
from workers.demo_models.corpus import descriptions, tidy
from workers.demo_models.train_prose import Recipe, encode, held_out_loss, join, train, train_tokenizer

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore:Converting a tensor with requires_grad:UserWarning"
)

FOLDER = demo_models.ROOT / "prose"
MOST_PERPLEXITY = 40.0
PROMPTS = ("The function returns", "A class that", "If the argument is", "This module provides")
UNSEEN = (
    "The name of the folder in which the report is stored.",
    "Specifies whether the server accepts requests while the previous request is in progress.",
    "If the value is not set, the default number of results is returned in each page.",
    "Returns a list of the users that have access to the project, ordered by name.",
    "The time at which the last message was received, in seconds.",
)
WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def model() -> Any:
    return AutoModelForCausalLM.from_pretrained(FOLDER, use_safetensors=True, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(FOLDER)


def generate(model: Any, tokenizer: Any, prompt: str, seed: int, length: int = 60) -> str:
    torch.manual_seed(seed)
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    out = model.generate(ids, max_new_tokens=length, do_sample=True, temperature=0.7, top_p=0.9)
    return str(tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))


def test_it_writes_words_of_its_corpus(model: Any, tokenizer: Any) -> None:
    known = {word.lower() for text in set(descriptions()) for word in WORD.findall(text)}
    written = [
        word.lower()
        for seed, prompt in enumerate(PROMPTS * 2)
        # a reply may be cut off inside its last word
        for word in WORD.findall(generate(model, tokenizer, prompt, seed))[:-1]
    ]
    assert len(written) > 50
    assert len(set(written)) > 30
    assert sum(word in known for word in written) >= 0.9 * len(written), sorted(set(written) - known)


def test_unseen_text_surprises_it_less_than_an_untrained_model(model: Any, tokenizer: Any) -> None:
    unseen = encode(tokenizer, join(list(UNSEEN), len(UNSEEN)))
    perplexity = math.exp(held_out_loss(model, unseen, len(unseen)))
    assert perplexity < MOST_PERPLEXITY < model.config.vocab_size / 4


@pytest.mark.parametrize("text", ["The function returns a list.", "  naïve — “quoted”\n\ttabs 🙂", "x = f(1)[2:]"])
def test_the_tokenizer_gives_text_back(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text), clean_up_tokenization_spaces=False) == text


def chance_of_an_end(model: Any, tokenizer: Any, text: str) -> float:
    """The chance that the paragraph ends after a text."""
    (line_break,) = tokenizer.encode("\n")
    with torch.no_grad():
        after = model(torch.tensor([tokenizer.encode(text)])).logits[0, -1].softmax(-1)
    return float(after[tokenizer.eos_token_id] + after[line_break])


def test_it_knows_where_a_paragraph_ends(model: Any, tokenizer: Any) -> None:
    assert tokenizer.eos_token_id == model.generation_config.eos_token_id == model.generation_config.pad_token_id
    at_a_stop = chance_of_an_end(model, tokenizer, "The argument is ignored.")
    assert at_a_stop > 0.01
    assert at_a_stop > 20 * chance_of_an_end(model, tokenizer, "The name of the")


@pytest.mark.slow
def test_a_reply_goes_on_over_paragraphs(model: Any, tokenizer: Any) -> None:
    replies = [generate(model, tokenizer, prompt, seed, 200) for seed, prompt in enumerate(PROMPTS)]
    assert sum(len(reply) for reply in replies) > 1000
    assert sum("\n\n" in reply for reply in replies) >= 2


def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    recipe = Recipe(
        vocabulary=300, hidden=16, layers=1, heads=2, intermediate=32, length=16, positions=32, batch=2, steps=3,
        joined_steps=2, warmup=2, checkpoint_every=10,
    )  # fmt: skip
    tokenizer = train_tokenizer(list(UNSEEN), recipe.vocabulary)
    data, joined = (encode(tokenizer, join(list(UNSEEN), count)) for count in (1, 3))
    whole = train(recipe, data, joined, tmp_path / "whole")
    train(recipe, data, joined, tmp_path / "parts", stop_after=2)
    resumed = train(recipe, data, joined, tmp_path / "parts").state_dict()
    assert all(torch.equal(value, resumed[key]) for key, value in whole.state_dict().items())


def test_another_seed_trains_on_other_batches() -> None:
    from workers.demo_models.train_prose import batch_at

    data, recipe = torch.arange(2000), Recipe(length=8)
    assert torch.equal(batch_at(data, recipe, 5), batch_at(data, recipe, 5))
    assert not torch.equal(batch_at(data, recipe, 5), batch_at(data, dataclasses.replace(recipe, seed=1), 5))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Return the first item\n    of the ``list``, or None when there is none at all.",
         "Return the first item of the list, or None when there is none at all."),
        (">>> print(1) and then some more words that would otherwise make a paragraph.", None),
        ("Too short to be a paragraph.", None),
        ("if (a[0] == b[1]) % 2: (x < y) / [z] and so on and on with ten or more words.", None),
    ],
)  # fmt: skip
def test_only_prose_is_kept(raw: str, clean: str | None) -> None:
    assert tidy(raw) == clean
