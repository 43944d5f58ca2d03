from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from tests.unit.demo_models.shape_classifier import classify
from workers.demo_models.drawings import COLOURS, SHAPES, SIZE, Drawing, draw_many, draw_one, stack


def test_the_same_seed_gives_the_same_pictures_and_captions() -> None:
    first, captions = draw_many(40, seed=3)
    again, captions_again = draw_many(40, seed=3)
    other, _ = draw_many(40, seed=4)
    pictures = stack(drawing.render() for drawing in first)
    assert pictures.shape == (40, 3, SIZE, SIZE)
    assert pictures.dtype == np.uint8
    assert np.array_equal(pictures, stack(drawing.render() for drawing in again))
    assert captions == captions_again
    assert first != other


@pytest.mark.parametrize("is_outline", [False, True])
def test_a_smaller_picture_shows_the_same(is_outline: bool) -> None:
    drawing = Drawing("diamond", "red", "white", 50, 70, 40)
    whole, half = (drawing.render(size, is_outline=is_outline) for size in (SIZE, SIZE // 2))
    shrunk = np.asarray(whole.resize(half.size, Image.Resampling.BOX), dtype=float)
    assert np.abs(shrunk - np.asarray(half, dtype=float)).mean() < 3


@pytest.mark.parametrize("shape", SHAPES)
def test_an_outline_has_the_background_inside(shape: str) -> None:
    drawing = Drawing(shape, "red", "white")
    middle = (SIZE // 2, SIZE // 2)
    assert drawing.render(is_outline=True).getpixel(middle) == COLOURS["white"]
    assert (drawing.render().getpixel(middle) == COLOURS["red"]) == (shape != "ring")
    inside, edge = np.asarray(drawing.render()), np.asarray(drawing.render(is_outline=True))
    assert np.array_equal(inside[:30], edge[:30])


def test_drawings_lie_inside_the_picture() -> None:
    rng = random.Random(0)
    for drawing in (draw_one(rng) for _ in range(300)):
        assert drawing.radius < min(drawing.x, drawing.y, SIZE - drawing.x, SIZE - drawing.y)
        assert drawing.colour != drawing.background


def test_a_caption_names_shape_and_colour_with_the_right_article() -> None:
    rng = random.Random(0)
    captions = {Drawing("star", "orange", "blue").caption(rng) for _ in range(200)}
    assert len(captions) > 2
    assert all("orange star" in caption and "a orange" not in caption for caption in captions)


def test_the_classifier_reads_drawings_back() -> None:
    rng = random.Random(1)
    drawings = [draw_one(rng) for _ in range(200)]
    wrong = [d for d in drawings if classify(d.render()) != (d.shape, d.colour, d.background)]
    assert wrong == []


@pytest.mark.parametrize("shape", SHAPES)
def test_the_classifier_bears_noise(shape: str) -> None:
    pixels = np.asarray(Drawing(shape, "purple", "yellow", 56, 70, 36).render(), dtype=np.float64)
    noisy = pixels + np.random.default_rng(0).normal(0, 12, pixels.shape)
    picture = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    assert classify(picture) == (shape, "purple", "yellow")


def test_the_classifier_tells_colours_apart() -> None:
    for colour in COLOURS:
        background = "black" if colour != "black" else "white"
        assert classify(Drawing("square", colour, background).render()) == ("square", colour, background)


def test_the_classifier_refuses_a_picture_of_many_colours() -> None:
    pixels = np.asarray(Drawing("square", "red", "white", radius=48).render()).copy()
    pixels[:64, :64][pixels[:64, :64, 1] < 100] = COLOURS["yellow"]
    pixels[64:, 64:][pixels[64:, 64:, 1] < 100] = COLOURS["green"]
    assert classify(Image.fromarray(pixels))[1] == "mixed"
