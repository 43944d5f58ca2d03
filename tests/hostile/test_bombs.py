"""Configurations of a kilobyte that describe terabytes, or minutes of work, cost a refusal: little time and memory."""

from __future__ import annotations

import json
import re
import resource
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from server.settings import Settings
from workers.contract.failures import VersionRefusedError
from workers.contract.protocol import VersionSpec
from workers.supervisor import folders
from workers.supervisor import inspector as module
from workers.supervisor.config_sizes import Weights, check_config
from workers.supervisor.inspector import Inspector
from workers.supervisor.runner_client import RunnerOptions

DEMOS = Path(__file__).parents[2] / "workers" / "demo_models"
BOMBS: list[tuple[str, str, dict[str, Any], str]] = [
    ("prose", "config.json", {"num_hidden_layers": 200_000}, "num_hidden_layers = 200000 is more than"),
    ("prose", "config.json", {"vocab_size": 5 * 10**8}, "vocab_size = 500000000 describes"),
    ("prose", "config.json", {"vocab_size": 10**6, "hidden_size": 4096}, "vocab_size x hidden_size describes"),
    ("prose", "config.json", {"num_local_experts": 10**5}, "num_local_experts = 100000 is more than"),
    ("prose", "config.json", {"num_experts": 900, "intermediate_size": 10**6}, "intermediate_size describes"),
    ("prose", "config.json", {"hidden_size": 10**6}, "hidden_size describes"),
    ("prose", "config.json", {"hidden_size": 10**400}, "hidden_size = 1000"),
    ("prose", "config.json", {"num_attention_heads": 1000, "head_dim": 10**6}, "heads x head_dim x hidden_size"),
    ("prose", "config.json", {"num_labels": 10**9}, "num_labels = 1000000000 describes"),
    ("prose", "config.json", {"text_config": {"num_hidden_layers": 10**6}}, "text_config.num_hidden_layers"),
    ("prose", "config.json", {"parts": [{"vision_config": {"depth": 10**6}}]}, "parts.vision_config.depth"),
    ("prose", "config.json", {"num_hidden_layers": 1e6}, "num_hidden_layers = 1000000"),
    ("shapes", "unet/config.json", {"layers_per_block": 10**5}, "unet/config.json: layers_per_block = 100000"),
    ("shapes", "unet/config.json", {"block_out_channels": [320, 10**9]}, "block_out_channels = 1000000000"),
    ("shapes", "unet/config.json", {"transformer_layers_per_block": [[1, 10**5]]}, "transformer_layers_per_block"),
    ("shapes", "text_encoder/config.json", {"num_hidden_layers": 10**5}, "text_encoder/config.json: num_hidden_"),
]
# As published: fields of configurations, and the numbers and tensors of their weights
PUBLISHED: dict[str, tuple[dict[str, Any], Weights]] = {
    "Llama 3 8B": (
        {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "vocab_size": 128256,
         "num_attention_heads": 32, "max_position_embeddings": 131072},
        Weights(8_030_261_248, 291),
    ),
    "Llama 3 70B": (
        {"hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80, "vocab_size": 128256,
         "num_attention_heads": 64, "head_dim": 128},
        Weights(70_553_706_496, 723),
    ),
    "Llama 3 8B, GPTQ of 4 bits": (
        {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "vocab_size": 128256,
         "quantization_config": {"bits": 4, "group_size": 128}},
        # A quarter of the words that an uncompressed model has, were they counted one by one
        Weights(1_922_000_000 + 1_050_673_152, 1123),
    ),
    "Mixtral 8x7B": (
        {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "vocab_size": 32000,
         "num_local_experts": 8, "num_experts_per_tok": 2},
        Weights(46_702_792_704, 995),
    ),
    "DeepSeek V3": (
        {"hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_hidden_layers": 61,
         "n_routed_experts": 256, "num_attention_heads": 128, "q_lora_rank": 1536, "vocab_size": 129280,
         "max_position_embeddings": 163840, "first_k_dense_replace": 3},
        Weights(684_531_386_000, 91991),
    ),
    "Switch, 2048 experts": (
        {"d_model": 4096, "d_ff": 10240, "num_layers": 15, "num_experts": 2048, "vocab_size": 32128, "num_heads": 64},
        Weights(1_571_000_000_000, 61_700),
    ),
    "fused experts": (
        {"hidden_size": 2048, "moe_intermediate_size": 512, "num_hidden_layers": 48, "num_experts": 1200},
        Weights(80_000_000_000, 540, frozenset({1200, 512, 2048})),
    ),
    "Qwen2-VL 2B": (
        {"hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28, "max_window_layers": 28,
         "vocab_size": 151936, "vision_config": {"depth": 32, "embed_dim": 1280, "hidden_size": 1536, "num_heads": 16}},
        Weights(2_208_985_600, 729),
    ),
    "T5 11B": (
        {"d_model": 1024, "d_ff": 65536, "d_kv": 128, "num_heads": 128, "num_layers": 24, "num_decoder_layers": 24,
         "vocab_size": 32128, "relative_attention_num_buckets": 32},
        Weights(11_307_321_344, 558),
    ),
    "BERT base": (
        {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "vocab_size": 30522},
        Weights(109_482_240, 199),
    ),
    "ALBERT xxlarge, whose layers share weights": (
        {"hidden_size": 4096, "embedding_size": 128, "intermediate_size": 16384, "num_hidden_layers": 12,
         "num_hidden_groups": 1, "vocab_size": 30000, "num_attention_heads": 64},
        Weights(222_595_584, 25),
    ),
    "Gemma 2B, whose embeddings are tied": (
        {"hidden_size": 2048, "intermediate_size": 16384, "num_hidden_layers": 18, "vocab_size": 256000,
         "num_attention_heads": 8, "head_dim": 256},
        Weights(2_506_172_416, 164),
    ),
    "a tiny model of many tokens": (
        {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "vocab_size": 262144},
        Weights(16_800_000, 20),
    ),
    "the UNet of SDXL": (
        {"block_out_channels": [320, 640, 1280], "layers_per_block": 2, "attention_head_dim": [5, 10, 20],
         "cross_attention_dim": 2048, "transformer_layers_per_block": [1, 2, 10], "sample_size": 128,
         "projection_class_embeddings_input_dim": 2816},
        Weights(3_469_000_000, 2500),
    ),
    "the transformer of Flux": (
        {"num_layers": 19, "num_single_layers": 38, "num_attention_heads": 24, "attention_head_dim": 128,
         "joint_attention_dim": 4096, "in_channels": 64},
        Weights(11_901_000_000, 1300),
    ),
    "a classifier of ImageNet 21k": (
        {"hidden_size": 768, "num_hidden_layers": 12, "num_labels": 21843, "intermediate_size": 3072},
        Weights(102_000_000, 200),
    ),
}  # fmt: skip


