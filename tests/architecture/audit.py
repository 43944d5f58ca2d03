"""`make audit`: known vulnerabilities of what is locked, as PyPI and npm tell them; where neither tells, that is said.

It fails where one is known, not where nobody could be asked: an audit that did not happen is a line, and no pass.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCKS = ("deploy/locks/worker-cuda.txt",)
SECONDS = 300


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def run(*command: str, folder: Path = ROOT) -> dict[str, Any]:
    """What a command prints as JSON; nothing where it prints none."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
        answer: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return answer


def of_python(answer: dict[str, Any]) -> tuple[list[str], int]:
    """The vulnerabilities that pip-audit knows, and how many packages it could ask about."""
    asked = [each for each in answer.get("dependencies", []) if "skip_reason" not in each]
    lines = [
        f"{each['name']} {each['version']}: {vulnerability['id']}, mended in {', '.join(vulnerability['fix_versions'])}"
        for each in asked
        for vulnerability in each["vulns"]
    ]
    return lines, len(asked)


def of_node(answer: dict[str, Any]) -> tuple[list[str], int]:
    """The vulnerabilities that npm knows, and how many packages it could ask about."""
    if "vulnerabilities" not in answer:
        return [], 0
    lines = [f"{name}: {each['severity']} in {each['range']}" for name, each in answer["vulnerabilities"].items()]
    return lines, answer["metadata"]["dependencies"]["total"]


def main() -> int:
    """Print what is known of each lock; 1 where a vulnerability is."""
    answers = {
        name: of_python(
            run(sys.executable, "-m", "pip_audit", "-r", name, "--require-hashes", "--disable-pip", "-f", "json")
        )
        for name in LOCKS
    }
    for folder in ("web", "clients/typescript"):
        audit = run("npm", "audit", "--json", "--omit=dev", folder=ROOT / folder)
        answers[f"{folder}/package-lock.json"] = of_node(audit)
    for name, (lines, count) in answers.items():
        if not count:
            say(f"{name}: NOT AUDITED, since its registry told nothing of vulnerabilities from here")
        else:
            say(f"{name}: {len(lines)} known vulnerabilities in {count} packages")
            for line in lines:
                say(f"  {line}")
    return 1 if any(lines for lines, _ in answers.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
