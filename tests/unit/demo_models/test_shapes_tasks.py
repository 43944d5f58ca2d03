"""What one loaded `demo/shapes` does beside drawing from words: over a picture, inside a mask, and with its LoRA."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image as Pillow

from tests.support.marks import seldom
from tests.unit.demo_models.shape_classifier import classify, foreground
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from workers import demo_models
from workers.contract.context import PredictionContext
from workers.contract.predictor import Adapter, SetupContext, VersionSpec
from workers.demo_models.drawings import SIZE, Drawing
from workers.demo_models.train_outline import OutlineRecipe, export, train
from workers.predictors.image.predictor import Image

pytestmark = pytest.mark.filterwarnings("ignore")

BASE, LORA = demo_models.ROOT / "shapes", demo_models.ROOT / "shapes-outline"
# Enough for other colours, and too little for another place
STRENGTH = 0.4
OUTLINE = Adapter("outline", LORA)


@pytest.fixture(scope="module")
def predictor() -> Iterator[Image]:
    loaded = Image()
    loaded.setup(VersionSpec("shapes", "image", str(BASE)), CPU, SetupContext(lambda *_: None))
    yield loaded
    loaded.teardown()


def draw(predictor: Image, prompt: str, adapter: Adapter | None = None, **values: Any) -> Pillow.Image:
    sink = Sink()
    given = {"prompt": prompt, "steps": 20, "guidance": 4, "num_images": 1, "seed": 1, **values}
    context = PredictionContext("p", given, sink)
    context.adapter = adapter
    predictor.predict(context)
    return Pillow.open(BytesIO(sink.files[0].blob)).convert("RGB")


def pixels(picture: Pillow.Image) -> Any:
    return np.asarray(picture.convert("RGB"), dtype=float)


def centre(picture: Pillow.Image) -> tuple[float, float]:
    rows, columns = np.nonzero(foreground(pixels(picture)))
    return float(columns.mean()), float(rows.mean())


def save(picture: Pillow.Image, path: Path) -> str:
    picture.save(path)
    return str(path)


def test_it_is_one_pipeline_of_three_tasks() -> None:
    inspection = Image.inspect(VersionSpec("shapes", "image", str(BASE)))
    assert inspection.info["tasks"] == ["text to image", "image to image", "image and mask to image"]
    assert {"image", "mask", "strength"} <= inspection.input_schema["properties"].keys()


@pytest.mark.parametrize(("x", "y"), [(44, 44), (84, 80)])
def test_over_a_picture_places_stay_and_what_the_prompt_says_changes(
    predictor: Image, tmp_path: Path, x: float, y: float
) -> None:
    source = Drawing("circle", "red", "blue", x, y, 34).render()
    image = save(source, tmp_path / "source.png")
    for colour, background in (("yellow", "black"), ("orange", "purple")):
        drawn = draw(predictor, f"a {colour} circle on a {background} background", image=image, strength=STRENGTH)
        assert classify(drawn) == ("circle", colour, background)
        assert np.hypot(*np.subtract(centre(drawn), (x, y))) < 15
        assert drawn.size == (SIZE, SIZE)


def test_a_weaker_strength_keeps_more_of_the_picture(predictor: Image, tmp_path: Path) -> None:
    source = Drawing("square", "red", "white", 50, 50, 36).render()
    image = save(source, tmp_path / "source.png")
    prompt = "a red star on a white background"
    weak, strong = (draw(predictor, prompt, image=image, strength=s, guidance=1) for s in (0.1, 1))
    assert np.abs(pixels(weak) - pixels(source)).mean() < 10 < np.abs(pixels(strong) - pixels(source)).mean()
    assert classify(weak) == ("square", "red", "white")


def test_inside_a_mask_it_paints_what_the_prompt_says_and_leaves_the_rest(predictor: Image, tmp_path: Path) -> None:
    source = Drawing("square", "white", "purple", 72, 66, 30).render()
    box = (24, 20, 120, 112)
    hole = Pillow.new("L", source.size, 0)
    hole.paste(255, box)
    mask, image = save(hole, tmp_path / "mask.png"), save(source, tmp_path / "source.png")
    for shape in ("star", "circle"):
        drawn = draw(predictor, f"a yellow {shape} on a purple background", image=image, mask=mask)
        assert classify(drawn) == (shape, "yellow", "purple")
        outside = np.asarray(hole) == 0
        assert np.abs(pixels(drawn) - pixels(source))[outside].mean() < 8


def share_of_middle(picture: Pillow.Image) -> float:
    """Which part of the middle third of a shape, by its box, has the shape's colour and not the background's."""
    mask = foreground(pixels(picture))
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = box.shape
    return float(box[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5].mean())


@pytest.mark.parametrize("shape", ["circle", *seldom("square", "diamond")])
def test_its_lora_draws_outlines_and_the_base_is_as_before(predictor: Image, shape: str) -> None:
    prompt = f"a yellow {shape} on a blue background"
    before = draw(predictor, prompt)
    outline = draw(predictor, prompt, OUTLINE)
    assert share_of_middle(before) > 0.9
    assert share_of_middle(outline) < 0.3
    assert classify(outline)[1:] == ("yellow", "blue")
    assert np.array_equal(pixels(draw(predictor, prompt, OUTLINE, lora_scale=0)), pixels(before))
    assert np.array_equal(pixels(draw(predictor, prompt)), pixels(before))


def test_its_lora_serves_all_tasks(predictor: Image, tmp_path: Path) -> None:
    image = save(Drawing("circle", "red", "blue", 64, 64, 44).render(), tmp_path / "source.png")
    prompt = "a yellow circle on a black background"
    filled, outline = (draw(predictor, prompt, lora, image=image, strength=0.7) for lora in (None, OUTLINE))
    assert share_of_middle(filled) > 0.9 > 0.3 > share_of_middle(outline)


def test_a_trained_lora_is_written_as_diffusers_reads_it(tmp_path: Path) -> None:
    recipe = dataclasses.replace(OutlineRecipe(), pictures=4, steps=2, batch=2, rank=2)
    weights = []
    for stop_after in (None, 1, 1):
        pipeline = StableDiffusionPipeline.from_pretrained(BASE, torch_dtype=torch.float32)
        work = tmp_path / ("whole" if stop_after is None else "parts")
        facts = train(pipeline, recipe, work, stop_after)
        weights.append({name: p.detach().clone() for name, p in pipeline.unet.named_parameters() if "lora" in name})
    assert all(torch.equal(value, weights[2][name]) for name, value in weights[0].items())
    export(pipeline, tmp_path / "out", facts)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"pytorch_lora_weights.safetensors", "training.json"}
    plain = StableDiffusionPipeline.from_pretrained(BASE, torch_dtype=torch.float32)
    plain.load_lora_weights(tmp_path / "out", adapter_name="outline")
    assert plain.get_list_adapters() == {"unet": ["outline"]}
