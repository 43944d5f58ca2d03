"""docs/settings.md, generated from the settings themselves."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from server.settings import Settings

HEAD = """# Settings

Every setting is an environment variable; a `.env` file in the working directory is read too. Generated from
`server/settings/__init__.py` by `inference-server export-settings`; a test compares.

| variable | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """The page as Markdown."""
    return HEAD + "".join(
        f"| `{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )


def _default(value: object) -> str:
    if value is None or value == "":
        return "unset"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value.as_posix() if isinstance(value, Path) else value}`"
