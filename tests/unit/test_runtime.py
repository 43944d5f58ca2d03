"""Cycles that no count of references frees do not pile up in a process that serves."""

from __future__ import annotations

import subprocess
import sys

# Each lives long enough to outlast the young collections, as what belongs to a socket does
CYCLES = """
import gc
from collections import deque
from server.runtime import bound_garbage
class Cycle:
    def __init__(self):
        self.me = self
bound_garbage()
live = deque(maxlen=20_000)
most = 0
for number in range(1_500_000):
    live.append(Cycle())
    if number % 50_000 == 0:
        most = max(most, sum(type(each) is Cycle for each in gc.get_objects()))
print(most)
"""


def test_cycles_are_collected_before_they_take_much() -> None:
    run = subprocess.run([sys.executable, "-c", CYCLES], capture_output=True, text=True, check=True, timeout=60)
    assert int(run.stdout) < 250_000
