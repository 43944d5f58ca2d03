"""Paths of this machine, which tell users nothing and an attacker something: they are shown by what they are."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from server.settings import Settings

CODE = Path(__file__).resolve().parents[2]
# Folders of every machine, which tell nothing, and are too short to be told from a user's own words
COMMON = frozenset({"/", "/usr", "/usr/local", "/root", "/home"})
RUN_FOLDER = r"/[0-9a-f]{32}(?:/[0-9a-f-]{36}-\d+)?"
SNAPSHOT = r"/models--[^/\s]+/(?:snapshots|blobs)(?:/[0-9a-f]{40,64})?"


class ServerPaths:
    """What is hidden of failures, refusals and logs, and what of that also in outputs."""

    def __init__(self, settings: Settings) -> None:
        named = {
            "<data>": settings.data_dir,
            "<files>": settings.storage_dir,
            "<models>": settings.model_cache_dir,
            "<model root>": settings.model_root.expanduser() if settings.model_root else None,
            "<configurations>": settings.config_root.expanduser() if settings.config_root else None,
            "<python>": Path(sys.prefix),
            "<base python>": Path(sys.base_prefix),
            "<server>": CODE,
            "<home>": Path("~").expanduser(),
        }
        self._names = {place: name for name, folder in named.items() if folder for place in _spellings(folder)}
        # The longest first, since they lie in each other; not a folder whose name only begins alike
        places = sorted(self._names, key=len, reverse=True)
        self._folders = re.compile(f"(?:{'|'.join(map(re.escape, places))})(?![\\w.-])")
        inputs = _any(_spellings(settings.data_dir / "inputs"))
        models = _any(_spellings(settings.model_cache_dir))
        self._own = re.compile(f"(?P<inputs>{inputs}{RUN_FOLDER})|{models}{SNAPSHOT}")

    def hide(self, text: str) -> str:
        """A sentence or line with no path of this machine in it."""
        return self._folders.sub(lambda match: self._names[match[0]], self.hide_own(text))

    def hide_own(self, value: Any) -> Any:
        """An output without the folders that it can only have from this machine: their names are random or hashes."""
        if isinstance(value, str):
            return self._own.sub(lambda match: "<inputs>" if match["inputs"] else "<model>", value)
        if isinstance(value, dict):
            return {self.hide_own(key): self.hide_own(item) for key, item in value.items()}
        return [self.hide_own(item) for item in value] if isinstance(value, list) else value


def _spellings(folder: Path) -> set[str]:
    """A folder as it is written and as links lead to it, but for those of every machine."""
    return {str(folder), str(folder.resolve())} - COMMON


def _any(places: set[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(places, key=len, reverse=True)))})"
