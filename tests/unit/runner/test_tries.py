"""The short run by which a new version is tried before it is READY."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.unit.predictors import tiny_models
from tests.unit.runner.running import Running
from workers.contract.protocol import Cancel, Canceled, Failed, Tried, Try, VersionSpec

TEXT = {"properties": {"prompt": {"type": "string"}}}
SECONDS = 120


async def try_out(running: Running, version: VersionSpec, schema: dict[str, Any] = TEXT) -> Any:
    key = f"try:{version.id}"
    running.client.send(Try(key, version, schema))
    ends = (Tried, Failed, Canceled)
    return await running.until(lambda: next((m for m in running.of(key) if isinstance(m, ends)), None))


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.llama(tmp_path_factory.mktemp("models") / "llama")


def without_tensor(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def other_shape(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["model.layers.0.self_attn.q_proj.weight"] = torch.zeros(8, 8)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def change(name: str, **values: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        file = folder / name
        before = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps({**before, **values}))

    return write


METHODS = ("gptq", "awq", "fp8", "compressed-tensors", "mxfp4", "bitsandbytes", "nonsense")


def quantized(method: str) -> Callable[[Path], None]:
    own = {"quant_method": method, "bits": 4, "group_size": 128, "load_in_4bit": True}
    return change("config.json", quantization_config=own)


async def test_a_version_that_runs_says_how_and_what_that_took(shared: Running, llama: Path) -> None:
    answer = await try_out(shared, VersionSpec("llama", "text", str(llama)))
    assert isinstance(answer, Tried)
    assert answer.refusal is None, answer
    assert answer.facts["engine"] == "batched"
    assert answer.bytes > 50_000
    assert 0 < answer.run_seconds < SECONDS
    assert answer.load_seconds > 0
    # It stays in memory for who comes next, and what it wrote is nobody's
    assert [type(message) for message in shared.of("try:llama")][-1] is Tried
    assert not any(hasattr(message, "text") for message in shared.of("try:llama"))


@pytest.mark.parametrize(
    ("break_", "words"),
    [
        (without_tensor, ["lack model.layers.1.mlp.up_proj.weight", "not whole"]),
        (other_shape, ["model.layers.0.self_attn.q_proj.weight has the shape [8, 8]", "describes [32, 32]"]),
        (
            change("config.json", attn_implementation="flash_attention_2"),
            ["cannot be loaded", "FlashAttention2"],
        ),
        *(
            (quantized(method), [f"quantized by {method}", "which cannot run on this worker's cpu with transformers"])
            for method in METHODS
        ),
    ],
    ids=["missing", "mismatched", "flash", *METHODS],
)
async def test_what_cannot_run_is_refused_with_a_sentence(
    shared: Running, llama: Path, tmp_path: Path, break_: Callable[[Path], None], words: list[str]
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(llama, folder)
    break_(folder)
    answer = await try_out(shared, VersionSpec(f"broken {tmp_path.name}", "text", str(folder)))
    assert isinstance(answer, Tried), answer
    assert answer.refusal is not None, answer
    assert all(word in answer.refusal for word in words), answer.refusal
    assert "trust_remote_code" not in answer.refusal
    assert str(tmp_path) not in answer.refusal


async def test_a_picture_is_drawn(shared: Running, tmp_path: Path) -> None:
    folder = tiny_models.stable(tmp_path / "stable")
    sides = {"minimum": 16, "maximum": 64}
    schema = {"properties": {"prompt": {}, "steps": {"maximum": 50}, "num_images": {}, "width": sides, "height": sides}}
    answer = await try_out(shared, VersionSpec("stable", "image", str(folder)), schema)
    assert isinstance(answer, Tried), answer
    assert answer.refusal is None, answer
    assert answer.bytes > 10_000


async def test_a_model_that_does_not_fit_says_its_size(start: Callable[..., Any], llama: Path) -> None:
    running = await start(max_bytes=1000)
    answer = await try_out(running, VersionSpec("large", "text", str(llama)))
    assert isinstance(answer, Tried), answer
    assert answer.needed_bytes is not None, answer
    assert answer.needed_bytes > 50_000
    assert "at most 1000" in str(answer.refusal)


async def test_a_try_is_called_off(shared: Running) -> None:
    # A predictor of which nothing but its load is asked waits there for its turn
    version = VersionSpec("gone", "gated")
    shared.run("holds", {}, version)
    shared.client.send(Try("try:gone", version))
    shared.client.send(Cancel("try:gone"))
    answer = await shared.until(lambda: next(iter(shared.of("try:gone")), None))
    assert isinstance(answer, Canceled)
    shared.cancel("holds")
    await shared.end("holds")


@pytest.mark.slow
async def test_a_version_computes_in_its_own_numbers(shared: Running, llama: Path) -> None:
    sizes = {}
    for dtype in ("FLOAT32", "BFLOAT16", "FLOAT16"):
        answer = await try_out(shared, VersionSpec(f"llama {dtype}", "text", str(llama), {"dtype": dtype}))
        assert answer.refusal is None, answer
        sizes[dtype] = answer.bytes
    assert sizes["BFLOAT16"] == sizes["FLOAT16"] < 0.6 * sizes["FLOAT32"]


async def test_a_load_parses_no_tokenizer_that_was_judged_when_it_was_published(
    shared: Running, llama: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "judged"
    shutil.copytree(llama, folder)
    steps = [{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"}] * 3
    change("tokenizer.json", normalizer={"type": "Sequence", "normalizers": steps})(folder)
    refused = await try_out(shared, VersionSpec("not judged", "text", str(folder)))
    assert "may make 100 characters" in str(refused.refusal)
    assert (await try_out(shared, VersionSpec("judged", "text", str(folder), is_judged=True))).refusal is None
