"""Train `demo/shapes`: a small latent diffusion model that draws a shape from a sentence.

Run it as `python -m workers.demo_models.train_shapes --work DIR --out DIR`; a run that was stopped goes on where its
last checkpoint was. First an autoencoder of small pictures, then UNet and text encoder together (velocity prediction in
its latents), then the autoencoder is given one more level: it codes pictures of twice the side in the same latents, so
that the UNet stays as it is. `--grow DIR` begins with the last of the three, from the folder of a model of small ones.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from workers.demo_models import checkpoints
from workers.demo_models.drawings import COLOURS, SHAPES, SIZE, Drawing, draw_many, stack

logger = logging.getLogger(__name__)

WORDS = ("<pad>", "<s>", "</s>", "<unk>", "a", "an", "on", "background", "with", *COLOURS, *SHAPES)
CAPTION_TOKENS = 16
UNCONDITIONAL = 0.1
NARROW = -7.0
"""Logarithm of the variance of what the autoencoder codes."""
SMALL = SIZE // 2
"""Side of the pictures that the UNet was taught with, in pixels."""


@dataclass(frozen=True)
class Recipe:
    """Sizes and schedule."""

    pictures: int = 8000
    vae_channels: tuple[int, ...] = (24, 48, 48)
    outer_channels: int = 16
    latent_channels: int = 4
    unet_channels: tuple[int, ...] = (32, 64, 128)
    text_width: int = 64
    vae_steps: int = 800
    vae_batch: int = 32
    unet_steps: int = 4000
    unet_batch: int = 48
    grow_steps: int = 800
    grow_batch: int = 4
    outlines: float = 0.25
    checkpoint_every: int = 50
    average: float = 0.995
    seed: int = 0

    @property
    def latent_size(self) -> int:
        """Side of a latent, in cells."""
        return int(SMALL // 2 ** (len(self.vae_channels) - 1))


def build_tokenizer() -> PreTrainedTokenizerFast:
    """One token a word; captions know about thirty words."""
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))  # noqa: S106
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",  # noqa: S106
        bos_token="<s>",  # noqa: S106
        eos_token="</s>",  # noqa: S106
        unk_token="<unk>",  # noqa: S106
        model_max_length=CAPTION_TOKENS,
    )


def build_vae(channels: tuple[int, ...], latent_channels: int, side: int) -> AutoencoderKL:
    """An untrained autoencoder of pictures of this side; each number of channels is a level."""
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=latent_channels,
        block_out_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=side,
    )


def add_level(small: AutoencoderKL, recipe: Recipe) -> AutoencoderKL:
    """An autoencoder of pictures of twice the side, whose inner levels are those of the small one."""
    vae = build_vae((recipe.outer_channels, *recipe.vae_channels), recipe.latent_channels, SIZE)
    known, weights = small.state_dict(), vae.state_dict()
    for name, value in weights.items():
        # The encoder's new level comes first, the decoder's last
        level = re.match(r"encoder\.down_blocks\.(\d+)\.", name)
        inner = f"encoder.down_blocks.{int(level[1]) - 1}.{name[level.end() :]}" if level else name
        if inner in known and known[inner].shape == value.shape:
            weights[name] = known[inner]
    # The UNet was taught with means; what is coded is hardly more than these
    weights["quant_conv.weight"][recipe.latent_channels :] = 0
    weights["quant_conv.bias"][recipe.latent_channels :] = NARROW
    vae.load_state_dict(weights)
    torch.nn.init.dirac_(vae.decoder.up_blocks[-2].upsamplers[0].conv.weight)
    vae.register_to_config(scaling_factor=small.config.scaling_factor)
    return vae


def build_unet(recipe: Recipe) -> UNet2DConditionModel:
    """The untrained denoiser."""
    return UNet2DConditionModel(
        sample_size=recipe.latent_size,
        in_channels=recipe.latent_channels,
        out_channels=recipe.latent_channels,
        block_out_channels=recipe.unet_channels,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=recipe.text_width,
        attention_head_dim=8,
        norm_num_groups=16,
    )


def build_text_encoder(recipe: Recipe) -> CLIPTextModel:
    """The untrained text encoder."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(WORDS),
            hidden_size=recipe.text_width,
            intermediate_size=recipe.text_width * 2,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=CAPTION_TOKENS,
            bos_token_id=1,
            eos_token_id=2,
            pad_token_id=0,
            projection_dim=recipe.text_width,
        )
    )


