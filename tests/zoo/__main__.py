"""Sweep the zoo, print what differs, and write the tables of docs/models.md.

`python -m tests.zoo` goes on where the last run ended, and `--again` begins anew. `python -m tests.zoo text llama`
looks at what it names alone, whatever was seen before.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import warnings
from pathlib import Path

import diffusers
import torch
import transformers

# imported once, for all processes of models
import workers.predictors.image.model
import workers.predictors.text.model  # noqa: F401
from tests.zoo.tables import ZOOS, write_rows


def main() -> None:
    """Sweep what is named, else everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="look at all models, those of earlier runs too")
    parser.add_argument("kind", nargs="?", choices=list(ZOOS))
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for library in (transformers, diffusers):
        library.logging.set_verbosity_error()
        library.logging.disable_progress_bar()
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    for zoo in [ZOOS[arguments.kind]] if arguments.kind else ZOOS.values():
        if arguments.again and not arguments.names:
            zoo.file.unlink(missing_ok=True)
        known = zoo.read_findings()
        names = arguments.names or [name for name in zoo.names() if name not in known]
        with tempfile.TemporaryDirectory(prefix="zoo") as root:
            for finding, seconds in zoo.sweep(names, Path(root)):
                zoo.add(finding)
                mark = "DIFFERS" if finding.faults else finding.state
                print(f"{mark:10} {finding.name:32} {seconds:5.1f} s  {zoo.row(finding)}", flush=True)
                for line in (finding.reason, *(f"- {fault}" for fault in finding.faults)):
                    if line:
                        print(f"    {' '.join(line.split())[:300]}", flush=True)
        findings = zoo.read_findings()
        states = [finding.state for finding in findings.values() if not finding.faults]
        print(
            f"{zoo.task}: {len(findings)} types, {states.count('READY')} as the plain library, "
            f"{states.count('REFUSED')} refused as they should be, "
            f"{states.count('NOT BUILT')} that it does not run as built here, "
            f"{len(findings) - len(states)} differ"
        )
        write_rows(zoo, findings)


if __name__ == "__main__":
    main()
