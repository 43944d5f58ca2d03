from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from jsonschema import Draft202012Validator
from transformers import AutoModelForCausalLM

from tests.unit.predictors.tiny_models import CONTEXT
from workers.contract.predictor import Device, InputRejectedError, Inspection, SetupContext, VersionSpec
from workers.contract.weights import loaded_bytes, safetensors_files
from workers.predictors.pretrained import load
from workers.predictors.text.folder import Limits, choose_class
from workers.predictors.text.predictor import Text

Folder = Callable[[str], Path]


def inspect(path: Path) -> Inspection:
    return Text.inspect(VersionSpec("v", "text", str(path)))


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_a_version_tells_its_context_and_narrows_its_schema(folder: Folder, name: str) -> None:
    found = inspect(folder(name))
    assert found.refusal is None
    assert found.info["context_length"] == CONTEXT
    assert found.info["encoder_decoder"] is False
    assert found.info["bytes"] == (folder(name) / "model.safetensors").stat().st_size
    assert found.info["parameters"] * 4 < found.info["bytes"]
    tokens = found.input_schema["properties"]["max_new_tokens"]
    assert (tokens["maximum"], tokens["default"]) == (CONTEXT - 1, CONTEXT - 1)
    Draft202012Validator.check_schema(found.input_schema)
    assert Text.input_schema["properties"]["max_new_tokens"]["maximum"] == 131_072


def test_an_encoder_decoder_without_positions_has_no_bound(folder: Folder) -> None:
    found = inspect(folder("t5"))
    assert found.refusal is None
    assert found.info["encoder_decoder"] is True
    assert found.info["context_length"] is None
    assert found.input_schema["properties"]["max_new_tokens"]["maximum"] == 131_072


def test_the_tokenizers_advice_counts_where_the_configuration_is_silent(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("t5"), tmp_path / "advised")
    config = json.loads((path / "tokenizer_config.json").read_text())
    (path / "tokenizer_config.json").write_text(json.dumps({**config, "model_max_length": 64}))
    assert inspect(path).info["context_length"] == 64


def pickled(path: Path) -> None:
    (path / "model.safetensors").rename(path / "pytorch_model.bin")


def cut_off(path: Path) -> None:
    weights = path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])


def no_safetensors(path: Path) -> None:
    (path / "model.safetensors").write_bytes(b"\xff" * 100)


def shard_missing(path: Path) -> None:
    (path / "model.safetensors").rename(path / "model-00002-of-00002.safetensors")
    index = {"weight_map": {f"t{n}": f"model-0000{n}-of-00002.safetensors" for n in (1, 2)}}
    (path / "model.safetensors.index.json").write_text(json.dumps(index))


def no_config(path: Path) -> None:
    (path / "config.json").unlink()


def own_code(path: Path) -> None:
    (path / "config.json").write_text(json.dumps({"model_type": "mine", "auto_map": {"AutoConfig": "mine.Config"}}))
    (path / "mine.py").write_text("raise SystemExit('ran')")


def no_text(path: Path) -> None:
    (path / "config.json").write_text(json.dumps({"model_type": "vit"}))


def no_tokenizer(path: Path) -> None:
    for file in path.glob("tokenizer*"):
        file.unlink()


def pipeline(path: Path) -> None:
    (path / "config.json").rename(path / "model_index.json")


def no_json(path: Path) -> None:
    (path / "config.json").write_text("{")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (pickled, "no safetensors weights"),
        (cut_off, "is cut off"),
        (no_safetensors, "is not a safetensors file"),
        (shard_missing, "model-00001-of-00002.safetensors is missing"),
        (no_config, "no config.json"),
        (pipeline, "It is a diffusers pipeline: publish it as IMAGE_GENERATION."),
        (own_code, "code of its own for models of type 'mine'"),
        (
            no_text,
            "has no text generation for models of type 'vit'. For another task, such as speech recognition",
        ),
        (no_tokenizer, "cannot be read"),
        (no_json, "config.json is no JSON object"),
    ],
)
def test_a_folder_that_cannot_be_run_is_refused_with_the_reason(
    folder: Folder, tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "damaged")
    damage(path)
    found = inspect(path)
    assert found.refusal is not None
    assert reason in found.refusal
    assert found.input_schema == {}


def test_only_one_copy_of_the_weights_counts(folder: Folder, tmp_path: Path) -> None:
    path = shutil.copytree(folder("llama"), tmp_path / "copies")
    parameters = inspect(path).info["parameters"]
    whole = (path / "model.safetensors").stat().st_size
    for copy in ("consolidated.safetensors", "model.fp16.safetensors", "original/model.safetensors"):
        (path / copy).parent.mkdir(exist_ok=True)
        shutil.copy(path / "model.safetensors", path / copy)
    assert inspect(path).info["parameters"] == parameters
    assert inspect(path).info["bytes"] == whole
    assert loaded_bytes(safetensors_files(path), "float32") == parameters * 4


@pytest.mark.parametrize("shards", [False, True], ids=["whole", "shards"])
def test_weights_of_a_variant_are_loaded_by_themselves(folder: Folder, tmp_path: Path, *, shards: bool) -> None:
    model = AutoModelForCausalLM.from_pretrained(folder("llama"), dtype=torch.float16)
    path = shutil.copytree(folder("llama"), tmp_path / "half", ignore=shutil.ignore_patterns("*.safetensors"))
    model.save_pretrained(path, variant="fp16", **({"max_shard_size": "50KB"} if shards else {}))
    assert (path / "model.safetensors.index.fp16.json").is_file() is shards
    assert inspect(path).refusal is None
    _, _, loaded = load(path, choose_class, Device("cpu", "float16"), {}, SetupContext(lambda *_: None))
    assert all(torch.equal(tensor, loaded.state_dict()[name]) for name, tensor in model.state_dict().items())
    if shards:
        # Another name of the index that is met
        (path / "model.safetensors.index.fp16.json").rename(path / "model.fp16.safetensors.index.json")
        _, _, again = load(path, choose_class, Device("cpu", "float16"), {}, SetupContext(lambda *_: None))
        assert all(torch.equal(tensor, again.state_dict()[name]) for name, tensor in model.state_dict().items())


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert inspect(tmp_path / "nowhere").refusal == "The model's folder is missing."


def test_room_behind_a_prompt() -> None:
    causal = Limits(context=100, output=99, together=True)
    assert causal.room(10, 50) == 50
    assert causal.room(90, 50) == 10
    assert causal.room(99, 50) == 1
    with pytest.raises(InputRejectedError, match=r"100 tokens.*context is 100"):
        causal.room(100, 1)
    seq2seq = Limits(context=100, output=99, together=False)
    assert seq2seq.room(100, 500) == 99
    with pytest.raises(InputRejectedError, match=r"101 tokens.*context is 100"):
        seq2seq.room(101, 1)
    assert Limits(None, None, together=True).room(10**6, 4096) == 4096
