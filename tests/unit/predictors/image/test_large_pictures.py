"""Memory that a large picture does not get: told as that, and the next picture is drawn."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.predictors.conftest import CPU
from tests.unit.predictors.pictures import draw
from workers.contract.failures import explain
from workers.contract.predictor import SetupContext, VersionSpec
from workers.predictors.image.predictor import Image

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
WORDS = {"prompt": "a fox", "steps": 1, "seed": 5}
MEGABYTE = 2**20


def data_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmData:")[2].split()[0]) * 1024


@pytest.mark.parametrize("megabytes", [20, 120, 300])
def test_memory_that_runs_out_is_told_and_spoils_nothing(folder: Callable[[str], Path], megabytes: int) -> None:
    predictor = Image()
    predictor.setup(VersionSpec("v", "image", str(folder("stable"))), CPU, SetupContext(lambda *_: None))
    model: Any = predictor._model
    for part in (model._pipeline.unet, model._pipeline.vae):
        for module in part.modules():
            # A million places that look at each other take hours
            if type(module).__name__ in ("Transformer2DModel", "Attention"):
                module.forward = lambda hidden, *_, **__: (hidden,)
    for module in model._pipeline.vae.modules():
        if type(module).__name__ == "Attention":
            module.forward = lambda hidden, *_, **__: hidden
    small = {"width": 32, "height": 16}
    before = draw(predictor, **WORDS, **small).files
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (data_bytes() + megabytes * MEGABYTE, hard))
    try:
        with pytest.raises((RuntimeError, MemoryError)) as caught:
            draw(predictor, **WORDS, width=2048, height=2048)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    assert explain(caught.value)[0] == "OUT_OF_MEMORY"
    assert draw(predictor, **WORDS, **small).files == before
