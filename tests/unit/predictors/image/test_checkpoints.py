"""Checkpoints of one file: pictures that equal those of the folder, and what is told where something is missing."""

from __future__ import annotations

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
from PIL import Image as Pillow
from safetensors.torch import load_file, save_file

from tests.unit.predictors import checkpoints, tiny_models
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pictures import draw
from workers.contract.predictor import Inspection, SetupContext, VersionRefusedError, VersionSpec
from workers.predictors.image.predictor import Image

pytestmark = pytest.mark.filterwarnings("ignore")
NAMES = {"sd1": "ada/one", "sd2": "ada/two", "sdxl": "ada/xl", "sd3": "ada/three"}
BUILDERS: dict[str, Callable[[Path], Path]] = {
    "sd1": tiny_models.stable, "sd2": checkpoints.sd2, "sdxl": checkpoints.sdxl, "sd3": checkpoints.sd3,
}  # fmt: skip
WORDS = {"prompt": "a fox", "steps": 2, "seed": 5, "width": 32, "height": 16}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of pipelines, their checkpoints, and their configurations without weights."""
    root = tmp_path_factory.mktemp("checkpoints")
    for kind, name in NAMES.items():
        folder = BUILDERS[kind](root / kind)
        checkpoints.write_checkpoint(diffusers.DiffusionPipeline.from_pretrained(folder), root / f"{kind}.safetensors")
        shutil.copytree(folder, root / "configs" / name, ignore=shutil.ignore_patterns("*.safetensors"))
    return root


def spec(root: Path, kind: str, **options: Any) -> VersionSpec:
    return VersionSpec("v", "image", str(root / f"{kind}.safetensors"), options, configs=str(root / "configs"))


def load(version: VersionSpec) -> Image:
    predictor = Image()
    predictor.setup(version, CPU, SetupContext(lambda *_: None))
    return predictor


def inspect(version: VersionSpec) -> Inspection:
    return Image.inspect(version)


@pytest.mark.parametrize("kind", NAMES)
def test_a_picture_of_a_checkpoint_equals_that_of_the_folder(root: Path, kind: str) -> None:
    version = spec(root, kind, config=NAMES[kind])
    inspection, whole = inspect(version), inspect(VersionSpec("v", "image", str(root / kind)))
    assert inspection.refusal is None
    counted = {name: inspection.info[name] for name in ("bytes", "parameters")}
    assert inspection.info == {**whole.info, "config": NAMES[kind], **counted}
    # A file repeats what is tied (T5's words), and open_clip projects what Stable Diffusion 2 does not
    more = {"sd2": 16 * 16, "sd3": 400 * 40}
    assert counted["parameters"] - whole.info["parameters"] == more.get(kind, 0)
    assert inspection.input_schema == whole.input_schema
    [file] = draw(load(version), **WORDS).files
    plain = diffusers.DiffusionPipeline.from_pretrained(root / kind)
    plain.set_progress_bar_config(disable=True)
    generator = torch.Generator("cpu").manual_seed(5)
    expected = plain("a fox", num_inference_steps=2, width=32, height=16, generator=generator).images[0]
    assert np.array_equal(np.asarray(Pillow.open(BytesIO(file.blob))), np.asarray(expected))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_transformer_of_flux_alone_is_run_with_the_parts_of_its_configuration(tmp_path: Path) -> None:
    folder = checkpoints.flux(tmp_path / "folder")
    checkpoints.write_checkpoint(
        diffusers.DiffusionPipeline.from_pretrained(folder, torch_dtype=torch.bfloat16), tmp_path / "flux.safetensors"
    )
    ignore = shutil.ignore_patterns("diffusion_pytorch_model*")
    shutil.copytree(folder, tmp_path / "configs" / "ada" / "flux", ignore=ignore)
    shutil.copytree(folder / "vae", tmp_path / "configs" / "ada" / "flux" / "vae", dirs_exist_ok=True)
    version = spec(tmp_path, "flux", config="ada/flux")
    assert inspect(version).refusal is None
    [file] = draw(load(version), **WORDS).files
    [expected] = draw(load(VersionSpec("v", "image", str(folder))), **WORDS).files
    assert file.blob == expected.blob


def test_what_a_file_lacks_comes_with_its_configuration(root: Path, tmp_path: Path) -> None:
    tensors = load_file(root / "sdxl.safetensors")
    save_file(
        {name: each for name, each in tensors.items() if "first_stage" not in name}, tmp_path / "sdxl.safetensors"
    )
    shutil.copytree(root / "configs", tmp_path / "configs")
    version = spec(tmp_path, "sdxl", config="ada/xl")
    assert "Its part vae has no safetensors weights" in str(inspect(version).refusal)
    shutil.copytree(root / "sdxl" / "vae", tmp_path / "configs" / "ada" / "xl" / "vae", dirs_exist_ok=True)
    assert inspect(version).refusal is None
    assert draw(load(version), **WORDS).files == draw(load(spec(root, "sdxl", config="ada/xl")), **WORDS).files


@pytest.mark.parametrize(
    ("part", "tensor", "name"),
    [
        ("unet", "model.diffusion_model.out.2.weight", "conv_out.weight"),
        ("vae", "first_stage_model.decoder.conv_out.bias", "decoder.conv_out.bias"),
        ("text_encoder", "0.transformer.text_model.encoder.layers.1.mlp.fc1.weight", "encoder.layers.1.mlp.fc1.weight"),
        ("text_encoder_2", "1.model.ln_final.bias", "text_model.final_layer_norm.bias"),
    ],
)
def test_a_file_that_lacks_tensors_is_refused(root: Path, tmp_path: Path, part: str, tensor: str, name: str) -> None:
    tensors = load_file(root / "sdxl.safetensors")
    [whole] = [each for each in tensors if each.endswith(tensor)]
    del tensors[whole]
    save_file(tensors, tmp_path / "sdxl.safetensors")
    (tmp_path / "configs").symlink_to(root / "configs")
    with pytest.raises(VersionRefusedError, match=f"The weights of its part {part} lack {re.escape(name)}: they are"):
        load(spec(tmp_path, "sdxl", config="ada/xl"))


def test_a_configuration_of_another_model_is_told(root: Path) -> None:
    with pytest.raises(VersionRefusedError, match=r"lack .* and \d+ more: they are|of this configuration"):
        load(spec(root, "sdxl", config="ada/one"))


def test_what_is_missing_is_told_with_its_place(root: Path, tmp_path: Path) -> None:
    names = {
        "v1": "model.diffusion_model.output_blocks.11.0.skip_connection.weight",
        "xl_base": "conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias",
        "flux": "double_blocks.0.img_attn.norm.key_norm.scale",
    }
    homes = {
        "v1": "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "xl_base": "stabilityai/stable-diffusion-xl-base-1.0",
        "flux": "black-forest-labs/FLUX.1-schnell",
    }
    for kind, name in names.items():
        save_file({name: torch.zeros(2)}, tmp_path / "file.safetensors")
        for configs in (None, str(root / "configs")):
            version = VersionSpec("v", "image", str(tmp_path / "file.safetensors"), configs=configs)
            refusal = str(inspect(version).refusal)
            assert "model_index.json and its folders" in refusal
            assert f"into {homes[kind]} below" in refusal
            assert ("sets CONFIG_ROOT" in refusal) == (configs is None)
            assert str(root) not in refusal
    save_file({"weight": torch.zeros(2)}, tmp_path / "file.safetensors")
    refusal = str(inspect(VersionSpec("v", "image", str(tmp_path / "file.safetensors"))).refusal)
    assert "Which model its tensors (weight and the like) are of is not known here" in refusal
    refusal = str(inspect(spec(root, "sd1", config="../sdxl")).refusal)
    assert "is not here" in refusal
    assert "It cannot be run by the configuration ada/xl" in str(inspect(spec(root, "sd1", config="ada/xl")).refusal)
