"""Model folders: where they may lie, what they may hold, and the digest that identifies them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from workers.contract.failures import VersionRefusedError
from workers.contract.weights import safetensors_header
from workers.supervisor.config_sizes import check_sizes
from workers.supervisor.references import check_references

PICKLE = re.compile(r"\.(?:bin|pt|pth|ckpt|pkl|pickle)$")
MAX_FILES = 5_000
READ_BYTES = 1 << 20
IGNORED = {".git", ".cache", "__pycache__"}


@dataclass(frozen=True)
class FolderInspection:
    """What a folder holds: `digest` is `sha256:` over names, sizes and contents."""

    digest: str
    size_bytes: int


def below_root(text: str, root: Path | None) -> Path:
    """The real path of a folder below MODEL_ROOT.

    Raises:
        VersionRefusedError: MODEL_ROOT is not set, or the folder is not below it.
    """
    if root is None:
        raise VersionRefusedError("Local folders are not allowed here: MODEL_ROOT is not set.")
    real_root = root.expanduser().resolve()
    try:
        path = (real_root / text).resolve()
        is_there = path.is_dir()
    except (OSError, RuntimeError):
        # A name too long, a folder that may not be entered, or links in a circle
        raise VersionRefusedError("There is no such folder below MODEL_ROOT.") from None
    if path == real_root or not path.is_relative_to(real_root):
        raise VersionRefusedError("The folder is not below MODEL_ROOT.")
    if not is_there:
        raise VersionRefusedError("There is no such folder below MODEL_ROOT.")
    return path


def inspect(path: Path, max_bytes: int) -> FolderInspection:
    """Check a folder and compute its digest.

    Raises:
        VersionRefusedError: it is too large, holds pickles instead of safetensors, leads out of itself, or is no model.
    """
    if not path.is_dir():
        raise VersionRefusedError("The model's folder is not there.")
    files = _list_files(path)
    size = sum(file.stat().st_size for file in files)
    if size > max_bytes:
        raise VersionRefusedError(f"The model has {size} bytes, more than MODEL_MAX_BYTES ({max_bytes}).")
    names = {str(file.relative_to(path)) for file in files}
    configs = names & {"config.json", "model_index.json"}
    if not configs:
        raise VersionRefusedError("The folder has neither config.json nor model_index.json.")
    for name in configs:
        _check_config(path / name)
    weights = [file for file in files if file.suffix == ".safetensors"]
    if not weights and any(PICKLE.search(name) for name in names):
        raise VersionRefusedError("The folder holds only pickle weights; convert them to safetensors.")
    if not weights:
        raise VersionRefusedError("The folder holds no safetensors weights.")
    for file in weights:
        safetensors_header(file)
    check_references(path, files)
    check_sizes(path, files)
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256()
        with file.open("rb") as stream:
            while block := stream.read(READ_BYTES):
                content.update(block)
        digest.update(f"{file.relative_to(path).as_posix()}\0{file.stat().st_size}\0{content.hexdigest()}\n".encode())
    return FolderInspection(f"sha256:{digest.hexdigest()}", size)


def _list_files(path: Path) -> list[Path]:
    """All files below a folder but those of its version control, none of which may lead out of it."""
    root = path.resolve()
    allowed = [root]
    if root.parent.name == "snapshots" and root.parent.parent.name.startswith("models--"):
        # A snapshot of the hub links into its blobs beside it, and those into the blobs that all repositories share
        allowed = [root.parent.parent, root.parent.parent.parent / "blobs"]
    files = []
    for file in sorted(path.rglob("*")):
        if IGNORED & set(file.relative_to(path).parts) or not file.is_file():
            continue
        real = file.resolve()
        if not any(real.is_relative_to(place) for place in allowed):
            raise VersionRefusedError(f"{file.name} links to a place outside of the model's folder.")
        files.append(file)
        if len(files) > MAX_FILES:
            raise VersionRefusedError(f"The folder holds more than {MAX_FILES} files.")
    return files


def _check_config(path: Path) -> None:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise VersionRefusedError(f"{path.name} is not JSON.") from None
    if not isinstance(config, dict):
        raise VersionRefusedError(f"{path.name} is not a JSON object.")
    if path.name == "config.json" and "auto_map" in config and "model_type" not in config:
        raise VersionRefusedError("The model brings its own code, which is never run here.")


def text_digest(text: str) -> str:
    """The digest of something that has no files."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def size_of(path: Path) -> int:
    """Bytes below a folder; links count nothing."""
    if not path.is_dir():
        return 0
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink())
