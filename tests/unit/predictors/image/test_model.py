from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from jsonschema import Draft202012Validator
from PIL import Image as Pillow

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pictures import alike, draw, words
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.tiny_models import SIDE
from workers.contract.context import CancelSignal, PredictionContext
from workers.contract.predictor import (
    InputRejectedError,
    Inspection,
    Predictor,
    SetupContext,
    VersionRefusedError,
    VersionSpec,
)
from workers.contract.protocol import File, Progress
from workers.predictors.image.predictor import Image
from workers.predictors.image.previews import Previews
from workers.predictors.image.schema import input_schema
from workers.predictors.image.steps import StepReporter
from workers.predictors.image.tasks import describe_task

# diffusers 0.42.1 gives torch tensors to numpy functions, in the schedulers' constructors
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")

Loaded = Callable[[str], Predictor]
Folder = Callable[[str], Path]
PIPELINES = ["ddpm", "ddim", "stable"]


def inspect(path: Path) -> Inspection:
    return Image.inspect(VersionSpec("v", "image", str(path)))


@pytest.mark.parametrize("name", PIPELINES)
def test_an_image_is_a_png_with_its_size(loaded: Loaded, name: str) -> None:
    [file] = draw(loaded(name), **words(name)).files
    image = Pillow.open(BytesIO(file.blob))
    assert (file.content_type, image.format) == ("image/png", "PNG")
    assert (file.width, file.height) == image.size == (SIDE, SIDE)


@pytest.mark.parametrize("name", PIPELINES)
def test_every_step_is_told_and_the_last_is_the_total(loaded: Loaded, name: str) -> None:
    sink = draw(loaded(name), num_images=2, steps=4, **words(name))
    assert sink.of(Progress) == [Progress("p", step, 8) for step in range(1, 9)]
    assert [type(m) for m in sink.messages].index(File) == 4


@pytest.mark.parametrize("name", PIPELINES)
def test_each_of_several_images_is_what_its_seed_gives_alone(loaded: Loaded, name: str) -> None:
    several = draw(loaded(name), num_images=3, seed=5, **words(name)).files
    alone = [draw(loaded(name), seed=seed, **words(name)).files[0] for seed in (5, 6, 7)]
    assert several == alone
    assert len({file.blob for file in several}) == 3


