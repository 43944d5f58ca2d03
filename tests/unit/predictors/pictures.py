"""Pictures that a tiny model draws, and whether two are alike."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image as Pillow

from tests.unit.predictors.sink import Sink
from workers.contract.context import PredictionContext
from workers.contract.predictor import Predictor


def draw(predictor: Predictor, **values: Any) -> Sink:
    sink = Sink()
    predictor.predict(PredictionContext("p", {"steps": 3, "seed": 5, "num_images": 1, **values}, sink))
    return sink


def alike(one: bytes, other: bytes) -> bool:
    """Whether two pictures differ by rounding at most: several are computed in another order than one."""
    pictures = [np.asarray(Pillow.open(BytesIO(blob)), dtype=int) for blob in (one, other)]
    return bool(np.abs(pictures[0] - pictures[1]).max() <= 2)


def words(name: str) -> dict[str, Any]:
    return {"prompt": "a fox", "negative_prompt": "", "guidance": 4} if name == "stable" else {}
