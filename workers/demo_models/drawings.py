"""The drawings that `demo/shapes` learns from: one shape on a plain background, with its caption."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIZE = 64
SCALE = 2
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
    radius: float = 20.0

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

    def render(self) -> Image.Image:
        """The picture, drawn larger and scaled down for smooth edges."""
        picture = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), COLOURS[self.background])
        draw = ImageDraw.Draw(picture)
        x, y, r, fill = self.x * SCALE, self.y * SCALE, self.radius * SCALE, COLOURS[self.colour]
        if self.shape in ("circle", "ring"):
            draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
        if self.shape == "ring":
            hole = r * 0.55
            draw.ellipse((x - hole, y - hole, x + hole, y + hole), fill=COLOURS[self.background])
        elif self.shape != "circle":
            draw.polygon([(x + r * dx, y + r * dy) for dx, dy in CORNERS[self.shape]], fill=fill)
        return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def draw_one(rng: random.Random) -> Drawing:
    """A random drawing that lies wholly inside the picture."""
    colour, background = rng.sample(list(COLOURS), 2)
    radius = rng.uniform(16, 26)
    x, y = (rng.uniform(radius + 2, SIZE - radius - 2) for _ in range(2))
    return Drawing(rng.choice(SHAPES), colour, background, x, y, radius)


def dataset(count: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Pictures, uint8 of shape (count, 3, SIZE, SIZE), and their captions."""
    rng = random.Random(seed)
    drawings = [draw_one(rng) for _ in range(count)]
    pictures = np.stack([np.asarray(drawing.render()).transpose(2, 0, 1) for drawing in drawings])
    return pictures, [drawing.caption(rng) for drawing in drawings]
