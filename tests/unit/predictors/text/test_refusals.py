"""Folders that cannot be run are refused when they are published, in sentences for their owner."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertLMHeadModel,
    LlamaConfig,
    LlamaForSequenceClassification,
    RobertaConfig,
    RobertaForMaskedLM,
)

from tests.unit.predictors import tiny_models
from workers.predictors.text.folder import inspect_text
from workers.predictors.text.predictor import Text

SMALL: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 400,
}  # fmt: skip


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.llama(tmp_path_factory.mktemp("models") / "llama")


def refusal(folder: Path) -> str:
    text = inspect_text(str(folder), Text.input_schema, Text.output_schema).refusal or ""
    assert "trust_remote_code" not in text
    assert str(folder) not in text
    assert "pip install" not in text
    return text


@pytest.mark.parametrize(
    ("cls", "config", "words"),
    [
        (BertForMaskedLM, BertConfig(**SMALL), "BertForMaskedLM fills gaps in texts"),
        (RobertaForMaskedLM, RobertaConfig(**SMALL), "RobertaForMaskedLM fills gaps in texts"),
        (LlamaForSequenceClassification, LlamaConfig(**SMALL), "judges or marks texts, and writes none"),
        (BertLMHeadModel, BertConfig(**SMALL), "encoder of type 'bert' (is_decoder is not set)"),
        (BertLMHeadModel, BertConfig(**SMALL, is_decoder=True), ""),
    ],
)
def test_what_writes_no_text_is_no_text_generation(tmp_path: Path, cls: Any, config: Any, words: str) -> None:
    cls(config).save_pretrained(tmp_path)
    tiny_models.tokenizer().save_pretrained(tmp_path)
    assert words in refusal(tmp_path)
    assert bool(words) == bool(refusal(tmp_path))


def change(name: str, **values: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        before = json.loads((folder / name).read_text())
        changed = {key: value for key, value in {**before, **values}.items() if value is not None}
        (folder / name).write_text(json.dumps(changed))

    return write


def without_tokenizer(folder: Path) -> None:
    for file in folder.glob("tokenizer*"):
        file.unlink()


@pytest.mark.parametrize(
    ("break_", "words"),
    [
        (change("config.json", model_type="brandnew"), "knows no models of type 'brandnew'"),
        (change("config.json", model_type=None), "no model_type"),
        (
            change("config.json", model_type="brandnew", auto_map={"AutoConfig": "configuration_x.X"}),
            "code of its own for models of type 'brandnew', which is not run",
        ),
        (
            change("config.json", hidden_size="big"),
            "Validation error for field 'hidden_size': Field 'hidden_size' expected int, got str",
        ),
        (change("generation_config.json", temperature="hot"), 'temperature is "hot", which is no number'),
        (change("generation_config.json", eos_token_id="</s>"), 'eos_token_id is "</s>", which is no token\'s number'),
        (change("generation_config.json", eos_token_id=[0, 1], temperature=0.5, top_k=20), ""),
        (lambda folder: (folder / "generation_config.json").write_text("[1]"), "generation_config.json is no JSON obj"),
        (without_tokenizer, "it has no tokenizer.json"),
    ],
)
def test_the_sentence_names_what_is_wrong(
    llama: Path, tmp_path: Path, break_: Callable[[Path], Any], words: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(llama, folder)
    break_(folder)
    assert words in refusal(folder)
    assert bool(words) == bool(refusal(folder))
