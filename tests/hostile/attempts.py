"""What the tests of the walls share: the demo model, and one attempt of the prober in a runner."""

from __future__ import annotations

from pathlib import Path

from tests.unit.runner.running import Running
from workers.contract.protocol import Done, VersionSpec
from workers.runner.containment import landlock_abi

PROSE = Path(__file__).parents[2] / "workers" / "demo_models" / "prose"
PROBER = VersionSpec("prober", "prober")


def lacks_landlock() -> bool:
    try:
        return landlock_abi() < 1
    except OSError:
        return True


async def attempt(running: Running, name: str, target: object = "", version: VersionSpec = PROBER) -> str:
    key = f"{name}-{target}-{version.id}"
    running.run(key, {"attempt": name, "target": str(target)}, version)
    assert isinstance(await running.end(key), Done)
    return running.text(key)
