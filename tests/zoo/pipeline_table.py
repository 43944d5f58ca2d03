"""The table of pipelines in docs/models.md: `python -m tests.zoo.pipeline_table` writes it from a sweep of all."""

from __future__ import annotations

import logging
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from tests.architecture.house import ROOT
from tests.zoo.pipeline_checks import Finding, check_pipeline
from tests.zoo.pipelines import pipeline_names

PAGE = ROOT / "docs" / "models.md"
BEGIN, END = "<!-- pipelines: written by `python -m tests.zoo.pipeline_table` -->", "<!-- end of pipelines -->"
HEADER = ("| pipeline | tasks | together | LoRA | gives |", "|---|---|---|---|---|")
SECONDS_EACH = 120
# Those that differ, each with the reason
DIFFERENT: dict[str, str] = {}


def row_of(finding: Finding) -> str:
    """A finding as a row of the table."""
    if finding.state == "REFUSED":
        return f"| {finding.name} | refused | | | |"
    inputs = "; ".join(task.rpartition(" to ")[0] for task in finding.tasks) or "-"
    inputs = inputs.replace("control image", "control").replace(" and ", "+")
    if finding.faults:
        inputs = f"{inputs} (differs)"
    together, adapters = ("yes" if each else "no" for each in (finding.together, finding.adapters))
    return f"| {finding.name} | {inputs} | {together} | {adapters} | {finding.tasks[0].rpartition(' ')[2]} |"


def read_rows() -> dict[str, str]:
    """The rows of the page by pipeline."""
    table = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    lines = [line for line in table.splitlines() if line.startswith("| ") and line not in HEADER]
    return {line.split("|")[1].strip(): line for line in lines}


def write_rows(rows: dict[str, str]) -> None:
    """Put the table into the page."""
    table = "\n".join([BEGIN, "", *HEADER, *(rows[name] for name in sorted(rows)), "", END])
    page = PAGE.read_text()
    PAGE.write_text(re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: table, page, flags=re.DOTALL))


def end(*_: Any) -> None:
    """Leave what takes too long."""
    raise TimeoutError


def main() -> None:
    """Sweep all, or the pipelines whose names match a pattern, and write the table."""
    torch.set_num_threads(1)
    for library in (transformers, diffusers):
        library.logging.set_verbosity_error()
        library.logging.disable_progress_bar()
    logging.disable(logging.ERROR)
    signal.signal(signal.SIGALRM, end)
    pattern = re.compile(sys.argv[1] if sys.argv[1:] else ".*")
    names = [name for name in pipeline_names() if pattern.fullmatch(name)]
    rows = {name: row for name, row in read_rows().items() if name not in names}
    with tempfile.TemporaryDirectory(prefix="pipelines") as root:
        for name in names:
            signal.alarm(SECONDS_EACH)
            try:
                finding = check_pipeline(name, Path(root))
            except TimeoutError:
                finding = Finding(name, "NOT BUILT", f"it took more than {SECONDS_EACH} seconds")
            signal.alarm(0)
            print(f"{'DIFFERS' if finding.faults else finding.state:10} {name}", flush=True)
            for line in [finding.reason, *finding.faults]:
                print(f"    {' '.join(line.split())[:300]}" if line else "", end="\n" if line else "", flush=True)
            if finding.state != "NOT BUILT":
                rows[name] = row_of(finding)
            shutil.rmtree(Path(root) / name, ignore_errors=True)
    write_rows(rows)


if __name__ == "__main__":
    main()
