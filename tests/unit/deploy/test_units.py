"""The units of systemd: what they keep away, and that the worker can still raise its own walls."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from workers.supervisor.runner_user import NEEDED_CAPABILITIES

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = ("api", "worker")
# By `systemd-analyze security`, from 0, safe, to 10; a worker's devices, memory and capabilities stay open
EXPOSURE = {"api": 2.0, "worker": 5.0}


def settings(unit: str) -> dict[str, str]:
    lines = (DEPLOY / f"inference-server-{unit}.service").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]\w+=", line))


@pytest.mark.parametrize("unit", UNITS)
def test_what_a_unit_keeps_away(unit: str) -> None:
    values = settings(unit)
    assert int(values["LimitNOFILE"]) >= 65536
    assert values["ProtectProc"] == "invisible"
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictNamespaces", "RestrictSUIDSGID"):
        assert values[name] == "true"
    assert values["ProtectSystem"] == "strict"


def test_the_worker_s_own_walls_can_stand() -> None:
    values = settings("worker")
    assert values["AmbientCapabilities"].split() == list(NEEDED_CAPABILITIES)
    assert values["CapabilityBoundingSet"] == values["AmbientCapabilities"]
    assert values["Delegate"] == "memory"
    # Each would take away a user, a device, Landlock, or memory that torch makes code in
    hindering = {"PrivateUsers", "PrivateDevices", "ProtectClock", "DevicePolicy", "ProtectControlGroups",
                 "SystemCallFilter", "MemoryDenyWriteExecute", "DynamicUser"}  # fmt: skip
    assert not hindering & values.keys()
    # The models' user enters the folder, whichever unit starts last
    for unit in UNITS:
        assert settings(unit)["StateDirectoryMode"] == "0711"
        assert settings(unit)["UMask"] == "0022"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_a_unit_and_finds_it_closed(unit: str) -> None:
    path = DEPLOY / f"inference-server-{unit}.service"
    said = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True).stderr
    # The program is installed on the machine that the unit is for
    assert [line for line in said.splitlines() if "is not executable" not in line and path.name in line] == []
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE[unit] * 10:.0f}", path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]
