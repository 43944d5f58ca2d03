"""Weights of words in prompts: what compel reads, and what without them is a text like any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from compel import CompelForSD, CompelForSDXL
from PIL import Image as Pillow
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from tests.unit.predictors import checkpoints, tiny_models
from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pictures import alike, draw
from workers.contract.predictor import InputRejectedError, SetupContext, VersionSpec
from workers.predictors.image.predictor import Image
from workers.predictors.image.weighting import check_prompts

pytestmark = pytest.mark.filterwarnings("ignore")
BUILDERS: dict[str, Callable[[Path], Path]] = {
    "sd1": tiny_models.stable, "sd2": checkpoints.sd2, "sdxl": checkpoints.sdxl,
}  # fmt: skip
WORDS = {"steps": 2, "seed": 5, "width": 32, "height": 16}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of pipelines, whose tokenizers mark both ends of a text as CLIP's does."""
    root = tmp_path_factory.mktemp("weighting")
    for kind, build in BUILDERS.items():
        for place in build(root / kind).glob("tokenizer*"):
            words = PreTrainedTokenizerFast.from_pretrained(place)
            words.backend_tokenizer.post_processor = TemplateProcessing(
                single="<end> $A <end>", special_tokens=[("<end>", words.eos_token_id)]
            )
            words.bos_token = "<end>"
            words.save_pretrained(place)
    return root


@pytest.fixture(scope="module")
def loaded(root: Path) -> Callable[[str], Image]:
    predictors: dict[str, Image] = {}

    def load(kind: str) -> Image:
        if kind not in predictors:
            predictors[kind] = Image()
            predictors[kind].setup(VersionSpec(kind, "image", str(root / kind)), CPU, SetupContext(lambda *_: None))
        return predictors[kind]

    return load


def picture(predictor: Image, **values: Any) -> bytes:
    [file] = draw(predictor, **WORDS, **values).files
    return bytes(file.blob)


@pytest.mark.parametrize("kind", BUILDERS)
@pytest.mark.parametrize("negative", [None, "rain", "(rain)0.5 and mist"])
def test_a_weighted_picture_equals_that_of_compel(
    root: Path, loaded: Callable[[str], Image], kind: str, negative: str | None
) -> None:
    prompt = "a fox++ in (the snow)0.7"
    plain = diffusers.DiffusionPipeline.from_pretrained(root / kind)
    plain.set_progress_bar_config(disable=True)
    arguments: dict[str, Any] = {}
    if kind == "sdxl":
        made = CompelForSDXL(plain)(prompt, negative_prompt=negative)
        arguments["pooled_prompt_embeds"] = made.pooled_embeds
        if negative is not None:
            arguments["negative_pooled_prompt_embeds"] = made.negative_pooled_embeds
    else:
        made = CompelForSD(plain)(prompt, negative_prompt=negative or "")
    if made.negative_embeds is not None:
        arguments["negative_prompt_embeds"] = made.negative_embeds
    expected = plain(
        prompt_embeds=made.embeds, num_inference_steps=2, width=32, height=16,
        generator=torch.Generator("cpu").manual_seed(5), **arguments,
    ).images[0]  # fmt: skip
    values = {"prompt": prompt, **({"negative_prompt": negative} if negative else {})}
    ours = picture(loaded(kind), prompt_weighting=True, **values)
    assert np.array_equal(np.asarray(Pillow.open(BytesIO(ours))), np.asarray(expected))
    # Without, they are characters
    assert ours != picture(loaded(kind), **values)


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_text_without_weights_draws_what_it_draws_without_compel(loaded: Callable[[str], Image], kind: str) -> None:
    values = {"prompt": "a fox", "negative_prompt": "rain"}
    assert alike(picture(loaded(kind), prompt_weighting=True, **values), picture(loaded(kind), **values))


@pytest.mark.parametrize("kind", BUILDERS)
def test_a_long_prompt_is_read_to_its_end(loaded: Callable[[str], Image], kind: str) -> None:
    long = "a fox in the snow, " * 12
    one, other = (picture(loaded(kind), prompt=long + last, prompt_weighting=True) for last in ("red", "blue"))
    assert one != other


def test_only_pipelines_that_take_weights_say_so(root: Path, tmp_path: Path) -> None:
    for kind in BUILDERS:
        rule = Image.inspect(VersionSpec("v", "image", str(root / kind))).input_schema["properties"]["prompt_weighting"]
        assert rule["default"] is False
    for path in (checkpoints.sd3(tmp_path / "sd3"), tiny_models.ddpm(tmp_path / "ddpm")):
        schema = Image.inspect(VersionSpec("v", "image", str(path))).input_schema
        assert schema is not None
        assert "prompt_weighting" not in schema["properties"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"prompt": '("a", "b").blend(1)'}, "The weights in prompt cannot be read"),
        (
            {"prompt": "a fox", "negative_prompt": '("a", "b").blend(1, 2, 3)'},
            "The weights in negative_prompt cannot be read",
        ),
        ({"prompt": '("a"' + ', "a"' * 16 + ").and()"}, "17 parts"),
        ({"prompt": "a- b " * 60}, "pieces that are weighted by themselves"),
        ({"prompt": "a fox+", "clip_skip": 1}, "leave clip_skip out"),
        ({}, "a prompt is needed"),
    ],
)
def test_what_cannot_be_weighted_is_told(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InputRejectedError, match=message):
        check_prompts(values)


@pytest.mark.parametrize(
    "text", ["(" * 9000, "(a" * 4000 + ")1.1" * 1000, "+" * 9000, '("' * 3000, "a++ " * 2500, "\\" * 9000]
)
def test_no_prompt_takes_long_to_read(text: str) -> None:
    began = time.process_time()
    with suppress(InputRejectedError):
        check_prompts({"prompt": text})
    assert time.process_time() - began < 10
