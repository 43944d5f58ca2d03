"""Checkpoints of a training run: written aside and renamed, so that a killed run resumes from a whole one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


def load(path: Path) -> dict[str, Any] | None:
    """The last checkpoint, or None before the first."""
    if not path.exists():
        return None
    found: dict[str, Any] = torch.load(path, weights_only=True)
    return found
