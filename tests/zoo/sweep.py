"""The whole zoo: every type in turn, what it showed, and the tables that docs/models.md has of it."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.architecture.house import ROOT
from tests.zoo.harness import Finding
from tests.zoo.text_checks import check_type
from tests.zoo.text_models import text_types

PAGE = ROOT / "docs" / "models.md"
HEADER = "| type | runs | why not batched |"
RULE = "|---|---|---|"
# characters
LONGEST_REASON = 80
SECONDS_EACH = 60
CHECKS: dict[str, tuple[Callable[[], list[str]], Callable[[str, Path], Finding]]] = {"text": (text_types, check_type)}


def sweep(task: str, root: Path, names: Iterable[str] = ()) -> Iterator[Finding]:
    """What each model of a task shows, of all where no names are given; a model's folder is removed behind it."""
    every, check = CHECKS[task]
    for name in names or every():
        try:
            with limit(SECONDS_EACH):
                finding = check(name, root)
        except TimeoutError:
            finding = Finding(name, task, "READY")
            finding.fault(f"it took more than {SECONDS_EACH} seconds")
        yield finding
        shutil.rmtree(root / name, ignore_errors=True)


@contextmanager
def limit(seconds: int) -> Iterator[None]:
    """Leave the block by a TimeoutError after so many seconds; for the main thread."""

    def end(*_: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def row(finding: Finding) -> str:
    """A finding as a row of its task's table."""
    if finding.state == "REFUSED":
        return f"| {finding.name} | refused | |"
    # what numbers came of two runs of a machine is no part of the reason
    why = " ".join(re.sub(r" by \S+ of their spread", "", finding.why).replace("|", "/").split())
    runs = f"{finding.engine}, differs" if finding.faults else finding.engine
    return f"| {finding.name} | {runs} | {why[:LONGEST_REASON]} |"


def _marks(task: str) -> tuple[str, str]:
    return f"<!-- zoo {task}: written by `make zoo` -->", f"<!-- end of zoo {task} -->"


def write_table(task: str, findings: Iterable[Finding]) -> None:
    """Put the table of what could be built into the page."""
    begin, end = _marks(task)
    rows = [row(finding) for finding in findings if finding.state != "NOT BUILT"]
    table = "\n".join([begin, "", HEADER, RULE, *sorted(rows), "", end])
    page = PAGE.read_text()
    PAGE.write_text(re.sub(f"{re.escape(begin)}.*{re.escape(end)}", lambda _: table, page, flags=re.DOTALL))


def read_table(task: str) -> dict[str, str]:
    """How the types in the page's table run, by their names."""
    begin, end = _marks(task)
    table = PAGE.read_text().partition(begin)[2].partition(end)[0]
    lines = [line.split("|") for line in table.splitlines() if line.startswith("| ") and line != HEADER]
    return {cells[1].strip(): cells[2].strip() for cells in lines}