def demo(folder: Path, kind: str, file: str, changes: dict[str, Any]) -> Path:
    """A copy of a bundled model with other numbers in one of its configurations."""
    shutil.copytree(DEMOS / kind, folder)
    config = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps({**config, **changes}))
    return folder


@pytest.mark.parametrize(("kind", "file", "changes", "words"), BOMBS)
def test_a_configuration_of_more_than_its_weights_hold_is_refused_by_its_field(
    tmp_path: Path, kind: str, file: str, changes: dict[str, Any], words: str
) -> None:
    folder = demo(tmp_path / "model", kind, file, changes)
    began = time.monotonic()
    with pytest.raises(VersionRefusedError) as refused:
        folders.inspect(folder, 10**9)
    assert words in str(refused.value)
    assert file in str(refused.value)
    assert len(str(refused.value)) < 300
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_in_earnest_passes(name: str) -> None:
    config, weights = PUBLISHED[name]
    check_config(config, "config.json", weights)


@pytest.mark.parametrize("kind", ["prose", "shapes"])
def test_the_bundled_models_pass(kind: str) -> None:
    folders.inspect(DEMOS / kind, 10**9)


@pytest.mark.parametrize(
    "tensors",
    [
        [([10**12], [0, 4])],
        [([1], [-(10**15), 4])],
        [([1], [0, 4])] * 1000,
        [([1], [0, 4]), ([1], [8, 12])],
        [([2**63] * 100_000, [0, 4])],
        [([1e308, 1e308], [0, 4])],
        [("4", [0, 4])],
        [([1], [0, 4, 4])],
        [([True], [0, 4])],
    ],
    ids=["shape", "before the start", "one upon the other", "a gap", "endless product", "no whole number", "text",
         "three ends", "truth"],
)  # fmt: skip
def test_a_header_cannot_pretend_to_hold_numbers(tmp_path: Path, tensors: list[tuple[Any, Any]]) -> None:
    """A shape is only a claim, and an offset too: what counts are the bytes that are there."""
    folder = demo(tmp_path / "model", "prose", "config.json", {"vocab_size": 5 * 10**8})
    described = {f"w{n}": {"dtype": "F32", "shape": s, "data_offsets": o} for n, (s, o) in enumerate(tensors)}
    header = json.dumps(described).encode()
    length = max(offsets[-1] for _, offsets in tensors)
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(length))
    began = time.process_time()
    with pytest.raises(VersionRefusedError, match="is not a safetensors file"):
        folders.inspect(folder, 10**9)
    assert time.process_time() - began < 5


