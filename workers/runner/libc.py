"""The C library, for the system calls that Python has no function for."""

from __future__ import annotations

import ctypes
import os


def load_libc() -> ctypes.CDLL:
    """The C library of this process, which keeps the error of each call."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def check_call(result: int) -> int:
    """What a call gave.

    Raises:
        OSError: it failed.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
