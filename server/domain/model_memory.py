"""What administrators want in the memory of workers."""

from __future__ import annotations

from enum import StrEnum


class MemoryAction(StrEnum):
    """What is to become of a version in a worker's memory."""

    LOAD = "LOAD"
    UNLOAD = "UNLOAD"


class MemoryRequestState(StrEnum):
    """How far a worker is with it."""

    REQUESTED = "REQUESTED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
