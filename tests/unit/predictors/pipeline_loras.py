"""LoRAs of tiny pipelines, strong enough that pictures show them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict


def make_lora(
    base: Path,
    folder: Path,
    seed: int,
    name: str = "pytorch_lora_weights",
    parts: Sequence[str] = ("unet", "text_encoder"),
    rank: int = 2,
    **settings: Any,
) -> Path:
    """Save a LoRA that changes these parts of a Stable Diffusion pipeline, as diffusers does; `settings` are peft's."""
    pipeline = DiffusionPipeline.from_pretrained(base)
    torch.manual_seed(seed)
    layers = {}
    for part in parts:
        network = getattr(pipeline, part)
        targets = {"target_modules": ["to_q", "to_v"] if part == "unet" else ["q_proj", "v_proj"]}
        network.add_adapter(LoraConfig(r=rank, lora_alpha=rank, init_lora_weights=False, **targets | settings))
        for key, parameter in network.named_parameters():
            if "lora" in key:
                torch.nn.init.normal_(parameter, std=0.7)
                if "magnitude" in key:
                    parameter.data.abs_().add_(0.5)
        layers[f"{part}_lora_layers"] = get_peft_model_state_dict(network)
    pipeline.save_lora_weights(folder, weight_name=f"{name}.safetensors", **layers)
    return folder
