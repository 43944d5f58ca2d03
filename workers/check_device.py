"""Which device a worker would run models on here, for `inference-server doctor`: a line, and exit code 1 without it."""

from __future__ import annotations

import os
import sys

from workers.contract.devices import DeviceUnavailableError, describe, pick_device


def main() -> int:
    """Print a sentence; the exit code."""
    try:
        device = pick_device(os.environ)
        name, size = describe(device)
    except (DeviceUnavailableError, ImportError, OSError, RuntimeError) as error:
        sys.stdout.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Models run on {device.name} in {device.dtype}: {name}, {size / 1e9:.1f} GB.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
