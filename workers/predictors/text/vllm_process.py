"""What each process of vLLM does when it starts: vLLM calls it by the entry point in pyproject.toml."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_runner() -> None:
    """Have the kernel kill this process when the one that started it is gone, and leave now if it is already.

    The runner itself, in which vLLM calls this too, has its own supervisor for that.
    """
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent.pid:
        os._exit(0)
