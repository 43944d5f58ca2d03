"""The tables that docs/models.md has of the zoo, and what each is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.architecture.house import ROOT
from tests.zoo import harness, pipeline_checks, pipelines, task_checks, text_checks, text_models
from tests.zoo.sweep import Zoo

PAGE = ROOT / "docs" / "models.md"


def text_row(finding: harness.Finding) -> str:
    """A language model as a row."""
    cells = [finding.name, finding.task]
    if finding.state == "READY":
        engine = f"{finding.engine} (differs)" if finding.faults else finding.engine
        batched = "yes" if not finding.why else f"no: {finding.why}"
        cells += [engine, "yes" if finding.streams else "no", batched, finding.adapters]
    else:
        why = (
            text_models.UNBUILT.get(finding.name, "no small model of it was made")
            if finding.state == "NOT BUILT"
            else re.sub(r" \(.*?\)", "", finding.reason.partition(". ")[0].rstrip("."))
        )
        cells += [finding.state.lower(), "", why, ""]
    return _row(cells)


def pipeline_row(finding: pipeline_checks.Finding) -> str:
    """A pipeline as a row; none where no small one was made."""
    if finding.state == "NOT BUILT":
        return ""
    if finding.state != "READY":
        why = finding.reason.rstrip(".").replace(f"Its pipeline {finding.name}", "It")
        return _row([finding.name, "refused", why, "", ""])
    inputs = "; ".join(task.rpartition(" to ")[0] for task in finding.tasks) or "-"
    inputs = inputs.replace("control image", "control").replace(" and ", "+")
    if finding.faults:
        inputs = f"{inputs} (differs)"
    together, adapters = ("yes" if each else "no" for each in (finding.together, finding.adapters))
    return _row([finding.name, inputs, finding.tasks[0].rpartition(" ")[2], together, adapters])


def task_row(finding: task_checks.Finding) -> str:
    """A task of another kind as a row."""
    if finding.state != "READY":
        return _row([finding.name, "", finding.state.lower(), "", "", "", ""])
    engine = f"{finding.engine} (differs)" if finding.faults else finding.engine
    streams, batched = ("yes" if each else "no" for each in (finding.streams, finding.batched))
    source = task_checks.CHECKS[finding.name][1]
    return _row([finding.name, finding.architecture, engine, streams, batched, "no", source])


def _row(cells: Iterable[str]) -> str:
    # what numbers came of a run on a machine is no part of a reason
    plain = (" ".join(re.sub(r" by \S+ of their spread", "", cell).replace("|", "/").split()) for cell in cells)
    return re.sub(r" +\|", " |", f"| {' | '.join(plain)} |")


def _header(*names: str) -> tuple[str, str]:
    return f"| {' | '.join(names)} |", "|---" * len(names) + "|"


TEXT = Zoo(
    "text",
    text_models.text_types,
    text_checks.check_type,
    harness.Finding,
    text_row,
    _header("architecture", "task", "engine", "streams", "batched", "adapters"),
    120,
)
PIPELINES = Zoo(
    "pipelines",
    pipelines.pipeline_names,
    pipeline_checks.check_pipeline,
    pipeline_checks.Finding,
    pipeline_row,
    _header("architecture", "task", "gives", "batched", "adapters"),
    240,
)
TASKS = Zoo(
    "tasks",
    lambda: list(task_checks.CHECKS),
    task_checks.check_task,
    task_checks.Finding,
    task_row,
    _header("task", "architecture", "engine", "streams", "batched", "adapters", "held against"),
    60,
)
ZOOS = {zoo.task: zoo for zoo in (TEXT, PIPELINES, TASKS)}


def _marks(task: str) -> tuple[str, str]:
    return f"<!-- zoo {task}: written by `make zoo` -->", f"<!-- end of zoo {task} -->"


def read_rows(zoo: Zoo) -> dict[str, str]:
    """The rows of the page by the names of their models."""
    begin, end = _marks(zoo.task)
    table = PAGE.read_text().partition(begin)[2].partition(end)[0]
    lines = [line for line in table.splitlines() if line.startswith("| ") and line not in zoo.header]
    return {line.split("|")[1].strip(): line for line in lines}


def write_rows(zoo: Zoo, findings: dict[str, Any]) -> None:
    """Put what was seen into the page; of a model that was not looked at, the row stays."""
    begin, end = _marks(zoo.task)
    rows = read_rows(zoo) | {name: row for name, finding in findings.items() if (row := zoo.row(finding))}
    table = "\n".join(
        [begin, "", *zoo.header, *(rows[name] for name in sorted(set(zoo.names()) & rows.keys())), "", end]
    )
    page = PAGE.read_text()
    PAGE.write_text(re.sub(f"{re.escape(begin)}.*{re.escape(end)}", lambda _: table, page, flags=re.DOTALL))
