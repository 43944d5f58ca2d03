"""What a runner measures of a traced prediction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timed:
    """Runner: how long a phase (load, predict) took, in seconds since 1970; `error` is a code where it failed."""

    prediction: str
    phase: str
    began: float
    ended: float
    error: str | None = None
