"""`make check-deploy`: what checkov says of the rendered chart and of the Dockerfile, but for what is meant to be so.

checkov has an environment of its own below .venv, since its hundred packages would decide versions of others. Where it
cannot be installed that is said: an audit that did not happen is a line, and no pass.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from tests.support.charts import EXAMPLES, ChartError, example, objects, render_all

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".venv" / "checkov"
CHECKOV = "checkov>=3.3,<4"
SECONDS = 600
# What is meant to be so, and why
MEANT = {
    "CKV_K8S_11": "a limit of CPU throttles event loops and models; what is requested is what counts",
    "CKV_K8S_15": "images have the tag of a release, so that pulling again brings nothing",
    "CKV_K8S_43": "digests are those of the registry that the images are pushed to; image.tag may hold one",
    "CKV_K8S_35": "processes take secrets out of their environment at the start, where models cannot read them",
    "CKV_DOCKER_7": "the base is an argument, python:3.12-slim, that checkov does not resolve",
}
# Of workers whose models have a user of their own alone, which begin as root
OF_OWN_USERS = {
    "CKV_K8S_23": "setpriv makes it the user `app` with five capabilities before it starts",
    "CKV_K8S_25": "the capabilities to become, feed and end the models' user",
    "CKV_K8S_40": "as CKV_K8S_23",
}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def install() -> Path | None:
    """The command, or None where it cannot be had."""
    command = HOME / "bin" / "checkov"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        done = subprocess.run([HOME / "bin" / "python", "-m", "pip", "install", "-q", CHECKOV], check=False)
        if done.returncode:
            return None
    return command


def failures(command: Path, framework: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """What checkov finds; it has to have looked at something."""
    done = subprocess.run(
        [command, "--framework", framework, "-o", "json", "--skip-download", *arguments],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    if not answer.get("summary", {}).get("passed"):
        raise SystemExit(f"checkov looked at nothing: {done.stdout[-500:]}{done.stderr[-500:]}")
    found: list[dict[str, Any]] = answer["results"]["failed_checks"]
    return found


def main() -> int:
    """Print what is unsafe and not meant to be so; 1 where anything is."""
    if find_spec("helm_python") is None:
        say("The chart was not rendered: helm-python-sdk has no wheel for this machine.")
        return 0
    command = install()
    if command is None:
        say("checkov could not be installed; nothing was looked at.")
        return 0
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for name, rendered in zip(EXAMPLES, render_all([example(name) for name in EXAMPLES]), strict=True):
            if isinstance(rendered, ChartError):
                raise SystemExit(f"{name}: {rendered}")
            (Path(folder) / f"{name}.yaml").write_text(yaml.safe_dump_all(objects(rendered)))
        for each in failures(command, "kubernetes", "-d", folder):
            is_own_user = each["check_id"] in OF_OWN_USERS and Path(each["file_path"]).stem == "shared-cache"
            if each["check_id"] not in MEANT and not is_own_user:
                problems.append(f"{each['check_id']} {each['file_path']} {each['resource']}: {each['check_name']}")
    for each in failures(command, "dockerfile", "-f", ROOT / "Dockerfile"):
        if each["check_id"] not in MEANT:
            problems.append(f"{each['check_id']} Dockerfile {each['resource']}: {each['check_name']}")
    for problem in problems:
        say(problem)
    say(f"checkov: {len(EXAMPLES)} releases and the Dockerfile, {len(problems)} findings that are not meant to be so")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
