"""Language models of every type that transformers can build write here what its own `generate` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.sweep import limit, read_table
from tests.zoo.text_checks import check_type
from tests.zoo.text_models import text_types

# plain attention, soft-capping, mixture of experts with sliding windows, a state-space model, an encoder-decoder, and
# one that fills gaps
FAST = ("gpt2", "gemma2", "mixtral", "mamba", "t5", "bert")
LEAST_EQUAL = 120
SECONDS = 100


def check(model_type: str, root: Path) -> str:
    """Hold a type against the plain library; how it runs."""
    with limit(SECONDS):
        finding = check_type(model_type, root)
    assert finding.faults == []
    return finding.engine or finding.state.lower()


@pytest.mark.parametrize("model_type", FAST)
def test_a_type_writes_what_the_plain_library_writes(model_type: str, tmp_path: Path) -> None:
    assert read_table("text")[model_type] == check(model_type, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("model_type", [name for name in text_types() if name not in FAST])
@pytest.mark.filterwarnings("default")
def test_every_type_writes_what_the_plain_library_writes(model_type: str, tmp_path: Path) -> None:
    how = check(model_type, tmp_path)
    assert read_table("text").get(model_type, how) == how


def test_the_page_lists_what_runs() -> None:
    ways = list(read_table("text").values())
    assert ways.count("batched") + ways.count("one by one") >= LEAST_EQUAL
    assert not [way for way in ways if "differs" in way]