def build_scheduler() -> DDIMScheduler:
    """Noise schedule of training and sampling: it ends in pure noise, so that colours come from the prompt alone.

    Source: Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed" (arXiv:2305.08891).
    """
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        steps_offset=1,
    )


@dataclass
class Phase:
    """One training loop: `loss_at(generator)` draws a batch and returns its loss."""

    name: str
    module: torch.nn.Module
    rate: float
    steps: int
    loss_at: Callable[[torch.Generator], torch.Tensor]
    average: float | None = None

    def run(self, recipe: Recipe, work: Path, stop_after: int | None = None) -> float:
        """Train to the end, or for `stop_after` steps; afterwards the module holds the averaged weights."""
        optimizer = torch.optim.AdamW(self.module.parameters(), self.rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.rate, self.steps)
        averaged = {name: value.detach().clone() for name, value in self.module.state_dict().items()}
        first, smooth = 0, 0.0
        if checkpoint := checkpoints.load(work / f"{self.name}.pt"):
            self.module.load_state_dict(checkpoint["module"])
            optimizer.load_state_dict(checkpoint["optimizer"])
            schedule.load_state_dict(checkpoint["schedule"])
            averaged, first, smooth = checkpoint["averaged"], checkpoint["step"], checkpoint["loss"]
        last = min(self.steps, first + stop_after) if stop_after else self.steps
        began = time.monotonic()
        for step in range(first, last):
            loss = self.loss_at(torch.Generator().manual_seed(recipe.seed * 1_000_003 + step))
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            decay = min(self.average or 0.0, (1 + step) / (10 + step))
            for name, value in self.module.state_dict().items():
                if value.dtype.is_floating_point:
                    averaged[name].lerp_(value, 1 - decay)
                else:
                    averaged[name].copy_(value)
            smooth = float(loss.detach()) if step == 0 else 0.98 * smooth + 0.02 * float(loss.detach())
            if (step + 1) % recipe.checkpoint_every == 0 or step + 1 == last:
                state: dict[str, Any] = {"module": self.module.state_dict(), "averaged": averaged, "loss": smooth}
                state |= {"optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "step": step + 1}
                checkpoints.save(work / f"{self.name}.pt", state)
                logger.info("%s step %d loss %.4f %.0f s", self.name, step + 1, smooth, time.monotonic() - began)
        if last == self.steps:
            self.module.load_state_dict(averaged)
        self.module.eval()
        return smooth


def vae_phase(recipe: Recipe, vae: AutoencoderKL, pictures: torch.Tensor) -> Phase:
    """Reconstruct pictures (uint8, (n, 3, SIZE, SIZE)) through a lightly regularised latent."""

    def loss_at(generator: torch.Generator) -> torch.Tensor:
        chosen = torch.randint(len(pictures), (recipe.vae_batch,), generator=generator)
        batch = as_floats(pictures[chosen])
        latent = vae.encode(batch).latent_dist
        noise = torch.randn(latent.mean.shape, generator=generator)
        rebuilt = vae.decode(latent.mean + latent.std * noise).sample
        error = rebuilt - batch
        loss: torch.Tensor = error.abs().mean() + 0.5 * error.square().mean() + 1e-5 * latent.kl().mean()
        return loss

    return Phase("vae", vae, 2e-3, recipe.vae_steps, loss_at, 0.98)


def unet_phase(
    recipe: Recipe, unet: UNet2DConditionModel, text: CLIPTextModel, latents: torch.Tensor, captions: torch.Tensor
) -> Phase:
    """Predict the velocity of scaled latents (n, c, s, s) from captions (n, CAPTION_TOKENS), empty ones among them."""
    both = torch.nn.ModuleDict({"unet": unet, "text": text})

    def loss_at(generator: torch.Generator) -> torch.Tensor:
        return velocity_loss(unet, text, latents, captions, recipe.unet_batch, generator)

    return Phase("unet", both, 1e-3, recipe.unet_steps, loss_at, recipe.average)


def velocity_loss(
    unet: UNet2DConditionModel,
    text: CLIPTextModel,
    latents: torch.Tensor,
    captions: torch.Tensor,
    batch: int,
    generator: torch.Generator,
) -> torch.Tensor:
    """How far off the velocity of a batch is that the UNet predicts, at random times and with random noise."""
    scheduler = build_scheduler()
    empty = build_tokenizer()([""], padding="max_length", return_tensors="pt").input_ids[0]
    chosen = torch.randint(len(latents), (batch,), generator=generator)
    words = captions[chosen].clone()
    words[torch.rand(batch, generator=generator) < UNCONDITIONAL] = empty
    noise = torch.randn(latents[chosen].shape, generator=generator)
    times = torch.randint(0, 1000, (batch,), generator=generator)
    noisy = scheduler.add_noise(latents[chosen], noise, times)
    guessed = unet(noisy, times, text(words).last_hidden_state).sample
    loss: torch.Tensor = (guessed - scheduler.get_velocity(latents[chosen], noise, times)).square().mean()
    return loss


def grow_phase(recipe: Recipe, small: AutoencoderKL, vae: AutoencoderKL, drawings: list[Drawing]) -> Phase:
    """Teach the outer level of an autoencoder: to give the inner ones what the small one gives them, and to draw.

    Some of the drawings are outlines, which an adapter draws.
    """
    is_outline = torch.rand(len(drawings), generator=torch.Generator().manual_seed(recipe.seed)) < recipe.outlines
    first, second = vae.encoder.down_blocks[:2]
    outer = [vae.encoder.conv_in, first, second.resnets]
    last = vae.decoder.up_blocks[-1]
    outer += [vae.decoder.up_blocks[-2].upsamplers, last, vae.decoder.conv_norm_out, vae.decoder.conv_out]

    # Convolutions see nothing beyond the border, and would leave a dark line there
    weights = torch.full((SIZE, SIZE), 8.0)
    weights[2:-2, 2:-2] = 1

    def pictures(numbers: torch.Tensor, side: int) -> torch.Tensor:
        chosen = [drawings[number].render(side, is_outline=bool(is_outline[number])) for number in numbers.tolist()]
        return as_floats(torch.from_numpy(stack(chosen)))

    def loss_at(generator: torch.Generator) -> torch.Tensor:
        numbers = torch.randint(len(drawings), (recipe.grow_batch,), generator=generator)
        batch, half = pictures(numbers, SIZE), pictures(numbers, SMALL)
        with torch.no_grad():
            target = small.encoder.down_blocks[0].resnets[0](small.encoder.conv_in(half), temb=None)
            latents = small.encode(half).latent_dist.mean
            # What the UNet gives is never quite what the encoder would
            noisy = latents + torch.randn(latents.shape, generator=generator) * 0.1
            inner = small.decoder.conv_in(small.post_quant_conv(noisy))
            inner = small.decoder.mid_block(inner)
            for block in small.decoder.up_blocks:
                inner = block(inner)
        coded = second.resnets[0](first(vae.encoder.conv_in(batch)), temb=None)
        drawn = last(vae.decoder.up_blocks[-2].upsamplers[0](inner))
        drawn = vae.decoder.conv_out(torch.nn.functional.silu(vae.decoder.conv_norm_out(drawn)))
        error = (drawn - batch) * weights
        coding = (coded - target).square().mean() / target.var()
        loss: torch.Tensor = error.abs().mean() + 0.5 * error.square().mean() + coding
        return loss

    return Phase("grown", torch.nn.ModuleList(outer), 4e-3, recipe.grow_steps, loss_at, 0.98)


def as_floats(pictures: torch.Tensor) -> torch.Tensor:
    """Bytes as floats in -1..1."""
    return pictures.float() / 127.5 - 1


@torch.no_grad()
def encode_all(vae: AutoencoderKL, pictures: torch.Tensor) -> torch.Tensor:
    """The latents of pictures, not scaled."""
    parts = [vae.encode(as_floats(pictures[i : i + 100])).latent_dist.mean for i in range(0, len(pictures), 100)]
    return torch.cat(parts)


def train_small(
    recipe: Recipe, work: Path, drawings: list[Drawing], texts: list[str]
) -> tuple[StableDiffusionPipeline, dict[str, object]]:
    """The trained pipeline of small pictures, and the facts of its training."""
    pictures, tokenizer = torch.from_numpy(stack(drawing.render(SMALL) for drawing in drawings)), build_tokenizer()
    vae = build_vae(recipe.vae_channels, recipe.latent_channels, SMALL)
    unet, text = build_unet(recipe), build_text_encoder(recipe)
    vae_loss = vae_phase(recipe, vae, pictures).run(recipe, work)
    latents = encode_all(vae, pictures)
    scale = 1 / float(latents.std())
    vae.register_to_config(scaling_factor=scale)
    captions = tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    unet_loss = unet_phase(recipe, unet, text, latents * scale, captions).run(recipe, work)
    pipeline = StableDiffusionPipeline(
        vae=vae, text_encoder=text.eval(), tokenizer=tokenizer, unet=unet.eval(), scheduler=build_scheduler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    facts = {"seed": recipe.seed, "vae_steps": recipe.vae_steps, "vae_loss": vae_loss}
    return pipeline, {**facts, "unet_steps": recipe.unet_steps, "unet_loss": unet_loss}


def grow(
    recipe: Recipe, work: Path, small: StableDiffusionPipeline, drawings: list[Drawing], stop_after: int | None = None
) -> tuple[StableDiffusionPipeline, dict[str, object]]:
    """The pipeline with one more level of its autoencoder, and the facts of that training."""
    vae = add_level(small.vae, recipe)
    loss = grow_phase(recipe, small.vae, vae, drawings).run(recipe, work, stop_after)
    vae.eval()
    parts = {name: part for name, part in small.components.items() if name != "vae"}
    pipeline = StableDiffusionPipeline(vae=vae, **parts, requires_safety_checker=False)
    return pipeline, {"grow_steps": recipe.grow_steps, "grow_loss": loss}


def export(pipeline: StableDiffusionPipeline, out: Path, facts: dict[str, object]) -> None:
    """Write the folder in the hub's format, fp16 safetensors only, in place of what was there."""
    pipeline.to(dtype=torch.float16)
    with checkpoints.replacing(out, facts) as folder:
        pipeline.save_pretrained(folder, safe_serialization=True)


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--unet-steps", type=int, default=Recipe.unet_steps)
    parser.add_argument("--grow-steps", type=int, default=Recipe.grow_steps)
    parser.add_argument("--grow", type=Path, help="folder of the model of small pictures, if it is there")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    recipe = Recipe(unet_steps=arguments.unet_steps, grow_steps=arguments.grow_steps)
    torch.manual_seed(recipe.seed)
    drawings, texts = draw_many(recipe.pictures, recipe.seed)
    if arguments.grow is None:
        small, facts = train_small(recipe, arguments.work, drawings, texts)
    else:
        small = StableDiffusionPipeline.from_pretrained(arguments.grow, use_safetensors=True, torch_dtype=torch.float32)
        facts = json.loads((arguments.grow / "training.json").read_text())
    pipeline, others = grow(recipe, arguments.work, small, drawings)
    export(pipeline, arguments.out, {**facts, **others})


if __name__ == "__main__":
    main()
