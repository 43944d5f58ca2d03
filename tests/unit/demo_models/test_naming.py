from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
import transformers

from workers import demo_models
from workers.demo_models.train_naming import LABELS, Recipe, accuracy, drawings, export, train

FOLDER = demo_models.ROOT / "naming"


def test_it_names_drawings_that_it_never_saw() -> None:
    model = transformers.ResNetForImageClassification.from_pretrained(FOLDER, dtype=torch.float32).eval()
    assert [model.config.id2label[n] for n in range(len(LABELS))] == LABELS
    assert accuracy(model, *drawings(200, 12_345)) > 0.97


@pytest.mark.parametrize("seed", [3])
def test_a_training_run_is_written_as_the_hub_has_it(tmp_path: Path, seed: int) -> None:
    recipe = dataclasses.replace(Recipe(), pictures=32, held_out=8, channels=(8, 8), batch=4, steps=2, seed=seed)
    model, facts = train(recipe)
    export(model, tmp_path / "out", facts)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("config.json", "model.safetensors", "preprocessor_config.json", "training.json")
    ]
    again = transformers.pipeline("image-classification", model=str(tmp_path / "out"))
    assert set(again.model.config.label2id) == set(LABELS)