@pytest.mark.parametrize("name", PIPELINES)
def test_a_seed_gives_the_same_image_in_company_and_torchs_own_generator_is_left_alone(
    loaded: Loaded, name: str
) -> None:
    state = torch.get_rng_state()

    def run(seed: int) -> File:
        return draw(loaded(name), seed=seed, steps=2 + seed % 2, **words(name)).files[0]

    alone = [run(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(run, range(4)))
    assert all(alike(one.blob, other.blob) for one, other in zip(together, alone, strict=True))
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("name", PIPELINES)
def test_a_cancel_is_seen_at_the_next_step_and_the_pipeline_can_be_used_again(loaded: Loaded, name: str) -> None:
    class Canceling(Sink):
        def put(self, message: Any) -> None:
            super().put(message)
            if isinstance(message, Progress) and message.step == 4:
                context.cancel()

    before = draw(loaded(name), **words(name)).files
    sink = Canceling()
    values = {"steps": 3, "seed": 5, "num_images": 4, **words(name)}
    context = PredictionContext("p", values, sink)
    with pytest.raises(CancelSignal):
        loaded(name).predict(context)
    assert sink.of(Progress)[-1].step == 4
    assert sink.files == before
    assert draw(loaded(name), **words(name)).files == before


def test_an_image_has_the_size_that_was_asked_for(loaded: Loaded) -> None:
    [file] = draw(loaded("stable"), width=32, height=16, **words("stable")).files
    assert (file.width, file.height) == (32, 16)


@pytest.mark.parametrize("name", ["ddpm", "ddim"])
def test_more_steps_than_the_scheduler_knows_are_rejected_with_both_numbers(loaded: Loaded, name: str) -> None:
    assert len(draw(loaded(name), steps=40).of(Progress)) == 40
    with pytest.raises(InputRejectedError, match="41 steps are too many: this model's scheduler has 40"):
        draw(loaded(name), steps=41)


def test_an_input_that_the_pipeline_does_not_take_changes_nothing(loaded: Loaded) -> None:
    plain = draw(loaded("ddpm")).files
    assert draw(loaded("ddpm"), prompt="a fox", guidance=9, width=512).files == plain


def test_the_schema_is_narrowed_to_the_pipelines_call(folder: Folder) -> None:
    found = inspect(folder("ddpm"))
    assert found.refusal is None
    assert list(found.input_schema["properties"]) == ["steps", "num_images", "seed", "output_format"]
    assert found.input_schema["required"] == []
    steps = found.input_schema["properties"]["steps"]
    assert (steps["maximum"], steps["default"]) == (40, 40)
    assert found.info["architecture"] == "DDPMPipeline"
    assert "num_inference_steps" in found.info["call_parameters"]
    full = inspect(folder("stable"))
    assert full.input_schema["required"] == ["prompt"]
    properties = full.input_schema["properties"]
    assert set(Image.input_schema["properties"]) < set(properties)
    assert (properties["width"]["default"], properties["height"]["default"]) == (SIDE, SIDE)
    assert full.info["parameters"] * 4 < full.info["bytes"]
    for schema in (found.input_schema, full.input_schema):
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("name", "guidance", "steps"),
    [
        ("StableDiffusionXLPipeline", 5.0, 50),
        ("StableDiffusion3Pipeline", 7.0, 28),
        ("FluxPipeline", 3.5, 28),
        ("SanaPipeline", 4.5, 20),
        ("QwenImagePipeline", None, 50),
    ],
)
def test_defaults_are_those_of_the_pipelines_own_call(name: str, guidance: float | None, steps: int) -> None:
    task = describe_task(getattr(diffusers, name))
    made = input_schema(
        [task], Image.input_schema["properties"], sizes=(512, 512, 16), max_side=2048, max_steps=1000,
        schedulers=["Own"], classes=None, layers=None, weighs=False,
    )  # fmt: skip
    Draft202012Validator.check_schema(made)
    properties = made["properties"]
    assert set(Image.input_schema["properties"]) <= set(properties)
    assert (properties["guidance"].get("default"), properties["steps"]["default"]) == (guidance, steps)
    assert "default" not in properties["negative_prompt"]
    assert properties["width"]["multipleOf"] == 16
    assert ("true_cfg_scale" in properties) == (name in ("FluxPipeline", "QwenImagePipeline"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("CycleDiffusionPipeline", "source_prompt"), ("StableDiffusionAttendAndExcitePipeline", "token_indices")],
)
def test_values_that_a_call_cannot_do_without_are_inputs(name: str, value: str) -> None:
    made = input_schema(
        [describe_task(getattr(diffusers, name))], Image.input_schema["properties"], sizes=(512, 512, 16),
        max_side=2048, max_steps=1000, schedulers=["Own"], classes=None, layers=None, weighs=False,
    )  # fmt: skip
    assert value in made["required"]
    examples = Image.examples(made)
    assert bool(examples) == ("image" not in made["required"])
    for example in examples:
        Draft202012Validator(made).validate(example)
    with pytest.raises(VersionRefusedError, match="needs image_embeds"):
        describe_task(diffusers.KandinskyV22Pipeline)


def test_no_file_of_several_is_left_out_in_silence(loaded: Loaded, tmp_path: Path) -> None:
    """A pipeline that takes several pictures takes one alone beside a mask."""
    path = tmp_path / "one.png"
    Pillow.new("RGB", (SIDE, SIDE)).save(path)
    with pytest.raises(InputRejectedError, match="For image to image, image is one file: 2 were given"):
        draw(loaded("stable"), image=[str(path)] * 2, **words("stable"))
    pictures = {name: describe_task(getattr(diffusers, f"Flux2Klein{name}Pipeline")).files for name in ("", "Inpaint")}
    assert [files["image"].is_list for files in pictures.values()] == [True, False]


def test_a_run_begins_only_where_no_file_is_needed() -> None:
    """One file or a list of them."""
    rule = {"type": "string", "format": "file"}
    for image in (rule, {"type": "array", "items": rule}):
        properties = {"prompt": {"type": "string"}, "num_images": {"type": "integer"}, "image": image}
        assert Image.examples({"properties": properties, "required": ["prompt", "image"]}) == []
        assert Image.examples({"properties": properties, "required": ["prompt"]}) == [{"seed": 0, "prompt": "a house"}]


@pytest.mark.parametrize(("rule", "value"), [({}, "a house"), (True, "a house"), ({"type": ["number", "null"]}, 1)])
def test_a_run_begins_by_a_schema_that_says_little(rule: Any, value: Any) -> None:
    properties = {"prompt": rule, "num_images": {}}
    assert Image.examples({"properties": properties}) == [{"seed": 0, "prompt": value}]


