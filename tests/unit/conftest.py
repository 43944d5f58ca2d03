"""What tests of single parts share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def fresh_heap() -> Iterator[None]:
    """What other tests left in this process, whole libraries of models, is not gone through by garbage collections."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
