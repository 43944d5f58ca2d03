"""LoRA adapters on one loaded pipeline, as diffusers itself applies them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from peft import __version__ as peft_version
from PIL import Image as Pillow
from safetensors.torch import save_file
from transformers.integrations import peft as transformers_peft

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pipeline_loras import make_lora
from tests.unit.predictors.sink import Sink
from tests.zoo import pipelines
from workers.contract.context import PredictionContext
from workers.contract.predictor import Adapter, SetupContext, VersionRefusedError, VersionSpec
from workers.contract.protocol import Metric
from workers.predictors.image.predictor import Image

pytestmark = pytest.mark.filterwarnings("ignore")
WORDS = {"prompt": "a fox", "steps": 2, "seed": 5, "width": 32, "height": 16, "num_images": 1}


@pytest.fixture(autouse=True)
def peft_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers asks for a release that is not out."""
    monkeypatch.setattr(transformers_peft, "MIN_PEFT_VERSION", peft_version)


@pytest.fixture
def base(folder: Callable[[str], Path]) -> Path:
    return folder("stable")


@pytest.fixture
def loras(base: Path, tmp_path: Path) -> list[Adapter]:
    return [Adapter(f"v{seed}", make_lora(base, tmp_path / f"lora{seed}", seed)) for seed in (1, 2)]


def open_predictor(base: Path) -> Image:
    predictor = Image()
    predictor.setup(VersionSpec("base", "image", str(base)), CPU, SetupContext(lambda *_: None))
    return predictor


def draw(predictor: Image, adapter: Adapter | None, **values: Any) -> Any:
    sink = Sink()
    context = PredictionContext("p", {**WORDS, **values}, sink)
    context.adapter = adapter
    predictor.predict(context)
    return np.asarray(Pillow.open(BytesIO(sink.files[0].blob)), dtype=int)


def plain(base: Path, adapter: Adapter | None, scale: float = 1.0) -> Any:
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(base)
    pipeline.set_progress_bar_config(disable=True)
    if adapter is not None:
        pipeline.load_lora_weights(adapter.path, adapter_name="style")
        pipeline.set_adapters("style", scale)
    generator = torch.Generator("cpu").manual_seed(5)
    drawn = pipeline("a fox", num_inference_steps=2, width=32, height=16, generator=generator)
    return np.asarray(drawn.images[0], dtype=int)


def test_pictures_equal_those_of_diffusers_own_adapters(base: Path, loras: list[Adapter]) -> None:
    predictor = open_predictor(base)
    one, two = loras
    pictures = [plain(base, None), plain(base, one), plain(base, two), plain(base, two, 0.5)]
    assert len({picture.tobytes() for picture in pictures}) == 4
    order = [(one, 1.0), (None, 1.0), (two, 0.5), (one, 1.0), (two, 1.0), (None, 1.0)]
    wanted = [1, 0, 3, 1, 2, 0]
    for (adapter, scale), number in zip(order, wanted, strict=True):
        assert np.array_equal(draw(predictor, adapter, lora_scale=scale), pictures[number])
    with ThreadPoolExecutor(6) as threads:
        drawn = list(threads.map(lambda each: draw(predictor, each[0], lora_scale=each[1]), order))
    for picture, number in zip(drawn, wanted, strict=True):
        assert np.abs(picture - pictures[number]).max() <= 2
    predictor.drop_adapter("v1")
    assert np.array_equal(draw(predictor, two), pictures[2])
    assert np.array_equal(draw(predictor, None), pictures[0])
    assert np.array_equal(draw(predictor, one), pictures[1])


def test_adapters_share_one_base_and_are_switched_at_once(base: Path, loras: list[Adapter]) -> None:
    predictor = open_predictor(base)
    size = predictor.size_bytes()
    one, two = loras
    for adapter in (one, two, None):
        draw(predictor, adapter)
    assert size < predictor.size_bytes() < 1.2 * size
    model: Any = predictor._model
    began = time.monotonic()
    for _ in range(5):
        model.adapters.use(one, model.adapters.choose(one, {}))
        model.adapters.use(two, model.adapters.choose(two, {}))
    assert (time.monotonic() - began) / 10 < 0.1


def test_who_switches_is_told_how_long_it_took(base: Path, loras: list[Adapter]) -> None:
    predictor = open_predictor(base)
    one, two = loras
    switched = []
    for adapter in (None, one, one, two, None):
        sink = Sink()
        context = PredictionContext("p", WORDS, sink)
        context.adapter = adapter
        predictor.predict(context)
        switched.append([each.value for each in sink.of(Metric) if each.name == "adapter_switch_seconds"])
    assert [len(each) for each in switched] == [0, 1, 0, 1, 1]
    assert all(0 < seconds < 10 for each in switched for seconds in each)


def test_an_adapter_of_another_model_is_refused_with_a_sentence(
    base: Path, folder: Callable[[str], Path], loras: list[Adapter], tmp_path: Path
) -> None:
    spec = VersionSpec("v", "image", str(base), adapter=str(loras[0].path))
    inspection = Image.inspect(spec)
    assert inspection.refusal is None
    assert inspection.input_schema["properties"]["lora_scale"]["default"] == 1
    refusal = Image.inspect(VersionSpec("v", "image", str(folder("ddpm")), adapter=str(loras[0].path))).refusal
    assert refusal == "Its base is a DDPMPipeline, which takes no LoRA."
    save_file({"weight": torch.zeros(2)}, tmp_path / "model.safetensors")
    assert "is no LoRA" in str(Image.inspect(VersionSpec("v", "image", str(base), adapter=str(tmp_path))).refusal)
    save_file({"unet.other.lora_A.weight": torch.zeros(2, 3)}, tmp_path / "model.safetensors")
    predictor = open_predictor(base)
    with pytest.raises(VersionRefusedError, match="adapter"):
        draw(predictor, Adapter("v9", tmp_path))
    assert np.array_equal(draw(predictor, None), plain(base, None))


@pytest.mark.parametrize("kind", ["norms", "wider layers"])
def test_an_adapter_that_changes_the_base_itself_is_refused(tmp_path: Path, kind: str) -> None:
    pipelines.build("FluxPipeline", tmp_path / "flux")
    predictor = open_predictor(tmp_path / "flux")
    model: Any = predictor._model
    network = model._pipeline.transformer
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    own = draw(predictor, None)

    def layer(name: str, factor: int = 1) -> dict[str, torch.Tensor]:
        module = network.get_submodule(name)
        rows, columns = module.out_features, factor * module.in_features
        torch.manual_seed(1)
        return {
            f"transformer.{name}.lora_A.weight": torch.randn(2, columns),
            f"transformer.{name}.lora_B.weight": torch.randn(rows, 2),
        }

    tensors = layer("transformer_blocks.0.attn.to_q")
    for name in ("fits", "control"):
        (tmp_path / name).mkdir()
        save_file(tensors, tmp_path / name / "pytorch_lora_weights.safetensors")
        norm = "transformer_blocks.0.attn.norm_q.weight"
        tensors |= {f"transformer.{norm}": 3 * before[norm]} if kind == "norms" else layer("x_embedder", 2)
    assert not np.array_equal(draw(predictor, Adapter("fits", tmp_path / "fits")), own)
    with pytest.raises(VersionRefusedError, match=r"is a control LoRA, .* it changes \w+.* of its base itself"):
        draw(predictor, Adapter("control", tmp_path / "control"))
    assert np.array_equal(draw(predictor, None), own)
    after = {name.replace(".base_layer", ""): tensor for name, tensor in network.state_dict().items()}
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
