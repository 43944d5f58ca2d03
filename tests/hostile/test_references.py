"""Repositories whose files name what lies outside of them are refused by name, before any library reads them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from workers.contract.failures import VersionRefusedError
from workers.supervisor import references
from workers.supervisor.references import check_references

ATTACKS: list[tuple[str, Any, str]] = [
    ("special_tokens_map.json", {"vocab_file": "/proc/self/environ"}, "vocab_file"),
    ("tokenizer_config.json", {"tokenizer_class": "EsmTokenizer", "vocab_file": "/etc/passwd"}, "vocab_file"),
    ("tokenizer_config.json", {"merges_file": "../other/merges.txt"}, "merges_file"),
    ("tokenizer_config.json", {"sp_model_kwargs": {"model_file": "~/secret.model"}}, "model_file"),
    ("tokenizer_config.json", {"fast_tokenizer_files": ["tokenizer.json", "a/../../tokenizer.4.0.0.json"]}, "fast_tok"),
    ("tokenizer_config.json", {"spm_file": "C:\\secrets\\a.model"}, "spm_file"),
    ("tokenizer_config.json", {"spm_file": "..\\a.model"}, "spm_file"),
    ("special_tokens_map.json", {"vocab_file": ".env"}, "vocab_file"),
    ("tokenizer_config.json", {"sudachi_kwargs": {"sudachi_config_path": "sudachi.json"}}, "sudachi_config_path"),
    ("tokenizer_config.json", {"vocab_file": "model.safetensors"}, "no tokenizer's file: vocab_file"),
    ("special_tokens_map.json", {"tokenizer_file": "model.safetensors"}, "no tokenizer's file: tokenizer_file"),
    ("config.json", {"index_path": "file:///etc/passwd"}, "index_path"),
    ("config.json", {"nested": {"deeper": [{"passages_path": "/etc/passwd"}]}}, "passages_path"),
    ("text_encoder/config.json", {"weights": "../../../etc/passwd"}, "weights"),
    ("model.safetensors.index.json", {"weight_map": {"a": "../../other/model.safetensors"}}, "other/model"),
    ("model.safetensors.index.json", {"weight_map": {"a": "/srv/models/other/model.safetensors"}}, "other/model"),
    ("model.safetensors.index.json", {"weight_map": {"a": "missing.safetensors"}}, "missing.safetensors"),
    ("unet/diffusion_pytorch_model.safetensors.index.json", {"weight_map": {"a": "vae/model.safetensors"}}, "vae/"),
    ("model.safetensors.index.json", {"weight_map": ["model.safetensors"]}, "weight_map"),
    ("model_index.json", {"_class_name": "X", "../other": ["diffusers", "UNet2DModel"]}, "../other"),
    ("model_index.json", {"_class_name": "X", "/srv/other": ["diffusers", "UNet2DModel"]}, "/srv/other"),
    ("modules.json", [{"idx": 0, "path": "../other"}], "path"),
    ("adapter_config.json", {"base_model_name_or_path": "gpt2"}, "adapter"),
]
# As published models have them: old places of their authors' machines, tokens and labels that look like paths
HARMLESS: list[tuple[str, Any]] = [
    ("config.json", {"homepage": "https://x.org/a", "_name_or_path": "/fsx/ada/7b", "id2label": {"0": "/m/0dl9"}}),
    ("tokenizer_config.json", {
        "name_or_path": "/home/ada/tokenizer", "special_tokens_map_file": "/root/.cache/special_tokens_map.json",
        "bos_token": "/s", "additional_special_tokens": ["/think", "../"],
        "chat_template": "/{{ messages }}",
        "added_tokens_decoder": {"1": {"content": "//", "lstrip": False}}, "tokenizer_file": None,
    }),
    ("special_tokens_map.json", {"eos_token": {"content": "/"}, "unk_token": "~"}),
    ("vocab.json", {"/": 1, "../": 2}),
    ("tokenizer.json", {"model": {"vocab": {"/etc": 1}}}),
    ("model.safetensors.index.json", {"metadata": {"total_size": 1}, "weight_map": {"a": "model.safetensors"}}),
    ("model_index.json", {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}),
    ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "a.b.C"}, {"idx": 1, "path": "1_Pooling"}]),
]  # fmt: skip


def folder_with(root: Path, name: str, content: Any) -> tuple[Path, list[Path]]:
    (root / "model.safetensors").write_bytes(b"")
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return root, [file for file in root.rglob("*") if file.is_file()]


@pytest.mark.parametrize(("name", "content", "word"), ATTACKS, ids=[f"{name}-{word}" for name, _, word in ATTACKS])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str, content: Any, word: str) -> None:
    with pytest.raises(VersionRefusedError) as refusal:
        check_references(*folder_with(tmp_path, name, content))
    assert name in str(refusal.value)
    assert word in str(refusal.value)


@pytest.mark.parametrize(("name", "content"), HARMLESS, ids=[name for name, _ in HARMLESS])
def test_what_published_models_have_is_let_through(tmp_path: Path, name: str, content: Any) -> None:
    check_references(*folder_with(tmp_path, name, content))


@pytest.mark.parametrize("content", ["{", "[" * 100_000, "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_what_is_no_json_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(VersionRefusedError, match=r"config.json is not JSON"):
        check_references(*folder_with(tmp_path, "config.json", content))


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"config.json": "[" + "[]," * references.MAX_VALUES + "1]"}, "config.json have more than 1000000 values"),
        ({f"{n}.json": "[" + "1," * 300_000 + "1]" for n in range(4)}, "values"),
        ({f"{n}.json": json.dumps(" " * 17_000_000) for n in range(4)}, "more than 64000000 bytes"),
        (
            {"scheduler/scheduler_config.json": '{"num_train_timesteps": 1000000000}'},
            "num_train_timesteps = 1000000000",
        ),
        ({"scheduler/scheduler_config.json": '{"trained_betas": [Infinity]}'}, "trained_betas = inf"),
    ],
    ids=["values of a file", "values of all files", "bytes of all files", "steps of a schedule", "no number"],
)
def test_a_file_that_is_more_work_than_any_published_one_is_refused(
    tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    began = time.process_time()
    for name, content in files.items():
        folder_with(tmp_path, name, content)
    with pytest.raises(VersionRefusedError, match=reason):
        check_references(tmp_path, sorted(file for file in tmp_path.rglob("*") if file.is_file()))
    assert time.process_time() - began < 10
