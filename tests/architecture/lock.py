"""`make lock`: the packages of the images and of developers with their hashes, as uv resolves them at PyPI.

Nothing is resolved then: what is installed is what was locked. `worker.txt` and `dev.txt` leave out torch and what only
its CUDA build needs, since the CPU build comes from PyTorch's own index, where its hashes are others.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "deploy" / "locks"
IMAGE_PYTHON = "3.12"
OLDEST_PYTHON = "3.11"
HEADER = "# Every package of {} with its hashes, for Python {}; written by `make lock`, not by hand.\n"
OF_CUDA = re.compile(r"^((?:torch|triton|cuda-[a-z]+|nvidia-[a-z0-9-]+)(?===))", re.MULTILINE)


def resolve(torch: str, *extras: str, python: str = IMAGE_PYTHON, without: tuple[str, ...] = ()) -> str:
    """The lock of the product with some extras."""
    with tempfile.TemporaryDirectory() as folder:
        constraint, output = Path(folder) / "constraint.txt", Path(folder) / "lock.txt"
        constraint.write_text(f"{torch}\n")
        command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--generate-hashes", "--universal"]
        command += ["--python-version", python, "--quiet", "--no-header", "--constraint", str(constraint)]
        command += [part for extra in extras for part in ("--extra", extra)]
        command += [part for name in without for part in ("--no-emit-package", name)]
        # Nothing of this machine's registries may get into a file that others use
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
        subprocess.run([*command, "--output-file", str(output)], cwd=ROOT, env=environment, check=True)
        of = ("this image", python) if python == IMAGE_PYTHON else ("`make dev`", f"{python} and newer")
        return HEADER.format(*of) + output.read_text()


def main() -> None:
    """Write all of them."""
    torch = sys.argv[1].split()[0]
    LOCKS.mkdir(exist_ok=True)
    (LOCKS / "api.txt").write_text(resolve(torch, "otel"))
    cuda = resolve(torch, "worker", "otel")
    (LOCKS / "worker-cuda.txt").write_text(cuda)
    names = tuple(sorted(set(OF_CUDA.findall(cuda))))
    (LOCKS / "worker.txt").write_text(resolve(torch, "worker", "otel", without=names))
    extras = "worker", "embedded", "otel", "dev"
    (LOCKS / "dev.txt").write_text(resolve(torch, *extras, python=OLDEST_PYTHON, without=names))


if __name__ == "__main__":
    main()