def test_a_header_is_no_larger_than_that_of_any_published_model(tmp_path: Path) -> None:
    """Its JSON is read by the process that all models depend on, where it takes thirty times as much memory."""
    folder = demo(tmp_path / "model", "prose", "config.json", {})
    header = b'{"__metadata__": [' + b"{}," * 7_000_000 + b"1]}"
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(VersionRefusedError, match="is not a safetensors file"):
        folders.inspect(folder, 10**9)


Inspectors = Callable[..., Inspector]


@pytest.fixture
async def inspector_of(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Inspectors]:
    """Makes inspectors of one try each, with these bounds."""
    monkeypatch.setattr(module, "TRIES", 1)
    made: list[Inspector] = []

    def make(seconds: float = 60, memory: int = 1_500_000_000) -> Inspector:
        settings = Settings(inspect_seconds=seconds, inspect_memory_bytes=memory, _env_file=None)
        made.append(Inspector(RunnerOptions(), settings))
        return made[-1]

    yield make
    for inspector in made:
        inspector.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize(
    ("changes", "seconds", "words"),
    [
        ({"num_hidden_layers": 200_000}, 8, "more than 8 seconds"),
        pytest.param(
            {"num_labels": 10**9},
            30,
            "more memory than there is|ended its process|more than 30 seconds",
            marks=pytest.mark.slow,
        ),
    ],
)
async def test_a_bomb_that_no_arithmetic_knows_ends_within_its_bounds(
    tmp_path: Path, inspector_of: Inspectors, changes: dict[str, Any], seconds: float, words: str
) -> None:
    """The second wall alone: nobody looked at the numbers before."""
    folder, inspector = demo(tmp_path / "model", "prose", "config.json", changes), inspector_of(seconds)
    before, began = children(), time.monotonic()
    try:
        refusal = (await inspector.inspect(VersionSpec("bomb", "text", str(folder)))).refusal
    except VersionRefusedError as error:
        refusal = str(error)
    assert refusal
    assert re.search(words, refusal), refusal
    assert time.monotonic() - began < seconds + 20
    inspector.close()
    while children() - before:
        assert time.monotonic() - began < seconds + 30, "a process is left"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 1_700_000_000


@pytest.mark.slow
async def test_models_are_measured_one_after_the_other_in_one_process(tmp_path: Path, inspector_of: Inspectors) -> None:
    inspector, before = inspector_of(memory=4_000_000_000), children()
    for kind, predictor in (("prose", "text"), ("shapes", "image"), ("prose", "embeddings")):
        answer = await inspector.inspect(VersionSpec(kind, predictor, str(DEMOS / kind)))
        assert answer.refusal is None, answer
        assert answer.info["parameters"] > 0
    large = {"layers_per_block": 8, "block_out_channels": [320, 640, 640]}
    for kind, file, changes, predictor in (
        ("prose", "config.json", {"vocab_size": 5 * 10**8}, "text"),
        ("shapes", "unet/config.json", large, "image"),
        ("prose", "config.json", {"vocab_size": 5 * 10**8}, "embeddings"),
    ):
        folder = demo(tmp_path / predictor, kind, file, changes)
        refusal = (await inspector.inspect(VersionSpec(predictor, predictor, str(folder)))).refusal
        assert re.fullmatch(r"The configuration describes a model of \S+ numbers or more; its .* hold \S+\.", refusal)
    assert len(children() - before) == 1
