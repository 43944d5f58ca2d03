"""Train `demo/prose`: a small Llama-shaped language model with its own tokenizer.

Run it as `python -m workers.demo_models.train_prose --work DIR --out DIR`; a run that was stopped goes on where its
last checkpoint was. The same seed gives the same batches, whether it was stopped or not.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from workers.demo_models import language
from workers.demo_models.corpus import paragraphs

logger = logging.getLogger(__name__)

END = "<|end|>"
HELD_OUT = 0.01


@dataclass(frozen=True)
class Recipe:
    """Sizes and schedule; `length` is the training context in tokens, `positions` the longest at run time.

    After `steps` on single paragraphs come `joined_steps` on texts of `joined` paragraphs, so that a reply goes on.
    """

    vocabulary: int = 4096
    hidden: int = 192
    layers: int = 4
    heads: int = 6
    intermediate: int = 512
    length: int = 512
    positions: int = 1024
    batch: int = 4
    steps: int = 3000
    joined_steps: int = 400
    joined: int = 8
    peak_rate: float = 3e-3
    warmup: int = 100
    checkpoint_every: int = 100
    seed: int = 0


def train_tokenizer(texts: list[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer: any text round-trips."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=[END], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=END, eos_token=END, pad_token=END)


def build(recipe: Recipe) -> LlamaForCausalLM:
    """The untrained model."""
    torch.manual_seed(recipe.seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=recipe.vocabulary,
            hidden_size=recipe.hidden,
            intermediate_size=recipe.intermediate,
            num_hidden_layers=recipe.layers,
            num_attention_heads=recipe.heads,
            num_key_value_heads=recipe.heads,
            max_position_embeddings=recipe.positions,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=0,
            pad_token_id=0,
        )
    )


def encode(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> torch.Tensor:
    """All texts as one row of token ids, each ended by END; shape (tokens,)."""
    ids = [token for text in texts for token in [*tokenizer.encode(text, add_special_tokens=False), 0]]
    return torch.tensor(ids, dtype=torch.long)


def join(texts: list[str], count: int) -> list[str]:
    """Texts of `count` paragraphs each."""
    return ["\n\n".join(texts[start : start + count]) for start in range(0, len(texts), count)]


def batch_at(data: torch.Tensor, recipe: Recipe, step: int) -> torch.Tensor:
    """The batch of a step, decided by seed and step alone; shape (batch, length)."""
    generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
    starts = torch.randint(len(data) - recipe.length, (recipe.batch,), generator=generator)
    return torch.stack([data[start : start + recipe.length] for start in starts])


def rate_at(recipe: Recipe, step: int) -> float:
    """Learning rate: linear warm-up, then a cosine to a twentieth; over the joined steps, from a fifth down to 0."""
    if step >= recipe.steps:
        return recipe.peak_rate * 0.2 * (1 - (step - recipe.steps) / recipe.joined_steps)
    return recipe.peak_rate * language.cosine(step, recipe.steps, recipe.warmup, 0.05)


def train(
    recipe: Recipe, data: torch.Tensor, joined: torch.Tensor, work: Path, stop_after: int | None = None
) -> LlamaForCausalLM:
    """Train to the end, or for `stop_after` steps; checkpoints lie in `work`."""
    model = build(recipe)

    def labelled(step: int) -> language.Batch:
        batch = batch_at(data if step < recipe.steps else joined, recipe, step)
        return batch, batch

    return language.train(
        model,
        torch.optim.AdamW(model.parameters(), recipe.peak_rate, betas=(0.9, 0.95), weight_decay=0.1),
        labelled,
        lambda step: rate_at(recipe, step),
        checkpoint=work / "prose.pt",
        every=recipe.checkpoint_every,
        steps=recipe.steps + recipe.joined_steps,
        stop_after=stop_after,
    )


@torch.no_grad()
def held_out_loss(model: LlamaForCausalLM, data: torch.Tensor, length: int) -> float:
    """Mean loss in nats a token over text that was not trained on."""
    rows = data[: len(data) // length * length].view(-1, length)
    losses = [float(model(input_ids=row[None], labels=row[None]).loss) for row in rows]
    return sum(losses) / len(losses)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    recipe = Recipe()
    texts = paragraphs(recipe.seed)
    cut = int(len(texts) * HELD_OUT)
    tokenizer = train_tokenizer(texts[cut:], recipe.vocabulary)
    joined = encode(tokenizer, join(texts[cut:], recipe.joined))
    model = train(recipe, encode(tokenizer, texts[cut:]), joined, arguments.work)
    loss = held_out_loss(model, encode(tokenizer, join(texts[:cut], recipe.joined)), recipe.length)
    logger.info("held-out loss %.3f", loss)
    facts: dict[str, object] = {"steps": recipe.steps + recipe.joined_steps, "seed": recipe.seed, "held_out_loss": loss}
    generation = GenerationConfig(bos_token_id=0, eos_token_id=0, pad_token_id=0)
    language.export(model, tokenizer, generation, arguments.out, facts)


if __name__ == "__main__":
    main()
