from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from server import cli
from server.settings import Settings

PACKAGES = ("server", "workers", "dramatiq")
SHADOWED = "the working directory was imported"


def test_a_worker_imports_nothing_of_its_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"raise ImportError({SHADOWED!r})\n")
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(cli, "read_settings", lambda *needs: Settings())
    monkeypatch.setattr(cli, "run", lambda work: work.close())
    monkeypatch.setattr(os, "execv", lambda path, command: started.append((command, dict(os.environ))))
    monkeypatch.setattr(os, "execve", lambda path, command, env: started.append((command, env)))
    cli.worker()
    ((command, env),) = started
    # Without a Redis the worker ends once it has imported what it runs
    env = {name: value for name, value in env.items() if not name.startswith(("REDIS_", "DATABASE_", "PYTHONPATH"))}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert SHADOWED not in said
    assert "REDIS_URL: is not set" in said
