from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline, StableDiffusionPipeline

from tests.unit.demo_models.shape_classifier import classify
from workers import demo_models
from workers.demo_models.drawings import SIZE, draw_many, stack
from workers.demo_models.train_shapes import (
    SMALL,
    Phase,
    Recipe,
    add_level,
    build_text_encoder,
    build_tokenizer,
    build_unet,
    build_vae,
    grow_phase,
    unet_phase,
    vae_phase,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

FOLDER = demo_models.ROOT / "shapes"
STEPS, GUIDANCE = 20, 4.0
TINY = dataclasses.replace(
    Recipe(), vae_channels=(8, 8, 8), unet_channels=(16, 32, 32), text_width=16, vae_steps=4, vae_batch=2,
    unet_steps=4, unet_batch=2, outer_channels=8, grow_steps=4, grow_batch=2, checkpoint_every=10,
)  # fmt: skip
WANTED = (
    ("circle", "red", "blue"),
    ("star", "yellow", "black"),
    ("triangle", "green", "white"),
    ("ring", "purple", "orange"),
    ("square", "white", "red"),
    ("diamond", "blue", "yellow"),
    ("circle", "black", "green"),
    ("star", "red", "white"),
    ("ring", "white", "purple"),
    ("triangle", "orange", "black"),
)


@pytest.fixture(scope="module")
def pipeline() -> Any:
    loaded = StableDiffusionPipeline.from_pretrained(FOLDER, use_safetensors=True, torch_dtype=torch.float32)
    loaded.set_progress_bar_config(disable=True)
    return loaded


def draw(pipeline: Any, prompt: str, seed: int, steps: int = STEPS) -> Any:
    generator = torch.Generator().manual_seed(seed)
    return pipeline(prompt, num_inference_steps=steps, guidance_scale=GUIDANCE, generator=generator).images[0]


@pytest.mark.slow
def test_pictures_show_what_the_prompt_says(pipeline: Any) -> None:
    found = []
    for seed, (shape, colour, background) in enumerate(WANTED):
        article, other = ("an" if word[0] in "aeiou" else "a" for word in (colour, background))
        prompt = f"{article} {colour} {shape} on {other} {background} background"
        found.append(classify(draw(pipeline, prompt, seed)))
    colours = [(seen[1:], wanted[1:]) for seen, wanted in zip(found, WANTED, strict=True) if seen[1:] != wanted[1:]]
    right = sum(seen == wanted for seen, wanted in zip(found, WANTED, strict=True))
    assert colours == []
    assert right >= 0.9 * len(WANTED), list(zip(found, WANTED, strict=True))


def test_it_draws_128_by_128_by_default_and_the_same_for_the_same_seed(pipeline: Any) -> None:
    first, again, other = (draw(pipeline, "a red circle", seed, steps=4) for seed in (1, 1, 2))
    assert first.size == (SIZE, SIZE) == (128, 128)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_empty_prompt_works(pipeline: Any) -> None:
    assert draw(pipeline, "", seed=0, steps=4).size == (SIZE, SIZE)


def test_it_loads_by_its_index_without_a_class() -> None:
    loaded = DiffusionPipeline.from_pretrained(FOLDER, use_safetensors=True, torch_dtype=torch.float32)
    assert isinstance(loaded, StableDiffusionPipeline)
    assert loaded.safety_checker is None


def phase(name: str) -> Phase:
    """A phase of a tiny training, always from the same untrained weights."""
    torch.manual_seed(0)
    drawings, texts = draw_many(8, seed=0)
    vae = build_vae(TINY.vae_channels, TINY.latent_channels, SMALL)
    if name == "vae":
        return vae_phase(TINY, vae, torch.from_numpy(stack(drawing.render(SMALL) for drawing in drawings)))
    if name == "grown":
        return grow_phase(TINY, vae, add_level(vae, TINY), drawings)
    captions = build_tokenizer()(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    latents = torch.randn(8, TINY.latent_channels, TINY.latent_size, TINY.latent_size)
    return unet_phase(TINY, build_unet(TINY), build_text_encoder(TINY), latents, captions)


@pytest.mark.parametrize("name", ["vae", "unet", "grown"])
def test_a_stopped_training_goes_on_to_the_same_weights(name: str, tmp_path: Path) -> None:
    whole = phase(name)
    loss = whole.run(TINY, tmp_path / "whole")
    phase(name).run(TINY, tmp_path / "parts", stop_after=2)
    resumed = phase(name)
    assert resumed.run(TINY, tmp_path / "parts") == loss
    expected = whole.module.state_dict()
    for key, value in resumed.module.state_dict().items():
        assert torch.equal(value, expected[key]), key
