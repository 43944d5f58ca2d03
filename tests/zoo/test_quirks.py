"""What people have on their disks is READY and gives what the plain layout gives, or is REFUSED with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image as Pillow

from tests.support.marks import seldom
from tests.unit.predictors import tiny_models
from tests.zoo import quirks
from tests.zoo.harness import Finding, check_sentence, load, run
from tests.zoo.text_models import Plain
from workers.contract.predictor import VersionRefusedError, VersionSpec
from workers.predictors.image.predictor import Image
from workers.predictors.text.predictor import Text
from workers.supervisor import folders

Build = Callable[[Path], Path]
ENOUGH = 10**8
# Pillow's pictures as arrays
NUMPY_2 = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PROMPT = {"prompt": "The quick brown fox", "max_new_tokens": 12, "temperature": 0, "seed": 7}
TEXT_READY = [
    quirks.consolidated_beside_shards,
    *seldom(
        quirks.sharded,
        quirks.fp16_variant,
        quirks.other_formats_beside,
        quirks.chat_template_file,
        quirks.numbers_that_are_none,
    ),
]
# What the plain library reads in its own way
PLAINLY_READY = [
    quirks.tiktoken,
    *seldom(
        quirks.two_sentencepieces,
        quirks.codes,
        quirks.added_tokens,
        quirks.heads_of_each_layer,
        quirks.no_heads,
    ),
]
METHODS = {
    "gptq": "optimum", "awq": "gptqmodel", "compressed-tensors": "compressed-tensors",
    "bitsandbytes": "bitsandbytes", "hqq": "hqq", "aqlm": "aqlm",
}  # fmt: skip
TEXT_REFUSED = [
    (quirks.missing_tensor, "model.layers.1.mlp.up_proj.weight"),
    (quirks.mismatched_shapes, "mlp"),
    (quirks.encoder, "fills gaps"),
    (quirks.reward_model, "judges"),
    (quirks.wrong_generation_config, "generation_config"),
    (quirks.pickles_alone, "pickle"),
    (quirks.unknown_type, "newer_than_this"),
    (quirks.foreign_code, "code of its own"),
    (quirks.missing_shard, "model-00002"),
    (quirks.adapter_alone, "It is an adapter"),
]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the plain layout of the text model gives."""
    _, predictor, reason = load(Text, quirks.llama(tmp_path_factory.mktemp("plain") / "llama"))
    assert predictor is not None, reason
    text = run(predictor, PROMPT).text
    predictor.teardown()
    return text


@pytest.mark.parametrize("build", TEXT_READY, ids=lambda build: build.__name__)
def test_another_layout_gives_the_same_text(build: Build, tmp_path: Path, plain: str) -> None:
    _, predictor, reason = load(Text, build(tmp_path / "it"))
    assert predictor is not None, reason
    assert run(predictor, PROMPT).text == plain
    predictor.teardown()


def test_what_is_beside_the_weights_does_not_count(tmp_path: Path) -> None:
    sizes = []
    for build in (quirks.sharded, quirks.consolidated_beside_shards):
        folder = build(tmp_path / build.__name__)
        sizes.append(
            (folders.inspect(folder, ENOUGH).size_bytes, Text.inspect(VersionSpec("v", "text", str(folder))).info)
        )
    assert sizes[0] == sizes[1]


@pytest.mark.slow
def test_a_tokenizer_of_sentencepiece_alone_writes(tmp_path: Path) -> None:
    predictor = publish(quirks.sentencepiece_alone(tmp_path / "it"))
    answer = run(predictor, PROMPT)
    predictor.teardown()
    assert answer.error is None
    assert answer.text


@pytest.mark.parametrize("build", PLAINLY_READY)
def test_what_the_plain_library_reads_writes_as_it_does(build: Build, tmp_path: Path) -> None:
    folder = build(tmp_path / "mamba") if build is quirks.no_heads else build(tmp_path / "it")
    expected = Plain(folder).write(PROMPT["prompt"]).text
    predictor = publish(folder)
    answer = run(predictor, PROMPT)
    predictor.teardown()
    assert answer.error is None
    assert answer.text == expected
    assert expected


@pytest.mark.slow
def test_a_token_of_added_tokens_is_one(tmp_path: Path) -> None:
    predictor = publish(quirks.added_tokens(tmp_path / "it"))
    sink = run(predictor, {**PROMPT, "prompt": "<|mine|>"}).sink
    predictor.teardown()
    assert sink.metrics["input_tokens"] == 1


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the plain layout of the pipeline draws."""
    return draw(tiny_models.stable(tmp_path_factory.mktemp("plain") / "stable"))


def draw(folder: Path) -> bytes:
    folders.inspect(folder, ENOUGH)
    _, predictor, reason = load(Image, folder)
    assert predictor is not None, reason
    answer = run(predictor, {"prompt": "a fox", "steps": 2, "seed": 5, "num_images": 1})
    predictor.teardown()
    assert answer.error is None
    return answer.sink.files[0].blob


@NUMPY_2
def test_variants_of_some_parts_draw_the_same(tmp_path: Path, drawn: bytes) -> None:
    assert draw(quirks.mixed_variants(tmp_path / "it")) == drawn


@NUMPY_2
@pytest.mark.slow
def test_a_scheduler_with_infinite_numbers_draws_as_the_plain_library(tmp_path: Path) -> None:
    folder = quirks.endless_scheduler(tmp_path / "it")
    plain = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    plain.set_progress_bar_config(disable=True)
    side = tiny_models.SIDE
    picture = plain(
        "a fox", num_inference_steps=2, height=side, width=side, generator=torch.Generator("cpu").manual_seed(5)
    ).images[0]
    assert np.array_equal(np.asarray(picture), np.asarray(Pillow.open(BytesIO(draw(folder)))))


def publish(folder: Path) -> Text:
    """The loaded model of a folder that is READY, as a worker looks at it."""
    folders.inspect(folder, ENOUGH)
    _, predictor, reason = load(Text, folder)
    assert isinstance(predictor, Text), reason
    return predictor


def refusal(folder: Path) -> str:
    """Why a folder is REFUSED, by the worker or by the predictor."""
    try:
        folders.inspect(folder, ENOUGH)
    except VersionRefusedError as error:
        return str(error)
    _, predictor, reason = load(Text, folder)
    assert predictor is None
    return reason


@pytest.mark.parametrize(("build", "word"), TEXT_REFUSED, ids=[build.__name__ for build, _ in TEXT_REFUSED])
def test_what_cannot_write_is_refused_with_its_reason(build: Build, word: str, tmp_path: Path) -> None:
    check_refusal(build(tmp_path / "it"), word)


@pytest.mark.parametrize(
    ("method", "missing"),
    [pytest.param(*pair, marks=pytest.mark.slow if pair[0] != "gptq" else ()) for pair in METHODS.items()],
)
def test_weights_of_a_method_that_is_not_here_are_refused_at_once(method: str, missing: str, tmp_path: Path) -> None:
    folder = quirks.quantized(method)(tmp_path / "it")
    check_refusal(folder, missing)
    assert f"quantized by {method}" in refusal(folder)


def check_refusal(folder: Path, word: str) -> None:
    reason = refusal(folder)
    finding = Finding("it", "text", "REFUSED", reason)
    check_sentence(finding, folder)
    assert finding.faults == []
    assert word in reason
