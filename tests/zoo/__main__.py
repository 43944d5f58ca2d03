"""Sweep the zoo and print what differs; `python -m tests.zoo` writes the tables of docs/models.md.

`python -m tests.zoo text llama gemma2` sweeps what it names, and writes nothing.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

import torch
import transformers

from tests.zoo.sweep import CHECKS, sweep, write_table


def main() -> None:
    """Sweep what is named, else everything."""
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    logging.disable(logging.ERROR)
    tasks, names = (sys.argv[1:2], sys.argv[2:]) if sys.argv[1:] else (list(CHECKS), [])
    with tempfile.TemporaryDirectory(prefix="zoo") as root:
        for task in tasks:
            findings = []
            began = time.monotonic()
            for finding in sweep(task, Path(root), names):
                findings.append(finding)
                mark = "DIFFERS" if finding.faults else finding.state
                print(f"{mark:10} {finding.name:32} {finding.engine:10} {time.monotonic() - began:5.1f} s", flush=True)
                for line in (finding.reason, finding.why, *(f"- {fault}" for fault in finding.faults)):
                    if line:
                        print(f"    {' '.join(line.split())[:300]}", flush=True)
                began = time.monotonic()
            states = [finding.state for finding in findings if not finding.faults]
            print(
                f"{task}: {len(findings)} types, {states.count('READY')} as the plain library, "
                f"{states.count('REFUSED')} refused as they should be, "
                f"{states.count('NOT BUILT')} that it does not run as built here, "
                f"{len(findings) - len(states)} differ"
            )
            if not names:
                write_table(task, findings)


if __name__ == "__main__":
    main()
