"""Unfinished pictures."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import workers
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.contract.predictor import Predictor, SetupContext, VersionSpec
from workers.contract.protocol import File, Preview
from workers.predictors.image import previews as module
from workers.predictors.image.model import ImageModel
from workers.predictors.image.predictor import Image
from workers.predictors.image.previews import MAX_BYTES, Previews, to_jpeg

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
SHAPES = Path(workers.__file__).parent / "demo_models" / "shapes"
INPUT = {"prompt": "a red circle on a blue background", "steps": 20, "guidance": 4, "seed": 7, "num_images": 1}
Loaded = Callable[[str], Predictor]


@pytest.fixture(scope="module")
def shapes() -> Predictor:
    predictor = Image()
    predictor.setup(VersionSpec("shapes", "image", str(SHAPES)), CPU, SetupContext(lambda *_: None))
    return predictor


@pytest.fixture(autouse=True)
def _every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 0)


def previews_of(predictor: Predictor) -> Previews:
    assert isinstance(predictor, Image)
    assert isinstance(predictor._model, ImageModel)
    return predictor._model.previews


def draw(predictor: Predictor, *, watched: bool, key: str = "p", **values: Any) -> Sink:
    sink = Sink()
    context = PredictionContext(key, {**INPUT, **values}, sink)
    context.set_previews(enabled=watched)
    predictor.predict(context)
    return sink


def pixels(content: bytes, size: tuple[int, int] | None = None) -> Any:
    picture = Pillow.open(BytesIO(content)).convert("RGB")
    return np.asarray(picture.resize(size) if size else picture, dtype=float)


def test_with_nobody_watching_nothing_is_decoded(shapes: Predictor) -> None:
    before = previews_of(shapes).count
    sink = draw(shapes, watched=False)
    assert sink.of(Preview) == []
    assert previews_of(shapes).count == before


def test_watched_it_grows_from_noise_into_the_picture(shapes: Predictor) -> None:
    sink = draw(shapes, watched=True)
    shown = sink.of(Preview)
    assert [preview.step for preview in shown] == list(range(1, 21))
    assert all(len(preview.blob) <= MAX_BYTES for preview in shown)
    assert all(Pillow.open(BytesIO(preview.blob)).size == (preview.width, preview.height) for preview in shown)
    final = pixels(sink.of(File)[0].blob)
    distances = [np.abs(pixels(preview.blob, (128, 128)) - final).mean() for preview in shown]
    assert distances[0] > 40
    assert distances[-1] < 10
    assert distances[-1] < distances[10] < distances[0]


def test_watching_changes_nothing_of_the_picture(shapes: Predictor) -> None:
    alone, watched = draw(shapes, watched=False, steps=5), draw(shapes, watched=True, steps=5)
    assert alone.of(File)[0].blob == watched.of(File)[0].blob


def test_the_linear_map_shows_the_colours_too(shapes: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a VAE that is too large to be run for a look."""
    monkeypatch.setattr(module, "SMALL_VAE", 0)
    sink = draw(shapes, watched=True)
    last = sink.of(Preview)[-1]
    assert (last.width, last.height) == (16, 16)
    red, _, blue = np.moveaxis(pixels(last.blob), 2, 0)
    middle, corner = (slice(6, 10), slice(6, 10)), (slice(0, 3), slice(0, 3))
    assert red[middle].mean() > red[corner].mean() + 40
    assert blue[corner].mean() > blue[middle].mean() + 40


def test_it_is_shown_a_few_times_a_second_at_most(shapes: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 60)
    assert len(draw(shapes, watched=True, key="other", steps=5).of(Preview)) == 1


@pytest.mark.parametrize("name", ["stable", "ddpm", "ddim"])
def test_pipelines_whose_latents_are_not_shown_draw_all_the_same(loaded: Loaded, name: str) -> None:
    values = {"steps": 3} if name != "stable" else {"steps": 3, "negative_prompt": ""}
    sink = Sink()
    words = {"prompt": "a fox", "guidance": 4} if name == "stable" else {}
    context = PredictionContext("p", {"seed": 5, "num_images": 1, **words, **values}, sink)
    context.set_previews(enabled=True)
    loaded(name).predict(context)
    assert len(sink.of(File)) == 1


def test_a_picture_of_any_size_fits_its_bound() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 900, 3), dtype=np.uint8)
    content, width, height = to_jpeg(Pillow.fromarray(noise))
    assert len(content) <= MAX_BYTES
    assert (max(width, height), Pillow.open(BytesIO(content)).size) == (256, (width, height))
