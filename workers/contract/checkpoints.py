"""Checkpoints: whole pipelines of pictures in one safetensors file, in the names of the programs that trained them.

What their parts are made of is written elsewhere, in the folder of a pipeline that needs no weights.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workers.contract.layout import read_layout
from workers.contract.weights import safetensors_header

# What the tensors of a part are called by; without the names of others, the network's own may have no prefix
_PREFIXES: dict[str, tuple[str, ...]] = {
    "vae": ("first_stage_model.", "vae."),
    "text_encoder": ("cond_stage_model.", "conditioner.embedders.0.transformer.", "text_encoders.clip_l."),
    "text_encoder_2": (
        "conditioner.embedders.1.",
        "conditioner.embedders.0.model.",
        "text_encoders.clip_g.",
        "text_encoders.t5xxl.",
    ),
    "text_encoder_3": ("text_encoders.t5xxl.",),
}
_NETWORKS = ("unet", "transformer")


def brings(names: Iterable[str], part: str) -> bool:
    """Whether a checkpoint with tensors of these names has a part of a pipeline; others come with the configuration."""
    return part in _NETWORKS or any(name.startswith(_PREFIXES.get(part, ())) for name in names)


def weight_files(checkpoint: Path, config: Path) -> list[Path]:
    """The checkpoint, and the weights of the parts that it lacks where the folder of its configuration has them."""
    names = safetensors_header(checkpoint).keys()
    parts = read_layout(config).parts
    return [
        checkpoint,
        *(config / file for part, weights in parts.items() if not brings(names, part) for file in weights.files),
    ]
