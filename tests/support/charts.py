"""The Helm chart as Helm renders it, by the library that Helm's own command is made of."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "inference-server"
EXAMPLES = sorted(path.stem for path in (CHART / "examples").glob("*.yaml"))
needs_helm = pytest.mark.skipif(
    find_spec("helm_python") is None,
    reason="helm-python-sdk has no wheel for this machine, on which Go would be needed",
)
# In a process of its own, since Go's runtime has threads and takes signals
PROGRAM = """
import json, sys
import helm_python as helm

answers = []
with helm.Chart.load(sys.argv[1]) as chart:
    for values in json.load(sys.stdin):
        try:
            chart.validate_schema(values)
            answers.append({"rendered": chart.render(values, name=sys.argv[2], namespace="ml")})
        except helm.HelmError as error:
            answers.append({"error": str(error)})
json.dump(answers, sys.stdout)
"""


class ChartError(Exception):
    """Helm refused values; the message is what its user reads."""


def example(name: str) -> dict[str, Any]:
    """The values of a file of the chart's examples."""
    values: dict[str, Any] = yaml.safe_load((CHART / "examples" / f"{name}.yaml").read_text())
    return values


def render_all(many: list[dict[str, Any]], release: str = "demo") -> list[dict[str, str] | ChartError]:
    """What becomes of each of some values: texts by the name of the template, or why they were refused."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, CHART, release],
        input=json.dumps(many),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    return [each["rendered"] if "rendered" in each else ChartError(each["error"]) for each in answers]


def lint(values: dict[str, Any]) -> list[str]:
    """What `helm lint --strict` says that is more than a remark."""
    program = "import json, sys, helm_python as h; json.dump(h.lint(sys.argv[1], json.load(sys.stdin)), sys.stdout)"
    done = subprocess.run(
        [sys.executable, "-c", program, CHART], input=json.dumps(values), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["total_charts_linted"] == 1
    return [*report["errors"], *(each["error"] for each in report["messages"] if each["severity"] > 1)]


def render(values: dict[str, Any]) -> dict[str, str]:
    """The texts of one release.

    Raises:
        ChartError: the values were refused.
    """
    (answer,) = render_all([values])
    if isinstance(answer, ChartError):
        raise answer
    return answer


def objects(rendered: Mapping[str, str]) -> list[dict[str, Any]]:
    """The Kubernetes objects of a release."""
    documents = [
        document
        for name, text in rendered.items()
        if name.endswith(".yaml")
        for document in yaml.load_all(text, Loader=yaml.CSafeLoader)
    ]
    return [document for document in documents if document]


def pods(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pods of Deployments and Jobs, each with the name of what makes it as `owner`."""
    return [
        {**each["spec"]["template"], "owner": each["metadata"]["name"]}
        for each in found
        if each["kind"] in {"Deployment", "Job"}
    ]


def named(found: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """One object by its kind and name."""
    (match,) = [each for each in found if each["kind"] == kind and each["metadata"]["name"] == name]
    return match
