"""Train `demo/shapes`: a small latent diffusion model that draws a shape from a sentence.

Run it as `python -m workers.demo_models.train_shapes --work DIR --out DIR`; a run that was stopped goes on where its
last checkpoint was. First the autoencoder, then UNet and text encoder together (velocity prediction in its latents).
"""

from __future__ import annotations

import argparse
import logging
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
from workers.demo_models.drawings import COLOURS, SHAPES, SIZE, dataset

logger = logging.getLogger(__name__)

WORDS = ("<pad>", "<s>", "</s>", "<unk>", "a", "an", "on", "background", "with", *COLOURS, *SHAPES)
CAPTION_TOKENS = 16
UNCONDITIONAL = 0.1


@dataclass(frozen=True)
class Recipe:
    """Sizes and schedule."""

    pictures: int = 8000
    vae_channels: tuple[int, ...] = (24, 48, 48)
    latent_channels: int = 4
    unet_channels: tuple[int, ...] = (32, 64, 128)
    text_width: int = 64
    vae_steps: int = 800
    vae_batch: int = 32
    unet_steps: int = 4000
    unet_batch: int = 48
    checkpoint_every: int = 100
    average: float = 0.995
    seed: int = 0

    @property
    def latent_size(self) -> int:
        """Side of a latent, in cells."""
        return int(SIZE // 2 ** (len(self.vae_channels) - 1))


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


def build_vae(recipe: Recipe) -> AutoencoderKL:
    """The untrained autoencoder."""
    levels = len(recipe.vae_channels)
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=recipe.latent_channels,
        block_out_channels=recipe.vae_channels,
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=SIZE,
    )


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
    scheduler = build_scheduler()
    both = torch.nn.ModuleDict({"unet": unet, "text": text})
    empty = build_tokenizer()([""], padding="max_length", return_tensors="pt").input_ids[0]

    def loss_at(generator: torch.Generator) -> torch.Tensor:
        chosen = torch.randint(len(latents), (recipe.unet_batch,), generator=generator)
        words = captions[chosen].clone()
        words[torch.rand(recipe.unet_batch, generator=generator) < UNCONDITIONAL] = empty
        noise = torch.randn(latents[chosen].shape, generator=generator)
        times = torch.randint(0, 1000, (recipe.unet_batch,), generator=generator)
        noisy = scheduler.add_noise(latents[chosen], noise, times)
        guessed = unet(noisy, times, text(words).last_hidden_state).sample
        loss: torch.Tensor = (guessed - scheduler.get_velocity(latents[chosen], noise, times)).square().mean()
        return loss

    return Phase("unet", both, 1e-3, recipe.unet_steps, loss_at, recipe.average)


def as_floats(pictures: torch.Tensor) -> torch.Tensor:
    """Bytes as floats in -1..1."""
    return pictures.float() / 127.5 - 1


@torch.no_grad()
def encode_all(vae: AutoencoderKL, pictures: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Latents scaled to unit variance, and the scale."""
    parts = [vae.encode(as_floats(pictures[i : i + 100])).latent_dist.mean for i in range(0, len(pictures), 100)]
    latents = torch.cat(parts)
    scale = 1 / float(latents.std())
    return latents * scale, scale


def train(recipe: Recipe, work: Path) -> tuple[StableDiffusionPipeline, dict[str, object]]:
    """The trained pipeline and the facts of its training."""
    torch.manual_seed(recipe.seed)
    arrays, texts = dataset(recipe.pictures, recipe.seed)
    pictures, tokenizer = torch.from_numpy(arrays), build_tokenizer()
    vae, unet, text = build_vae(recipe), build_unet(recipe), build_text_encoder(recipe)
    vae_loss = vae_phase(recipe, vae, pictures).run(recipe, work)
    latents, scale = encode_all(vae, pictures)
    vae.register_to_config(scaling_factor=scale)
    captions = tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    unet_loss = unet_phase(recipe, unet, text, latents, captions).run(recipe, work)
    pipeline = StableDiffusionPipeline(
        vae=vae, text_encoder=text.eval(), tokenizer=tokenizer, unet=unet.eval(), scheduler=build_scheduler(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    facts = {"seed": recipe.seed, "vae_steps": recipe.vae_steps, "vae_loss": vae_loss}
    return pipeline, {**facts, "unet_steps": recipe.unet_steps, "unet_loss": unet_loss}


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
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    pipeline, facts = train(Recipe(unet_steps=arguments.unet_steps), arguments.work)
    export(pipeline, arguments.out, facts)


if __name__ == "__main__":
    main()
