"""Pipelines of diffusers run as the plain library runs them; the table of docs/models.md tells of all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.zoo.pipeline_checks import check_pipeline
from tests.zoo.pipelines import pipeline_names
from tests.zoo.tables import PIPELINES, read_rows

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.usefixtures("one_thread"),
]
# Those that differ, each with the reason
DIFFERENT: dict[str, str] = {}
# Pictures of two generations, what is painted over, a video and a sound, so quick that every run can hold them
FEW = (
    "StableDiffusionPipeline", "StableDiffusionXLInpaintPipeline", "FluxPipeline", "LTXPipeline", "StableAudioPipeline",
)  # fmt: skip


@pytest.mark.parametrize("name", FEW)
def test_a_pipeline_gives_what_the_plain_library_gives(name: str, tmp_path: Path) -> None:
    finding = check_pipeline(name, tmp_path)
    assert (finding.state, finding.faults) == ("READY", [])
    assert read_rows(PIPELINES)[name] == PIPELINES.row(finding)


@pytest.mark.slow
def test_every_pipeline_that_can_be_built_gives_what_the_table_tells(tmp_path: Path) -> None:
    rows = read_rows(PIPELINES)
    for name in pipeline_names():
        finding = check_pipeline(name, tmp_path)
        if finding.state != "NOT BUILT":
            assert PIPELINES.row(finding) == rows.pop(name), (name, finding.reason, finding.faults)
            assert bool(finding.faults) == (name in DIFFERENT), (name, finding.faults)
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    assert not rows


def test_the_table_has_as_many_pipelines_as_it_promises() -> None:
    rows = read_rows(PIPELINES)
    assert len([row for row in rows.values() if "refused" not in row]) >= 135
