"""Runs `up` with stand-ins for the product's commands: `starter.py DATA_DIR PORT WORKERS`."""

from __future__ import annotations

import sys
from pathlib import Path

from server.embedded.up import UpOptions, up
from server.settings import Settings

STAND_IN = Path(__file__).with_name("stand_in.py")


def main(data_dir: str, port: str, workers: str) -> int:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    options = UpOptions(port=int(port) if port else None, data_dir=Path(data_dir), demo=False, workers=int(workers))
    return up(settings, options, command=(sys.executable, "-S", str(STAND_IN)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
