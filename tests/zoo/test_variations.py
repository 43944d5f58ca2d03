"""Models that vary in heads, windows, experts, positions, tokens and numbers write what the plain library writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.sweep import limit
from tests.zoo.variations import check_variation

FAST = (3,)
COUNT = 132
# of CPU time
SECONDS = 100


def check(number: int, root: Path) -> None:
    with limit(SECONDS):
        finding = check_variation(number, root)
    assert (finding.state, finding.faults) == ("READY", []), finding.name


@pytest.mark.parametrize("number", FAST)
def test_a_variation_writes_what_the_plain_library_writes(number: int, tmp_path: Path) -> None:
    check(number, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(20 * SECONDS)
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("number", [number for number in range(COUNT) if number not in FAST])
def test_every_variation_writes_what_the_plain_library_writes(number: int, tmp_path: Path) -> None:
    check(number, tmp_path)
