"""The worker's process: it takes the secrets out of its environment, then is Dramatiq's command line."""

from __future__ import annotations

import ctypes
import multiprocessing
import sys

from dramatiq import cli

from server.settings import hide_secrets

PR_SET_DUMPABLE = 4


def forbid_reading() -> None:
    """Other processes of this user, the runner among them, may not read our memory and files in /proc from now on."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def main() -> int:
    """Run Dramatiq with the arguments of this process; its exit code."""
    hide_secrets()
    forbid_reading()
    # Dramatiq's processes inherit what was hidden: they must be forks, which newer Pythons do not make by themselves
    multiprocessing.set_start_method("fork")
    return int(cli.main() or 0)


if __name__ == "__main__":
    sys.exit(main())
