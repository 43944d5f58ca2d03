"""What is wrong with the folders of `up` is said in a sentence that names the folder."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.embedded import folders, troubles
from server.embedded.folders import ServerFolders, socket_folder
from server.embedded.postgres import Postgres
from server.embedded.processes import ServerFailedError
from server.embedded.troubles import FullDiskError, sentence
from tests.conftest import ROOT


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 40 MB, where PostgreSQL's user may reach it."""
    disk = Path(tempfile.mkdtemp())
    disk.chmod(0o755)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(disk)], capture_output=True)
    if mount.returncode:
        disk.rmdir()
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)
    disk.rmdir()


def up(data_dir: Path) -> tuple[int, str]:
    """The exit code and the errors of `up` on a data directory."""
    command = [sys.executable, "-m", "server.cli", "up", "--port", "0", "--no-demo", "--workers", "0"]
    run = subprocess.run(
        [*command, "--data-dir", str(data_dir)], capture_output=True, text=True, cwd=ROOT, timeout=100
    )  # fmt: skip
    return run.returncode, " ".join((run.stdout + run.stderr).split())


@pytest.mark.parametrize("free", [0, 1_000_000, 15_000_000])
def test_a_full_disk_is_named(small_disk: Path, free: int) -> None:
    with (small_disk / "fill").open("wb") as fill:
        fill.write(bytes(40 * 1024 * 1024 - free))
    code, output = up(small_disk / "data")
    assert code == 1
    assert re.search(rf"The disk of {small_disk}/data is full: \d+ MB are free, and 20 MB are needed\.", output), output
    assert "--data-dir" in output
    assert "Traceback" not in output


def test_a_disk_that_fills_up_while_postgresql_is_made(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "SYSTEM_HOME", small_disk)
    with socket_folder() as sockets, pytest.raises(FullDiskError, match=f"^The disk of {small_disk}/"):
        Postgres.at(ServerFolders.of(small_disk / "data", sockets))
    monkeypatch.setattr(troubles, "NEW_BYTES", 0)
    (small_disk / "fill").write_bytes(bytes(25_000_000))
    with socket_folder() as sockets, pytest.raises(ServerFailedError, match="No space left on device") as failure:
        Postgres.at(ServerFolders.of(small_disk / "data", sockets))
    monkeypatch.undo()
    assert sentence(failure.value, (small_disk,)).startswith(f"The disk of {small_disk} is full: ")


def test_data_of_another_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "SYSTEM_HOME", tmp_path / "home")
    tmp_path.chmod(0o755)
    with socket_folder() as sockets:
        places = ServerFolders.of(tmp_path / "data", sockets)
        places.prepare()
        places.postgres_data.mkdir(parents=True)
        (places.postgres_data / "PG_VERSION").write_text("9\n")
        with pytest.raises(ServerFailedError, match=r"are of PostgreSQL 9, and this is PostgreSQL \d\d\."):
            Postgres.at(places)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            PermissionError(13, "Permission denied", "/data/id"),
            "/data/id cannot be used (Permission denied). Make",
        ),
        (OSError(30, "Read-only file system", "/data"), "/data cannot be used (Read-only file system)"),
        (NotADirectoryError(20, "Not a directory", "/data/x"), "/data/x is not a folder"),
        (OSError(5, "Input/output error", "/data/x"), "The system refused /data/x: Input/output error"),
        (OSError(28, "No space left on device", "/data/x"), "full"),
    ],
)
def test_what_the_system_refused_is_named(error: OSError, words: str) -> None:
    assert words in sentence(error, (Path("/data"),))
