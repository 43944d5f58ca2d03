"""The source files that decide what a class of the operator's does: with one of them it becomes another class."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

OURS = __name__.partition(".")[0]
INSTALLED = {"site-packages", "dist-packages"}


def source_files(cls: type[Any], packages: set[str]) -> dict[str, Path]:
    """The sources of a class and of those of its bases that these packages have, each by a name that is no place.

    Of a module in a package, they are all below its folder; of any other its file, and what it imports from beside it.
    """
    files: dict[str, Path] = {}
    for base in cls.__mro__:
        module = sys.modules.get(base.__module__)
        source = getattr(module, "__file__", None)
        if module is None or source is None or base.__module__.partition(".")[0] not in packages:
            continue
        path = Path(source)
        beside = path.parent.rglob("*.py") if module.__package__ else _with_imports(path)
        files |= {f"{module.__package__}/{file.relative_to(path.parent).as_posix()}": file for file in beside}
    return files


def digest_of(files: dict[str, Path], *schemas: dict[str, Any]) -> str:
    """sha256, in hexadecimal, of some files and schemas."""
    digest = hashlib.sha256(orjson.dumps(list(schemas), option=orjson.OPT_SORT_KEYS))
    for name, file in sorted(files.items()):
        digest.update(f"{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def own_files(cls: type[Any]) -> dict[str, Path]:
    """The sources of a class that did not come with the server."""
    user_class: type[Any] = getattr(cls, "user_class", cls)
    return source_files(user_class, {user_class.__module__.partition(".")[0]} - {OURS})


def files_of_module(name: str) -> set[Path]:
    """The sources that a module of the operator's would be loaded from, which may be none that Python can read."""
    try:
        spec = importlib.util.find_spec(name.partition(".")[0])
    except (ImportError, ValueError):
        return set()
    if spec is None or spec.origin is None or not spec.has_location:
        return set()
    path = Path(spec.origin)
    return set(path.parent.rglob("*.py")) if spec.submodule_search_locations else _with_imports(path)


def _with_imports(path: Path) -> set[Path]:
    """A file, and the modules and packages beside it that it imports, directly or not."""
    if path.parent.name in INSTALLED or path.suffix != ".py":
        return {path}
    files, ahead = set(), [path]
    while ahead:
        file = ahead.pop()
        if file in files:
            continue
        files.add(file)
        for name in _imported(file):
            module, package = path.parent / f"{name}.py", path.parent / name
            if module.is_file():
                ahead.append(module)
            elif (package / "__init__.py").is_file():
                files.update(package.rglob("*.py"))
    return files


def _imported(file: Path) -> Iterator[str]:
    """The top-level names that a file imports."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        # A class that needs it is not loaded, and says so
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.partition(".")[0]
