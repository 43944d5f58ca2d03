"""Configurations of pipelines, by which checkpoints of one file are loaded: folders below CONFIG_ROOT."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from server.settings import Settings
from workers.contract.failures import VersionRefusedError
from workers.contract.layout import PIPELINE, read_layout
from workers.supervisor import digests


@dataclass(frozen=True)
class Configuration:
    """The folder `name` below CONFIG_ROOT, with its files, their digest and their fingerprint."""

    name: str
    folder: Path
    digest: str
    names: tuple[str, ...]
    mark: str = field(default="", compare=False)


def root_of(settings: Settings) -> Path | None:
    """The real path of CONFIG_ROOT."""
    return settings.config_root.expanduser().resolve() if settings.config_root else None


def read_configuration(name: str, settings: Settings) -> Configuration:
    """The configuration of this name.

    Raises:
        VersionRefusedError: it is not there.
    """
    root = root_of(settings)
    folder = root / name if root else None
    if root is None or folder is None or not (folder / PIPELINE).is_file():
        raise VersionRefusedError(f"The configuration {name}, by which its file is loaded, is not below CONFIG_ROOT.")
    names = read_layout(folder).files
    digest, mark = digests.digest(folder, names, settings.model_cache_dir)
    return Configuration(name, folder, digest, names, mark)
