"""Train `demo/shapes-outline`: a LoRA that makes `demo/shapes` draw outlines.

Run it as `python -m workers.demo_models.train_outline --work DIR --out DIR`; a run that was stopped goes on where its
last checkpoint was. The base's own weights stay as they are: the differences are learnt, in diffusers' own form.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

from workers import demo_models
from workers.demo_models import checkpoints
from workers.demo_models.drawings import draw_many, stack
from workers.demo_models.train_shapes import Phase, Recipe, encode_all, velocity_loss

logger = logging.getLogger(__name__)

# At the full size of the latents, where lines are drawn, the UNet has convolutions and no attention
TARGETS = ("to_q", "to_k", "to_v", "to_out.0", "conv1", "conv2", "conv_shortcut", "conv_in", "conv_out")


@dataclass(frozen=True)
class OutlineRecipe:
    """Sizes and schedule."""

    pictures: int = 3000
    rank: int = 8
    steps: int = 400
    batch: int = 24
    rate: float = 2e-3
    seed: int = 1


def add_lora(pipeline: StableDiffusionPipeline, recipe: OutlineRecipe) -> torch.nn.ModuleList:
    """Put an untrained LoRA on the UNet; returns what is to be trained, in an order of its own."""
    torch.manual_seed(recipe.seed)
    pipeline.unet.requires_grad_(requires_grad=False)
    pipeline.unet.add_adapter(LoraConfig(r=recipe.rank, lora_alpha=recipe.rank, target_modules=list(TARGETS)))
    return torch.nn.ModuleList(
        module for name, module in pipeline.unet.named_modules() if name.endswith((".lora_A", ".lora_B"))
    )


def train(
    pipeline: StableDiffusionPipeline, recipe: OutlineRecipe, work: Path, stop_after: int | None = None
) -> dict[str, object]:
    """Put a trained LoRA on a pipeline, and tell the facts of its training."""
    drawings, texts = draw_many(recipe.pictures, recipe.seed)
    side = pipeline.vae.config.sample_size
    pictures = torch.from_numpy(stack(drawing.render(side, is_outline=True) for drawing in drawings))
    latents = encode_all(pipeline.vae, pictures) * pipeline.vae.config.scaling_factor
    captions = pipeline.tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    lora = add_lora(pipeline, recipe)
    schedule = Recipe(seed=recipe.seed)

    def loss_at(generator: torch.Generator) -> torch.Tensor:
        return velocity_loss(pipeline.unet, pipeline.text_encoder, latents, captions, recipe.batch, generator)

    loss = Phase("outline", lora, recipe.rate, recipe.steps, loss_at, 0.98).run(schedule, work, stop_after)
    return {"seed": recipe.seed, "rank": recipe.rank, "steps": recipe.steps, "loss": loss}


def export(pipeline: StableDiffusionPipeline, out: Path, facts: dict[str, object]) -> None:
    """Write the folder in diffusers' format, in place of what was there."""
    layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(pipeline.unet))
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in layers.items()}
    with checkpoints.replacing(out, facts) as folder:
        StableDiffusionPipeline.save_lora_weights(folder, unet_lora_layers=halves)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder of the LoRA")
    parser.add_argument("--base", type=Path, default=demo_models.ROOT / "shapes", help="folder of the base")
    parser.add_argument("--steps", type=int, default=OutlineRecipe.steps)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    pipeline = StableDiffusionPipeline.from_pretrained(arguments.base, use_safetensors=True, torch_dtype=torch.float32)
    export(pipeline, arguments.out, train(pipeline, OutlineRecipe(steps=arguments.steps), arguments.work))


if __name__ == "__main__":
    main()
