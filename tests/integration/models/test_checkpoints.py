"""A checkpoint of one file and a LoRA on it, in the steps of the guide, and what they tell where a step is missing."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from tests.conftest import LiveServer
from tests.support.api import Client
from tests.support.operations import add_model, paths, ready, refusal, unique
from tests.unit.predictors import checkpoints
from tests.unit.predictors.pipeline_loras import make_lora

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
VALUES = {"prompt": "a fox", "steps": 2, "width": 32, "height": 16, "seed": 5}
VERSION = """query ($slug: String!) { model(slug: $slug) { latestVersion {
  info config cpuOffload safetyChecker device base { slug } } } }"""


async def test_a_checkpoint_and_a_lora_on_it(
    admin: Client, ada: Client, live_server: LiveServer, tmp_path: Path
) -> None:
    root, configs = (Path(live_server.environment[name]) for name in ("MODEL_ROOT", "CONFIG_ROOT"))
    folder = checkpoints.sdxl(tmp_path / "sdxl")
    file = root / f"{unique('dream')}.safetensors"
    checkpoints.write_checkpoint(diffusers.StableDiffusionXLPipeline.from_pretrained(folder), file)
    lora = make_lora(folder, root / unique("style"), 1, parts=["unet"])
    config = f"ada/{unique('xl')}"
    new: dict[str, Any] = {"kind": "IMAGE_GENERATION", "source": {"local": {"path": file.name}}}
    # Steps that are missing are told
    assert "Which model its tensors" in await refusal(admin, **new)
    reason = await refusal(admin, **new, config=config)
    assert "model_index.json and its folders, with their .json, .txt and .model files" in reason
    assert f"into {config} below CONFIG_ROOT" in reason
    shutil.copytree(folder, configs / config, ignore=shutil.ignore_patterns("*.safetensors"))
    base = await ready(admin, **new, config=config)
    slug = await ready(admin, kind="IMAGE_GENERATION", source={"local": {"path": lora.name}}, base=f"{base}:1")
    version = (await ada.run(VERSION, slug=base))["model"]["latestVersion"]
    assert (version["config"], version["info"]["config"], version["cpuOffload"]) == (config, config, "NONE")
    assert (version["safetyChecker"], version["info"]["safety_checker"]) == (True, False)
    plain = diffusers.StableDiffusionXLPipeline.from_pretrained(folder)
    plain.set_progress_bar_config(disable=True)
    pictures: list[Any] = []
    for model in (base, slug):
        if model == slug:
            plain.load_lora_weights(lora, weight_name="pytorch_lora_weights.safetensors")
        generator = torch.Generator("cpu").manual_seed(5)
        drawn = plain("a fox", num_inference_steps=2, width=32, height=16, generator=generator).images[0]
        done = await ada.create(model, VALUES, wait=60)
        assert done["status"] == "SUCCEEDED", done
        content = (await ada.http.get(done["files"][0]["url"])).content
        pictures.append(np.asarray(Pillow.open(BytesIO(content)), dtype=int))
        # Its tasks have each their own guidance, which nothing else may replace
        assert np.array_equal(pictures[-1], np.asarray(drawn, dtype=int))
    assert np.abs(pictures[0] - pictures[1]).max() > 40


async def test_options_of_pipelines_reach_the_version(admin: Client, ada: Client) -> None:
    made = await add_model(admin, kind="TEXT_GENERATION", source={"local": {"path": "x"}}, safetyChecker=False)
    assert paths(made) == ["/safetyChecker"]
    new = {"kind": "IMAGE_GENERATION", "source": {"local": {"path": "nothing"}}}
    made = await add_model(admin, **new, cpuOffload="MODEL", safetyChecker=False)
    version = (await ada.run(VERSION, slug=made["slug"]))["model"]["latestVersion"]
    assert (version["cpuOffload"], version["safetyChecker"], version["device"]) == ("MODEL", False, "CUDA")
    assert version["config"] is None
