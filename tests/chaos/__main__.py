"""`python -m tests.chaos`: the seeds of SEEDS (20 unless given), a table, and whether everything held."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.cluster import running_cluster
from tests.chaos.seeds import LONGEST_RECOVERY_SECONDS, Result, kinds, recovery, run_seed, table

SEEDS = " ".join(map(str, range(1, 21)))


def _all(folder: Path, seeds: list[int]) -> list[Result]:
    results = []
    with running_cluster(folder) as cluster:
        for seed in seeds:
            result = asyncio.run(run_seed(cluster, seed))
            results.append(result)
            _say(f"seed {seed}: {result}")
            for line in (*result.found.problems, *(f"slow: {told}" for told in result.found.slow)):
                _say(f"  {line}")
    return results


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Run the seeds; 1 when an invariant broke."""
    try:
        seeds = [int(seed) for seed in (os.environ.get("SEEDS") or SEEDS).split()]
    except ValueError:
        _say(f"SEEDS: {os.environ['SEEDS']!r} are no whole numbers")
        return 2
    # Whoever ends us, all that was started is ended too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        results = _all(Path(folder), seeds)
    _say(f"\n{table(results)}\n\nFaults: {kinds(results)}")
    broken = [result.seed for result in results if result.found.problems]
    if broken:
        _say(f'\nBroken: SEEDS="{" ".join(map(str, broken))}" make chaos')
    if slow := recovery(results) > LONGEST_RECOVERY_SECONDS:
        _say(f"\nRecovery took longer than the lease and 9 seconds ({LONGEST_RECOVERY_SECONDS:g} s)")
    return 1 if broken or slow else 0


if __name__ == "__main__":
    sys.exit(main())
