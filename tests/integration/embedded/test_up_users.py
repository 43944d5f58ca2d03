"""As whom `up` runs, and PostgreSQL under it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.embedded.folders import SYSTEM_HOME
from tests.integration.embedded.conftest import Start, all_ended

NOBODY = 65534


def as_nobody() -> list[str]:
    """A command that becomes `nobody`, who may pass closed folders where only so our interpreter is reached."""
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if subprocess.run([*become, sys.executable, "-c", "import redis"], stderr=subprocess.DEVNULL).returncode == 0:
        return become
    return [*become, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become somebody else")
def test_as_an_ordinary_user(start: Start, kept_data_dir: Path) -> None:
    own = kept_data_dir.with_name(f"{kept_data_dir.name}-own")
    own.mkdir(mode=0o700)
    os.chown(own, NOBODY, NOBODY)
    try:
        run = start(own, prefix=as_nobody(), HOME=str(own))
        run.until_ready()
        assert {process.uids().real for process in run.family()} == {NOBODY}
        assert (own / "postgres" / "PG_VERSION").exists()
        assert not (own / "id").exists()
        family = run.family()
        assert run.stop() == 0
        assert all_ended(family)
    finally:
        shutil.rmtree(own)


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as somebody else only where we are root")
def test_as_root_postgres_is_nobody(start: Start, data_dir: Path) -> None:
    run = start(data_dir, workers=0)
    run.until_ready()
    assert run.child("postgres").username() == "nobody"
    cluster = SYSTEM_HOME / (data_dir / "id").read_text() / "postgres"
    assert cluster.stat().st_mode & 0o777 == 0o700
    assert cluster.owner() == "nobody"
    assert re.fullmatch(r"[0-9a-f]{16}", cluster.parent.name)
    assert run.stop() == 0
