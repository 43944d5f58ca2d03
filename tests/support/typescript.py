"""The TypeScript client as it is published: built from its sources, packed, and installed where it was unpacked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from filelock import FileLock

PACKAGE = Path(__file__).parents[2] / "clients" / "typescript"
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "README.md", "LICENSE")
BUILD = PACKAGE / "build"


def run_npm(node: Any, folder: Path, *arguments: str) -> None:
    """npm in a folder; its scripts have this Node.js first on PATH."""
    path = os.pathsep.join([str(node.node.parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1"}
    done = subprocess.run(
        (*node.npm, *arguments, "--no-audit", "--no-fund", "--loglevel=error"),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def sources_hash() -> str:
    """One hash over everything that the package is made from."""
    digest = hashlib.sha256()
    for file in [*(PACKAGE / name for name in SOURCES), *sorted((PACKAGE / "src").rglob("*.ts"))]:
        digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _pack(node: Any) -> Path:
    """The package as npm would publish it, built now if the sources have changed."""
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    packed, stamp = BUILD / f"inference-client-{version}.tgz", BUILD / "sources"
    if packed.is_file() and stamp.is_file() and stamp.read_text() == sources_hash():
        return packed
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir()
    installed, lock = PACKAGE / "node_modules" / ".installed", (PACKAGE / "package-lock.json").read_text()
    if not installed.is_file() or installed.read_text() != lock:
        run_npm(node, PACKAGE, "ci", "--ignore-scripts")
        installed.write_text(lock)
    run_npm(node, PACKAGE, "pack", "--pack-destination", str(BUILD))
    stamp.write_text(sources_hash())
    return packed


def install(node: Any, modules: Path) -> None:
    """Unpack the package into a `node_modules` that has what it depends on."""
    target = modules / "inference-client"
    stamp, current = target / ".sources", sources_hash()
    with FileLock(PACKAGE / ".build.lock"):
        if stamp.is_file() and stamp.read_text() == current:
            return
        shutil.rmtree(target, ignore_errors=True)
        with tarfile.open(_pack(node)) as archive:
            archive.extractall(modules / ".inference-client", filter="data")
        (modules / ".inference-client" / "package").rename(target)
        (modules / ".inference-client").rmdir()
        stamp.write_text(current)
