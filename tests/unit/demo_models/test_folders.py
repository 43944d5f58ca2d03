from __future__ import annotations

import subprocess
import sys

import pytest

from workers.demo_models import DEMO_MODELS, DemoModel

MOST_BYTES = 25_000_000
KINDS = {".safetensors", ".json", ".md"}


def test_the_list_is_there_without_torch() -> None:
    code = "import sys, workers.demo_models as m; assert len(m.DEMO_MODELS) == 2; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_both_kinds_have_a_model() -> None:
    assert {model.name: model.kind for model in DEMO_MODELS} == {
        "prose": "TEXT_GENERATION",
        "shapes": "IMAGE_GENERATION",
    }
    assert all("prompt" in model.sample_input and model.description.endswith(".") for model in DEMO_MODELS)


@pytest.mark.parametrize("model", DEMO_MODELS, ids=lambda model: model.name)
def test_a_folder_holds_weights_settings_and_a_card(model: DemoModel) -> None:
    if not any(model.path.rglob("*.safetensors")):
        pytest.skip("the weights are not in this checkout")
    files = [path for path in model.path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= KINDS
    card = (model.path / "README.md").read_text()
    assert card.startswith("---\n")
    assert "license: mit" in card
    assert "pipeline_tag:" in card


def test_both_folders_are_small() -> None:
    sizes = [path.stat().st_size for model in DEMO_MODELS for path in model.path.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES
