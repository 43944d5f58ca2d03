"""VAEs: large pictures go through them in tiles, and those that overflow in half precision work in float32."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from tests.unit.predictors import checkpoints
from tests.unit.predictors.pictures import draw
from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.contract.predictor import Device, SetupContext, VersionSpec
from workers.predictors.image import model, previews
from workers.predictors.image.predictor import Image

pytestmark = pytest.mark.filterwarnings("ignore")
WORDS = {"prompt": "a fox", "steps": 2, "seed": 5}
SIZE = {"width": 32, "height": 16}


def load(path: Path, dtype: str) -> Image:
    predictor = Image()
    predictor.setup(VersionSpec("v", "image", str(path)), Device("cpu", dtype), SetupContext(lambda *_: None))
    return predictor


def pixels(sink: Sink) -> Any:
    return np.asarray(Pillow.open(BytesIO(sink.files[0].blob)), dtype=int)


def vae_of(predictor: Image) -> Any:
    assert predictor._model is not None
    return predictor._model._pipeline.vae


@pytest.mark.parametrize(("side", "is_tiled"), [(32, False), (64, True)])
def test_a_large_picture_that_comes_in_goes_through_in_tiles(
    folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int, *, is_tiled: bool
) -> None:
    monkeypatch.setattr(model, "COMMON_PIXELS", 40 * 40)
    predictor = load(folder("stable"), "float32")
    vae, tiles = vae_of(predictor), []
    for name in ("tiled_decode", "_tiled_encode"):
        own = getattr(vae, name)
        monkeypatch.setattr(
            vae, name, lambda *args, own=own, name=name, **named: (tiles.append(name), own(*args, **named))[1]
        )
    Pillow.new("RGB", (side, side), "orange").save(tmp_path / "in.png")
    shown = pixels(draw(predictor, **WORDS, image=str(tmp_path / "in.png"), strength=0.9))
    assert shown.shape == (side, side, 3)
    assert sorted(set(tiles)) == (["_tiled_encode", "tiled_decode"] if is_tiled else [])
    # The next is as small as it was asked for
    tiles.clear()
    draw(predictor, **WORDS, **SIZE)
    assert tiles == []


@pytest.fixture(scope="module")
def xl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.sdxl(tmp_path_factory.mktemp("sdxl"))


def listen(vae: Any) -> list[torch.dtype]:
    """The precisions in which a VAE decodes and encodes from now on."""
    dtypes: list[torch.dtype] = []
    for part in (vae.decoder, vae.encoder):
        part.register_forward_pre_hook(lambda _, inputs: dtypes.append(inputs[0].dtype))
    return dtypes


@pytest.mark.slow
def test_a_vae_that_overflows_decodes_in_float32(xl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = load(xl, "float16")
    vae = vae_of(predictor)
    assert vae.config.force_upcast
    dtypes = listen(vae)
    plain = diffusers.StableDiffusionXLPipeline.from_pretrained(xl, dtype=torch.float16)
    plain.set_progress_bar_config(disable=True)
    generator = torch.Generator("cpu").manual_seed(5)
    wanted = np.asarray(plain("a fox", num_inference_steps=2, generator=generator, **SIZE).images[0], dtype=int)
    assert np.array_equal(pixels(draw(predictor, **WORDS, **SIZE)), wanted)
    Pillow.new("RGB", (32, 16), "orange").save(tmp_path / "in.png")
    draw(predictor, **WORDS, image=str(tmp_path / "in.png"), strength=0.9)
    assert set(dtypes) == {torch.float32}
    assert vae.dtype == torch.float16
    # Memory that runs out there is no reason for the next to fail
    decode = vae.decode
    monkeypatch.setattr(vae, "decode", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("out of memory")))
    with pytest.raises(RuntimeError, match="out of memory"):
        draw(predictor, **WORDS, **SIZE)
    monkeypatch.setattr(vae, "decode", decode)
    assert vae.dtype == torch.float16
    assert np.array_equal(pixels(draw(predictor, **WORDS, **SIZE)), wanted)


@pytest.mark.parametrize("small_vae", [previews.SMALL_VAE, 0])
def test_previews_of_such_a_vae_are_in_float32(xl: Path, monkeypatch: pytest.MonkeyPatch, small_vae: int) -> None:
    monkeypatch.setattr(previews, "SMALL_VAE", small_vae)
    monkeypatch.setattr(previews, "SECONDS_BETWEEN", 0)
    predictor = load(xl, "float16")
    dtypes = listen(vae_of(predictor))
    sink = Sink()
    context = PredictionContext("p", {**WORDS, **SIZE}, sink)
    context.set_previews(enabled=True)
    predictor.predict(context)
    assert predictor._model is not None
    assert predictor._model.previews.count > 0
    assert len(dtypes) > 1
    assert set(dtypes) == {torch.float32}
    assert vae_of(predictor).dtype == torch.float16
