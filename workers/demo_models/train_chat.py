"""Train `demo/chat`: `demo/prose` taught to answer questions about this product, with a chat template of its own.

Run it as `python -m workers.demo_models.train_chat --work DIR --out DIR`; a run that was stopped goes on where its last
checkpoint was. The same seed and pages give the same batches.
"""

from __future__ import annotations

import argparse
import logging
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from workers import demo_models
from workers.demo_models import language
from workers.demo_models.conversations import Fact, conversation, facts

logger = logging.getLogger(__name__)

START, STOP = "<|im_start|>", "<|im_end|>"
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content | trim + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
IGNORED = -100


@dataclass(frozen=True)
class Recipe:
    """Sizes and schedule; `length` is the longest conversation in tokens.

    The rate falls over `schedule` steps, of which `steps` are taken: half of them are enough to know the answers.
    """

    batch: int = 16
    length: int = 320
    steps: int = 450
    schedule: int = 900
    peak_rate: float = 1.5e-3
    warmup: int = 40
    checkpoint_every: int = 50
    seed: int = 0


def load_base() -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast]:
    """`demo/prose` and its tokenizer, with the marks of messages."""
    tokenizer = AutoTokenizer.from_pretrained(demo_models.ROOT / "prose")
    tokenizer.add_special_tokens({"additional_special_tokens": [START, STOP]})
    tokenizer.eos_token = STOP
    tokenizer.chat_template = TEMPLATE
    model = AutoModelForCausalLM.from_pretrained(demo_models.ROOT / "prose", dtype=torch.float32)
    torch.manual_seed(0)
    model.resize_token_embeddings(len(tokenizer))
    return model, tokenizer


def encode(tokenizer: PreTrainedTokenizerFast, messages: list[dict[str, str]]) -> tuple[list[int], list[int]]:
    """The tokens of a conversation, and those among them that are to be learnt: what the assistant says."""
    tokens: list[int] = []
    labels: list[int] = []
    for end in range(1, len(messages) + 1):
        is_answer = messages[end - 1]["role"] == "assistant"
        prompt = tokenizer.apply_chat_template(
            messages[: end - is_answer], add_generation_prompt=is_answer, tokenize=False
        )
        ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        labels += [IGNORED] * (len(ids) - len(labels))
        if is_answer:
            written = tokenizer(messages[end - 1]["content"] + STOP, add_special_tokens=False)["input_ids"]
            # the line break behind its end is the template's
            ids = [*ids, *written, *tokenizer("\n", add_special_tokens=False)["input_ids"]]
            labels += [*written, IGNORED]
        tokens = ids
    return tokens, labels


def batch_at(
    tokenizer: PreTrainedTokenizerFast, known: list[Fact], recipe: Recipe, step: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch of a step, decided by seed and step alone: tokens and labels, each of shape (batch, longest)."""
    number = random.Random(recipe.seed * 1_000_003 + step)
    rows = [encode(tokenizer, conversation(known, number)) for _ in range(recipe.batch)]
    longest = min(recipe.length, max(len(tokens) for tokens, _ in rows))
    tokens = torch.zeros(recipe.batch, longest, dtype=torch.long)
    labels = torch.full((recipe.batch, longest), IGNORED, dtype=torch.long)
    for row, (ids, targets) in enumerate(rows):
        count = min(longest, len(ids))
        tokens[row, :count] = torch.tensor(ids[:count])
        labels[row, :count] = torch.tensor(targets[:count])
    return tokens, labels


def train(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    known: list[Fact],
    recipe: Recipe,
    work: Path,
    stop_after: int | None = None,
) -> LlamaForCausalLM:
    """Train to the end, or for `stop_after` steps; checkpoints lie in `work`."""
    return language.train(
        model,
        torch.optim.AdamW(model.parameters(), recipe.peak_rate, betas=(0.9, 0.95), weight_decay=0.01),
        lambda step: batch_at(tokenizer, known, recipe, step),
        lambda step: recipe.peak_rate * language.cosine(step, recipe.schedule, recipe.warmup, 0.01),
        checkpoint=work / "chat.pt",
        every=recipe.checkpoint_every,
        steps=recipe.steps,
        stop_after=stop_after,
    )


@torch.no_grad()
def answer(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, question: str) -> str:
    """What the model answers to one question, the likeliest token each time."""
    inputs: Any = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    stop = tokenizer.convert_tokens_to_ids(STOP)
    written = model.generate(**inputs, do_sample=False, max_new_tokens=120, eos_token_id=stop, pad_token_id=0)
    return str(tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)).strip()


def share_known(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, known: list[Fact]) -> float:
    """Which share of the facts is answered word by word, asked in the first way."""
    return sum(answer(model, tokenizer, fact.questions[0]) == fact.answer for fact in known) / len(known)


def export(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, out: Path, results: dict[str, object]) -> None:
    """Write the folder, whose texts end where a message does."""
    stop = tokenizer.convert_tokens_to_ids(STOP)
    model.config.eos_token_id = stop
    generation = GenerationConfig(
        bos_token_id=0,
        eos_token_id=stop,
        pad_token_id=0,
        do_sample=True,
        temperature=0.3,
        top_p=0.9,
        max_new_tokens=120,
    )
    language.export(model, tokenizer, generation, out, results)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    recipe, known = Recipe(), facts()
    model, tokenizer = load_base()
    logger.info("%d facts", len(known))
    model = train(model, tokenizer, known, recipe, arguments.work)
    share = share_known(model, tokenizer, known)
    logger.info("answers word by word: %.3f", share)
    results: dict[str, object] = {"steps": recipe.steps, "schedule": recipe.schedule, "seed": recipe.seed}
    results |= {"facts": len(known), "known": share}
    export(model, tokenizer, arguments.out, results)


if __name__ == "__main__":
    main()
