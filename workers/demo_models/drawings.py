"""The drawings that `demo/shapes` learns from: one shape on a plain background, with its caption."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIZE = 128
"""Side of a picture of `demo/shapes`, in pixels; drawings can be rendered in any other."""
SCALE = 2
HOLE = 0.55
"""Radius of the hole of a ring and of an outline, in that of the shape."""
COLOURS = {
    "red": (220, 40, 40),
    "green": (40, 170, 70),
    "blue": (50, 90, 220),
    "yellow": (240, 200, 40),
    "purple": (150, 60, 190),
    "orange": (245, 130, 30),
    "white": (245, 245, 245),
    "black": (25, 25, 25),
}
# corners of the polygons around the origin, within radius 1
CORNERS: dict[str, list[tuple[float, float]]] = {
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "diamond": [(0, -1), (0.75, 0), (0, 1), (-0.75, 0)],
    "triangle": [(math.cos(angle), math.sin(angle)) for angle in (-math.pi / 2, math.pi / 6, 5 * math.pi / 6)],
    "star": [
        (radius * math.cos(angle), radius * math.sin(angle))
        for radius, angle in ((0.42 if n % 2 else 1.0, -math.pi / 2 + n * math.pi / 5) for n in range(10))
    ],
}
SHAPES = ("circle", "square", "triangle", "star", "diamond", "ring")


@dataclass(frozen=True)
class Drawing:
    """What is drawn; centre and radius in pixels of a SIZE x SIZE picture."""

    shape: str
    colour: str
    background: str
    x: float = SIZE / 2
    y: float = SIZE / 2
    radius: float = SIZE * 5 / 16

    def caption(self, rng: random.Random) -> str:
        """One of several ways to say it; one in twenty leaves the background open."""
        article = "an" if self.colour[0] in "aeiou" else "a"
        other = "an" if self.background[0] in "aeiou" else "a"
        forms = (
            f"{article} {self.colour} {self.shape} on {other} {self.background} background",
            f"{article} {self.colour} {self.shape} on {self.background}",
            f"{self.colour} {self.shape} {self.background} background",
            f"{article} {self.colour} {self.shape}",
        )
        return rng.choices(forms, weights=(16, 2, 1, 1))[0]

    def render(self, size: int = SIZE, *, is_outline: bool = False) -> Image.Image:
        """The picture, drawn larger and scaled down for smooth edges; `size` is its side in pixels.

        An outline has the background's colour inside, as a ring always has.
        """
        scale = size / SIZE * SCALE
        picture = Image.new("RGB", (size * SCALE, size * SCALE), COLOURS[self.background])
        draw = ImageDraw.Draw(picture)
        x, y = self.x * scale, self.y * scale
        parts = [(self.radius * scale, self.colour)]
        if is_outline or self.shape == "ring":
            parts.append((self.radius * scale * HOLE, self.background))
        for r, name in parts:
            if self.shape in ("circle", "ring"):
                draw.ellipse((x - r, y - r, x + r, y + r), fill=COLOURS[name])
            else:
                draw.polygon([(x + r * dx, y + r * dy) for dx, dy in CORNERS[self.shape]], fill=COLOURS[name])
        return picture.resize((size, size), Image.Resampling.LANCZOS)


def draw_one(rng: random.Random) -> Drawing:
    """A random drawing that lies wholly inside the picture."""
    colour, background = rng.sample(list(COLOURS), 2)
    radius = rng.uniform(SIZE / 4, SIZE * 13 / 32)
    margin = radius + SIZE / 32
    x, y = (rng.uniform(margin, SIZE - margin) for _ in range(2))
    return Drawing(rng.choice(SHAPES), colour, background, x, y, radius)


def draw_many(count: int, seed: int) -> tuple[list[Drawing], list[str]]:
    """Random drawings and their captions."""
    rng = random.Random(seed)
    drawings = [draw_one(rng) for _ in range(count)]
    return drawings, [drawing.caption(rng) for drawing in drawings]


def stack(pictures: Iterable[Image.Image]) -> np.ndarray:
    """Pictures of one size as uint8 of shape (count, 3, size, size)."""
    return np.stack([np.asarray(picture).transpose(2, 0, 1) for picture in pictures])
