"""Train `demo/naming`: a small classifier that says which shape of which colour a picture shows.

Run it as `python -m workers.demo_models.train_naming --out DIR`: a few minutes on one core. It learns from the drawings
of `drawings.py`, made brighter, darker and noisier, so that it also knows what `demo/shapes` draws.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessorPil

from workers.demo_models import checkpoints
from workers.demo_models.drawings import COLOURS, SHAPES, draw_many, stack

logger = logging.getLogger(__name__)

SIDE = 64
"""Of the pictures that it sees, in pixels; larger ones are made smaller."""
LABELS = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]


@dataclass(frozen=True)
class Recipe:
    """Sizes and schedule."""

    pictures: int = 8000
    held_out: int = 600
    channels: tuple[int, ...] = (16, 32, 64)
    batch: int = 48
    steps: int = 900
    rate: float = 5e-3
    seed: int = 0


def drawings(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures, uint8 of shape (count, 3, SIDE, SIDE), and the numbers of their labels."""
    chosen, _ = draw_many(count, seed)
    numbers = [LABELS.index(f"{drawing.colour} {drawing.shape}") for drawing in chosen]
    return torch.from_numpy(stack(drawing.render(SIDE) for drawing in chosen)), torch.tensor(numbers)


def build_model(recipe: Recipe) -> ResNetForImageClassification:
    """The untrained classifier."""
    config = ResNetConfig(
        embedding_size=recipe.channels[0],
        hidden_sizes=list(recipe.channels),
        depths=[1] * len(recipe.channels),
        layer_type="basic",
        id2label=dict(enumerate(LABELS)),
        label2id={label: number for number, label in enumerate(LABELS)},
    )
    return ResNetForImageClassification(config)


def vary(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Floats in -1..1, each picture with a brightness, a contrast and noise of its own."""
    floats = pictures.float() / 127.5 - 1
    draw = torch.rand((3, len(pictures), 1, 1, 1), generator=generator)
    noise = torch.randn(floats.shape, generator=generator) * 0.12 * draw[2]
    return (floats * (0.85 + 0.3 * draw[0]) + 0.16 * (draw[1] - 0.5) + noise).clamp(-1, 1)


def train(recipe: Recipe) -> tuple[ResNetForImageClassification, dict[str, object]]:
    """The trained classifier and the facts of its training."""
    torch.manual_seed(recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    pictures, numbers = drawings(recipe.pictures, recipe.seed)
    model = build_model(recipe).train()
    optimizer = torch.optim.AdamW(model.parameters(), recipe.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, recipe.steps)
    began = time.monotonic()
    for step in range(recipe.steps):
        chosen = torch.randint(len(pictures), (recipe.batch,), generator=generator)
        loss = model(pixel_values=vary(pictures[chosen], generator), labels=numbers[chosen]).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            logger.info("step %d loss %.4f %.0f s", step + 1, float(loss.detach()), time.monotonic() - began)
    others, answers = drawings(recipe.held_out, recipe.seed + 1)
    right = accuracy(model.eval(), others, answers)
    return model, {"seed": recipe.seed, "steps": recipe.steps, "held_out_accuracy": right}


@torch.no_grad()
def accuracy(model: ResNetForImageClassification, pictures: torch.Tensor, numbers: torch.Tensor) -> float:
    """The share of pictures, unvaried, whose likeliest label is the right one."""
    floats = pictures.float() / 127.5 - 1
    answers = [model(pixel_values=floats[i : i + 100]).logits.argmax(-1) for i in range(0, len(floats), 100)]
    return float((torch.cat(answers) == numbers).float().mean())


def export(model: ResNetForImageClassification, out: Path, facts: dict[str, object]) -> None:
    """Write the folder in the hub's format, fp16 safetensors only, in place of what was there."""
    half = {"mean": [0.5] * 3, "std": [0.5] * 3}
    processor = ViTImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, image_mean=half["mean"], image_std=half["std"]
    )
    with checkpoints.replacing(out, facts) as folder:
        model.to(dtype=torch.float16).save_pretrained(folder)
        processor.save_pretrained(folder)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    model, facts = train(Recipe(steps=arguments.steps))
    export(model, arguments.out, facts)


if __name__ == "__main__":
    main()
