"""A folder without its tokenizer's files is refused, of whatever kind; the library makes many kinds of nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import GPT2Config, Qwen2Config, T5Config, WhisperConfig, WhisperFeatureExtractor

from tests.unit.predictors import tiny_models
from workers.contract.predictor import VersionRefusedError
from workers.predictors.pipeline.folder import load_parts
from workers.predictors.pipeline.tasks import TASKS
from workers.predictors.pretrained import read_parts


@pytest.mark.parametrize("config", [GPT2Config, Qwen2Config, T5Config])
def test_a_text_model_without_its_tokenizer(config: Callable[[], GPT2Config], tmp_path: Path) -> None:
    config().save_pretrained(tmp_path)
    with pytest.raises(VersionRefusedError, match=r"it has no tokenizer\.json, and not the files"):
        read_parts(tmp_path)


def test_a_speech_model_without_its_tokenizer(tmp_path: Path) -> None:
    WhisperConfig().save_pretrained(tmp_path)
    WhisperFeatureExtractor().save_pretrained(tmp_path)
    task = next(task for task in TASKS if task.name == "automatic-speech-recognition")
    with pytest.raises(VersionRefusedError, match=r"it has no tokenizer\.json, and not the files"):
        load_parts(task, tmp_path)


def test_one_that_is_there_is_read(tmp_path: Path) -> None:
    _, tokenizer = read_parts(tiny_models.gpt2(tmp_path / "gpt2"))
    assert len(tokenizer) > 300
