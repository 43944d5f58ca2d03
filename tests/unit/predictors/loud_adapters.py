"""Adapters that are loud enough to change what a tiny text model writes."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import LoraConfig, PeftConfig, get_peft_model
from transformers import AutoModelForCausalLM


def make_adapter(base: Path, folder: Path, seed: int = 1) -> Path:
    """A LoRA of the model in `base`, as peft saves it."""
    torch.manual_seed(seed)
    config = LoraConfig(r=2, target_modules=["q_proj", "v_proj", "down_proj"], init_lora_weights=False)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "lora_B" in name:
                weights.mul_(8)
    model.save_pretrained(folder)
    return folder


def make_adapter_of(config: PeftConfig, base: Path, folder: Path) -> Path:
    """An adapter of any kind, whose weights are random."""
    torch.manual_seed(3)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.requires_grad:
                weights.add_(torch.randn_like(weights) * 0.5)
    model.save_pretrained(folder)
    return folder
