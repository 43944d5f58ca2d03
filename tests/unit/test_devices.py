from __future__ import annotations

import subprocess
import sys

import pytest

from server.devices import environment
from server.errors import InvalidInputError
from tests.support.marks import seldom


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ("cpu", {"ENABLE_GPU": "false", "REQUIRE_GPU": "false"}),
        ("cuda", {"ENABLE_GPU": "true", "REQUIRE_GPU": "true"}),
        (" cuda:3 ", {"ENABLE_GPU": "true", "REQUIRE_GPU": "true", "CUDA_VISIBLE_DEVICES": "3"}),
    ],
)
def test_a_device_is_chosen_by_the_environment(devices: str, expected: dict[str, str]) -> None:
    assert environment(devices) == expected


@pytest.mark.parametrize("devices", ["", ",", "gpu", "cuda:", "cuda:-1", "cuda:1000", "cuda:x", "cpu;rm", "CUDA"])
def test_what_is_no_device_is_refused(devices: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        environment(devices)
    assert "is not one of cpu, cuda, cuda:0" in refused.value.violations[0].message


def test_several_devices_are_several_workers_and_the_command_says_how() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "server.cli", "worker", "--devices", "cuda:0,cuda:1"], capture_output=True, text=True
    )
    assert said.returncode == 2
    assert "inference-server worker --devices cuda:0; inference-server worker --devices cuda:1" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("name", ["gpu", *seldom("cuda:x", "mps", "cuda:0 cuda:1", "../../dev/nvidia0")])
def test_the_command_refuses_a_name_in_one_line(name: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "server.cli", "worker", "--devices", name], capture_output=True, text=True
    )
    assert said.returncode == 2
    assert said.stderr == f"{name!r} is not one of cpu, cuda, cuda:0, cuda:1 ...\n"
