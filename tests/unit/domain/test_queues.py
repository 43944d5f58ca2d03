from __future__ import annotations

from typing import Any

import pytest

from server.domain.models import (
    ALL_QUEUES,
    CpuOffload,
    DeviceClass,
    DeviceMap,
    Dtype,
    ModelKind,
    ModelSource,
    NewVersion,
    Quantization,
    SourceType,
    kind_queue,
    queue_of,
    queues_of,
)

SOURCE = ModelSource(SourceType.HUGGINGFACE, "a/b")


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_a_worker_takes_what_any_may_run_and_what_is_for_its_device(device: str) -> None:
    own = {f"{kind}.{device}" for kind in ("text", "image", "custom")} if device != "mps" else set()
    assert set(queues_of(device)) == {"text", "image", "custom"} | own
    assert queues_of(device)[:3] == ("text", "image", "custom")


def test_every_queue_has_a_worker_that_takes_from_it() -> None:
    names = {queue_of(kind, device) for kind in ModelKind for device in DeviceClass}
    assert names == set(ALL_QUEUES) == {*queues_of("cpu"), *queues_of("cuda")}
    assert {kind_queue(name) for name in names} == {"text", "image", "custom"}
    assert max(map(len, names)) <= 20


@pytest.mark.parametrize(
    ("version", "options"),
    [
        (NewVersion(SOURCE), {}),
        (NewVersion(SOURCE, quantization=Quantization.INT8), {"quantization": "INT8"}),
        (NewVersion(SOURCE, quantization=Quantization.INT4), {"quantization": "INT4", "device": "CUDA"}),
        (NewVersion(SOURCE, device_map=DeviceMap.AUTO), {"device_map": "AUTO", "device": "CUDA"}),
        (NewVersion(SOURCE, device=DeviceClass.CPU), {"device": "CPU"}),
        (NewVersion(SOURCE, dtype=Dtype.FLOAT16), {"dtype": "FLOAT16"}),
        (NewVersion(SOURCE, cpu_offload=CpuOffload.MODEL), {"cpu_offload": "MODEL", "device": "CUDA"}),
        (NewVersion(SOURCE, safety_checker=False), {"safety_checker": False}),
        (NewVersion(SOURCE, config="a/b"), {"config": "a/b"}),
    ],
)
def test_options_say_what_a_version_needs(version: NewVersion, options: dict[str, Any]) -> None:
    assert version.options == options