def test_a_size_of_its_own_that_is_too_large_becomes_smaller(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("stable"), tmp_path / "large")
    config = json.loads((path / "unet" / "config.json").read_text())
    (path / "unet" / "config.json").write_text(json.dumps({**config, "sample_size": [2048, 1024]}))
    properties = inspect(path).input_schema["properties"]
    assert (properties["width"]["default"], properties["height"]["default"]) == (864, 1728)


def unindexed(path: Path) -> None:
    (path / "model_index.json").unlink()


def a_text_model(path: Path) -> None:
    (path / "model_index.json").rename(path / "config.json")


def without_weights(path: Path) -> None:
    (path / "unet" / "diffusion_pytorch_model.safetensors").unlink()


def pickled(path: Path) -> None:
    weights = path / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))


def cut_off(path: Path) -> None:
    weights = path / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])


def of_class(name: Any) -> Callable[[Path], None]:
    return part("_class_name", name)


def part(name: str, value: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        index = json.loads((path / "model_index.json").read_text())
        (path / "model_index.json").write_text(json.dumps({**index, name: value}))

    return write


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (unindexed, "no model_index.json"),
        (a_text_model, "published as TEXT_GENERATION, or as CUSTOM for another task"),
        (without_weights, "Its part unet has no safetensors weights: add those of the model's repository."),
        (pickled, "only pickled weights (unet/diffusion_pytorch_model.bin)"),
        (cut_off, "is cut off"),
        (of_class("Tomorrow3Pipeline"), "has no pipeline Tomorrow3Pipeline"),
        (of_class("UNet2DModel"), "has no pipeline UNet2DModel"),
        (of_class(["pipeline", "Mine"]), "code of its own"),
        (part("unet", ["mine", "Network"]), "code of its own (unet)"),
        (part("vqvae", ["diffusers", "VQModel"]), "part vqvae is missing"),
        (part("unet", ["transformers", "Nothing"]), "unet is a Nothing, which transformers does not have"),
        (of_class("StableDiffusionPipeline"), "does not name text_encoder, tokenizer, vae"),
        (of_class("DiffusionPipeline"), "gives neither pictures, videos nor sounds"),
    ],
)
def test_a_folder_that_cannot_be_run_is_refused_with_the_reason(
    folder: Folder, tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    path = shutil.copytree(folder("ddpm"), tmp_path / "damaged")
    damage(path)
    found = inspect(path)
    assert found.refusal is not None
    assert reason in found.refusal


def test_a_load_tells_its_phases_and_its_bytes(folder: Folder) -> None:
    told: list[tuple[str, int | None, int | None]] = []
    predictor = Image()
    spec = VersionSpec("v", "image", str(folder("stable")))
    predictor.setup(spec, CPU, SetupContext(lambda *phase: told.append(phase)))
    size = sum(f.stat().st_size for f in folder("stable").rglob("*.safetensors"))
    # Part by part
    reads = [loaded for phase, loaded, _ in told if phase == "read"]
    assert reads == sorted(reads)
    assert (reads[0], len(set(reads))) == (0, 3)
    assert told == [*(("read", each, size) for each in reads), ("move", size, size), ("warm-up", size, size)]
    assert 0.7 * size < predictor.size_bytes() <= size
    predictor.teardown()
    assert predictor.size_bytes() == 0


def test_a_pipeline_draws_no_bars(loaded: Loaded, capfd: pytest.CaptureFixture[str]) -> None:
    for name in PIPELINES:
        draw(loaded(name), **words(name))
    assert capfd.readouterr().err == ""


def test_a_pipelines_warnings_are_log_records(loaded: Loaded, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        draw(loaded("stable"), **{**words("stable"), "prompt": "word " * 40})
    assert "truncated" in caplog.text


def test_a_pipeline_with_only_a_legacy_callback_or_bar_is_listened_to() -> None:
    class Legacy:
        def set_progress_bar_config(self, **_: Any) -> None: ...

    for parameters in (["callback", "callback_steps"], []):
        sink = Sink()
        pipeline: Any = Legacy()
        arguments = StepReporter(PredictionContext("p", {}, sink), 1, 2, 3, Previews(pipeline)).hook(
            pipeline, parameters
        )
        if arguments:
            for step in range(3):
                arguments["callback"](step, None, None)
        else:
            with pipeline.progress_bar(total=3) as bar:
                for _ in range(3):
                    bar.update()
        assert sink.of(Progress) == [Progress("p", step, 6) for step in (4, 5, 6)]
