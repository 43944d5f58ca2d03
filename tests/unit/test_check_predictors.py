"""`inference-server check-predictors`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = {
    "good": "class Good:\n    def predict(self, text: str, times: int = 1) -> str:\n        return text\n",
    "vague": "class Vague:\n\n    def predict(self, *texts):\n        return ''\n",
    "failing": "import good\n\nraise ValueError('no weights')\n",
    "aborting": "import os\nos.abort()\n",
}


def check(folder: Path, names: str) -> subprocess.CompletedProcess[str]:
    for name, source in SOURCES.items():
        (folder / f"{name}.py").write_text(source)
    environment = {
        **os.environ,
        "CUSTOM_PREDICTORS": names,
        "PYTHONPATH": str(folder),
        "DATA_DIR": str(folder / "data"),
    }
    command = [sys.executable, "-m", "server.cli", "check-predictors"]
    root = Path(__file__).parents[2]
    return subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.timeout(120)
def test_each_class_is_ok_or_says_what_is_wrong_and_where(tmp_path: Path) -> None:
    ended = check(tmp_path, "good:Good,vague:Vague,failing:Thing,aborting:Thing,absent:Thing")
    assert ended.returncode == 1
    assert ended.stdout == "good: ok, takes text, times (optional)\n"
    lines = sorted(ended.stderr.splitlines())
    assert [line.partition(": ")[0] for line in lines] == [
        *("aborting:Thing", "absent:Thing", "failing:Thing", "vague:Vague")
    ]
    assert lines[0].endswith("Its import ended the process. The runner ended with code -6.")
    assert lines[1].endswith("ModuleNotFoundError: No module named 'absent'")
    assert lines[2].endswith(f"ValueError: no weights ({tmp_path}/failing.py:3)")
    assert lines[3].endswith(
        f"The parameter 'texts' cannot be given by name; write each one out. ({tmp_path}/vague.py:3)"
    )


@pytest.mark.timeout(120)
def test_all_is_well(tmp_path: Path) -> None:
    ended = check(tmp_path, "good:Good")
    assert (ended.returncode, ended.stderr) == (0, "")
