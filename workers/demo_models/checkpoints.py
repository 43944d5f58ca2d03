"""Checkpoints and results of a training run: written aside and renamed, so that what lies there is always whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state


@contextmanager
def replacing(out: Path, facts: dict[str, object]) -> Iterator[Path]:
    """A new folder to fill, which then takes the place of `out` with its card and the facts of the training."""
    aside = out.with_name(f"{out.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    yield aside
    (aside / "training.json").write_text(json.dumps(facts, indent=2) + "\n")
    if (out / "README.md").exists():
        shutil.copy(out / "README.md", aside)
    shutil.rmtree(out, ignore_errors=True)
    aside.rename(out)
