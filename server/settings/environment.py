"""What this process was started with: its secrets are taken out of it once, and are settings alone from then on."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

# Python's libraries read these of `os.environ` whenever they like, such as botocore its credentials; C code does not
SECRET_LOOKING = re.compile(r"TOKEN|SECRET|PASSW|KEY|CREDENTIAL|HEADERS|^AWS_", re.IGNORECASE)
ENVIRONMENT_START, ENVIRONMENT_END = 47, 48

# Of the process, as its environment is, and written once at its start
_hidden: dict[str, str] = {}


def hidden_values() -> dict[str, str]:
    """What was taken out of the environment, by the upper-case name."""
    return dict(_hidden)


def hide(names: Iterable[str]) -> None:
    """Take these variables, in upper or lower case, out of the environment, and leave no copy of it for others to read.

    The kernel shows the strings that a process was started with as /proc/PID/environ for as long as it runs, whatever
    becomes of its variables: what stays is copied to another place, and those strings are overwritten. They stay where
    there is no /proc. To be called while the process has one thread.
    """
    secret = {name.upper() for name in names}
    for name in list(os.environ):
        if name.upper() in secret:
            _hidden[name.upper()] = os.environ.pop(name)
        elif SECRET_LOOKING.search(name):
            os.unsetenv(name)
        else:
            os.putenv(name, os.environ[name])
    if sys.platform != "linux":
        return
    # Some containers have no /proc, and so nothing that shows the strings
    with suppress(OSError):
        after_name = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(after_name[ENVIRONMENT_START]), int(after_name[ENVIRONMENT_END])
        if 0 < start < end:
            ctypes.memset(start, 0, end - start)
