"""Adapters on one base: each gives what peft gives, in turns and all at once, and the base stays what it was."""

from __future__ import annotations

import json
import re
import shutil
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from peft import (
    BOFTConfig,
    IA3Config,
    LNTuningConfig,
    LoHaConfig,
    LoKrConfig,
    LoraConfig,
    OFTConfig,
    PeftConfig,
    PeftModel,
    VeraConfig,
    get_peft_model,
)
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

import workers
from tests.unit.predictors import tiny_models
from tests.unit.predictors.loud_adapters import make_adapter, make_adapter_of
from tests.unit.predictors.sink import Sink
from tests.unit.predictors.texts import DEFAULTS, PROMPT, generate, setup
from workers.contract.context import Adapter, PredictionContext
from workers.contract.predictor import Predictor, VersionRefusedError, VersionSpec
from workers.contract.protocol import Metric
from workers.contract.weights import module_bytes
from workers.predictors.text.adapters import Adapters
from workers.predictors.text.predictor import Text

Folder = Callable[[str], Path]
COUNT = 4
PROSE = Path(workers.__file__).parent / "demo_models" / "prose"


@pytest.fixture(scope="module")
def base(folder: Folder) -> Path:
    return folder("llama")


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("adapters")
    return [make_adapter(base, root / str(number), number) for number in range(COUNT)]


@pytest.fixture
def predictor(base: Path) -> Iterator[Predictor]:
    predictor = setup(base)
    yield predictor
    predictor.teardown()


def write(predictor: Predictor, adapter: Path | None, **values: Any) -> str:
    sink = Sink()
    context = PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, "temperature": 0, **values}, sink, owner="somebody")
    if adapter is not None:
        context.adapter = Adapter(f"version-{adapter.name}", adapter)
    predictor.predict(context)
    return sink.output


