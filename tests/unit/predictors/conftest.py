from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from tests.unit.predictors import tiny_models
from workers.contract.predictor import Device, Predictor, SetupContext, VersionSpec
from workers.predictors.image.predictor import Image
from workers.predictors.text.predictor import Text

CPU = Device("cpu", "float32")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small lose more to the hand-over between threads than they gain."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model by its name in tiny_models, built when first asked for."""
    root = tmp_path_factory.mktemp("models")

    def build(name: str) -> Path:
        path = root / name
        return path if path.exists() else getattr(tiny_models, name)(path)  # type: ignore[no-any-return]

    return build


@pytest.fixture(scope="session")
def loaded(folder: Callable[[str], Path]) -> Callable[[str], Predictor]:
    """A loaded predictor by the name of its tiny model."""
    predictors: dict[str, Predictor] = {}

    def load(name: str) -> Predictor:
        if name not in predictors:
            predictor = Image() if name in tiny_models.PIPELINES else Text()
            predictor.setup(VersionSpec(name, predictor.name, str(folder(name))), CPU, SetupContext(lambda *_: None))
            predictors[name] = predictor
        return predictors[name]

    return load
