"""Which device a worker serves, as operators name it."""

from __future__ import annotations

import re

from server.errors import InvalidInputError, Violation

# whoever names a GPU would not notice that the CPU stands in for it
_GPU = {"ENABLE_GPU": "true", "REQUIRE_GPU": "true"}
_CUDA = re.compile(r"cuda:(\d{1,3})")


def environment(devices: str) -> dict[str, str]:
    """The environment of a worker for `cpu`, `cuda` or `cuda:N`.

    Raises:
        InvalidInputError: it is something else, or several: one worker serves one device.
    """
    names = [name.strip() for name in devices.split(",") if name.strip()]
    if len(names) > 1:
        each = "; ".join(f"inference-server worker --devices {name}" for name in names)
        raise InvalidInputError([Violation("--devices", f"One worker serves one device; start each: {each}", "device")])
    name = names[0] if names else ""
    if name == "cpu":
        return {"ENABLE_GPU": "false", "REQUIRE_GPU": "false"}
    if name == "cuda":
        return dict(_GPU)
    if match := _CUDA.fullmatch(name):
        return {**_GPU, "CUDA_VISIBLE_DEVICES": match[1]}
    raise InvalidInputError([Violation("--devices", f"{name!r} is not one of cpu, cuda, cuda:0, cuda:1 ...", "device")])
