"""Reads a picture back: which shape in which colour on which background."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image

from workers.demo_models.drawings import COLOURS, SHAPES, SIZE, Drawing

SIDE = 64
"""In pixels, of the pictures that are judged: others are made as large, so that a stray pixel is one everywhere."""
NORMAL = 32
BORDER = 2
PREVAILS = 0.7
PALETTE = np.array(list(COLOURS.values()), dtype=np.float64)
NAMES = list(COLOURS)


def foreground(pixels: np.ndarray) -> np.ndarray:
    """The mask of what differs from the median of the border; shape (h, w)."""
    border = np.ones(pixels.shape[:2], dtype=bool)
    border[BORDER:-BORDER, BORDER:-BORDER] = False
    background = np.median(pixels[border], axis=0)
    distance = np.linalg.norm(pixels - background, axis=2)
    return np.asarray(distance > 0.5 * np.percentile(distance, 98))


def normalise(mask: np.ndarray) -> np.ndarray:
    """The mask within its bounding box, as booleans of shape (NORMAL, NORMAL); single stray pixels do not count."""
    rows, columns = (np.flatnonzero(mask.sum(axis=axis) >= 2) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return np.zeros((NORMAL, NORMAL), dtype=bool)
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scaled = Image.fromarray(box.astype(np.uint8) * 255).resize((NORMAL, NORMAL), Image.Resampling.BILINEAR)
    return np.asarray(scaled) > 127


@cache
def templates() -> dict[str, np.ndarray]:
    """The normalised mask of each class."""
    drawn = {shape: Drawing(shape, "black", "white", radius=SIZE / 2 - 8).render(SIDE) for shape in SHAPES}
    return {shape: normalise(foreground(np.asarray(p, dtype=np.float64))) for shape, p in drawn.items()}


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks."""
    return float((one & other).sum() / max(1, (one | other).sum()))


def plain_colour(rgb: np.ndarray) -> str:
    """Name of the colour that most of some RGB triples, shape (n, 3), are closest to; `mixed` where none prevails."""
    if not len(rgb):
        return "mixed"
    closest = np.linalg.norm(rgb[:, None] - PALETTE, axis=2).argmin(axis=1)
    counts = np.bincount(closest, minlength=len(NAMES))
    return NAMES[int(counts.argmax())] if counts.max() >= PREVAILS * len(rgb) else "mixed"


def classify(picture: Image.Image) -> tuple[str, str, str]:
    """Shape, colour and background of a picture."""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float64)
    mask = foreground(pixels)
    normal = normalise(mask)
    shape = max(SHAPES, key=lambda name: overlap(normal, templates()[name]))
    return shape, plain_colour(pixels[mask]), plain_colour(pixels[~mask])
