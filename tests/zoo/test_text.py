"""Language models of every type that transformers can build write here what its own `generate` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.sweep import limit
from tests.zoo.tables import TEXT, read_rows
from tests.zoo.text_checks import check_type
from tests.zoo.text_models import text_types

# plain attention, soft-capping, mixture of experts with sliding windows, a state-space model, an encoder-decoder, and
# one that fills gaps
FAST = ("gpt2", "gemma2", "mamba", "bert")
LEAST_EQUAL = 205
# of CPU time
SECONDS = 100


def check(model_type: str, root: Path) -> str:
    """Hold a type against the plain library; its row of the page."""
    with limit(SECONDS):
        finding = check_type(model_type, root)
    assert finding.faults == []
    return TEXT.row(finding)


# peft warns of layers whose weights lie the other way round
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("model_type", FAST)
def test_a_type_writes_what_the_plain_library_writes(model_type: str, tmp_path: Path) -> None:
    assert read_rows(TEXT)[model_type] == check(model_type, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(20 * SECONDS)
@pytest.mark.parametrize("model_type", [name for name in text_types() if name not in FAST])
@pytest.mark.filterwarnings("default")
def test_every_type_writes_what_the_plain_library_writes(model_type: str, tmp_path: Path) -> None:
    assert read_rows(TEXT)[model_type] == check(model_type, tmp_path)


def test_the_page_lists_what_runs() -> None:
    rows = read_rows(TEXT)
    assert rows.keys() == set(text_types())
    engines = [row.split("|")[3].strip() for row in rows.values()]
    assert len([engine for engine in engines if engine in ("split", "paged", "generate")]) >= LEAST_EQUAL
    assert not [row for row in rows.values() if "differs" in row]
