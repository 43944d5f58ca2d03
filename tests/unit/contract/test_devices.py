from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from workers.contract import devices
from workers.contract.devices import Device, DeviceUnavailableError, enabled, memory_budget, pick_device


def test_the_cpu_is_picked_without_torch_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_GPU_FILES", ())
    monkeypatch.setitem(sys.modules, "torch", None)
    assert pick_device({}) == Device("cpu", "float32")


@pytest.mark.parametrize(
    ("capabilities", "mps", "device"),
    [
        ([(9, 0)], False, Device("cuda", "bfloat16")),
        ([(8, 6), (8, 0)], False, Device("cuda", "bfloat16")),
        # T4 and V100, of which torch says that they have it
        ([(7, 5)], False, Device("cuda", "float16")),
        ([(9, 0), (7, 0)], False, Device("cuda", "float16")),
        ([], True, Device("mps", "float32")),
        ([], False, Device("cpu", "float32")),
    ],
)
def test_the_best_device_is_picked(
    monkeypatch: pytest.MonkeyPatch, capabilities: list[tuple[int, int]], mps: bool, device: Device
) -> None:
    fake = SimpleNamespace(
        cuda=SimpleNamespace(
            is_available=lambda: bool(capabilities),
            device_count=lambda: len(capabilities),
            get_device_capability=capabilities.__getitem__,
            is_bf16_supported=lambda: True,
        ),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
    )
    monkeypatch.setitem(sys.modules, "torch", fake)
    monkeypatch.setattr(devices, "_GPU_FILES", ("/dev/null",))
    assert pick_device({"ENABLE_GPU": "1"}) == device
    assert pick_device({"ENABLE_GPU": "false"}) == Device("cpu", "float32")


def test_whoever_names_a_gpu_does_not_get_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_GPU_FILES", ())
    asked = {"ENABLE_GPU": "true", "REQUIRE_GPU": "true"}
    with pytest.raises(DeviceUnavailableError, match=r"torch finds no CUDA device here\.$"):
        pick_device(asked)
    with pytest.raises(DeviceUnavailableError, match=r"torch finds no CUDA device 7 here\.$"):
        pick_device({**asked, "CUDA_VISIBLE_DEVICES": "7"})
    assert pick_device({**asked, "REQUIRE_GPU": "false"}) == Device("cpu", "float32")


def test_what_a_switch_means() -> None:
    assert [enabled(v) for v in ("1", "true", "0", "False", "", "off")] == [True, True, False, False, False, False]


def test_the_budget_is_most_of_what_is_free_also_in_a_container(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(devices, "CGROUP", tmp_path)
    machine = memory_budget(Device("cpu", "float32"))
    assert machine > 0
    (tmp_path / "memory.current").write_text("1000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_budget(Device("cpu", "float32")) > 1000
    (tmp_path / "memory.max").write_text("3000\n")
    assert memory_budget(Device("cpu", "float32")) == 1600
