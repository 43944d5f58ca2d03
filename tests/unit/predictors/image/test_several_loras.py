"""Several LoRAs of one version, which draw together, each with its scale, as by diffusers' own `set_adapters`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from accelerate.hooks import CpuOffload
from diffusers.pipelines import pipeline_utils
from peft import __version__ as peft_version
from PIL import Image as Pillow
from safetensors.torch import load_file, save_file
from transformers.integrations import peft as transformers_peft

from server.domain import input_schema
from server.errors import InvalidInputError
from tests.support.marks import seldom
from tests.unit.predictors import checkpoints
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pipeline_loras import make_lora
from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.contract.predictor import Adapter, InputRejectedError, SetupContext, VersionRefusedError, VersionSpec
from workers.predictors import quantization
from workers.predictors.image.predictor import Image

pytestmark = pytest.mark.filterwarnings("ignore")
WORDS = {"prompt": "a fox", "steps": 2, "seed": 5, "width": 32, "height": 16, "num_images": 1}
NAMES = ["Ink (v1.2)", "pixel art", "墨"]
Scales = dict[str, float]
CHOICES: list[Scales] = [
    dict.fromkeys(NAMES, 1.0),
    {NAMES[0]: 0.5, NAMES[2]: -1.0},
    {NAMES[1]: 1.0},
    {NAMES[0]: 0.0, NAMES[1]: 0.8},
    {},
]


@pytest.fixture(scope="module", autouse=True)
def peft_as_it_is() -> Iterator[None]:
    """transformers asks for a release that is not out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transformers_peft, "MIN_PEFT_VERSION", peft_version)
        yield


@pytest.fixture(scope="module", params=["stable", *seldom("sdxl")])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "sdxl":
        return checkpoints.sdxl(tmp_path_factory.mktemp("sdxl"))
    folder: Callable[[str], Path] = request.getfixturevalue("folder")
    return folder("stable")


