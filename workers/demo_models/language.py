"""How the language models among the demo models are trained and written, whatever they are taught."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import GenerationConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from workers.demo_models import checkpoints

logger = logging.getLogger(__name__)

Batch = tuple[torch.Tensor, torch.Tensor]
"""Tokens and labels, each of shape (batch, length)."""


def cosine(step: int, steps: int, warmup: int, least: float) -> float:
    """The part of the peak rate at a step: a linear warm-up, then a cosine down to `least`."""
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return least + (1 - least) * 0.5 * (1 + math.cos(math.pi * done))


def train(
    model: LlamaForCausalLM,
    optimizer: torch.optim.Optimizer,
    batch_at: Callable[[int], Batch],
    rate_at: Callable[[int], float],
    *,
    checkpoint: Path,
    every: int,
    steps: int,
    stop_after: int | None = None,
) -> LlamaForCausalLM:
    """Train up to `steps`, or for `stop_after` more of them, from the checkpoint if any; one is saved `every` steps."""
    first = 0
    if state := checkpoints.load(checkpoint):
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    last = min(steps, first + stop_after) if stop_after else steps
    began = time.monotonic()
    model.train()
    for step in range(first, last):
        tokens, labels = batch_at(step)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step)
        loss = model(input_ids=tokens, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % every == 0 or step + 1 == last:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            checkpoints.save(checkpoint, state)
            logger.info("step %d loss %.3f %.0f s", step + 1, float(loss.detach()), time.monotonic() - began)
    return model.eval()


def export(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    generation: GenerationConfig,
    out: Path,
    results: dict[str, object],
) -> None:
    """Write the folder in the hub's format, fp16 safetensors only, in place of what was there."""
    model.generation_config = generation
    with checkpoints.replacing(out, results) as folder:
        model.half().save_pretrained(folder, safe_serialization=True)
        tokenizer.save_pretrained(folder)
