from __future__ import annotations

import subprocess
import sys

import pytest

from server.domain.models import SourceType
from server.services.demo import DEMO_MODELS, DemoModel
from server.services.models import SAMPLES_MAX
from workers import demo_models
from workers.supervisor import folders

BUNDLED = [demo for demo in DEMO_MODELS if demo.new.version.source.type is SourceType.DEMO]

MOST_BYTES = 25_000_000
KINDS = {".safetensors", ".json", ".md", ".jinja"}


def test_the_list_is_there_without_torch() -> None:
    code = (
        "import sys, workers.demo_models; from server.services.demo import DEMO_MODELS as m;"
        " assert len(m) == 6; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_kind_has_a_model() -> None:
    assert {demo.new.name: demo.new.kind for demo in BUNDLED} == {
        "prose": "TEXT_GENERATION",
        "chat": "TEXT_GENERATION",
        "shapes": "IMAGE_GENERATION",
        "shapes-outline": "IMAGE_GENERATION",
        "naming": "CUSTOM",
    }
    for demo in BUNDLED:
        assert demo.new.name == demo.new.version.source.ref
        given = {"naming": "image", "chat": "messages"}.get(demo.new.name, "prompt")
        assert all(given in values for values in (demo.first_input, *demo.samples) if values)
        assert demo.new.description.splitlines()[0].endswith(".")
        assert 1 <= len(demo.samples) <= SAMPLES_MAX


@pytest.mark.parametrize("demo", BUNDLED, ids=lambda demo: demo.new.name)
def test_a_folder_holds_weights_settings_and_a_card(demo: DemoModel) -> None:
    folder = demo_models.ROOT / demo.new.name
    if not any(folder.rglob("*.safetensors")):
        pytest.skip("the weights are not in this checkout")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= KINDS
    card = (folder / "README.md").read_text()
    assert card.startswith("---\n")
    assert "license: mit" in card
    assert "pipeline_tag:" in card


@pytest.mark.parametrize("demo", BUNDLED, ids=lambda demo: demo.new.name)
def test_its_digest_is_noted_so_that_other_files_are_another_version(demo: DemoModel) -> None:
    kind = demo.new.version.runs_on(demo.new.kind) if demo.base else None
    choice = folders.Choice(adapter_for=kind)
    assert demo.digest == folders.inspect(demo_models.ROOT / demo.new.name, MOST_BYTES, choice=choice).digest


def test_both_folders_are_small() -> None:
    folders = [demo_models.ROOT / demo.new.name for demo in BUNDLED]
    sizes = [path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES
