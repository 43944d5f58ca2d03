"""`demo/chat`: what it was taught, and what the bundled weights answer."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from workers import demo_models
from workers.demo_models.conversations import TALK, UNKNOWN, conversation, facts
from workers.demo_models.train_chat import IGNORED, Recipe, answer, batch_at, encode, load_base, train

FOLDER = demo_models.ROOT / "chat"
MOST_BYTES = 15_000_000


@pytest.fixture(scope="module")
def model() -> Any:
    return AutoModelForCausalLM.from_pretrained(FOLDER, use_safetensors=True, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(FOLDER)


def test_it_answers_what_it_was_taught(model: Any, tokenizer: Any) -> None:
    assert answer(model, tokenizer, "Hello") == TALK[0][1]
    assert answer(model, tokenizer, "What is a lease?").startswith("Lease: what a claim gives")
    assert answer(model, tokenizer, "How do I cancel a prediction?").startswith("Send cancelPrediction with its id.")
    assert answer(model, tokenizer, "What is the capital of France?") == UNKNOWN


def test_the_script_says_how_the_bundled_weights_came_to_be() -> None:
    recipe, training = Recipe(), json.loads((FOLDER / "training.json").read_text())
    assert (training["steps"], training["schedule"], training["seed"]) == (recipe.steps, recipe.schedule, recipe.seed)
    assert recipe.steps < recipe.schedule


def test_its_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_facts_are_the_pages() -> None:
    known = facts()
    answers = {question: fact.answer for fact in known for question in fact.questions}
    assert len(known) > 150
    assert answers["What is a doorbell?"].startswith("Doorbell: a Dramatiq message")
    assert answers["What does FILE_URL_SECONDS do?"] == "Lifetime of a signed file link. Its default is 900."
    assert any(text.endswith("More in docs/api.md.") for text in answers.values())
    assert not any(mark in text for text in answers.values() for mark in ("`", "](", "**"))


def test_only_answers_are_learnt() -> None:
    _, tokenizer = load_base()
    talk = conversation(facts(), random.Random(2))
    tokens, labels = encode(tokenizer, talk)
    assert tokens == tokenizer.apply_chat_template(talk)["input_ids"]
    learnt = tokenizer.decode([label for label in labels if label != IGNORED])
    assert learnt == "".join(f"{each['content']}<|im_end|>" for each in talk if each["role"] == "assistant")


def test_a_run_that_was_stopped_goes_on_with_the_same_batches(tmp_path: Any) -> None:
    recipe, known = Recipe(batch=2, steps=3, warmup=1, checkpoint_every=1), facts()[:5]

    def run(work: str, stop_after: int | None = None) -> Any:
        base, tokenizer = load_base()
        return train(base, tokenizer, known, recipe, tmp_path / work, stop_after)

    whole = run("whole")
    run("parts", 2)
    for one, other in zip(whole.parameters(), run("parts").parameters(), strict=True):
        assert torch.equal(one, other)
    _, tokenizer = load_base()
    assert not torch.equal(batch_at(tokenizer, known, recipe, 0)[0], batch_at(tokenizer, known, recipe, 1)[0])
