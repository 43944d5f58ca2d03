"""What people's folders hold, and pictures, videos and sounds that equal those of the plain pipeline."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from jsonschema import Draft202012Validator
from PIL import Image as Pillow
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPImageProcessor, CLIPTextConfig, CLIPVisionConfig

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pictures import draw
from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.contract.predictor import InputRejectedError, Inspection, SetupContext, VersionRefusedError, VersionSpec
from workers.contract.protocol import Log
from workers.predictors import quantization
from workers.predictors.image import media
from workers.predictors.image.predictor import Image

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword"),
    pytest.mark.filterwarnings("ignore:invalid value encountered in cast"),
]
Folder = Callable[[str], Path]
WORDS = {"prompt": "a fox", "steps": 3, "seed": 5, "width": 32, "height": 16}


@pytest.fixture
def path(folder: Folder, tmp_path: Path) -> Path:
    return shutil.copytree(folder("stable"), tmp_path / "model")


def inspect(path: Path) -> Inspection:
    return Image.inspect(VersionSpec("v", "image", str(path)))


def load(path: Path, **options: Any) -> Image:
    predictor = Image()
    predictor.setup(VersionSpec("v", "image", str(path), options), CPU, SetupContext(lambda *_: None))
    return predictor


def pixels(blob: bytes) -> Any:
    return np.asarray(Pillow.open(BytesIO(blob)))


def plain(cls: str, path: Path, **arguments: Any) -> Any:
    pipeline = getattr(diffusers, cls).from_pretrained(path, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    generator = torch.Generator("cpu").manual_seed(5)
    return np.asarray(pipeline(prompt="a fox", num_inference_steps=3, generator=generator, **arguments).images[0])


def picture(path: Path, size: tuple[int, int], colour: str) -> str:
    Pillow.new("RGB", size, colour).save(path)
    return str(path)


def rewrite(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def rename(path: Path, variant: str) -> None:
    path.rename(path.with_suffix(f".{variant}.safetensors"))


def test_a_picture_equals_the_plain_pipelines(path: Path) -> None:
    [file] = draw(load(path), **WORDS).files
    assert np.array_equal(pixels(file.blob), plain("StableDiffusionPipeline", path, width=32, height=16))


def test_one_loaded_pipeline_serves_pictures_and_masks_as_the_plain_classes_do(path: Path, tmp_path: Path) -> None:
    image = picture(tmp_path / "image.png", (32, 32), "red")
    mask = picture(tmp_path / "mask.png", (32, 32), "white")
    predictor = load(path)
    words = {"prompt": "a fox", "steps": 3, "strength": 0.7}
    [file] = draw(predictor, **words, image=image).files
    opened, hole = Pillow.open(image), Pillow.open(mask)
    other = plain("StableDiffusionImg2ImgPipeline", path, image=opened, strength=0.7)
    assert np.array_equal(pixels(file.blob), other)
    [file] = draw(predictor, **words, image=image, mask=mask, width=32, height=32).files
    other = plain(
        "StableDiffusionInpaintPipeline", path, image=opened, mask_image=hole, strength=0.7, width=32, height=32
    )
    assert np.array_equal(pixels(file.blob), other)
    with pytest.raises(InputRejectedError, match="takes no file, or image, or image and mask; given was mask"):
        draw(predictor, **words, mask=mask)
    with pytest.raises(InputRejectedError, match="cannot be read"):
        draw(predictor, **words, image=str(path / "model_index.json"))


@pytest.mark.parametrize("name", ["DPMSolverMultistepScheduler", "DDIMScheduler", "UniPCMultistepScheduler"])
def test_another_scheduler_is_that_of_the_plain_pipeline(path: Path, name: str) -> None:
    enum = inspect(path).input_schema["properties"]["scheduler"]["enum"]
    assert enum[0] == "EulerDiscreteScheduler"
    assert name in enum
    [file] = draw(load(path), **WORDS, scheduler=name).files
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(path)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = getattr(diffusers, name).from_config(pipeline.scheduler.config)
    generator = torch.Generator("cpu").manual_seed(5)
    other = pipeline("a fox", num_inference_steps=3, width=32, height=16, generator=generator).images[0]
    assert np.array_equal(pixels(file.blob), np.asarray(other))


def test_infinities_in_configurations_are_numbers(path: Path) -> None:
    config = json.loads((path / "scheduler" / "scheduler_config.json").read_text())
    diffusers.DPMSolverMultistepScheduler.from_config(config).save_pretrained(path / "scheduler")
    rewrite(path / "model_index.json", scheduler=["diffusers", "DPMSolverMultistepScheduler"])
    assert "-Infinity" in (path / "scheduler" / "scheduler_config.json").read_text()
    assert inspect(path).refusal is None
    assert len(draw(load(path), **WORDS).files) == 1


def test_variants_of_weights_are_loaded_part_by_part(path: Path) -> None:
    [before] = draw(load(path), **WORDS).files
    rename(path / "unet" / "diffusion_pytorch_model.safetensors", "fp16")
    rename(path / "text_encoder" / "model.safetensors", "bf16")
    assert inspect(path).refusal is None
    assert draw(load(path), **WORDS).files == [before]


def add_checker(path: Path) -> None:
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = CLIPConfig(
        text_config=CLIPTextConfig(vocab_size=100, max_position_embeddings=16, **sizes).to_dict(),
        vision_config=CLIPVisionConfig(image_size=16, patch_size=8, **sizes).to_dict(),
        projection_dim=16,
    )
    checker = StableDiffusionSafetyChecker(config)
    for parameter in (checker.concept_embeds_weights, checker.special_care_embeds_weights):
        # Every picture is nearer than that to every concept
        torch.nn.init.constant_(parameter, -10.0)
    checker.save_pretrained(path / "safety_checker")
    CLIPImageProcessor(size={"shortest_edge": 16}, crop_size=16).save_pretrained(path / "feature_extractor")
    rewrite(
        path / "model_index.json",
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
        feature_extractor=["transformers", "CLIPImageProcessor"],
    )


def test_a_safety_checker_is_no_foreign_code_and_what_it_blocks_is_told(path: Path) -> None:
    add_checker(path)
    assert inspect(path).refusal is None
    sink = Sink()
    with pytest.raises(InputRejectedError, match="safety checker blocked all 2 pictures"):
        load(path).predict(PredictionContext("p", {**WORDS, "num_images": 2}, sink))
    assert sink.files == []
    assert sink.metrics == {"blocked": 2}
    assert next(each.line for each in sink.of(Log) if "blocked" in each.line).startswith("Picture 1 was blocked")
    shutil.rmtree(path / "safety_checker")
    assert inspect(path).refusal is None
    assert len(draw(load(path), **WORDS).files) == 1


@pytest.mark.parametrize("options", [{}, {"quantization": "INT8"}], ids=str)
@pytest.mark.parametrize(
    ("part", "tensor"),
    [
        ("unet", "conv_out.weight"),
        ("vae", "decoder.conv_out.bias"),
        ("text_encoder", "encoder.layers.0.mlp.fc1.weight"),
    ],
)
def test_weights_of_a_part_that_lack_tensors_are_refused(
    path: Path, part: str, tensor: str, options: dict[str, Any]
) -> None:
    [weights] = (path / part).glob("*.safetensors")
    tensors = load_file(weights)
    [name] = [each for each in tensors if each.endswith(tensor)]
    del tensors[name]
    save_file(tensors, weights, {"format": "pt"})
    with pytest.raises(
        VersionRefusedError, match=rf"The weights of its part {part} lack {re.escape(tensor)}: they are"
    ):
        load(path, **options)


def test_a_safety_checker_may_be_left_out(path: Path) -> None:
    add_checker(path)
    assert inspect(path).info["safety_checker"] is True
    assert len(draw(load(path, safety_checker=False), **WORDS).files) == 1


def test_parts_that_wait_on_the_host_draw_the_same(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for offload in ("MODEL", "SEQUENTIAL"):
        with pytest.raises(VersionRefusedError, match="CPU offload needs a CUDA device; this worker's device is cpu"):
            load(path, cpu_offload=offload)
    # The hooks move from the CPU to the CPU then
    monkeypatch.setattr(quantization, "check_options", lambda *_: None)
    image = picture(tmp_path / "image.png", (32, 32), "red")
    plain, offloaded = load(path), load(path, cpu_offload="MODEL")
    for values in (WORDS, {"prompt": "a fox", "steps": 3, "strength": 0.7, "image": image}, WORDS):
        assert draw(offloaded, **values).files == draw(plain, **values).files
    assert 0 < offloaded.size_bytes() < plain.size_bytes()


def test_a_picture_of_no_numbers_is_a_failure(path: Path) -> None:
    weights = path / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    next(iter(tensors.values())).fill_(float("nan"))
    save_file(tensors, weights)
    with pytest.raises(FloatingPointError, match="not numbers"):
        draw(load(path), **WORDS)


def test_what_the_pipeline_refuses_is_the_inputs_fault(path: Path) -> None:
    with pytest.raises(InputRejectedError, match="divisible by 8"):
        draw(load(path), **{**WORDS, "width": 33})


@pytest.mark.parametrize(("name", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP")])
def test_pictures_are_written_as_asked_for(path: Path, name: str, kind: str) -> None:
    [file] = draw(load(path), **WORDS, output_format=name).files
    assert (file.content_type, Pillow.open(BytesIO(file.blob)).format) == (f"image/{name}", kind)


def test_the_schema_of_what_three_classes_take_is_valid(path: Path) -> None:
    found = inspect(path)
    Draft202012Validator.check_schema(found.input_schema)
    properties = found.input_schema["properties"]
    assert (properties["guidance"]["default"], properties["steps"]["default"]) == (7.5, 50)
    assert {"image", "mask", "strength", "eta", "clip_skip"} <= properties.keys()
    assert properties["image"]["format"] == "file"
    assert found.input_schema["required"] == ["prompt"]
    assert found.info["tasks"] == ["text to image", "image to image", "image and mask to image"]


def test_frames_are_a_video_and_samples_a_sound_that_are_read_again(tmp_path: Path) -> None:
    frames = [Pillow.new("RGB", (32, 16), colour) for colour in ("red", "green", "blue")]
    video = media.write_video(frames, 8)
    assert (video.content_type, video.width, video.height) == ("video/mp4", 32, 16)
    (tmp_path / "video.mp4").write_bytes(video.content)
    again = media.read_video(str(tmp_path / "video.mp4"))
    assert [frame.size for frame in again] == [(32, 16)] * 3
    assert np.abs(np.asarray(again[0], dtype=int) - np.asarray(frames[0], dtype=int)).max() < 40
    samples = np.sin(np.arange(1600) / 10).astype(np.float32)
    sound = media.write_sound(samples, 16_000)
    assert sound.content_type == "audio/wav"
    (tmp_path / "sound.wav").write_bytes(sound.content)
    heard = media.read_sound(str(tmp_path / "sound.wav"), 16_000)
    assert heard.shape == (2, 1600)
    with pytest.raises(FloatingPointError):
        media.write_sound(samples * float("nan"), 16_000)
    with pytest.raises(InputRejectedError, match="cannot be read"):
        media.read_video(__file__)
