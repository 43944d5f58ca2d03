"""Which device models run on, in which number format, and how much memory of it they may fill."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from workers.contract.containers import CGROUP, container_memory

_GPU_FILES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
FREE_SHARE = 0.8
# Major number of CUDA's compute capability: Ampere and newer
BFLOAT16_CAPABILITY = 8


class DeviceUnavailableError(Exception):
    """The device that the environment demands is not here."""


@dataclass(frozen=True)
class Device:
    """Where models run: `name` is cuda, mps or cpu; `dtype` is the name of the torch type of their weights."""

    name: str
    dtype: str


def pick_device(environment: Mapping[str, str]) -> Device:
    """The best device here, or the CPU when ENABLE_GPU is off.

    torch is imported only where there may be a GPU, so that a CPU runner is ready at once.

    Raises:
        DeviceUnavailableError: REQUIRE_GPU is on and there is no CUDA device.
    """
    device = Device("cpu", "float32")
    may_have_gpu = sys.platform != "linux" or any(Path(path).exists() for path in _GPU_FILES)
    if enabled(environment.get("ENABLE_GPU", "1")) and may_have_gpu:
        import torch

        if torch.cuda.is_available():
            device = Device("cuda", "bfloat16" if _has_bfloat16(torch) else "float16")
        elif torch.backends.mps.is_available():
            device = Device("mps", "float32")
    if enabled(environment.get("REQUIRE_GPU", "0")) and device.name != "cuda":
        visible = environment.get("CUDA_VISIBLE_DEVICES")
        which = "no CUDA device" if visible is None else f"no CUDA device {visible}"
        raise DeviceUnavailableError(f"REQUIRE_GPU is on, and torch finds {which} here.")
    return device


def _has_bfloat16(torch: Any) -> bool:
    """Whether all CUDA devices compute in bfloat16; torch says yes of older ones too, which only emulate it slowly."""
    numbers = range(torch.cuda.device_count())
    return all(torch.cuda.get_device_capability(number)[0] >= BFLOAT16_CAPABILITY for number in numbers)


def describe(device: Device) -> tuple[str, int]:
    """The device's own name, and the bytes of its memory."""
    if device.name == "cuda":
        import torch

        properties = torch.cuda.get_device_properties(0)
        return properties.name, int(properties.total_memory)
    return f"{platform.machine()}, {os.cpu_count()} cores", int(psutil.virtual_memory().total)


def free_bytes(device: Device) -> int:
    """Bytes of the device's memory that are free now."""
    if device.name == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    return free_host_bytes()


def free_host_bytes() -> int:
    """Bytes of the machine's memory, or of this container's, that are free now."""
    free = psutil.virtual_memory().available
    # the machine's own figure does not know the limit of this container
    container = container_memory(CGROUP)
    return min(free, max(0, container[0] - container[1])) if container else free


def enabled(value: str) -> bool:
    """What a boolean environment variable means."""
    return value.strip().lower() not in {"", "0", "false", "no", "off"}


def memory_budget(device: Device) -> int:
    """Bytes that loaded models may fill by default: most of what is free on the device now."""
    return int(free_bytes(device) * FREE_SHARE)
