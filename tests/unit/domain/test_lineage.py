"""What a runner says it runs with is bounded, and equal environments are one."""

from __future__ import annotations

from typing import Any

import pytest

from server.domain.lineage import MOST_LIBRARIES, Environment

FACTS = {
    "device": "cuda", "deviceName": "NVIDIA H200", "dtype": "bfloat16", "quantization": "INT8", "engine": "batched",
    "libraries": {"torch": "2.9.0", "numpy": "2.0"},
}  # fmt: skip


def test_facts_are_read_and_equal_ones_have_one_id() -> None:
    read = Environment.read(FACTS)
    assert (read.device, read.device_name, read.engine) == ("cuda", "NVIDIA H200", "batched")
    assert list(read.libraries) == ["numpy", "torch"]
    turned = {**FACTS, "libraries": {"numpy": "2.0", "torch": "2.9.0"}}
    assert Environment.read(turned).id == read.id
    assert Environment.read(read.facts) == read
    assert Environment.read({**FACTS, "dtype": "float16"}).id != read.id


@pytest.mark.parametrize(
    "facts",
    [
        {}, {"device": 3, "libraries": "x"}, {"libraries": [1]}, {"device": None, "libraries": {"a": 1}},
        {"deviceName": "x\0\ud800" * 1000}, {"libraries": {"x" * 999: "y" * 999}},
        {"libraries": {str(n): "1" for n in range(999)}},
    ],
)  # fmt: skip
def test_whatever_it_says_can_be_stored(facts: dict[str, Any]) -> None:
    read = Environment.read(facts)
    assert len(read.libraries) <= MOST_LIBRARIES
    assert len(str(read.facts)) < 20_000
    assert "\0" not in str(read.facts)
    assert read.id