def expected(base: Path, adapter: Path) -> str:
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), adapter).eval()
    ids = tokenizer(PROMPT, return_tensors="pt")
    out = model.generate(**ids, do_sample=False, max_new_tokens=24, pad_token_id=1)[0, ids["input_ids"].shape[1] :]
    return str(tokenizer.decode(out, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def test_each_adapter_gives_what_peft_gives(predictor: Predictor, base: Path, adapters: list[Path]) -> None:
    plain = generate(predictor, temperature=0).output
    outputs = [expected(base, adapter) for adapter in adapters]
    assert len({plain, *outputs}) == COUNT + 1
    for _ in range(2):
        assert [write(predictor, adapter) for adapter in adapters] == outputs
        assert write(predictor, None) == plain
    turns = [None, *adapters] * 5
    with ThreadPoolExecutor(len(turns)) as pool:
        assert list(pool.map(lambda each: write(predictor, each), turns)) == [plain, *outputs] * 5


TARGETS = ["q_proj", "v_proj"]
KINDS: list[PeftConfig] = [
    LoHaConfig(r=2, target_modules=TARGETS),
    IA3Config(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"]),
    LoraConfig(r=2, target_modules=TARGETS, use_dora=True),
    # two of these are not loaded beside each other
    LoraConfig(r=2, target_modules=TARGETS, modules_to_save=["lm_head"]),
    LNTuningConfig(target_modules=["input_layernorm"]),
]
MORE_KINDS: list[PeftConfig] = [
    LoKrConfig(r=2, target_modules=TARGETS),
    BOFTConfig(boft_block_size=4, target_modules=TARGETS),
    OFTConfig(oft_block_size=4, r=0, target_modules=TARGETS),
    VeraConfig(r=2, target_modules=TARGETS),
    LoraConfig(r=2, target_modules=TARGETS, trainable_token_indices=[10, 11]),
    LoraConfig(r=2, target_modules=TARGETS, alpha_pattern={"q_proj": 9}, use_rslora=True),
]


# peft says it of the norms that it was told to tune
@pytest.mark.filterwarnings("ignore:Unsupported layer type")
# BOFT is as exact, and slower, without the kernel that peft would compile
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Failed to load the CUDA extension", "ignore:Setting boft_n_butterfly_factor")
@pytest.mark.parametrize("kinds", [KINDS, pytest.param(MORE_KINDS, marks=pytest.mark.slow)])
def test_adapters_of_all_kinds_run_on_one_base_in_turns(
    predictor: Predictor, base: Path, adapters: list[Path], tmp_path: Path, kinds: list[PeftConfig]
) -> None:
    plain = write(predictor, None)
    folders = [make_adapter_of(config, base, tmp_path / f"{number}") for number, config in enumerate(kinds)]
    folders.insert(2, adapters[0])
    outputs = [expected(base, folder) for folder in folders]
    assert plain not in outputs
    for _ in range(2):
        for folder, output in zip(folders, outputs, strict=True):
            assert write(predictor, folder) == output, folder
            assert write(predictor, None) == plain, folder


def test_an_adapter_that_fits_in_part_leaves_nothing_behind(
    predictor: Predictor, base: Path, adapters: list[Path], tmp_path: Path
) -> None:
    """It is at work in some modules before peft comes to one that it cannot change."""
    plain = write(predictor, None)
    partial = shutil.copytree(adapters[1], tmp_path / "partial")
    config = json.loads((partial / "adapter_config.json").read_text())
    config["target_modules"] = ["q_proj", "v_proj", "post_attention_layernorm"]
    (partial / "adapter_config.json").write_text(json.dumps(config))
    size = predictor.size_bytes()
    for before in (None, adapters[0]):
        kept = write(predictor, before)
        with pytest.raises(VersionRefusedError, match="does not fit its base, says peft"):
            write(predictor, partial)
        assert write(predictor, None) == plain
        assert predictor.size_bytes() == size
        assert write(predictor, before) == kept


@pytest.mark.slow
def test_names_that_need_no_other_are_read_as_they_are(tmp_path: Path) -> None:
    """peft renames `shared_experts` of Laguna, which older checkpoints called otherwise, into what there is not."""
    config = AutoConfig.for_model(
        "laguna", vocab_size=400, hidden_size=32, intermediate_size=64, moe_intermediate_size=32,
        shared_expert_intermediate_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        head_dim=8, num_experts=4, num_experts_per_tok=2, max_position_embeddings=128, eos_token_id=0, pad_token_id=1,
    )  # fmt: skip
    base = tiny_models._save(AutoModelForCausalLM.from_config(config), tmp_path / "base")
    lora = LoraConfig(r=2, target_modules=["gate_proj", "up_proj", "down_proj"], init_lora_weights=False)
    model = AutoModelForCausalLM.from_pretrained(base)
    torch.manual_seed(2)
    adapted = get_peft_model(model, lora).eval()
    adapted.save_pretrained(tmp_path / "adapter")
    tokenizer = AutoTokenizer.from_pretrained(base)
    ids = tokenizer(PROMPT, return_tensors="pt")
    tokens = adapted.generate(**ids, do_sample=False, max_new_tokens=8)[0, ids["input_ids"].shape[1] :]
    predictor = setup(base)
    text = write(predictor, tmp_path / "adapter", max_new_tokens=8)
    assert text == tokenizer.decode(tokens, skip_special_tokens=True)
    assert text != write(predictor, None, max_new_tokens=8)
    weights = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    left_out = next(name for name in weights if "shared_experts" in name)
    del weights[left_out]
    save_file(weights, tmp_path / "adapter" / "adapter_model.safetensors", {"format": "pt"})
    with pytest.raises(VersionRefusedError, match=f"no weights for {re.escape(left_out)} and 0 others"):
        Adapters(AutoModelForCausalLM.from_pretrained(base))._load("other", tmp_path / "adapter")
    predictor.teardown()


def test_who_switches_is_told_how_long_it_took(predictor: Predictor, adapters: list[Path]) -> None:
    switched = []
    for adapter in (None, adapters[0], adapters[0], adapters[1], None):
        sink = Sink()
        context = PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, "max_new_tokens": 1}, sink, owner="somebody")
        context.adapter = Adapter(f"version-{adapter.name}", adapter) if adapter else None
        predictor.predict(context)
        switched.append([each.value for each in sink.of(Metric) if each.name == "adapter_switch_seconds"])
    assert [len(each) for each in switched] == [0, 1, 0, 1, 1]
    assert all(0 < seconds < 10 for each in switched for seconds in each)


def test_adapters_share_the_memory_of_their_base(predictor: Predictor, adapters: list[Path]) -> None:
    write(predictor, None)
    before = predictor.size_bytes()
    for adapter in adapters:
        write(predictor, adapter)
    added = predictor.size_bytes() - before
    weights = sum((adapter / "adapter_model.safetensors").stat().st_size for adapter in adapters)
    assert 0 < added <= weights
    predictor.drop_adapter("version-0")
    assert predictor.size_bytes() - before < added
    assert write(predictor, adapters[1])


def test_an_adapter_that_does_not_fit_fails_its_prediction_alone(
    predictor: Predictor, adapters: list[Path], tmp_path: Path
) -> None:
    plain = write(predictor, None)
    broken = shutil.copytree(adapters[1], tmp_path / "broken")
    (broken / "adapter_model.safetensors").write_bytes(b"nothing")
    partial = shutil.copytree(adapters[1], tmp_path / "partial")
    weights = load_file(partial / "adapter_model.safetensors")
    del weights[next(iter(weights))]
    save_file(weights, partial / "adapter_model.safetensors")
    for before in (plain, write(predictor, adapters[0])):
        with pytest.raises(VersionRefusedError, match="does not fit its base, says peft"):
            write(predictor, broken)
        assert write(predictor, None) == plain
        with pytest.raises(VersionRefusedError, match="no weights for"):
            write(predictor, partial)
        assert write(predictor, None) == plain
        assert write(predictor, adapters[0]) != plain, before


def test_folders_that_are_no_adapter_are_refused(base: Path, adapters: list[Path], tmp_path: Path) -> None:
    def refusal(adapter: Path) -> str | None:
        return Text.inspect(VersionSpec("v", "text", str(base), base="b", adapter=str(adapter))).refusal

    assert refusal(adapters[0]) is None
    no_weights = shutil.copytree(adapters[0], tmp_path / "weights")
    (no_weights / "adapter_model.safetensors").unlink()
    assert "adapter_model.safetensors" in str(refusal(no_weights))
    prompts = shutil.copytree(adapters[0], tmp_path / "prompts")
    (prompts / "adapter_config.json").write_text('{"peft_type": "PROMPT_TUNING"}')
    assert "PROMPT_TUNING" in str(refusal(prompts))
    (prompts / "adapter_config.json").write_text("nothing")
    assert "cannot be read" in str(refusal(prompts))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"init_lora_weights": "pissa"}, "changes the weights of the base"),
        ({"init_lora_weights": "olora"}, "changes the weights of the base"),
        ({"bias": "all"}, "other biases for the base"),
        ({"layer_replication": [[0, 2], [1, 2]]}, "changes the layers of the base"),
        ({"peft_type": "XLORA", "adapters": {"one": "/elsewhere"}}, "load other adapters"),
        ({"r": 10**6}, "a rank of 1000000"),
        ({"rank_pattern": {"q_proj": 10**6}}, "a rank of 1000000"),
    ],
)
def test_an_adapter_that_would_change_its_base_is_refused(
    base: Path, adapters: list[Path], tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    folder = tmp_path / "adapter"
    shutil.copytree(adapters[0], folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, **changes}))
    refusal = Text.inspect(VersionSpec("a", "text", str(base), base="b", adapter=str(folder))).refusal
    assert refusal is not None
    assert reason in refusal


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_four_adapters_cost_less_than_a_fifth_of_their_base(tmp_path: Path) -> None:
    """Of rank 16 on every projection of 8 layers of 1024."""
    sizes = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 8, "num_attention_heads": 16}
    model = LlamaForCausalLM(LlamaConfig(**sizes, vocab_size=4096)).eval().requires_grad_(False)
    base = module_bytes([model])
    for number in range(COUNT):
        tuned = get_peft_model(model, LoraConfig(r=16, target_modules="all-linear"))
        tuned.save_pretrained(tmp_path / str(number))
        model = tuned.unload()
    model.__dict__.pop("peft_config", None)
    assert module_bytes([model]) == base
    adapters = Adapters(model)
    resident = psutil.Process().memory_info().rss
    for number in range(COUNT):
        context = PredictionContext("p", {}, Sink())
        context.adapter = Adapter(f"version-{number}", tmp_path / str(number))
        with adapters.use(context):
            pass
    grown = psutil.Process().memory_info().rss - resident
    added = module_bytes([model]) - base
    print(f"base {base >> 20} MB, four adapters {added >> 20} MB, resident memory grew by {grown >> 20} MB")  # noqa: T201
    assert 0 < added < 0.2 * base
    assert grown < 0.2 * base


@pytest.mark.slow
def test_switching_on_the_demo_takes_less_than_a_tenth_of_a_second(tmp_path: Path) -> None:
    folders = [make_adapter(PROSE, tmp_path / str(number), number) for number in range(2)]
    predictor = setup(PROSE)
    seconds = []
    for adapter in (*folders, *folders * 5):
        sink = Sink()
        context = PredictionContext("p", {"prompt": PROMPT, **DEFAULTS, "max_new_tokens": 1}, sink, owner="somebody")
        context.adapter = Adapter(f"version-{adapter.name}", adapter)
        predictor.predict(context)
        seconds += [each.value for each in sink.of(Metric) if each.name == "adapter_switch_seconds"]
    predictor.teardown()
    print(f"{max(seconds[:2]):.3f} s with a load, {statistics.median(seconds[2:]):.4f} s without")  # noqa: T201
    assert len(seconds) == 12
    assert statistics.median(seconds[2:]) < 0.1