@pytest.fixture(scope="module")
def loras(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Adapter:
    """Three LoRAs beside each other: of all parts, of the network alone, and of the text encoders with another rank."""
    folder = tmp_path_factory.mktemp("loras")
    encoders = [part for part in ("text_encoder", "text_encoder_2") if (base / part).exists()]
    for seed, (name, parts) in enumerate(zip(NAMES, (["unet", *encoders], ["unet"], encoders), strict=True)):
        make_lora(base, folder, seed, name, parts, rank=2 + seed)
    return Adapter("v", folder)


@pytest.fixture(scope="module")
def predictor(base: Path) -> Image:
    predictor = Image()
    predictor.setup(VersionSpec("base", "image", str(base)), CPU, SetupContext(lambda *_: None))
    return predictor


def pipeline_of(predictor: Image) -> Any:
    assert predictor._model is not None
    return predictor._model._pipeline


def path_of(name: str) -> str:
    return f"{name}.safetensors"


def choose(scales: Scales) -> list[dict[str, Any]]:
    return [{"name": name, "scale": scale} for name, scale in scales.items()]


def run(predictor: Image, adapter: Adapter | None, **values: Any) -> Sink:
    sink = Sink()
    context = PredictionContext("p", {**WORDS, **values}, sink)
    context.adapter = adapter
    predictor.predict(context)
    return sink


def draw(predictor: Image, adapter: Adapter | None, **values: Any) -> Any:
    return np.asarray(Pillow.open(BytesIO(run(predictor, adapter, **values).files[0].blob)), dtype=int)


@pytest.fixture(scope="module")
def pictures(base: Path, loras: Adapter) -> list[Any]:
    """What diffusers draws for each of the choices."""
    drawn = []
    for scales in CHOICES:
        pipeline = diffusers.DiffusionPipeline.from_pretrained(base)
        pipeline.set_progress_bar_config(disable=True)
        for number, name in enumerate(scales):
            pipeline.load_lora_weights(loras.path, weight_name=f"{name}.safetensors", adapter_name=f"of_{number}")
        if scales:
            pipeline.set_adapters([f"of_{number}" for number in range(len(scales))], list(scales.values()))
        generator = torch.Generator("cpu").manual_seed(5)
        picture = pipeline("a fox", num_inference_steps=2, width=32, height=16, generator=generator).images[0]
        drawn.append(np.asarray(picture, dtype=int))
    assert len({picture.tobytes() for picture in drawn}) == len(CHOICES)
    return drawn


def test_they_draw_as_diffusers_own_set_adapters(predictor: Image, loras: Adapter, pictures: list[Any]) -> None:
    for scales, picture in zip(CHOICES, pictures, strict=True):
        assert np.array_equal(draw(predictor, loras, adapters=choose(scales)), picture)
        # In whatever order they are named
        assert np.array_equal(draw(predictor, loras, adapters=choose(scales)[::-1]), picture)
    # Without a list all are taken, a name without a scale has 1
    assert np.array_equal(draw(predictor, loras), pictures[0])
    assert np.array_equal(draw(predictor, loras, adapters=[{"name": NAMES[1]}]), pictures[2])


def test_the_base_is_what_it_was(predictor: Image, loras: Adapter, pictures: list[Any]) -> None:
    pipeline = pipeline_of(predictor)

    def own_tensors() -> dict[str, Any]:
        parts = {name: part for name, part in pipeline.components.items() if isinstance(part, torch.nn.Module)}
        return {
            f"{name}.{key.replace('.base_layer', '')}": tensor.clone()
            for name, part in parts.items()
            for key, tensor in part.state_dict().items()
            if "lora" not in key
        }

    before = own_tensors()
    draw(predictor, loras)
    assert np.array_equal(draw(predictor, None), pictures[-1])
    assert np.array_equal(draw(predictor, loras, adapters=choose(CHOICES[1])), pictures[1])
    after = own_tensors()
    assert before.keys() == after.keys()
    assert all(torch.equal(tensor, after[key]) for key, tensor in before.items())
    predictor.drop_adapter("v")
    assert np.array_equal(draw(predictor, None), pictures[-1])
    assert not any(pipeline.get_list_adapters().values())


def test_all_are_read_once_however_they_are_combined(
    predictor: Image, loras: Adapter, pictures: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = pipeline_of(predictor)
    predictor.drop_adapter("v")
    files = []
    load = pipeline.load_lora_weights
    monkeypatch.setattr(
        pipeline, "load_lora_weights", lambda *args, **named: (files.append(named["weight_name"]), load(*args, **named))
    )
    adapter = Adapter("v", shutil.copytree(loras.path, tmp_path / "loras"), tuple(path_of(name) for name in NAMES))
    # Whatever came later is nobody's
    (adapter.path / "later.safetensors").write_bytes(b"none")
    two, other, reverse = choose(CHOICES[1]), choose({NAMES[0]: 0.7}), choose(CHOICES[1])[::-1]
    switched = []
    for each in (two, reverse, other, [], [], two, choose(CHOICES[0])):
        switched.append("adapter_switch_seconds" in run(predictor, adapter, adapters=each).metrics)
        # What was read stays as it was, until it is let go of
        shutil.rmtree(adapter.path, ignore_errors=True)
    assert switched == [True, False, True, True, False, True, True]
    assert files == [path_of(name) for name in NAMES]
    assert np.array_equal(draw(predictor, adapter, adapters=choose(CHOICES[1])), pictures[1])
    predictor.drop_adapter("v")
    with pytest.raises(VersionRefusedError, match=r"Its file Ink \(v1\.2\)\.safetensors is gone: put it back"):
        draw(predictor, adapter, adapters=choose(CHOICES[1]))
    assert np.array_equal(draw(predictor, None), pictures[-1])


def test_what_was_let_go_of_is_read_anew_where_the_thread_that_draws_may(
    predictor: Image, loras: Adapter, pictures: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = pipeline_of(predictor)
    draw(predictor, loras)
    folders = []
    load = pipeline.load_lora_weights
    monkeypatch.setattr(
        pipeline, "load_lora_weights", lambda folder, **named: (folders.append(folder), load(folder, **named))
    )
    # Nothing is drawn between
    predictor.drop_adapter("v")
    assert np.array_equal(draw(predictor, loras), pictures[0])
    assert len(folders) == len(NAMES)
    assert str(loras.path) not in folders


def test_memory_that_runs_out_is_no_misfit(
    predictor: Image, loras: Adapter, pictures: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = pipeline_of(predictor)
    predictor.drop_adapter("v")
    load = pipeline.load_lora_weights

    def fail(*args: Any, **named: Any) -> None:
        if named["weight_name"] == path_of(NAMES[1]):
            raise torch.OutOfMemoryError("CUDA out of memory")
        load(*args, **named)

    monkeypatch.setattr(pipeline, "load_lora_weights", fail)
    with pytest.raises(torch.OutOfMemoryError):
        draw(predictor, loras)
    assert not any(pipeline.get_list_adapters().values())
    assert np.array_equal(draw(predictor, None), pictures[-1])
    monkeypatch.setattr(pipeline, "load_lora_weights", load)
    assert np.array_equal(draw(predictor, loras), pictures[0])


def test_predictions_of_different_ones_are_not_mixed(predictor: Image, loras: Adapter, pictures: list[Any]) -> None:
    numbers = [0, 1, 2, 4, 1, 0, 3, 2]
    with ThreadPoolExecutor(len(numbers)) as threads:
        drawn = list(
            threads.map(lambda number: draw(predictor, loras, adapters=choose(CHOICES[number])), numbers, timeout=600)
        )
    for picture, number in zip(drawn, numbers, strict=True):
        assert np.abs(picture - pictures[number]).max() <= 2


def test_loras_of_other_kinds_of_layers_draw_together(
    base: Path, loras: Adapter, predictor: Image, tmp_path: Path
) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "conv": {"target_modules": ["conv1", "conv2", "to_k", "proj_in"]},
        "dora": {"target_modules": ["to_q", "to_out.0"], "use_dora": True},
        "with bias": {"target_modules": ["to_q", "to_out.0"], "lora_bias": True},
    }
    for seed, (name, settings) in enumerate(kinds.items()):
        make_lora(base, tmp_path, seed, name, ["unet"], **settings)
    # As kohya's programs write them
    kohya: dict[str, torch.Tensor] = {}
    for key, tensor in load_file(tmp_path / "conv.safetensors").items():
        place, kind, _ = key.removeprefix("unet.").rsplit(".", 2)
        module = f"lora_unet_{place.replace('.', '_')}"
        kohya[f"{module}.lora_{'down' if kind == 'lora_A' else 'up'}.weight"] = tensor
        kohya[f"{module}.alpha"] = torch.tensor(1.0)
    save_file(kohya, tmp_path / "kohya.safetensors")
    scales = {"conv": 0.3, "dora": 0.8, "kohya": 0.3, "with bias": 0.5}
    pipeline = diffusers.DiffusionPipeline.from_pretrained(base)
    pipeline.set_progress_bar_config(disable=True)
    for number, name in enumerate(scales):
        pipeline.load_lora_weights(tmp_path, weight_name=path_of(name), adapter_name=f"of_{number}")
    adapter = Adapter("kinds", tmp_path)
    for some in (scales, *({name: 1.0} for name in scales)):
        pipeline.set_adapters([f"of_{list(scales).index(name)}" for name in some], list(some.values()))
        generator = torch.Generator("cpu").manual_seed(5)
        wanted = pipeline("a fox", num_inference_steps=2, width=32, height=16, generator=generator).images[0]
        assert np.array_equal(draw(predictor, adapter, adapters=choose(some)), np.asarray(wanted))
    predictor.drop_adapter("kinds")


@pytest.mark.slow
@pytest.mark.parametrize("base", ["stable"], indirect=True)
def test_with_parts_that_wait_on_the_host_they_draw_the_same(
    base: Path, loras: Adapter, pictures: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The hooks move from the CPU to the CPU then
    monkeypatch.setattr(quantization, "check_options", lambda *_: None)
    monkeypatch.setattr(pipeline_utils, "get_device", lambda: torch.device("cpu"))
    spec = VersionSpec("base", "image", str(base), {"cpu_offload": "MODEL"})
    predictor = Image()
    predictor.setup(spec, CPU, SetupContext(lambda *_: None))
    pipeline = pipeline_of(predictor)
    Pillow.new("RGB", (32, 16), "orange").save(tmp_path / "in.png")
    over = {"image": str(tmp_path / "in.png"), "strength": 0.7}
    plain = Image()
    plain.setup(VersionSpec("base", "image", str(base)), CPU, SetupContext(lambda *_: None))
    for number in (0, 4, 1, 3, 1):
        adapters = choose(CHOICES[number])
        assert np.array_equal(draw(predictor, loras, adapters=adapters), pictures[number])
        drawn = draw(predictor, loras, adapters=adapters, **over)
        assert np.array_equal(drawn, draw(plain, loras, adapters=adapters, **over))
        assert all(isinstance(part._hf_hook, CpuOffload) for part in (pipeline.unet, pipeline.text_encoder))
    # A failure while the hooks are off does not leave them so
    misfit = Adapter("misfit", tmp_path / "misfit")
    misfit.path.mkdir()
    prefix = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    wide = {f"{prefix}.lora_A.weight": torch.zeros(2, 999), f"{prefix}.lora_B.weight": torch.zeros(999, 2)}
    save_file(wide, misfit.path / "wide.safetensors")
    draw(predictor, None)
    with pytest.raises(VersionRefusedError):
        draw(predictor, misfit)
    hooked: list[bool] = []
    pipeline.unet.register_forward_pre_hook(lambda part, _: hooked.append(hasattr(part, "_hf_hook")))
    assert np.array_equal(draw(predictor, loras), pictures[0])
    assert set(hooked) == {True}


def test_a_version_says_which_there_are(base: Path, loras: Adapter, predictor: Image, pictures: list[Any]) -> None:
    inspection = Image.inspect(VersionSpec("v", "image", str(base), adapter=str(loras.path)))
    schema = inspection.input_schema
    assert schema is not None
    assert "lora_scale" not in schema["properties"]
    assert input_schema.schema_violations(schema) == []
    rule = schema["properties"]["adapters"]
    assert rule["items"]["properties"]["name"]["enum"] == NAMES
    filled = input_schema.apply(schema, {"prompt": "a fox"})
    assert filled["adapters"] == choose(CHOICES[0])
    assert np.array_equal(draw(predictor, loras, adapters=filled["adapters"]), pictures[0])
    for adapters in (
        [{"name": "other"}], [{"name": NAMES[0], "scale": 4.5}], [{"scale": 1}], NAMES[:1],
        [{"name": NAMES[0], "weight": 1}], [{"name": name} for name in [*NAMES, NAMES[0]]],
    ):  # fmt: skip
        with pytest.raises(InvalidInputError):
            input_schema.apply(schema, {"prompt": "a fox", "adapters": adapters})
    # The short run before a version is READY draws with all of them
    assert all("adapters" not in example for example in Image.examples(schema))


def test_what_is_not_there_or_does_not_fit_is_named(
    base: Path, loras: Adapter, predictor: Image, pictures: list[Any], tmp_path: Path
) -> None:
    for adapters, sentence in (
        ([{"name": "../v"}], r"no LoRA \.\./v"),
        ([{"name": NAMES[1]}, {"name": NAMES[1], "scale": 2}], "The LoRA pixel art is in the list twice"),
    ):
        with pytest.raises(InputRejectedError, match=sentence):
            draw(predictor, loras, adapters=adapters)
    folder = shutil.copytree(loras.path, tmp_path / "loras")
    save_file({"weight": torch.zeros(2)}, folder / "model.safetensors")
    refusal = Image.inspect(VersionSpec("v", "image", str(base), adapter=str(folder))).refusal
    assert refusal == "Its file model.safetensors is no LoRA: its tensors are weight and the like."
    prefix = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    wide = {f"{prefix}.lora_A.weight": torch.zeros(2, 999), f"{prefix}.lora_B.weight": torch.zeros(999, 2)}
    save_file(wide, folder / "model.safetensors")
    assert Image.inspect(VersionSpec("v", "image", str(base), adapter=str(folder))).refusal is None
    with pytest.raises(VersionRefusedError, match=r"\(LoRA model\)"):
        draw(predictor, Adapter("misfit", folder))
    assert np.array_equal(draw(predictor, None), pictures[-1])
    assert np.array_equal(draw(predictor, loras), pictures[0])
